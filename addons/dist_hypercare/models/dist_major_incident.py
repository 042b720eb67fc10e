from odoo import api, fields, models
from odoo.exceptions import UserError


class DistMajorIncident(models.Model):
    """A disruption that takes more than a ticket: war room, communication, review.

    A *candidate* comes from a trigger rule (an addon with tickets has one) or from a
    person. It is declared by the command center, resolved when the work goes on, and
    reviewed afterwards: what happened, the root cause and what keeps it from coming
    back. Each message to those concerned is a row of the log, which stays as it is.
    """

    _name = "dist.major.incident"
    _description = "Major Incident"
    _inherit = "dist.owned.mixin"
    _order = "detected_at desc, id desc"
    _protected_fields = frozenset(
        {"state", "declared_at", "resolved_at", "reviewed_at", "rule"}
    )

    name = fields.Char(string="Incident", required=True, tracking=True)
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        domain="[('program_id', '=', program_id)]",
        ondelete="restrict",
        index="btree_not_null",
    )
    owner_id = fields.Many2one(string="Incident Commander")
    impact = fields.Text(help="What does not work, where, and whom it concerns.")
    rule = fields.Char(
        string="Triggered By",
        readonly=True,
        copy=False,
        help="The rule and figures that proposed the incident. Empty: a person.",
    )
    war_room = fields.Char(help="Room or link where those concerned work on it.")
    detected_at = fields.Datetime(
        string="Detected", required=True, default=fields.Datetime.now
    )
    declared_at = fields.Datetime(string="Declared", readonly=True, copy=False)
    resolved_at = fields.Datetime(string="Resolved", readonly=True, copy=False)
    reviewed_at = fields.Datetime(string="Reviewed", readonly=True, copy=False)
    duration_hours = fields.Float(
        string="Hours to Resolve", compute="_compute_duration_hours", store=True
    )
    log_ids = fields.One2many(
        "dist.major.incident.log", "incident_id", string="Communication"
    )
    resolution = fields.Text(help="What ended the disruption.")
    timeline = fields.Text(string="What Happened", help="In the order of time.")
    root_cause = fields.Text()
    prevention = fields.Text(help="What keeps it from coming back.")
    prevention_action_id = fields.Many2one(
        "dist.action",
        string="Prevention Action",
        domain="[('program_id', '=', program_id)]",
        ondelete="restrict",
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("candidate", "Candidate"),
            ("declared", "Declared"),
            ("resolved", "Resolved"),
            ("reviewed", "Reviewed"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="candidate",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )

    @api.depends("detected_at", "resolved_at")
    def _compute_duration_hours(self):
        for incident in self:
            incident.duration_hours = (
                (incident.resolved_at - incident.detected_at).total_seconds() / 3600
                if incident.resolved_at and incident.detected_at
                else 0
            )

    @api.constrains("wave_id", "prevention_action_id", "program_id")
    def _check_links(self):
        self._check_same_program("wave_id")
        self._check_same_program("prevention_action_id")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_declared(self):
        for incident in self:
            if incident.state not in ("candidate", "dismissed"):
                raise UserError(
                    self.env._(
                        "%(incident)s was declared and stays in the register.",
                        incident=incident.name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def _declare_obstacles(self):
        obstacles = []
        if self.state not in ("candidate", "dismissed"):
            obstacles.append(self.env._("It was declared already."))
        if not self.owner_id:
            obstacles.append(self.env._("Name the incident commander."))
        if not self.war_room:
            obstacles.append(self.env._("Say where those concerned meet."))
        return obstacles

    def action_declare(self):
        """Declare the incidents: the commander and the program manager are told."""
        self._take_step(
            "declare", {"state": "declared", "declared_at": fields.Datetime.now()}
        )
        # sudo: whom to tell follows from the incident, whoever may read it
        self.sudo()._tell_responsible(self.env._("Major incident: join the war room"))

    def _dismiss_obstacles(self):
        if self.state != "candidate":
            return [self.env._("Only a candidate can be dismissed.")]
        return []

    def action_dismiss(self):
        """Say that the candidates are no major incidents."""
        self._take_step("dismiss", {"state": "dismissed"})

    def _resolve_obstacles(self):
        obstacles = []
        if self.state != "declared":
            obstacles.append(self.env._("Only a declared incident is resolved."))
        if not self.resolution:
            obstacles.append(self.env._("Write down what ended the disruption."))
        if not self.log_ids:
            obstacles.append(
                self.env._("Nobody was told anything: log the communication.")
            )
        return obstacles

    def action_resolve(self):
        """Record that the work goes on."""
        self._take_step(
            "resolve", {"state": "resolved", "resolved_at": fields.Datetime.now()}
        )

    def _review_obstacles(self):
        obstacles = []
        if self.state != "resolved":
            obstacles.append(self.env._("An incident is resolved before its review."))
        obstacles += [
            self.env._(
                "“%(field)s” is empty.",
                field=self._fields[name]._description_string(self.env),
            )
            for name in ("timeline", "root_cause", "prevention")
            if not self[name]
        ]
        return obstacles

    def action_review(self):
        """Conclude the post-incident review."""
        self._take_step(
            "review", {"state": "reviewed", "reviewed_at": fields.Datetime.now()}
        )

    # -- communication --------------------------------------------------------------

    def action_communicate(self):
        """Open the dialog that logs a message to those concerned."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a Message"),
            "res_model": "dist.major.incident.message.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_incident_id": self.id},
        }

    def _communicate(self, audience, message):
        """Append a message to the log and to the chatter, and return its row."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("candidate", "declared", "resolved"):
            raise UserError(self.env._("The incident is closed."))
        # sudo: nobody has the right to add rows; the checks above stand for it
        return (
            self.env["dist.major.incident.log"]
            .sudo()
            ._append_rows(
                [
                    {
                        "incident_id": self.id,
                        "logged_at": fields.Datetime.now(),
                        "author_id": self.env.uid,
                        "audience": audience,
                        "message": message,
                    }
                ]
            )
        )
