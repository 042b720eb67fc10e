from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .dist_risk_template import RISK_CATEGORIES

LEVELS = [
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
    ("critical", "Critical"),
]
# Lowest score of each level, highest first.
LEVEL_SCORES = [("critical", 16), ("high", 10), ("medium", 5), ("low", 0)]
# A risk in one of these is triggered when an indicator crosses its threshold. Who has
# accepted a risk has accepted that its contingency is needed one day.
WATCHED_STATES = ("open", "mitigating", "accepted")


class DistRisk(models.Model):
    """Something that may go wrong, with what is done about it before and after.

    *Triggered once.* A crossing is taken up once by the indicator that saw it (see
    ``dist.risk.indicator``), and each line of the contingency plan remembers its
    task: whatever happens afterwards, the line has one task. Standing down and a new
    crossing show the risk as triggered again and create no second task. Only a risk
    that was closed and is opened again on purpose begins a new round: its lines forget
    their tasks, which stay in the workplan, and its indicators watch again.
    """

    _name = "dist.risk"
    _description = "Risk"
    _inherit = ["dist.raid.mixin", "dist.decision.mixin"]
    _order = "residual_score desc, score desc, id"
    _protected_fields = frozenset(
        {"state", "triggered_at", "trigger_count", "closed_at"}
    )
    _immutable_fields = frozenset({"program_id", "site_id", "template_id"})

    template_id = fields.Many2one(
        "dist.risk.template",
        string="From the Catalogue",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    category = fields.Selection(
        RISK_CATEGORIES, required=True, default="governance", tracking=True
    )
    description = fields.Text(string="Typical Failure")
    cause = fields.Text(string="Likely Cause")
    consequence = fields.Text(string="Operational Impact")
    mitigation = fields.Text(help="What keeps it from happening.")
    contingency = fields.Text(
        string="Contingency Plan", help="What is done once it happens."
    )
    warning_sign = fields.Text(
        string="Early Warning", help="What can be noticed beforehand."
    )
    owner_role = fields.Char(string="Suggested Owner")
    date_deadline = fields.Date(
        string="Due", tracking=True, help="Day by which the mitigation works."
    )
    probability = fields.Integer(
        default=3,
        required=True,
        aggregator="avg",
        tracking=True,
        help="1 rare, 2 unlikely, 3 possible, 4 likely, 5 almost certain.",
    )
    impact = fields.Integer(
        default=3,
        required=True,
        aggregator="avg",
        tracking=True,
        help="1 negligible, 2 minor, 3 noticeable, 4 severe, 5 stops the operation.",
    )
    score = fields.Integer(compute="_compute_score", store=True, aggregator="avg")
    level = fields.Selection(
        LEVELS,
        string="Inherent Level",
        compute="_compute_score",
        store=True,
        help="Before any mitigation.",
    )
    residual_probability = fields.Integer(
        aggregator="avg", tracking=True, help="With the mitigation. 0: not assessed."
    )
    residual_impact = fields.Integer(
        aggregator="avg", tracking=True, help="With the mitigation. 0: not assessed."
    )
    residual_score = fields.Integer(
        compute="_compute_score",
        store=True,
        aggregator="avg",
        help="With the mitigation; the inherent score until that is assessed.",
    )
    residual_level = fields.Selection(
        LEVELS,
        string="Level",
        compute="_compute_score",
        store=True,
        index=True,
        group_expand=True,
        help="What remains with the mitigation: critical from 16 points of 25, high "
        "from 10, medium from 5.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("mitigating", "Mitigating"),
            ("triggered", "Triggered"),
            ("accepted", "Accepted"),
            ("closed", "Closed"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    triggered_at = fields.Datetime(string="Triggered On", readonly=True, copy=False)
    trigger_count = fields.Integer(
        string="Times Triggered", readonly=True, copy=False, aggregator="sum"
    )
    closed_at = fields.Datetime(string="Closed On", readonly=True, copy=False)
    accepted_until = fields.Date(
        tracking=True,
        help="Last day of the acceptance. Empty: without end.",
    )
    indicator_ids = fields.One2many("dist.risk.indicator", "risk_id")
    contingency_ids = fields.One2many(
        "dist.risk.contingency", "risk_id", string="Contingency Tasks", copy=True
    )
    issue_ids = fields.One2many("dist.issue", "risk_id", string="Issues")
    indicator_count = fields.Integer(
        string="Indicators", compute="_compute_indicator_counts"
    )
    crossed_count = fields.Integer(
        string="Warnings", compute="_compute_indicator_counts"
    )
    blind_count = fields.Integer(
        string="Without Evidence",
        compute="_compute_indicator_counts",
        help="Indicators without a value, or with one that is too old. They never "
        "trigger a risk.",
    )
    task_count = fields.Integer(string="Tasks", compute="_compute_task_count")
    issue_count = fields.Integer(compute="_compute_issue_count")

    _probability_range = models.Constraint(
        "CHECK (probability BETWEEN 1 AND 5)", "Probability goes from 1 to 5."
    )
    _impact_range = models.Constraint(
        "CHECK (impact BETWEEN 1 AND 5)", "Impact goes from 1 to 5."
    )
    _residual_range = models.Constraint(
        "CHECK (residual_probability BETWEEN 0 AND 5"
        " AND residual_impact BETWEEN 0 AND 5)",
        "Residual probability and impact go from 1 to 5; 0 is not assessed.",
    )
    _template_uniq = models.UniqueIndex(
        "(program_id, COALESCE(site_id, 0), template_id) WHERE template_id IS NOT NULL",
        "The register has this risk of the catalogue already.",
    )

    @api.depends("probability", "impact", "residual_probability", "residual_impact")
    def _compute_score(self):
        for risk in self:
            risk.score = risk.probability * risk.impact
            risk.level = self._level_of(risk.score)
            risk.residual_score = (
                risk.residual_probability * risk.residual_impact or risk.score
            )
            risk.residual_level = self._level_of(risk.residual_score)

    @api.model
    def _level_of(self, score):
        """Return the level of a score."""
        return next(level for level, lowest in LEVEL_SCORES if score >= lowest)

    @api.depends("indicator_ids.result")
    @api.depends_context("uid")
    def _compute_indicator_counts(self):
        counts = {}
        groups = self.env["dist.risk.indicator"]._read_group(
            [("risk_id", "in", self.ids)], ["risk_id", "result"], ["__count"]
        )
        for risk, result, count in groups:
            counts.setdefault(risk, {})[result] = count
        for risk in self:
            by_result = counts.get(risk._origin, {})
            risk.indicator_count = sum(by_result.values())
            risk.crossed_count = by_result.get("failed", 0)
            risk.blind_count = by_result.get("no_evidence", 0) + by_result.get(
                "stale", 0
            )

    @api.depends("contingency_ids.task_id")
    @api.depends_context("uid")
    def _compute_task_count(self):
        counts = dict(
            self.env["dist.risk.contingency"]._read_group(
                [("risk_id", "in", self.ids), ("task_id", "!=", False)],
                ["risk_id"],
                ["__count"],
            )
        )
        for risk in self:
            risk.task_count = counts.get(risk._origin, 0)

    @api.depends("issue_ids")
    @api.depends_context("uid")
    def _compute_issue_count(self):
        counts = dict(
            self.env["dist.issue"]._read_group(
                [("risk_id", "in", self.ids)], ["risk_id"], ["__count"]
            )
        )
        for risk in self:
            risk.issue_count = counts.get(risk._origin, 0)

    @api.model
    def _overdue_domain(self):
        return [
            ("state", "in", ("open", "mitigating")),
            ("date_deadline", "<", fields.Date.context_today(self)),
        ]

    @api.model
    def _overdue_fields(self):
        return ("state", "date_deadline")

    @api.constrains("residual_probability", "residual_impact")
    def _check_residual(self):
        for risk in self:
            if bool(risk.residual_probability) != bool(risk.residual_impact):
                raise ValidationError(
                    self.env._(
                        "%(risk)s: assess the residual probability and the residual "
                        "impact, or neither of them.",
                        risk=risk.name,
                    )
                )

    def write(self, vals):
        if not self.env.su and not vals.keys().isdisjoint(self._accepted_fields()):
            self._check_not_accepted()
        return super().write(vals)

    @api.model
    def _accepted_fields(self):
        """Return what a body accepts when it accepts a risk."""
        return {
            "name",
            "category",
            "probability",
            "impact",
            "residual_probability",
            "residual_impact",
            "consequence",
            "mitigation",
            "contingency",
            "accepted_until",
        }

    def _check_not_accepted(self):
        """Refuse to change what was accepted."""
        accepted = self.filtered(lambda risk: risk.state == "accepted")
        if accepted:
            raise UserError(
                self.env._(
                    "%(risk)s is accepted as it stands. Open it again, then change it "
                    "and have it accepted anew.",
                    risk=accepted[0].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_triggered(self):
        triggered = self.filtered("trigger_count")
        if triggered:
            raise UserError(
                self.env._(
                    "%(risk)s was triggered and stays on record. Close it, or archive "
                    "it.",
                    risk=triggered[0].name,
                )
            )

    # -- steps --------------------------------------------------------------------

    def _mitigate_obstacles(self):
        obstacles = []
        if self.state not in ("open", "triggered"):
            obstacles.append(
                self.env._("Mitigation starts from an open or a triggered risk.")
            )
        if not self.owner_id:
            obstacles.append(self.env._("Name the owner."))
        if not self.mitigation:
            obstacles.append(self.env._("Describe the mitigation."))
        return obstacles

    def action_mitigate(self):
        """Start the mitigation, or go back to it after the risk was triggered."""
        self._take_step("mitigate", {"state": "mitigating"})

    def _trigger_obstacles(self):
        if self.state not in WATCHED_STATES:
            return [self.env._("It is triggered or closed already.")]
        return []

    def action_trigger(self):
        """Report that the risk has come true, without waiting for an indicator."""
        self.check_access("write")
        self._check_obstacles("trigger")
        # sudo: the state and the tasks follow from the step, which is checked above.
        self.sudo()._trigger(
            self.env._("Reported by %(person)s.", person=self.env.user.name)
        )

    def _close_obstacles(self):
        if self.state == "closed":
            return [self.env._("It is closed already.")]
        open_tasks = self.contingency_ids.task_id.filtered(
            lambda task: not task.is_closed
        )
        return [
            self.env._("The contingency task “%(task)s” is not done.", task=task.name)
            for task in open_tasks
        ]

    def action_close(self):
        """Close risks that can't come true any more or have been dealt with."""
        self._take_step(
            "close", {"state": "closed", "closed_at": fields.Datetime.now()}
        )
        # sudo: nobody has to act on what is closed, whoever was told.
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _reopen_obstacles(self):
        if self.state not in ("closed", "accepted"):
            return [self.env._("Only closed and accepted risks are opened again.")]
        return []

    def action_reopen(self):
        """Open risks again; those that were closed begin a new round."""
        closed = self.filtered(lambda risk: risk.state == "closed")
        self._take_step("reopen", {"state": "open", "closed_at": False})
        # sudo: tasks and indicators are protected; the step is checked above.
        closed.sudo().contingency_ids._forget_tasks()
        closed.sudo().indicator_ids._rearm()
        self.sudo().indicator_ids._evaluate()
        self.sudo().indicator_ids._take_up()

    def _accept_obstacles(self):
        obstacles = []
        if self.state not in ("open", "mitigating"):
            obstacles.append(self.env._("Only open risks are accepted."))
        if not self.owner_id:
            obstacles.append(self.env._("Name the owner."))
        if self.accepted_until and self.accepted_until < fields.Date.context_today(
            self
        ):
            obstacles.append(self.env._("The acceptance would have ended already."))
        return obstacles

    def action_accept(self):
        """Accept low and medium risks; put the others to the deciding body."""
        decided = self.filtered(lambda risk: risk._needs_decision())
        (self - decided)._take_step("accept", {"state": "accepted"})
        for risk in decided:
            risk._check_obstacles("accept")
            action = risk.action_request_decision()
        return action if len(decided) == 1 else None

    def _needs_decision(self):
        """Say whether a body still has to decide that the risk is accepted."""
        self.ensure_one()
        # sudo: whether an approval stands is a fact about the risk.
        decision = self.sudo().decision_id
        return self.residual_level in ("high", "critical") and not (
            decision.in_force and not decision._content_differences()
        )

    # -- decision: acceptance of a high risk ------------------------------------------

    def _decision_activity(self):
        return "risk_acceptance"

    def _decision_content(self):
        return {
            "risk": self.name,
            "category": self.category,
            "probability": self.probability,
            "impact": self.impact,
            "residual_score": self.residual_score,
            "residual_level": self.residual_level,
            "consequence": self.consequence or "",
            "mitigation": self.mitigation or "",
            "contingency": self.contingency or "",
            "accepted_until": str(self.accepted_until or ""),
        }

    def _decision_obstacles(self):
        return self._accept_obstacles()

    def _decision_valid_until(self):
        return self.accepted_until

    def _decision_proposal(self):
        return self.env._(
            "Accept the risk “%(risk)s” at %(score)s of 25 points.",
            risk=self.name,
            score=self.residual_score,
        )

    def _after_decision(self, decision):
        result = super()._after_decision(decision)
        if decision.state == "approved" and self.state in ("open", "mitigating"):
            self.state = "accepted"
        elif decision.state in ("expired", "withdrawn") and self.state == "accepted":
            self.state = "open"
            self._tell_responsible(
                self.env._("The acceptance of this risk has ended: decide anew.")
            )
        return result

    @api.model
    def _cron_end_acceptance(self):
        """Open the accepted risks whose last day has passed.

        Those that a body accepted follow their decision; this is for the others.
        """
        ended = self.search(
            [
                ("state", "=", "accepted"),
                ("accepted_until", "<", fields.Date.context_today(self)),
            ]
        )
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(ended))
        for risk in ended:
            risk.state = "open"
            risk._tell_responsible(
                self.env._("The acceptance of this risk has ended: decide anew.")
            )
            if not Cron._commit_progress(1):
                break

    # -- triggering -----------------------------------------------------------------

    def _trigger(self, reason):
        """Mark the risks as triggered, tell their owners and start the contingency.

        Called as superuser by a person's step or by an indicator.

        :param reason: a sentence for the chatter
        """
        # The system reports it, not whoever happened to run the reconciliation.
        risks = self.with_user(SUPERUSER_ID)
        now = fields.Datetime.now()
        for risk in risks:
            risk.write(
                {
                    "state": "triggered",
                    "triggered_at": now,
                    "trigger_count": risk.trigger_count + 1,
                }
            )
            risk.message_post(
                body=self.env._("Triggered. %(reason)s", reason=reason),
                subtype_xmlid="mail.mt_comment",
                partner_ids=risk._responsible().partner_id.ids,
            )
        risks._tell_responsible(self.env._("Triggered: start the contingency"), reason)
        risks.contingency_ids._create_tasks()

    def action_evaluate(self):
        """Bring the indicators up to date now."""
        self.check_access("read")
        # sudo: results are protected outputs that follow from the measures alone.
        self.sudo().indicator_ids._evaluate()

    # -- opening ----------------------------------------------------------------------

    def action_create_issue(self):
        """Raise an issue for the risk that has come true, or open the one there is."""
        self.ensure_one()
        issue = self.issue_ids.filtered(lambda issue: issue.state != "closed")[:1]
        if not issue:
            self.check_access("write")
            issue = self.env["dist.issue"].create(
                {
                    "name": self.name,
                    "description": self.description,
                    "workaround": self.contingency,
                    "program_id": self.program_id.id,
                    "site_id": self.site_id.id,
                    "owner_id": self.owner_id.filtered("active").id,
                    "risk_id": self.id,
                    "severity": self.residual_level,
                }
            )
        return self._open_one(issue)

    def action_open_issues(self):
        """Open the issues that came from the risk."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_issue_action"
        )
        return dict(action, domain=[("risk_id", "=", self.id)], context={})

    def action_open_tasks(self):
        """Open the contingency tasks in the workplan."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Contingency Tasks"),
            "res_model": "project.task",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", self.sudo().contingency_ids.task_id.ids)],
            "context": {"create": False},
        }

    def action_add_indicators(self):
        """Open the dialog that puts one indicator on several sites."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Indicator on All Sites"),
            "res_model": "dist.risk.indicator.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_risk_id": self.id},
        }
