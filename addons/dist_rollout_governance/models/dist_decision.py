import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..services.canonical import moment_text
from ..services.hash_chain import differences

STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
]
MAX_TEXT_LENGTH = 10_000


class DistDecision(models.Model):
    """A proposal to a governing body, its votes and what came of it.

    Models whose records are decided inherit ``dist.decision.mixin``; a decision
    without such a record is written and proposed on its own form. What the members
    vote on is kept word for word as canonical JSON: a vote is refused once the
    record says something else, and a later change shows.

    Every vote counts up the decision's row first. Of two votes at the same moment
    the second fails to serialize, is repeated by the server and then sees the first:
    so a decision falls once, and ``_after_decision`` of its record runs once.
    """

    _name = "dist.decision"
    _description = "Decision"
    _inherit = "dist.register.mixin"
    _order = "id desc"
    _rec_names_search = ["number", "name"]
    _immutable_fields = frozenset({"program_id", "site_id"})
    _protected_fields = frozenset(
        {
            "number",
            "state",
            "requester_id",
            "proposed_at",
            "decided_at",
            "quorum",
            "ballot",
            "level",
            "level_since",
            "level_exhausted",
            "content",
            "content_hash",
            "res_model",
            "res_id",
            "res_name",
        }
    )
    # What may be written whatever the state: everything else is decided upon.
    _open_fields = frozenset(
        {
            "action_ids",
            "activity_ids",
            "message_ids",
            "message_follower_ids",
            "message_partner_ids",
        }
    )

    number = fields.Char(
        readonly=True,
        copy=False,
        default=lambda self: self.env["ir.sequence"].next_by_code("dist.decision"),
    )
    name = fields.Char(string="Subject", required=True)
    proposal = fields.Text(help="What is to be decided, in words that can be voted on.")
    activity_id = fields.Many2one(
        "dist.decision.activity",
        ondelete="restrict",
        index=True,
        help="The row of the decision rights that says which body decides.",
    )
    body_id = fields.Many2one(
        "dist.body",
        compute="_compute_body_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        index=True,
        domain="[('program_id', '=', program_id)]",
        tracking=True,
    )
    requester_id = fields.Many2one(
        "res.users",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        ondelete="restrict",
        index=True,
        help="Who proposed it. The requester has no vote on it.",
    )
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    proposed_at = fields.Datetime(readonly=True, copy=False)
    date_deadline = fields.Date(
        string="Due", copy=False, help="When the body is to have decided."
    )
    valid_until = fields.Date(
        copy=False,
        tracking=True,
        help="Last day on which an approval holds. Empty: it does not expire.",
    )
    decided_at = fields.Datetime(string="Decided", readonly=True, copy=False)
    quorum = fields.Integer(
        readonly=True,
        copy=False,
        help="The body's quorum on the day of the proposal.",
    )
    ballot = fields.Integer(readonly=True, copy=False, export_string_translation=False)
    level = fields.Integer(string="Escalation Level", readonly=True, copy=False)
    level_since = fields.Datetime(readonly=True, copy=False)
    level_exhausted = fields.Boolean(
        string="Top Level Overdue", readonly=True, copy=False
    )
    res_model = fields.Char(string="Model", readonly=True, copy=False, index=True)
    res_id = fields.Many2oneReference(
        string="Record ID",
        model_field="res_model",
        readonly=True,
        copy=False,
        index=True,
    )
    res_name = fields.Char(string="Decided Record", readonly=True, copy=False)
    content = fields.Text(
        readonly=True,
        copy=False,
        help="Canonical JSON of what the members vote on.",
    )
    content_hash = fields.Char(string="SHA-256", readonly=True, copy=False)
    content_changed = fields.Boolean(compute="_compute_content_changed")
    content_difference = fields.Text(
        string="What Changed", compute="_compute_content_changed"
    )
    vote_ids = fields.One2many("dist.decision.vote", "decision_id", readonly=True)
    for_count = fields.Integer(string="For", compute="_compute_counts")
    against_count = fields.Integer(string="Against", compute="_compute_counts")
    abstain_count = fields.Integer(string="Abstentions", compute="_compute_counts")
    open_seat_count = fields.Integer(
        string="Votes Outstanding", compute="_compute_counts"
    )
    obstacle = fields.Text(string="Can't Be Decided", compute="_compute_counts")
    voter_ids = fields.Many2many(
        "res.users",
        string="Still to Vote",
        compute="_compute_counts",
        help="Members who have not voted yet.",
    )
    can_vote = fields.Boolean(
        string="My Vote Is Asked",
        compute="_compute_can_vote",
        search="_search_can_vote",
    )
    is_mine = fields.Boolean(compute="_compute_is_mine")
    action_ids = fields.One2many(
        "dist.action", "decision_id", string="Conditions and Follow-up Actions"
    )
    open_condition_count = fields.Integer(
        string="Open Conditions", compute="_compute_conditions"
    )
    has_overdue_condition = fields.Boolean(
        string="Condition Overdue",
        compute="_compute_conditions",
        search="_search_has_overdue_condition",
    )
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )
    escalates_at = fields.Datetime(
        string="Escalates On",
        compute="_compute_escalates_at",
        help="When the proposal goes to the next level, unless it is decided.",
    )
    in_force = fields.Boolean(compute="_compute_in_force", search="_search_in_force")

    # -- computed ---------------------------------------------------------------

    @api.depends("number", "name")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = " ".join(
                filter(None, [decision.number, decision.name])
            )

    @api.depends("activity_id", "program_id")
    def _compute_body_id(self):
        for decision in self:
            if not decision.activity_id or not decision.program_id:
                decision.body_id = decision.body_id
                continue
            try:
                decision.body_id = decision.activity_id._route(
                    decision.program_id._origin
                )
            except UserError:
                # said when it is proposed; here somebody is still typing
                decision.body_id = False

    @api.depends("state", "vote_ids", "body_id", "quorum")
    def _compute_counts(self):
        # sudo: counts and names of voters are facts about the decision
        decisions = self.sudo()
        seats_of = decisions.body_id._voting_seats()
        for decision in decisions:
            votes = decision._counted_votes()
            choices = votes.mapped("choice")
            decision.for_count = choices.count("for")
            decision.against_count = choices.count("against")
            decision.abstain_count = choices.count("abstain")
            seats = decision._open_seats(seats_of)
            decision.open_seat_count = len(seats)
            decision.voter_ids = seats.user_id
            decision.obstacle = decision._quorum_obstacle(len(votes), len(seats))

    def _quorum_obstacle(self, votes, open_seats):
        """Return why the body can't come to a decision as it is today, or False."""
        if self.state != "proposed" or votes + open_seats >= self.quorum:
            return False
        return self.env._(
            "%(body)s can't decide: %(quorum)s votes are needed, %(votes)s are given "
            "and %(seats)s members may still vote. Appoint members, or withdraw the "
            "proposal and bring it to another body.",
            body=self.body_id.name,
            quorum=self.quorum,
            votes=votes,
            seats=open_seats,
        )

    def _counted_votes(self):
        """Return the votes of the body that decides now."""
        return self.vote_ids.filtered(lambda v: v.body_id == self.body_id)

    def _open_seats(self, seats_of=None):
        """Return the seats that may still vote: neither used nor the requester's."""
        if self.state != "proposed":
            return self.env["dist.body.member"]
        seats_of = self.body_id._voting_seats() if seats_of is None else seats_of
        seats = seats_of.get(self.body_id.id, self.env["dist.body.member"])
        votes = self._counted_votes()
        return (seats - votes.member_id).filtered(
            lambda seat: seat.user_id not in votes.user_id | self.requester_id
        )

    @api.depends("state", "vote_ids", "body_id", "requester_id")
    @api.depends_context("uid")
    def _compute_can_vote(self):
        # sudo: which seat is whose is checked here for the user who asks
        seats_of = self.sudo().body_id._voting_seats()
        for decision in self:
            decision.can_vote = bool(decision.sudo()._my_seat(seats_of))

    def _my_seat(self, seats_of=None):
        """Return the seat from which the user may vote now: own first, then as deputy.

        Empty for the requester and for whoever has voted: a person votes once.
        """
        none = self.env["dist.body.member"]
        user = self.env.user
        if not user.active or user in self._counted_votes().user_id | self.requester_id:
            return none
        seats = self._open_seats(seats_of)
        own = seats.filtered(lambda seat: seat.user_id == user)
        if own or user in self._all_seats(seats_of).user_id:
            return own
        return seats.filtered(lambda seat: seat.deputy_id == user)[:1]

    def _all_seats(self, seats_of=None):
        seats_of = self.body_id._voting_seats() if seats_of is None else seats_of
        return seats_of.get(self.body_id.id, self.env["dist.body.member"])

    @api.model
    def _search_can_vote(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: own seats, see _compute_can_vote; rules apply to the outer search.
        # Open proposals are few, and comparing seats with votes needs both of them.
        decisions = self.sudo().search(
            [
                ("state", "=", "proposed"),
                ("requester_id", "!=", self.env.uid),
                "|",
                ("body_id.member_ids.user_id", "=", self.env.uid),
                ("body_id.member_ids.deputy_id", "=", self.env.uid),
            ]
        )
        return [("id", "in", decisions.filtered("can_vote").ids)]

    @api.depends("requester_id")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for decision in self:
            decision.is_mine = decision.requester_id == self.env.user

    def _compute_conditions(self):
        today = fields.Date.today()
        open_counts = {}
        overdue = set()
        for decision, due, count in self.env["dist.action"]._read_group(
            [
                ("decision_id", "in", self.ids),
                ("kind", "=", "condition"),
                ("state", "=", "open"),
            ],
            ["decision_id"],
            ["date_deadline:min", "__count"],
        ):
            open_counts[decision.id] = count
            if due and due < today:
                overdue.add(decision.id)
        for decision in self:
            decision.open_condition_count = open_counts.get(decision._origin.id, 0)
            decision.has_overdue_condition = decision._origin.id in overdue

    @api.model
    def _search_has_overdue_condition(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            (
                "action_ids",
                "any",
                [("kind", "=", "condition"), ("is_overdue", "=", True)],
            )
        ]

    @api.depends("state", "date_deadline")
    def _compute_is_overdue(self):
        today = fields.Date.today()
        for decision in self:
            decision.is_overdue = bool(
                decision.state == "proposed"
                and decision.date_deadline
                and decision.date_deadline < today
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [
            ("state", "=", "proposed"),
            ("date_deadline", "<", fields.Date.today()),
        ]

    @api.depends("state", "level", "level_since", "level_exhausted")
    def _compute_escalates_at(self):
        # sudo: when it escalates is a fact about the proposal
        levels = self.env["dist.escalation.level"].sudo()
        ladders = levels._ladders(self.program_id)
        for decision in self:
            decision.escalates_at = (
                decision.state == "proposed"
                and not decision.level_exhausted
                and decision._level_end(ladders[decision.program_id.id])
            )

    @api.depends("state", "valid_until")
    def _compute_in_force(self):
        in_force = self.filtered_domain(self._in_force_domain())
        for decision in self:
            decision.in_force = decision in in_force

    @api.model
    def _search_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._in_force_domain()

    @api.model
    def _in_force_domain(self):
        """Approved and not past its last day: true without waiting for the job."""
        return [
            ("state", "=", "approved"),
            "|",
            ("valid_until", "=", False),
            ("valid_until", ">=", fields.Date.today()),
        ]

    @api.depends("state", "content")
    def _compute_content_changed(self):
        for decision in self:
            lines = decision.sudo()._content_differences()
            decision.content_changed = bool(lines)
            decision.content_difference = "\n".join(lines)

    def _content_differences(self):
        """Return a line for each thing that changed since the proposal."""
        if self.state not in ("proposed", "approved") or not self.content:
            return []
        live = self._live_content()
        if live is None:
            return [self.env._("%(record)s no longer exists.", record=self.res_name)]
        return [
            self.env._(
                "%(what)s: %(before)s → %(now)s",
                what=path,
                before=self.env._("(absent)") if before is None else before,
                now=self.env._("(absent)") if now is None else now,
            )
            for path, before, now in differences(json.loads(self.content), live)
        ]

    # -- content ----------------------------------------------------------------

    def _subject(self):
        """Return the record that is decided, as superuser; empty without one.

        A model that no longer exists, or a deleted record, gives None.
        """
        self.ensure_one()
        if not self.res_model:
            return self.browse()
        model = self.env.get(self.res_model)
        if model is None or "decision_id" not in model._fields:
            return None
        # sudo: what was put to the vote is the same, whoever reads it
        return model.sudo().browse(self.res_id).exists() or None

    def _live_content(self):
        """Return what the members would vote on now, None when it is gone."""
        subject = self._subject()
        if subject is None:
            return None
        if subject:
            return subject.with_context(lang="en_US")._decision_content()
        return {
            "subject": self.name,
            "proposal": self.proposal or "",
            "valid_until": moment_text(self.valid_until),
            "conditions": [
                {"condition": action.name, "due": moment_text(action.date_deadline)}
                for action in self.action_ids
                if action.kind == "condition" and not action.vote_id
            ],
        }

    # -- guards -----------------------------------------------------------------

    @api.constrains("name", "proposal")
    def _check_lengths(self):
        for decision in self:
            if len(decision.name) > 256 or len(decision.proposal or "") > (
                MAX_TEXT_LENGTH
            ):
                raise ValidationError(
                    self.env._(
                        "The subject has at most 256 characters, the proposal at most "
                        "%(max)s.",
                        max=MAX_TEXT_LENGTH,
                    )
                )

    @api.constrains("body_id", "program_id")
    def _check_body_program(self):
        for decision in self:
            if decision.body_id and decision.body_id.program_id != decision.program_id:
                raise ValidationError(
                    self.env._(
                        "%(body)s is a body of another program. Choose one of "
                        "%(program)s.",
                        body=decision.body_id.name,
                        program=decision.program_id.display_name,
                    )
                )

    def write(self, vals):
        if not self.env.su:
            self._check_open_for(vals)
        return super().write(vals)

    def _check_open_for(self, vals):
        """Refuse to change what is being voted on or decided."""
        locked = vals.keys() - self._open_fields
        for decision in self:
            if decision.state == "draft" or not locked:
                continue
            if decision.state == "proposed" and locked <= {"date_deadline"}:
                continue
            raise UserError(
                self.env._(
                    "%(decision)s is no longer a draft: what the body votes on, or has "
                    "decided, stays as it is. Withdraw it and propose it anew, or note "
                    "what follows as an action.",
                    decision=decision.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_proposed(self):
        for decision in self:
            if decision.state != "draft":
                raise UserError(
                    self.env._(
                        "%(decision)s is part of the decision log and stays. Only "
                        "drafts can be deleted.",
                        decision=decision.display_name,
                    )
                )

    # -- actions -------------------------------------------------------------------

    def action_open_record(self):
        """Open the record that is decided."""
        self.ensure_one()
        model = self.env.get(self.res_model or "")
        record = model is not None and model.browse(self.res_id).exists()
        if not record:
            raise UserError(
                self.env._("There is no record behind this decision, or no longer.")
            )
        return record._get_records_action()
