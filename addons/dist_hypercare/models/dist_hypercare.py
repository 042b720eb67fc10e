import math

from odoo import api, fields, models
from odoo.tools import SQL

# Sites evaluated in one transaction of the scheduled action.
BATCH_SIZE = 100
# Days whose clean ones make up the rate of the forecast.
RATE_DAYS = 14


class DistHypercare(models.Model):
    """The hypercare of a site that went live with a wave, and its exit.

    **Days.** Only days that have ended in the site's timezone are judged, from the
    day hypercare started. A day is

    *red* when the value of any computed criterion fails: the streak starts again
    from zero after it;

    *clean* when every computed criterion has a value and all of them pass: it counts;

    *without evidence* when no value fails but at least one criterion has none, such
    as a Sunday without shipments or a day without counts: it neither counts nor
    resets. Nothing proves such a day, so it can't be clean; nothing disproves it, so
    it costs no clean day. Old proof does not last for ever either: the exit needs
    each criterion's latest value to be no older than its maximum age.

    **States.** *Monitoring* and *eligible* follow from the figures alone; eligible
    takes the required number of clean days after the last red one and every
    criterion passed now. *Exited* is decided by two persons, the support lead and a
    member of the steering committee, who both sign while the site is eligible. No
    date ends hypercare.
    """

    _name = "dist.hypercare"
    _description = "Hypercare"
    _inherit = ["dist.wave.site.mixin", "dist.decision.mixin"]
    _protected_fields = frozenset(
        {
            "state",
            "started_at",
            "clean_days",
            "last_clean_day",
            "last_red_day",
            "recent_clean_days",
            "evaluated_at",
            "exited_at",
        }
    )

    started_at = fields.Datetime(
        string="Started",
        default=fields.Datetime.now,
        required=True,
        readonly=True,
        copy=False,
    )
    required_clean_days = fields.Integer(
        default=5,
        required=True,
        tracking=True,
        help="Clean days in a row that the exit takes. Days without evidence for "
        "every criterion neither count nor interrupt; a red day starts again "
        "from zero.",
    )
    criterion_ids = fields.One2many(
        "dist.hypercare.criterion", "hypercare_id", string="Exit Criteria"
    )
    state = fields.Selection(
        [
            ("monitoring", "Monitoring"),
            ("eligible", "Eligible for Exit"),
            ("exited", "Exited"),
        ],
        default="monitoring",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    clean_days = fields.Integer(
        readonly=True,
        copy=False,
        help="Clean days since the last red one, up to yesterday at the site.",
    )
    last_clean_day = fields.Date(readonly=True, copy=False)
    last_red_day = fields.Date(readonly=True, copy=False, tracking=True)
    evaluated_at = fields.Datetime(
        string="Evaluated",
        readonly=True,
        copy=False,
        help="When the figures changed last.",
    )
    exited_at = fields.Datetime(string="Exited", readonly=True, copy=False)
    recent_clean_days = fields.Integer(
        readonly=True,
        copy=False,
        help="Clean days among the last 14 days that have ended at the site.",
    )
    forecast_exit_day = fields.Date(
        string="Forecast Exit",
        compute="_compute_forecast_exit_day",
        help="The day on which the clean days are complete, if they are gained at the "
        "rate of the last 14 days. Empty: none was gained.",
    )
    handover_ids = fields.One2many("dist.hypercare.handover", "hypercare_id")
    red_count = fields.Integer(
        string="Red Criteria", compute="_compute_criterion_summary"
    )
    criterion_summary = fields.Json(
        compute="_compute_criterion_summary",
        export_string_translation=False,
        help="Name, value and result of each criterion, for the cards.",
    )
    exit_obstacles = fields.Text(
        string="Before the Exit",
        compute="_compute_exit_obstacles",
        help="The criteria and clean days that are missing.",
    )

    _wave_site_uniq = models.UniqueIndex(
        "(wave_id, site_id)", "The site has a hypercare in this wave already."
    )
    _required_clean_days_positive = models.Constraint(
        "CHECK (required_clean_days > 0)", "The exit takes at least one clean day."
    )

    @api.depends("criterion_ids.result", "criterion_ids.actual_value")
    def _compute_criterion_summary(self):
        results = dict(
            self.env["dist.hypercare.criterion"]
            ._fields["result"]
            ._description_selection(self.env)
        )
        for hypercare in self:
            criteria = hypercare.criterion_ids
            hypercare.red_count = len(
                criteria.filtered(lambda criterion: criterion.result == "failed")
            )
            hypercare.criterion_summary = [
                {
                    "id": criterion.id,
                    "name": criterion.name,
                    "value": criterion.actual_text,
                    "result": criterion.result,
                    "label": results[criterion.result],
                }
                for criterion in criteria
            ]

    @api.depends("state", "clean_days", "required_clean_days", "recent_clean_days")
    def _compute_forecast_exit_day(self):
        for hypercare in self:
            hypercare.forecast_exit_day = hypercare._forecast()

    def _forecast(self):
        """Return the day on which the clean days are complete, or False.

        Missing clean days over the rate of the last 14 days: see the class.
        """
        self.ensure_one()
        if self.state == "exited" or not self.started_at:
            return False
        today = self.site_id._local_day()
        missing = max(self.required_clean_days - self.clean_days, 0)
        if not missing:
            return today
        ended = (today - self.site_id._local_day(self.started_at)).days
        if not self.recent_clean_days or ended <= 0:
            return False
        days = math.ceil(missing * min(ended, RATE_DAYS) / self.recent_clean_days)
        return fields.Date.add(today, days=days - 1)

    @api.depends(
        "state",
        "clean_days",
        "required_clean_days",
        "criterion_ids.result",
        "handover_ids.signoff_ids",
    )
    def _compute_exit_obstacles(self):
        for hypercare in self:
            hypercare.exit_obstacles = "\n".join(hypercare._exit_obstacles())

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._create_default_criteria()
        return records

    def _create_default_criteria(self):
        """Give each hypercare without criteria a copy of the default ones."""
        templates = self.env["dist.hypercare.criterion.template"].search(
            [("active", "=", True)]
        )
        self.env["dist.hypercare.criterion"].create(
            [
                {**template._criterion_vals(), "hypercare_id": hypercare.id}
                for hypercare in self
                if not hypercare.criterion_ids
                for template in templates
            ]
        )

    # -- actions ------------------------------------------------------------------

    def action_evaluate(self):
        """Bring criteria, clean days and state up to date now."""
        self.check_access("read")
        # sudo: the outputs are protected and follow from the measures alone.
        self.sudo()._evaluate()

    def action_exit(self):
        """Open the signature dialog of the exit, if nothing stands in its way."""
        self.ensure_one()
        self.action_evaluate()
        self._check_exit()
        return self._signoff_wizard_action("sign")

    def action_open_values(self):
        """Open the values of the criteria's measures since hypercare started."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_hypercare.dist_measure_value_action_hypercare"
        )
        return dict(
            action,
            domain=[
                "|",
                ("site_id", "=", self.site_id.id),
                "&",
                ("site_id", "=", False),
                ("company_id", "=", self.company_id.id),
                ("measure_id", "in", self.criterion_ids.measure_id.ids),
                ("day", ">=", self.site_id._local_day(self.started_at)),
            ],
            context={},
        )

    def action_open_criteria(self):
        """Open the criteria as a list of their own."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_hypercare.dist_hypercare_criterion_action"
        )
        return dict(action, domain=[("hypercare_id", "=", self.id)], context={})

    # -- evaluation ---------------------------------------------------------------

    def _evaluate(self):
        """Judge the days and set the state of those that have not exited.

        Writes what changed only. One statement judges the days of all of them.
        """
        monitored = self.filtered(lambda hypercare: hypercare.state != "exited")
        monitored.criterion_ids._evaluate()
        streaks = monitored._streaks()
        for hypercare in monitored:
            vals = hypercare._evaluation_vals(
                *streaks.get(hypercare.id, (0, None, None, 0))
            )
            changed = {
                name: value
                for name, value in vals.items()
                if (hypercare[name] or False) != (value or False)
            }
            if changed:
                hypercare.write(dict(changed, evaluated_at=fields.Datetime.now()))

    def _evaluation_vals(self, clean_days, last_clean_day, last_red_day, recent):
        """Return the outputs that follow from the streak and the criteria."""
        self.ensure_one()
        is_eligible = (
            clean_days >= self.required_clean_days
            and bool(self.criterion_ids)
            and all(criterion.result == "passed" for criterion in self.criterion_ids)
        )
        return {
            "clean_days": clean_days,
            "last_clean_day": last_clean_day,
            "last_red_day": last_red_day,
            "recent_clean_days": recent,
            "state": "eligible" if is_eligible else "monitoring",
        }

    def _streaks(self):
        """Return ``{id: (clean days, last clean day, last red day, recent)}``.

        One query, whatever the number of records.
        """
        if not self:
            return {}
        self.flush_model()
        self.env["dist.hypercare.criterion"].flush_model()
        self.env["dist.site"].flush_model(["tz"])
        rows = self.env.execute_query(self._sql_streaks())
        return {id_: figures for id_, *figures in rows}

    def _sql_streaks(self):
        """Return the query (id, clean days, last clean, last red day, recent ones).

        ``judged`` has a row per hypercare and day that has any value; the window
        function adds the last red day to each, so that the clean days after it are
        counted without reading the values twice. Days without any value have no row
        and no effect.
        """
        Criterion = self.env["dist.hypercare.criterion"]
        provider = self.env["dist.measure.provider"]
        return SQL(
            """
            WITH judged AS (
                SELECT h.id, v.day, demanded.criteria,
                       v.day >= %(today)s - %(rate_days)s AS is_recent,
                       COUNT(*) FILTER (WHERE %(passes)s) AS passing,
                       COUNT(*) FILTER (WHERE NOT %(passes)s) AS failing
                  FROM dist_hypercare h
                  JOIN dist_site site ON site.id = h.site_id
                  JOIN (SELECT hypercare_id, COUNT(*) AS criteria
                          FROM dist_hypercare_criterion
                         WHERE source = 'computed' AND is_daily
                           AND hypercare_id = ANY(%(ids)s)
                      GROUP BY hypercare_id) demanded ON demanded.hypercare_id = h.id
                  JOIN dist_hypercare_criterion c
                       ON c.hypercare_id = h.id AND c.source = 'computed' AND c.is_daily
                  JOIN dist_measure m ON m.id = c.measure_id
                  JOIN dist_measure_value v
                       ON %(is_of)s
                      AND v.value IS NOT NULL
                      AND v.day >= %(first_day)s AND v.day < %(today)s
                 WHERE h.id = ANY(%(ids)s)
              GROUP BY h.id, v.day, demanded.criteria, site.tz
            ),
            streak AS (
                SELECT id, day, is_recent,
                       failing = 0 AND passing = criteria AS is_clean,
                       MAX(day) FILTER (WHERE failing > 0)
                           OVER (PARTITION BY id) AS last_red_day
                  FROM judged
            )
            SELECT id,
                   COUNT(*) FILTER (
                       WHERE is_clean AND (last_red_day IS NULL OR day > last_red_day)
                   ),
                   MAX(day) FILTER (WHERE is_clean),
                   MAX(last_red_day),
                   COUNT(*) FILTER (WHERE is_clean AND is_recent)
              FROM streak
          GROUP BY id
            """,
            ids=list(self.ids),
            is_of=self.env["dist.measure.value"]._sql_is_of("v", "m", "site"),
            passes=Criterion._sql_passes(SQL("v.value"), "c"),
            first_day=provider._sql_local_day(SQL("h.started_at"), SQL("site.tz")),
            today=provider._sql_today(SQL("site.tz")),
            rate_days=RATE_DAYS,
        )

    @api.model
    def _cron_evaluate(self):
        """Evaluate every hypercare that has not been exited, some at a time.

        Killed at any point, the next run evaluates them again with the same result.
        """
        Cron = self.env["ir.cron"]
        ids = self.search([("state", "!=", "exited")], order="id").ids
        Cron._commit_progress(remaining=len(ids))
        for offset in range(0, len(ids), BATCH_SIZE):
            batch = self.browse(ids[offset : offset + BATCH_SIZE]).exists()
            batch._evaluate()
            if not Cron._commit_progress(len(batch)):
                break
