from collections import namedtuple

from odoo import api, fields, models
from odoo.tools import SQL

from .dist_measure_value import TAKEN

#: what a screen shows of a status; ``measure`` is the record, ``is_taken`` says that
#: the value is a level that was taken at ``computed_at``, in the timezone ``tz``
ROW_COLUMNS = (
    "measure_id site_id company_id day value baseline target status trend trend_good"
    " distance computed_at is_stale is_taken tz"
).split()
StatusRow = namedtuple("StatusRow", ["measure", *ROW_COLUMNS])

#: a value older than this many days no longer tells how things are
MAX_AGE_DAYS = 2
#: a mean that moves by less than this share of the one before is flat
FLAT_SHARE = 0.01


class DistMeasureStatus(models.Model):
    """How a measure stands at a site or company: its latest value against the target.

    Not stored: read from the values with a few index look-ups a measure and site, so
    that its cost follows the number of sites and not that of the values.

    *Target* is the site's, else the program's, else the measure's default. *Status* is
    green when the value meets it, amber when it misses it by no more than the margin
    (or is within the target's own limit), red otherwise, and none without a target.
    *Trend* compares the last seven days up to the value with the seven before, each
    from numerators and denominators.
    """

    _name = "dist.measure.status"
    _description = "Measure Status"
    _auto = False
    _order = "sequence, measure_id, site_id, company_id"
    _rec_name = "measure_id"

    measure_id = fields.Many2one("dist.measure", readonly=True)
    sequence = fields.Integer(readonly=True)
    workstream = fields.Selection(
        lambda self: self.env["dist.measure"]._fields["workstream"].selection,
        readonly=True,
    )
    unit = fields.Selection(related="measure_id.unit")
    direction = fields.Selection(related="measure_id.direction")
    is_proxy = fields.Boolean(related="measure_id.is_proxy")
    definition = fields.Text(related="measure_id.description", string="Definition")
    site_id = fields.Many2one("dist.site", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    program_id = fields.Many2one("dist.program", readonly=True)
    day = fields.Date(readonly=True, help="Day of the latest value.")
    value = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    baseline = fields.Float(
        digits=(16, 2),
        readonly=True,
        aggregator=None,
        help="The value before go-live, from the legacy system.",
    )
    target = fields.Float(digits=(16, 2), readonly=True, aggregator=None)
    status = fields.Selection(
        [
            ("green", "On Target"),
            ("amber", "Near Target"),
            ("red", "Off Target"),
            ("none", "No Target"),
        ],
        readonly=True,
    )
    trend = fields.Selection(
        [
            ("up", "Rising"),
            ("down", "Falling"),
            ("flat", "Steady"),
            ("none", "Unknown"),
        ],
        readonly=True,
        help="Mean of the last seven days compared with the seven days before.",
    )
    trend_good = fields.Boolean(
        string="Improving", readonly=True, help="It moves into its better direction."
    )
    distance = fields.Float(
        string="Distance to Target",
        digits=(16, 2),
        readonly=True,
        aggregator=None,
        help="Value less target, turned so that positive is better than the target.",
    )
    computed_at = fields.Datetime(readonly=True)
    taken = fields.Selection(
        TAKEN, compute="_compute_taken", help="Of a level: when it was taken."
    )
    last_error = fields.Text(related="measure_id.last_error", string="Not Computed")
    is_stale = fields.Boolean(
        string="Out of Date",
        readonly=True,
        help="The latest value is older than two days.",
    )
    history = fields.Json(
        readonly=True,
        help="Values of the last fourteen days, as pairs of day and value.",
    )

    is_taken = fields.Boolean(readonly=True, export_string_translation=False)
    tz = fields.Char(readonly=True, export_string_translation=False)

    def _compute_taken(self):
        # sudo: whoever reads the status reads when it was taken; the id is the value's
        values = self.env["dist.measure.value"].sudo().browse(self.ids)
        for status, value in zip(self, values, strict=True):
            status.taken = value.taken

    @property
    def _table_query(self):
        provider = self.env["dist.measure.provider"]
        for model, names in (
            ("dist.site", ["active", "company_id", "program_id", "tz"]),
            ("dist.measure", None),
            ("dist.measure.target", None),
            ("dist.measure.value", None),
            ("res.partner", ["tz"]),
        ):
            self.env[model].flush_model(names)
        return SQL(
            """
            WITH scoped AS (
                SELECT m.id AS measure_id, s.id AS site_id, s.company_id, s.program_id,
                       s.tz
                  FROM dist_measure m CROSS JOIN dist_site s
                 WHERE m.active AND s.active AND m.grain = 'site'
                 UNION ALL
                SELECT DISTINCT m.id, NULL::int, s.company_id, NULL::int,
                       COALESCE(p.tz, 'UTC')
                  FROM dist_measure m CROSS JOIN dist_site s
                  JOIN res_company c ON c.id = s.company_id
                  JOIN res_partner p ON p.id = c.partner_id
                 WHERE m.active AND s.active AND m.grain = 'company'
            ), latest AS (
                SELECT scoped.*, v.id, v.day, v.value, v.computed_at, v.is_taken
                  FROM scoped
                 CROSS JOIN LATERAL (
                       SELECT v.id, v.day, v.value, v.computed_at,
                              v.kind = 'level' AND v.source = 'computed'
                                  AND v.computed_at IS NOT NULL AS is_taken
                         FROM dist_measure_value v
                        WHERE v.measure_id = scoped.measure_id
                          AND COALESCE(v.site_id, -v.company_id)
                            = COALESCE(scoped.site_id, -scoped.company_id)
                          AND v.value IS NOT NULL
                        ORDER BY v.day DESC LIMIT 1) v
            ), compared AS (
                SELECT latest.*, m.sequence, m.workstream, m.amber_margin,
                       CASE m.direction WHEN 'higher' THEN 1 ELSE -1 END AS better,
                       own.baseline, own.warning,
                       CASE WHEN own.id IS NOT NULL THEN own.target
                            WHEN m.has_target_default
                            THEN COALESCE(m.target_default, 0) END AS target,
                       past.recent, past.before, past.history
                  FROM latest
                  JOIN dist_measure m ON m.id = latest.measure_id
                  LEFT JOIN LATERAL (
                       SELECT t.* FROM dist_measure_target t
                        WHERE t.measure_id = latest.measure_id
                          AND (t.site_id = latest.site_id
                               OR (t.site_id IS NULL AND (
                                   t.program_id = latest.program_id
                                   OR (latest.site_id IS NULL AND t.program_id IN (
                                       SELECT s.program_id FROM dist_site s
                                        WHERE s.company_id = latest.company_id)))))
                        ORDER BY t.site_id NULLS LAST, t.program_id DESC LIMIT 1
                       ) own ON TRUE
                 CROSS JOIN LATERAL (
                       SELECT %(recent)s AS recent, %(before)s AS before,
                              jsonb_agg(jsonb_build_array(v.day, round(v.value, 4))
                                        ORDER BY v.day) AS history
                         FROM dist_measure_value v
                        WHERE v.measure_id = latest.measure_id
                          AND COALESCE(v.site_id, -v.company_id)
                            = COALESCE(latest.site_id, -latest.company_id)
                          AND v.value IS NOT NULL
                          AND v.day > latest.day - 14 AND v.day <= latest.day) past
            ), judged AS (
                SELECT c.*, (round(value, 2) - target) * better AS distance,
                       CASE WHEN recent IS NULL OR before IS NULL THEN 'none'
                            WHEN abs(recent - before)
                                 <= GREATEST(%(flat)s * abs(before), 0.005) THEN 'flat'
                            WHEN recent > before THEN 'up' ELSE 'down' END AS trend
                  FROM compared c
            )
            SELECT id, measure_id, sequence, workstream, site_id, company_id,
                   program_id, day, value, baseline, target, distance, computed_at,
                   history, trend, is_taken, tz,
                   trend IN ('up', 'down')
                       AND (trend = 'up') = (better = 1) AS trend_good,
                   CASE WHEN target IS NULL THEN 'none'
                        WHEN distance >= 0 THEN 'green'
                        WHEN CASE WHEN COALESCE(warning, 0) <> 0
                                  THEN (round(value, 2) - warning) * better >= 0
                                  ELSE -distance <= abs(target) * amber_margin / 100 END
                        THEN 'amber' ELSE 'red' END AS status,
                   %(today)s - day > %(max_age)s AS is_stale
              FROM judged
            """,
            recent=self._sql_mean(SQL("v.day > latest.day - 7")),
            before=self._sql_mean(SQL("v.day <= latest.day - 7")),
            flat=FLAT_SHARE,
            today=provider._sql_today(SQL("tz")),
            max_age=MAX_AGE_DAYS,
        )

    @api.model
    def _rows(self, domain):
        """Return the statuses that the user may read as named tuples, in their order.

        For screens that show thousands: one query, and no cache entry for each field.
        """
        query = self._search(domain, order=self._order)
        columns = (self._field_to_sql(self._table, name, query) for name in ROW_COLUMNS)
        rows = self.env.execute_query(query.select(*columns))
        measures = self.env["dist.measure"].browse(
            dict.fromkeys(row[0] for row in rows)
        )
        by_id = {measure.id: measure for measure in measures}
        return [StatusRow(by_id[row[0]], *row) for row in rows]

    @api.model
    def _sql_mean(self, condition):
        """Return the SQL of a measure over some of its values ``v``."""
        return SQL(
            """
            CASE WHEN MIN(v.kind) IN ('ratio', 'duration', 'rate')
                 THEN CASE WHEN MIN(v.kind) = 'ratio' THEN 100 ELSE 1 END
                      * SUM(v.numerator) FILTER (WHERE %(condition)s)
                      / NULLIF(SUM(v.denominator) FILTER (WHERE %(condition)s), 0)
                 ELSE AVG(v.value) FILTER (WHERE %(condition)s) END
            """,
            condition=condition,
        )

    def action_open_records(self):
        """Open exactly the records the latest value counted."""
        self.ensure_one()
        return self.measure_id._action_open_records(
            self.site_id or self.company_id, self.day, self.day
        )

    def action_open_values(self):
        """Open the values of the measure at this site or company."""
        self.ensure_one()
        action = self.measure_id.action_open_values()
        scope = (
            [("site_id", "=", self.site_id.id)]
            if self.site_id
            else [("site_id", "=", False), ("company_id", "=", self.company_id.id)]
        )
        return dict(action, domain=action["domain"] + scope)
