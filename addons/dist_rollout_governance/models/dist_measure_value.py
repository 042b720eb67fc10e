from odoo import fields, models
from odoo.tools import SQL


class DistMeasureValue(models.Model):
    """A fact: what a measure was at a site on a local day.

    Numerator and denominator are what is kept; ``value`` is derived from them for
    reading and is aggregated from them, never averaged. Written by the engine only.
    """

    _name = "dist.measure.value"
    _description = "Measure Value"
    _order = "day desc, measure_id, site_id"
    _rec_name = "measure_id"

    measure_id = fields.Many2one(
        "dist.measure", required=True, readonly=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(
        [
            ("ratio", "Ratio"),
            ("sum", "Sum"),
            ("level", "Level (snapshot)"),
            ("duration", "Duration"),
        ],
        readonly=True,
    )
    unit = fields.Selection(related="measure_id.unit")
    site_id = fields.Many2one(
        "dist.site", required=True, readonly=True, ondelete="restrict"
    )
    program_id = fields.Many2one(
        "dist.program", readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    day = fields.Date(
        required=True, readonly=True, help="Calendar day in the site's timezone."
    )
    numerator = fields.Float(digits=(20, 6), readonly=True)
    denominator = fields.Float(digits=(20, 6), readonly=True)
    sample_size = fields.Integer(
        readonly=True, help="Number of records the value was computed from."
    )
    value = fields.Float(
        digits=(20, 4),
        readonly=True,
        aggregator="avg",
        help="Totals are computed from the numerators and denominators.",
    )
    source = fields.Selection(
        [
            ("computed", "Computed"),
            ("reconciliation", "Reconciliation"),
            ("attested", "Attested"),
        ],
        readonly=True,
        required=True,
    )
    computed_at = fields.Datetime(readonly=True)

    _fact_uniq = models.UniqueIndex(
        "(measure_id, site_id, day)",
        "A measure has one value for a site and day.",
    )
    _site_day_idx = models.Index("(site_id, day)")

    def _read_group_select(self, aggregate_spec, query):
        """Aggregate ``value`` from its components: a mean of ratios is wrong."""
        if aggregate_spec != "value:avg":
            return super()._read_group_select(aggregate_spec, query)
        column = {
            name: self._field_to_sql(self._table, name, query)
            for name in ("kind", "numerator", "denominator")
        }
        # Values of different kinds have no common total: then there is none.
        return SQL(
            """
            CASE WHEN MIN(%(kind)s) <> MAX(%(kind)s) THEN NULL
                 WHEN MIN(%(kind)s) = 'ratio'
                 THEN 100 * SUM(%(numerator)s) / NULLIF(SUM(%(denominator)s), 0)
                 WHEN MIN(%(kind)s) = 'duration'
                 THEN SUM(%(numerator)s) / NULLIF(SUM(%(denominator)s), 0)
                 WHEN MIN(%(kind)s) = 'sum' THEN SUM(%(numerator)s)
                 ELSE AVG(%(numerator)s) END
            """,
            **column,
        )

    def action_open_records(self):
        """Open exactly the records this value counted."""
        self.ensure_one()
        return self.measure_id._action_open_records(self.site_id, self.day, self.day)
