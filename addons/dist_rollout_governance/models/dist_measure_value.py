import math

from odoo import api, fields, models
from odoo.tools import SQL

from ..services.closing import moment_of_taking
from ..services.spread import BOUNDS, percentile

TAKEN = [
    ("open", "Day Not Over"),
    ("closing", "At the Day's End"),
    ("early", "Before the Day's End"),
    ("late", "After the Day's End"),
]


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
    # In groups these three are those of all the cases: they are not averaged.
    standard_deviation = fields.Float(
        digits=(16, 2),
        compute="_compute_spread",
        aggregator="avg",
        help="Of the durations of the day.",
    )
    median = fields.Float(digits=(16, 2), compute="_compute_spread", aggregator="avg")
    percentile_90 = fields.Float(
        string="90th Percentile",
        digits=(16, 2),
        compute="_compute_spread",
        aggregator="avg",
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
    computed_at = fields.Datetime(
        readonly=True,
        help="When the figure was found to be this one; of a level, when it was taken.",
    )
    taken = fields.Selection(
        TAKEN,
        compute="_compute_taken",
        help="Of a level: it is the state at the end of the day only if it was taken "
        "in the last hours of the day. One that was taken before or after it stands "
        "for the day because there is none nearer to its end.",
    )

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

    @api.depends("kind", "source", "computed_at", "day", "site_id", "company_id")
    def _compute_taken(self):
        now = fields.Datetime.now()
        for value in self:
            # sudo: the timezone of a day is no secret
            owner = value.sudo().site_id or value.sudo().company_id.partner_id
            value.taken = (
                moment_of_taking(value.computed_at, value.day, owner.tz, now)
                if value.kind == "level"
                and value.source == "computed"
                and value.computed_at
                else False
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

    def _read_group_select(self, aggregate_spec, query):
        """Take spread and percentiles over all the cases of a group.

        The buckets of its days and sites add up; their percentiles don't. Of several
        measures there is none.
        """
        expressions = {
            "standard_deviation:avg": self._sql_deviation,
            "median:avg": lambda query: self._sql_percentile(query, 0.5),
            "percentile_90:avg": lambda query: self._sql_percentile(query, 0.9),
        }
        if aggregate_spec not in expressions:
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "CASE WHEN MIN(%(measure)s) = MAX(%(measure)s)"
            " AND MIN(%(kind)s) = 'duration' THEN %(expression)s END",
            measure=self._field_to_sql(self._table, "measure_id", query),
            kind=self._field_to_sql(self._table, "kind", query),
            expression=expressions[aggregate_spec](query),
        )

    @api.model
    def _sql_deviation(self, query):
        return SQL(
            """
            SQRT(GREATEST(0, SUM(%(squares)s) / NULLIF(SUM(%(number)s), 0)
                             - (SUM(%(total)s) / NULLIF(SUM(%(number)s), 0)) ^ 2))
            """,
            squares=self._field_to_sql(self._table, "sum_squares", query),
            number=self._field_to_sql(self._table, "denominator", query),
            total=self._field_to_sql(self._table, "numerator", query),
        )

    @api.model
    def _sql_percentile(self, query, share):
        """Return what :func:`percentile` does, in SQL, for the values of a group."""
        return SQL(
            """
            (SELECT CASE bucket WHEN 0 THEN low ELSE
                    low + (high - low) * (%(share)s * total - seen + cases) / cases END
               FROM (SELECT bucket, SUM(number) AS cases,
                            SUM(SUM(number)) OVER (ORDER BY bucket) AS seen,
                            SUM(SUM(number)) OVER () AS total,
                            (%(bounds)s::numeric[])[GREATEST(bucket, 1)] AS low,
                            (%(bounds)s::numeric[])[
                                LEAST(bucket + 1, %(last)s)] AS high
                       FROM (SELECT (part ->> 1)::int AS bucket,
                                    (part ->> 4)::int AS number
                               FROM dist_measure_value own
                              CROSS JOIN LATERAL jsonb_array_elements(own.parts) part
                              WHERE own.id = ANY(ARRAY_AGG(%(id)s))
                                AND part ->> 0 = 'spread') AS counted
                   GROUP BY bucket) AS spread
              WHERE seen >= %(share)s * total
           ORDER BY bucket LIMIT 1)
            """,
            share=share,
            bounds=BOUNDS,
            last=len(BOUNDS),
            id=self._field_to_sql(self._table, "id", query),
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
