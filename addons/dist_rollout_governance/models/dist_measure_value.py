import math

from odoo import api, fields, models
from odoo.tools import SQL

from ..services.spread import percentile


class DistMeasureValue(models.Model):
    """A fact: what a measure was at a site on a local day.

    Numerator and denominator are what is kept; ``value`` is derived from them for
    reading and is aggregated from them, never averaged. Written by the engine only.
    """

    _name = "dist.measure.value"
    _inherit = "dist.measure.component.mixin"
    _description = "Measure Value"
    _order = "day desc, measure_id, site_id"
    _rec_name = "measure_id"
    # A row is checked against every table it refers to; who wrote it is the engine.
    _log_access = False

    measure_id = fields.Many2one(
        "dist.measure", required=True, readonly=True, ondelete="restrict"
    )
    unit = fields.Selection(related="measure_id.unit")
    site_id = fields.Many2one(
        "dist.site",
        readonly=True,
        ondelete="restrict",
        help="Empty for a measure of the whole company.",
    )
    program_id = fields.Many2one("dist.program", readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(
        required=True,
        readonly=True,
        help="Calendar day in the timezone of the site or company.",
    )
    sum_squares = fields.Float(
        digits=(30, 6), readonly=True, help="Of durations, for their deviation."
    )
    parts = fields.Json(
        readonly=True,
        prefetch=False,
        export_string_translation=False,
        help="Lists of dimension, label, numerator, denominator, records and value: "
        "see the breakdown.",
    )
    standard_deviation = fields.Float(
        digits=(16, 2), compute="_compute_spread", help="Of the durations of the day."
    )
    median = fields.Float(digits=(16, 2), compute="_compute_spread")
    percentile_90 = fields.Float(
        string="90th Percentile", digits=(16, 2), compute="_compute_spread"
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
        "(measure_id, COALESCE(site_id, -company_id), day)",
        "A measure has one value for a site or company and day.",
    )
    _site_day_idx = models.Index("(site_id, day)")
    _day_idx = models.Index("(day)")

    @api.model
    def _sql_is_of(self, value, measure, site):
        """Return the SQL condition: a value of the measure that counts at a site.

        Written over the unique index: a site's own value, or its company's for a
        measure of that grain.

        :param value, measure, site: aliases of the three tables
        """
        return SQL(
            """(%(value)s = %(measure)s
                AND COALESCE(%(of_site)s, -%(of_company)s) = CASE
                    WHEN %(grain)s = 'company' THEN -%(company)s ELSE %(site)s END)""",
            value=SQL.identifier(value, "measure_id"),
            measure=SQL.identifier(measure, "id"),
            of_site=SQL.identifier(value, "site_id"),
            of_company=SQL.identifier(value, "company_id"),
            grain=SQL.identifier(measure, "grain"),
            company=SQL.identifier(site, "company_id"),
            site=SQL.identifier(site, "id"),
        )

    def _compute_spread(self):
        """Deviation from the sum of squares, percentiles from the buckets."""
        durations = self.filtered(lambda value: value.kind == "duration")
        buckets = durations._buckets()
        for value in self:
            counts = buckets.get(value.id, {})
            value.median = percentile(counts, 0.5) or 0.0
            value.percentile_90 = percentile(counts, 0.9) or 0.0
            number = value.denominator
            value.standard_deviation = (
                math.sqrt(max(0.0, value.sum_squares / number - value.value**2))
                if number and value in durations
                else 0.0
            )

    def _buckets(self):
        """Return ``{value id: {bucket: cases}}`` in one query."""
        found = {}
        if not self.ids:
            return found
        rows = self.env.execute_query(
            SQL(
                """
                SELECT v.id, (part ->> 1)::int, SUM((part ->> 4)::int)
                  FROM dist_measure_value v
                 CROSS JOIN LATERAL jsonb_array_elements(v.parts) AS part
                 WHERE v.id = ANY(%s) AND part ->> 0 = 'spread'
                 GROUP BY 1, 2
                """,
                self.ids,
            )
        )
        for value, bucket, cases in rows:
            found.setdefault(value, {})[bucket] = cases
        return found

    def action_open_breakdown(self):
        """Open the parts of this value."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_measure_breakdown_action"
        )
        return dict(
            action,
            domain=[
                ("measure_id", "=", self.measure_id.id),
                ("site_id", "=", self.site_id.id),
                ("company_id", "=", self.company_id.id),
                ("day", "=", self.day),
                ("dimension", "!=", "spread"),
            ],
            context={"search_default_group_dimension": 1},
        )

    def action_open_records(self):
        """Open exactly the records this value counted."""
        self.ensure_one()
        return self.measure_id._action_open_records(
            self.site_id or self.company_id, self.day, self.day
        )
