from odoo import api, fields, models
from odoo.exceptions import UserError

# What a source of the agenda calls low to critical is severity 4 to 1 here.
SEVERITY_OF_LEVEL = {"critical": "1", "high": "2", "medium": "3", "low": "4"}
# Written to a closed session all the same.
OPEN_FIELDS = frozenset(
    {"activity_ids", "message_ids", "message_follower_ids", "message_partner_ids"}
)


class DistHypercareSession(models.Model):
    """A daily session of the command center: what is open, and what is done about it.

    ``action_build_agenda`` puts on the agenda what is red, new, reopened, overdue or
    due for decision at the sites of the wave. Another addon adds a source by extending
    ``_agenda_sources``. The session closes when each item of severity 1 has a decision;
    items with an owner become governance actions then. A closed session stays as it
    is.
    """

    _name = "dist.hypercare.session"
    _description = "Daily Session"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"wave_id"})
    _protected_fields = frozenset(
        {"state", "opened_at", "closed_at", "minutes_sent_at"}
    )

    name = fields.Char(compute="_compute_name", store=True)
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self._default_wave_id(),
        domain="[('state', 'in', ('cutover', 'hypercare'))]",
    )
    program_id = fields.Many2one(
        related="wave_id.program_id", store=True, index=True, precompute=True
    )
    date = fields.Date(
        string="Day",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    lead_id = fields.Many2one(
        "res.users",
        string="Session Lead",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    state = fields.Selection(
        [("draft", "Prepared"), ("open", "Running"), ("closed", "Closed")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
    )
    item_ids = fields.One2many(
        "dist.hypercare.session.item", "session_id", string="Agenda"
    )
    note = fields.Text(string="Remarks", help="What was said besides the agenda.")
    opened_at = fields.Datetime(string="Opened", readonly=True, copy=False)
    closed_at = fields.Datetime(string="Closed", readonly=True, copy=False, index=True)
    minutes_sent_at = fields.Datetime(string="Minutes Sent", readonly=True, copy=False)
    item_count = fields.Integer(string="Items", compute="_compute_counts")
    undecided_count = fields.Integer(
        string="Without Decision", compute="_compute_counts"
    )

    _day_uniq = models.UniqueIndex(
        "(wave_id, date)", "The wave has a session on this day already."
    )

    @api.model
    def _default_wave_id(self):
        """Return the only wave in hypercare, if it is one."""
        waves = self.env["dist.wave"].search([("state", "=", "hypercare")], limit=2)
        return waves if len(waves) == 1 else waves.browse()

    @api.depends("wave_id.name", "date")
    def _compute_name(self):
        for session in self:
            session.name = " ".join(
                filter(
                    None,
                    [
                        session.wave_id.name,
                        session.date and fields.Date.to_string(session.date),
                    ],
                )
            )

    @api.depends("item_ids.is_decided")
    def _compute_counts(self):
        counts = {
            session: (count, decided)
            for session, count, decided in self.env[
                "dist.hypercare.session.item"
            ]._read_group(
                [("session_id", "in", self.ids)],
                ["session_id"],
                ["__count", "is_decided:array_agg"],
            )
        }
        for session in self:
            count, decided = counts.get(session._origin, (0, []))
            session.item_count = count
            session.undecided_count = decided.count(False)

    def write(self, vals):
        if not self.env.su:
            self._check_not_closed(vals.keys() - OPEN_FIELDS)
        return super().write(vals)

    def _check_not_closed(self, names=True):
        """Refuse to change a session whose minutes are final."""
        for session in self if names else self.browse():
            if session.state == "closed":
                raise UserError(
                    self.env._(
                        "%(session)s is closed and its minutes are final. Note what "
                        "is new in the next session.",
                        session=session.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_not_closed()

    # -- agenda -------------------------------------------------------------------

    def action_build_agenda(self):
        """Put on the agenda what has come up; what is there stays as it is."""
        for session in self:
            session.check_access("write")
            session._check_not_closed()
            # sudo: the agenda of the wave is whole, whoever builds it; who may read
            # which item follows from its site.
            session.sudo()._build_agenda()

    def _build_agenda(self):
        self.ensure_one()
        there = {(item.res_model, item.res_id) for item in self.item_ids}
        self.env["dist.hypercare.session.item"].create(
            [
                dict(vals, session_id=self.id)
                for vals in self._agenda_sources()
                if (vals["res_model"], vals["res_id"]) not in there
            ]
        )

    def _agenda_sources(self):
        """Return the values of the items that the registers suggest, as superuser.

        One search for each register. An addon with a register of its own extends the
        list; each entry has ``kind``, ``reason``, ``severity``, ``name``,
        ``site_id``, ``res_model`` and ``res_id``.
        """
        return [
            *self._agenda_criteria(),
            *self._agenda_workarounds(),
            *self._agenda_incidents(),
            *self._agenda_issues(),
            *self._agenda_gate_lines(),
            *self._agenda_decisions(),
            *self._agenda_actions(),
        ]

    def _item_vals(self, record, kind, reason, severity, name=None):
        """Return the values of the item about a record that has a site."""
        return {
            "kind": kind,
            "reason": reason,
            "severity": severity,
            "name": name or record.display_name,
            "site_id": record.site_id.id,
            "res_model": record._name,
            "res_id": record.id,
        }

    def _last_closed_at(self):
        """Return when the session before this one was closed, or False."""
        return (
            self.search(
                [
                    ("wave_id", "=", self.wave_id.id),
                    ("state", "=", "closed"),
                    ("id", "!=", self.id),
                ],
                order="closed_at desc",
                limit=1,
            ).closed_at
            or False
        )

    @api.model
    def _reason_since(self, record, last):
        """Say whether a record has come up since the last session, or is aged."""
        return "new" if not last or record.create_date > last else "aged"

    def _site_domain(self):
        """Return the domain of the entries of the wave's sites or of all sites."""
        return [
            ("program_id", "=", self.program_id.id),
            ("site_id", "in", [False, *self.wave_id.site_ids.ids]),
        ]

    def _agenda_criteria(self):
        criteria = self.env["dist.hypercare.criterion"].search(
            [
                ("hypercare_id.wave_id", "=", self.wave_id.id),
                ("hypercare_id.state", "!=", "exited"),
                ("result", "=", "failed"),
            ]
        )
        return [
            self._item_vals(
                criterion, "criterion", "breached", "2", criterion._obstacle()
            )
            for criterion in criteria
        ]

    def _agenda_workarounds(self):
        workarounds = self.env["dist.workaround"].search(
            [*self._site_domain(), ("is_overdue", "=", True)]
        )
        return [
            self._item_vals(
                workaround,
                "workaround",
                "breached",
                SEVERITY_OF_LEVEL[workaround.risk_level],
            )
            for workaround in workarounds
        ]

    def _agenda_incidents(self):
        incidents = self.env["dist.major.incident"].search(
            [*self._site_domain(), ("state", "in", ("candidate", "declared"))]
        )
        last = self._last_closed_at()
        return [
            self._item_vals(
                incident, "incident", self._reason_since(incident, last), "1"
            )
            for incident in incidents
        ]

    def _agenda_issues(self):
        issues = self.env["dist.issue"].search(
            [*self._site_domain(), ("state", "in", ("open", "in_progress"))]
        )
        last = self._last_closed_at()
        reasons = {
            issue: "breached" if issue.is_overdue else self._reason_since(issue, last)
            for issue in issues
        }
        return [
            self._item_vals(issue, "issue", reason, SEVERITY_OF_LEVEL[issue.severity])
            for issue, reason in reasons.items()
            # what is not severe and was seen before does not come up every day
            if reason != "aged" or issue.severity in ("high", "critical")
        ]

    def _agenda_gate_lines(self):
        lines = self.env["dist.gate.line"].search(
            [
                ("wave_id", "=", self.wave_id.id),
                ("result", "=", "failed"),
                ("is_mandatory", "=", True),
            ]
        )
        return [
            self._item_vals(line, "gate_line", "breached", "2", line.name)
            for line in lines
        ]

    def _agenda_decisions(self):
        decisions = self.env["dist.decision"].search(
            [
                *self._site_domain(),
                ("state", "=", "proposed"),
                ("date_deadline", "<=", self.date),
            ]
        )
        return [
            self._item_vals(
                decision,
                "decision",
                "due",
                "2" if decision.date_deadline < self.date else "3",
            )
            for decision in decisions
        ]

    def _agenda_actions(self):
        """Return what earlier sessions asked for and is overdue."""
        items = self.env["dist.hypercare.session.item"].search(
            [
                ("session_id.wave_id", "=", self.wave_id.id),
                ("action_id.state", "=", "open"),
                ("action_id.date_deadline", "<", self.date),
            ]
        )
        return [
            self._item_vals(action, "action", "breached", "3", action.name)
            for action in items.action_id
        ]

    # -- steps --------------------------------------------------------------------

    def action_open(self):
        """Open the session: its agenda is built and the clock runs."""
        self.check_access("write")
        for session in self.filtered(lambda one: one.state != "draft"):
            raise UserError(
                self.env._(
                    "%(session)s is open or closed already.", session=session.name
                )
            )
        self.action_build_agenda()
        # sudo: state and time are protected, the checks above stand for it
        self.sudo().write({"state": "open", "opened_at": fields.Datetime.now()})

    def action_close(self):
        """Close the session and hand out what was decided as governance actions.

        :raises UserError: naming each item of severity 1 without a decision
        """
        for session in self:
            session.check_access("write")
            # sudo: items of sites the lead does not see keep the session open too
            obstacles = session.sudo()._close_obstacles()
            if obstacles:
                raise UserError("\n".join(obstacles))
            # sudo: state and time are protected; the command center gives out
            # actions through a session only.
            session.sudo()._close()

    def _close_obstacles(self):
        """Return a sentence for each thing that keeps the session open."""
        self.ensure_one()
        if self.state != "open":
            return [self.env._("%(session)s is not open.", session=self.name)]
        return [
            self.env._(
                "“%(item)s” has severity 1 and no decision. Decide what is done.",
                item=item.name,
            )
            for item in self.item_ids
            if item.severity == "1" and not item.is_decided
        ]

    def _close(self):
        self.ensure_one()
        self.item_ids._create_follow_ups()
        self.write({"state": "closed", "closed_at": fields.Datetime.now()})

    def action_send_minutes(self):
        """Mail the minutes to the lead, the wave lead and whoever owns an item."""
        template = self.env.ref("dist_hypercare.mail_template_session_minutes")
        for session in self:
            session.check_access("write")
            if session.state != "closed":
                raise UserError(
                    self.env._("Close the session first: then its minutes are final.")
                )
            # sudo: addresses are read, and a protected field is set
            if not session.sudo()._minutes_recipients():
                raise UserError(self.env._("There is nobody to send the minutes to."))
            template.sudo().send_mail(session.id)
            session.sudo().minutes_sent_at = fields.Datetime.now()

    def _minutes_recipients(self):
        """Return who gets the minutes: all concerned who may see every item."""
        self.ensure_one()
        users = self.lead_id | self.wave_id.manager_id | self.item_ids.owner_id
        return users.filtered(
            lambda user: user.active
            and user.email
            and len(self.with_user(user).item_ids._filtered_access("read"))
            == len(self.item_ids)
        )
