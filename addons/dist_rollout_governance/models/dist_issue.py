from odoo import api, fields, models

from .dist_risk import LEVELS


class DistIssue(models.Model):
    """Something that has gone wrong and stands in the way of the program."""

    _name = "dist.issue"
    _description = "Issue"
    _inherit = "dist.raid.mixin"
    _order = "severity_rank desc, date_deadline, id"
    _protected_fields = frozenset(
        {"state", "escalation", "escalated_at", "resolved_at"}
    )

    severity = fields.Selection(
        LEVELS, required=True, default="medium", tracking=True, index=True
    )
    severity_rank = fields.Integer(
        compute="_compute_severity_rank", store=True, export_string_translation=False
    )
    date_deadline = fields.Date(string="Due", tracking=True)
    workaround = fields.Text(help="How the work goes on until it is solved.")
    root_cause = fields.Text()
    resolution = fields.Text(help="What solved it.")
    risk_id = fields.Many2one(
        "dist.risk",
        string="From Risk",
        domain="[('program_id', '=', program_id)]",
        ondelete="restrict",
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("in_progress", "In Progress"),
            ("resolved", "Resolved"),
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
    resolved_at = fields.Datetime(string="Resolved On", readonly=True, copy=False)
    escalation = fields.Selection(
        [
            ("none", "Not Escalated"),
            ("manager", "Program Manager"),
            ("steering", "Steering Committee"),
        ],
        string="Escalated To",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    escalated_at = fields.Datetime(string="Escalated On", readonly=True, copy=False)

    @api.depends("severity")
    def _compute_severity_rank(self):
        ranks = [level for level, _label in LEVELS]
        for issue in self:
            issue.severity_rank = (
                ranks.index(issue.severity) if issue.severity else False
            )

    @api.model
    def _overdue_domain(self):
        return [
            ("state", "in", ("open", "in_progress")),
            ("date_deadline", "<", fields.Date.context_today(self)),
        ]

    @api.model
    def _overdue_fields(self):
        return ("state", "date_deadline")

    @api.constrains("risk_id", "program_id")
    def _check_risk_id(self):
        self._check_same_program("risk_id")

    # -- steps --------------------------------------------------------------------

    def _start_obstacles(self):
        obstacles = []
        if self.state != "open":
            obstacles.append(self.env._("Work starts on an open issue."))
        if not self.owner_id:
            obstacles.append(self.env._("Name the owner."))
        return obstacles

    def action_start(self):
        """Start to work on the issues."""
        self._take_step("start", {"state": "in_progress"})

    def _resolve_obstacles(self):
        obstacles = []
        if self.state not in ("open", "in_progress"):
            obstacles.append(self.env._("It is resolved already."))
        if not self.resolution:
            obstacles.append(self.env._("Write down the resolution."))
        return obstacles

    def action_resolve(self):
        """Record that the issues are solved."""
        self._take_step(
            "resolve", {"state": "resolved", "resolved_at": fields.Datetime.now()}
        )

    def _close_obstacles(self):
        if self.state != "resolved":
            return [self.env._("An issue is resolved before it is closed.")]
        return []

    def action_close(self):
        """Close what was solved, once those concerned have confirmed it."""
        self._take_step("close", {"state": "closed"})
        # sudo: nobody has to act on what is closed, whoever was told.
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])

    def _reopen_obstacles(self):
        if self.state not in ("resolved", "closed"):
            return [self.env._("It is open.")]
        return []

    def action_reopen(self):
        """Open issues again that turned out not to be solved."""
        self._take_step("reopen", {"state": "open", "resolved_at": False})

    # -- escalation -----------------------------------------------------------------

    def _escalate_obstacles(self):
        if self.state not in ("open", "in_progress"):
            return [self.env._("Only what is not solved is escalated.")]
        if self.escalation == "steering":
            return [self.env._("It is with the steering committee already.")]
        if self.escalation == "none" and not self.program_id.manager_id.active:
            return [self.env._("The program has no active program manager.")]
        if self.escalation == "manager" and not self._steering_members():
            return [
                self.env._("The program has no steering committee with voting members.")
            ]
        return []

    def _steering_members(self):
        """Return the voting members of the program's steering committee."""
        body = self.program_id.body_ids.filtered(lambda body: body.type == "steering")
        return body[:1].voter_ids

    def action_escalate(self):
        """Take the issues to the program manager, then to the steering committee."""
        self.check_access("write")
        self._check_obstacles("escalate")
        # sudo: the escalation is protected; rights and conditions are checked above.
        for issue in self.sudo():
            if issue.escalation == "none":
                level, users = "manager", issue.program_id.manager_id
            else:
                level, users = "steering", issue._steering_members()
            issue.write({"escalation": level, "escalated_at": fields.Datetime.now()})
            for user in users:
                if issue.with_user(user).has_access("read"):
                    issue.activity_schedule(
                        "mail.mail_activity_data_todo",
                        user_id=user.id,
                        summary=self.env._("Escalated issue: decide what is done"),
                    )
