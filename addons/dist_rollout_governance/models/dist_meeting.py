from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DistMeeting(models.Model):
    """A meeting of a body: agenda, attendance, minutes, and the one that follows.

    Votes are given on the decisions themselves; the meeting brings them together and
    keeps what was said. A closed meeting stays as it is.
    """

    _name = "dist.meeting"
    _description = "Governance Meeting"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"body_id"})
    _protected_fields = frozenset({"state", "minutes_sent_at"})
    _open_fields = frozenset(
        {
            "action_ids",
            "activity_ids",
            "message_ids",
            "message_follower_ids",
            "message_partner_ids",
        }
    )

    name = fields.Char(compute="_compute_name", store=True)
    active = fields.Boolean(default=True)
    body_id = fields.Many2one(
        "dist.body", required=True, ondelete="restrict", index=True
    )
    program_id = fields.Many2one(
        related="body_id.program_id", store=True, index=True, precompute=True
    )
    date_start = fields.Datetime(string="Start", required=True, tracking=True)
    duration = fields.Float(string="Duration (hours)", default=1.0)
    date_stop = fields.Datetime(string="End", compute="_compute_date_stop", store=True)
    location = fields.Char(help="Room or link.")
    state = fields.Selection(
        [("planned", "Planned"), ("held", "Held"), ("closed", "Closed")],
        string="Status",
        required=True,
        default="planned",
        readonly=True,
        copy=False,
        tracking=True,
    )
    item_ids = fields.One2many("dist.meeting.item", "meeting_id", string="Agenda")
    present_ids = fields.Many2many(
        "res.users",
        "dist_meeting_present_rel",
        string="Present",
        copy=False,
        help="Members, their deputies and guests who took part.",
    )
    excused_ids = fields.Many2many(
        "res.users", "dist_meeting_excused_rel", string="Excused", copy=False
    )
    seats_present = fields.Integer(
        string="Voting Seats Present", compute="_compute_seats_present"
    )
    has_quorum = fields.Boolean(
        string="Quorum Present", compute="_compute_seats_present"
    )
    minutes = fields.Html(copy=False, help="What was said and agreed.")
    minutes_sent_at = fields.Datetime(string="Minutes Sent", readonly=True, copy=False)
    action_ids = fields.One2many("dist.action", "meeting_id", string="Actions")
    next_date = fields.Datetime(
        string="Next Meeting",
        compute="_compute_next_date",
        store=True,
        readonly=False,
        copy=False,
        help="Follows from the body's rhythm. It is planned when this one is closed.",
    )
    open_item_count = fields.Integer(
        string="Without Outcome", compute="_compute_open_item_count"
    )

    _duration_range = models.Constraint(
        "CHECK (duration > 0 AND duration <= 24)",
        "A meeting takes more than nothing and at most a day.",
    )
    _slot_uniq = models.UniqueIndex(
        "(body_id, date_start) WHERE active", "The body meets at this time already."
    )

    @api.depends("body_id.name", "date_start")
    def _compute_name(self):
        for meeting in self:
            day = (
                fields.Date.to_string(meeting.date_start) if meeting.date_start else ""
            )
            meeting.name = " ".join(filter(None, [meeting.body_id.name, day]))

    @api.depends("date_start", "duration")
    def _compute_date_stop(self):
        for meeting in self:
            meeting.date_stop = meeting.date_start and fields.Datetime.add(
                meeting.date_start, hours=meeting.duration
            )

    @api.depends("present_ids", "body_id")
    def _compute_seats_present(self):
        # sudo: how many seats are present is a fact about the meeting
        seats_of = self.sudo().body_id._voting_seats()
        for meeting in self.sudo():
            present = meeting.present_ids
            seats = seats_of.get(meeting.body_id.id, self.env["dist.body.member"])
            meeting.seats_present = len(
                seats.filtered(lambda s, p=present: (s.user_id | s.deputy_id) & p)
            )
            meeting.has_quorum = (
                bool(meeting.body_id)
                and meeting.seats_present >= meeting.body_id.quorum
            )

    @api.depends("date_start", "body_id.rhythm")
    def _compute_next_date(self):
        for meeting in self:
            meeting.next_date = meeting.date_start and meeting.body_id._after(
                meeting.date_start
            )

    @api.depends("item_ids.outcome", "item_ids.decision_id.state", "item_ids.note")
    def _compute_open_item_count(self):
        for meeting in self:
            meeting.open_item_count = len(meeting.item_ids.filtered("is_open"))

    @api.constrains("date_start", "next_date")
    def _check_next_date(self):
        for meeting in self:
            if meeting.next_date and meeting.next_date <= meeting.date_start:
                raise ValidationError(
                    self.env._("The next meeting lies before this one.")
                )

    def write(self, vals):
        if not self.env.su:
            self._check_not_closed(vals.keys() - self._open_fields)
        return super().write(vals)

    def _check_not_closed(self, names=True):
        """Refuse to change a meeting whose minutes are final."""
        for meeting in self if names else self.browse():
            if meeting.state == "closed":
                raise UserError(
                    self.env._(
                        "%(meeting)s is closed and its minutes are final. A program "
                        "administrator can open it again.",
                        meeting=meeting.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        for meeting in self:
            if meeting.state != "planned":
                raise UserError(
                    self.env._(
                        "%(meeting)s was held and stays in the log.",
                        meeting=meeting.name,
                    )
                )

    def action_build_agenda(self):
        """Put the body's open proposals on the agenda; what is there stays."""
        for meeting in self:
            meeting.check_access("write")
            meeting._check_not_closed()
            pending = self.env["dist.decision"].search(
                [("body_id", "=", meeting.body_id.id), ("state", "=", "proposed")],
                order="date_deadline, id",
            )
            self.env["dist.meeting.item"].create(
                [
                    meeting._prepare_item_vals(decision)
                    for decision in pending - meeting.item_ids.decision_id
                ]
            )

    def _prepare_item_vals(self, decision):
        self.ensure_one()
        return {
            "meeting_id": self.id,
            "decision_id": decision.id,
            "name": decision.display_name,
            "presenter_id": decision.requester_id.id,
        }

    def action_hold(self):
        """Say that the meeting has taken place."""
        for meeting in self:
            meeting.check_access("write")
            obstacles = meeting._hold_obstacles()
            if obstacles:
                raise UserError("\n".join(obstacles))
        # sudo: the state is protected, the checks above stand for it
        self.sudo().state = "held"

    def _hold_obstacles(self):
        self.ensure_one()
        if self.state != "planned":
            return [self.env._("%(meeting)s was held already.", meeting=self.name)]
        obstacles = []
        if self.date_start > fields.Datetime.now():
            obstacles.append(
                self.env._("%(meeting)s lies in the future.", meeting=self.name)
            )
        if not self.present_ids:
            obstacles.append(self.env._("Enter who is present."))
        return obstacles

    def action_close(self):
        """Make the minutes final and plan the next meeting."""
        for meeting in self:
            meeting.check_access("write")
            obstacles = meeting._close_obstacles()
            if obstacles:
                raise UserError("\n".join(obstacles))
            # sudo: the state is protected, the checks above stand for it
            meeting.sudo()._close()

    def _close_obstacles(self):
        """Return what keeps the meeting open: agenda decisions without an outcome."""
        self.ensure_one()
        if self.state != "held":
            return [
                self.env._("%(meeting)s is not held, or closed.", meeting=self.name)
            ]
        obstacles = [
            self.env._(
                "“%(item)s” has no outcome. Let the body vote, or defer it and note "
                "why.",
                item=item.name,
            )
            for item in self._all_items().filtered("is_open")
        ]
        if not self.minutes:
            obstacles.append(self.env._("Write the minutes."))
        return obstacles

    def _all_items(self):
        """Return the whole agenda, whoever asks.

        sudo and searched: a decision of another company keeps the meeting open for
        everybody, and the field may hold what an earlier reader was allowed to see.
        """
        return (
            self.env["dist.meeting.item"].sudo().search([("meeting_id", "=", self.id)])
        )

    def _close(self):
        self.ensure_one()
        self.state = "closed"
        later = self.search_count(
            [
                ("body_id", "=", self.body_id.id),
                ("date_start", ">", self.date_start),
                ("state", "=", "planned"),
            ],
            limit=1,
        )
        if self.next_date and not later and self.body_id.active:
            self.create(self._prepare_next_vals())

    def _prepare_next_vals(self):
        """Return the values of the next meeting, with what was deferred."""
        self.ensure_one()
        return {
            "body_id": self.body_id.id,
            "date_start": self.next_date,
            "duration": self.duration,
            "location": self.location,
            "item_ids": [
                fields.Command.create(
                    {
                        "name": item.name,
                        "decision_id": item.decision_id.id,
                        "presenter_id": item.presenter_id.id,
                    }
                )
                for item in self._all_items()
                if item.outcome == "deferred"
                and item.decision_id.state in (False, "proposed")
            ],
        }

    def action_reopen(self):
        """Open a closed meeting again, to correct its minutes."""
        # sudo: the state is protected; only program administrators delete meetings,
        # and only they may undo what is final.
        self.check_access("unlink")
        self.sudo().filtered(lambda m: m.state == "closed").state = "held"

    def action_send_minutes(self):
        """Mail the minutes to the body and to who was present."""
        template = self.env.ref("dist_rollout_governance.mail_template_minutes")
        for meeting in self:
            meeting.check_access("write")
            if meeting.state != "closed":
                raise UserError(
                    self.env._("Close the meeting first: then its minutes are final.")
                )
            if not meeting.sudo()._minutes_recipients():
                raise UserError(self.env._("There is nobody to send the minutes to."))
            # sudo: members' addresses are read, and a protected field is set
            template.sudo().send_mail(meeting.id)
            meeting.sudo().minutes_sent_at = fields.Datetime.now()

    def _minutes_recipients(self):
        """Return who gets the minutes: all who may see every item of the agenda."""
        self.ensure_one()
        users = self.body_id.member_ids.filtered(
            lambda m: not m.date_to or m.date_to >= fields.Date.today()
        ).user_id
        companies = self._all_items().company_id
        return (users | self.present_ids).filtered(
            lambda user: user.active and user.email and companies <= user.company_ids
        )
