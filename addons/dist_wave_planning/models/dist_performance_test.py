from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, float_compare

from .dist_device_check import RESULTS, STATUSES
from .dist_integration_test import ENVIRONMENTS
from .dist_performance_scenario import OPERATORS, VALID_DAYS


class DistPerformanceTest(models.Model):
    """One measurement of a scenario under load, against its target.

    It is about a site, about all sites of a wave, or about the whole program. It is
    planned first and measured once: target and load can't be bent to the figure
    afterwards, and another measurement is another test. The latest one counts, until
    its last day.
    """

    _name = "dist.performance.test"
    _description = "Performance Test"
    _inherit = "dist.owned.mixin"
    _order = "measured_at desc nulls first, id desc"
    _protected_fields = frozenset(
        {"result", "value", "measured_at", "tested_by_id", "valid_until"}
        | {"document", "document_name", "finding"}
    )
    _immutable_fields = frozenset({"program_id", "site_id", "wave_id"})
    # what the figure is held against
    _terms = frozenset(
        {"scenario_id", "metric", "unit", "operator", "target", "environment"}
        | {"load_users", "load_lines", "valid_days"}
    )

    scenario_id = fields.Many2one(
        "dist.performance.scenario",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('program_id', '=', program_id)]",
        help="Empty: the test counts in every wave.",
    )
    site_id = fields.Many2one(
        help="Empty: the test counts for all sites of the wave, or of the program."
    )
    guidance = fields.Text(related="scenario_id.guidance")
    metric = fields.Char(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    unit = fields.Char(
        compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    operator = fields.Selection(
        OPERATORS, compute="_compute_terms", store=True, readonly=False, precompute=True
    )
    target = fields.Float(
        digits=(16, 2),
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="avg",
        tracking=True,
    )
    load_users = fields.Integer(
        string="Users at Once",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="max",
    )
    load_lines = fields.Integer(
        string="Lines per Hour",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        aggregator="max",
    )
    valid_days = fields.Integer(
        string="Valid For (Days)",
        default=VALID_DAYS,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        aggregator=None,
        help="A passed test counts for so many days; 0 for ever.",
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, default="test")
    date_planned = fields.Date(string="Planned For", tracking=True)
    value = fields.Float(
        string="Measured", digits=(16, 2), readonly=True, copy=False, aggregator="avg"
    )
    measured_at = fields.Datetime(readonly=True, copy=False)
    tested_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict"
    )
    result = fields.Selection(
        RESULTS,
        default="untested",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    valid_until = fields.Date(
        readonly=True, copy=False, help="Last day a passed test counts."
    )
    document = fields.Binary(
        string="Protocol", attachment=True, readonly=True, copy=False
    )
    document_name = fields.Char(readonly=True, copy=False)
    finding = fields.Text(string="Note", readonly=True, copy=False)
    status = fields.Selection(STATUSES, compute="_compute_status")
    target_text = fields.Char(string="Target Shown", compute="_compute_target_text")
    is_late = fields.Boolean(
        string="Late", compute="_compute_is_late", search="_search_is_late"
    )

    _load_positive = models.Constraint(
        "CHECK (valid_days >= 0 AND load_users >= 0 AND load_lines >= 0)",
        "Load and days can't be negative.",
    )
    _latest = models.Index(
        "(scenario_id, measured_at DESC, id DESC) WHERE result <> 'untested'"
    )

    @api.depends("scenario_id", "site_id", "wave_id")
    def _compute_display_name(self):
        # sudo: site people see tests of waves; the name of a wave is no secret
        for test in self.sudo():
            about = test.site_id or test.wave_id or test.program_id
            test.display_name = f"{test.scenario_id.name}, {about.display_name}"

    @api.depends("scenario_id")
    def _compute_terms(self):
        names = self._terms - {"scenario_id", "environment"}
        for test in self.filtered("scenario_id"):
            test.update({name: test.scenario_id[name] for name in names})

    @api.depends("result", "valid_until", "site_id.tz")
    def _compute_status(self):
        for test in self:
            is_over = (
                test.result == "passed"
                and test.valid_until
                and test.valid_until < test._today()
            )
            test.status = "expired" if is_over else test.result

    @api.depends("operator", "target", "unit")
    def _compute_target_text(self):
        for test in self:
            sign = {"<=": "≤", ">=": "≥"}.get(test.operator, "")
            test.target_text = f"{sign} {test.target:g} {test.unit or ''}".strip()

    @api.depends("date_planned", "result")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for test in self:
            test.is_late = (
                test.result == "untested"
                and bool(test.date_planned)
                and test.date_planned < today
            )

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("result", "=", "untested"), ("date_planned", "<", "today")]

    @api.constrains("wave_id", "site_id", "program_id")
    def _check_wave_id(self):
        self._check_same_program("wave_id")
        # sudo: the wave's sites may belong to companies the user does not see
        for test in self.sudo():
            if (
                test.wave_id
                and test.site_id
                and test.site_id not in test.wave_id.site_ids
            ):
                raise ValidationError(
                    self.env._(
                        "%(site)s is not a site of %(wave)s.",
                        site=test.site_id.display_name,
                        wave=test.wave_id.name,
                    )
                )

    def write(self, vals):
        if not self.env.su and not self._terms.isdisjoint(vals):
            self._check_not_measured()
        counted = "active" in vals and self._concerned_sites()
        result = super().write(vals)
        if counted:
            counted._queue_levels()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        self._check_not_measured()

    def _check_not_measured(self):
        for test in self:
            if test.result != "untested":
                raise UserError(
                    self.env._(
                        "%(test)s is measured. Plan another test.",
                        test=test.display_name,
                    )
                )

    def _today(self):
        """Return the calendar day of the site, else of whoever asks."""
        self.ensure_one()
        # sudo: the timezone of a site is no secret
        return (
            self.sudo().site_id._local_day()
            if self.site_id
            else fields.Date.context_today(self)
        )

    def _concerned_sites(self):
        """Return the sites the tests count for, whoever may see them."""
        # sudo: whom a test counts for is no matter of who records it
        sites = self.env["dist.site"].sudo()
        for test in self.sudo():
            sites |= (
                test.site_id or test.wave_id.site_ids
                if test.site_id or test.wave_id
                else test.program_id.site_ids
            )
        return sites

    # -- what waves ask for -----------------------------------------------------------

    @api.model
    def _sql_missing(self):
        """Return the query ``(site_id, id)`` of scenarios that are not proven today.

        Those that an open wave of the site asks for and whose latest measurement is
        missing, failed or too old.
        """
        provider = self.env["dist.measure.provider"]
        return SQL(
            """
            SELECT q.dist_site_id AS site_id, q.scenario_id AS id
              FROM (%(required)s) q
              JOIN dist_site s ON s.id = q.dist_site_id
              LEFT JOIN LATERAL (
                   SELECT t.result, t.valid_until
                     FROM dist_performance_test t
                    WHERE t.scenario_id = q.scenario_id AND t.active
                      AND t.result <> 'untested' AND t.program_id = q.program_id
                      AND (t.site_id IS NULL OR t.site_id = s.id)
                      AND (t.wave_id IS NULL OR t.wave_id = q.wave_id)
                 ORDER BY t.measured_at DESC, t.id DESC LIMIT 1) t ON TRUE
             WHERE COALESCE(t.result, '') <> 'passed' OR t.valid_until < %(today)s
            """,
            required=self._sql_required(),
            today=provider._sql_today(SQL("s.tz")),
        )

    @api.model
    def _sql_required(self):
        """Return the query of the scenarios that open waves ask their sites for."""
        return SQL(
            """
            SELECT r.dist_site_id, w.id AS wave_id, w.program_id,
                   x.dist_performance_scenario_id AS scenario_id
              FROM dist_wave w
              JOIN dist_wave_site_rel r ON r.dist_wave_id = w.id
              JOIN dist_wave_performance_scenario_rel x ON x.dist_wave_id = w.id
              JOIN dist_performance_scenario c
                ON c.id = x.dist_performance_scenario_id AND c.active
             WHERE w.active AND w.state NOT IN ('closed', 'rolled_back')
            """
        )

    # -- steps ----------------------------------------------------------------------

    def action_record_result(self):
        """Open the dialog that asks what was measured."""
        self.ensure_one()
        self._check_may_measure()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record the Result"),
            "res_model": "dist.performance.result.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_test_id": self.id},
        }

    def action_repeat(self):
        """Plan the test anew, on the same terms, and open it."""
        self.ensure_one()
        again = self.copy(
            {
                "date_planned": False,
                **{name: self[name] for name in self._terms - {"scenario_id"}},
            }
        )
        return self._open_one(again)

    def _check_may_measure(self):
        """Raise unless the user may record a result: at own sites, or as consultant."""
        self.ensure_one()
        self.check_access("read")
        if self.site_id:
            self.site_id._check_tester()
        else:
            self.check_access("write")
        self._check_not_measured()

    def _record_result(self, value, measured_at, finding="", document=None, name=""):
        """Record a figure, in the user's name, and hold it against the target."""
        self._check_may_measure()
        if value <= 0:
            raise UserError(self.env._("Enter the figure that was measured."))
        if measured_at > fields.Datetime.now():
            raise UserError(self.env._("What is measured lies in the past."))
        # sudo: results are protected; whoever records one is checked above
        test = self.sudo()
        result = "passed" if test._meets_target(value) else "failed"
        test.write(
            {
                "value": value,
                "measured_at": measured_at,
                "finding": finding,
                "document": document,
                "document_name": name,
                "tested_by_id": self.env.uid,
                "result": result,
                "valid_until": result == "passed"
                and test.valid_days
                and test._local_day(measured_at) + timedelta(days=test.valid_days),
            }
        )
        if result == "failed":
            test._tell_responsible(
                self.env._("Performance test failed"),
                f"{test.value:g} {test.unit}, {test.target_text}",
            )
        test._concerned_sites()._queue_levels()

    def _local_day(self, moment):
        """Return the calendar day of a moment at the site, else of whoever asks."""
        if self.site_id:
            return self.site_id._local_day(moment)
        return fields.Datetime.context_timestamp(self, moment).date()

    def _meets_target(self, value):
        """Say whether a figure meets the target, compared as both are shown."""
        order = float_compare(value, self.target, precision_digits=2)
        return order <= 0 if self.operator == "<=" else order >= 0
