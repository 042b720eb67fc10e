import json
import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..services.canonical import canonical_json, moment_text, sha256_text
from ..services.hash_chain import differences
from ..services.tally import outcome

_logger = logging.getLogger(__name__)

STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
]
MAX_TEXT_LENGTH = 10_000
VOTE_ACTIVITY = "dist_rollout_governance.mail_activity_type_vote"


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

    # -- proposing ----------------------------------------------------------------

    def action_propose(self):
        """Bring a draft to its body."""
        for decision in self:
            decision.check_access("write")
            obstacles = decision._propose_obstacles()
            if obstacles:
                raise UserError("\n".join(obstacles))
            # sudo: state and content are protected, the checks above stand for them
            decision.sudo()._propose()

    def _propose_obstacles(self):
        """Return the sentences that say why the draft can't be proposed yet."""
        self.ensure_one()
        if self.state != "draft":
            return [
                self.env._(
                    "%(decision)s was proposed already.", decision=self.display_name
                )
            ]
        today = fields.Date.today()
        obstacles = []
        if not (self.proposal or "").strip():
            obstacles.append(self.env._("Write what is to be decided."))
        if self.activity_id:
            routed = self.activity_id._route(self.program_id)
            if self.body_id != routed:
                obstacles.append(
                    self.env._(
                        "“%(activity)s” is decided by %(body)s.",
                        activity=self.activity_id.name,
                        body=routed.name,
                    )
                )
        elif not self.body_id:
            obstacles.append(self.env._("Choose the body that decides."))
        if self.body_id and not self.body_id.active:
            obstacles.append(
                self.env._("%(body)s is archived.", body=self.body_id.name)
            )
        if self.valid_until and self.valid_until < today:
            obstacles.append(self.env._("The approval would have expired already."))
        if self.date_deadline and self.date_deadline < today:
            obstacles.append(self.env._("The due date lies in the past."))
        return obstacles

    def _propose(self):
        """Put the decision to the vote. Run as superuser, checks done."""
        self.ensure_one()
        now = fields.Datetime.now()
        content = canonical_json(self._live_content())
        self.write(
            {
                "state": "proposed",
                "requester_id": self.env.uid,
                "proposed_at": now,
                "level": 1,
                "level_since": now,
                "quorum": self.body_id.quorum,
                "date_deadline": self.date_deadline or self._default_deadline(),
                "content": content,
                "content_hash": sha256_text(content),
            }
        )
        self._ask_voters()

    def _default_deadline(self):
        days = self.activity_id.deadline_days if self.activity_id else 10
        return fields.Date.add(fields.Date.today(), days=days)

    def action_withdraw(self):
        """Take a proposal back; its requester or a program administrator may."""
        for decision in self:
            decision.check_access("read")
            if decision.state not in ("draft", "proposed"):
                raise UserError(
                    self.env._(
                        "%(decision)s is closed. There is nothing to withdraw.",
                        decision=decision.display_name,
                    )
                )
            if not decision.is_mine and not self.env.user.has_group(
                "dist_rollout_governance.group_program_admin"
            ):
                raise AccessError(
                    self.env._(
                        "Only %(requester)s or a program administrator can withdraw "
                        "this proposal.",
                        requester=decision.requester_id.name,
                    )
                )
            # sudo: the state is protected, the check above stands for it
            decision.sudo()._finish("withdrawn")

    # -- voting -------------------------------------------------------------------

    def action_open_vote(self):
        """Open the dialog in which a member votes."""
        self.ensure_one()
        self._check_may_vote()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Vote"),
            "res_model": "dist.vote.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_decision_id": self.id},
        }

    def _vote(self, choice, comment="", condition="", condition_due=False):
        """Cast the current user's vote and decide if it is the one that decides.

        :param choice: ``for``, ``against`` or ``abstain``
        :param condition: what has to be done for a vote in favor to hold
        :raises AccessError: the user has no vote here
        :raises UserError: the vote comes too late, or the content has changed
        """
        self.ensure_one()
        self.check_access("read")
        # Counting up the row first lets one vote wait for the other.
        self.env.cr.execute(
            SQL("UPDATE dist_decision SET ballot = ballot + 1 WHERE id = %s", self.id)
        )
        self.invalidate_recordset(["ballot"])
        seat = self._check_may_vote()
        if len(comment or "") > MAX_TEXT_LENGTH or len(condition or "") > (
            MAX_TEXT_LENGTH
        ):
            raise ValidationError(
                self.env._(
                    "Comment and condition have at most %(max)s characters each.",
                    max=MAX_TEXT_LENGTH,
                )
            )
        condition = (condition or "").strip() if choice == "for" else ""
        # sudo: nobody has the right to add votes; the checks above stand for it.
        decision = self.sudo()
        decision.env["dist.decision.vote"]._append(
            decision,
            seat,
            choice,
            (comment or "").strip(),
            condition,
            condition_due if condition else False,
        )
        decision.invalidate_recordset(["vote_ids"])
        decision.activity_unlink([VOTE_ACTIVITY], user_id=seat.user_id.id)
        decision._settle()

    def _check_may_vote(self):
        """Return the seat the user votes from, or raise the sentence why not."""
        # sudo: seats and votes of the body are compared with the current user
        decision = self.sudo()
        if decision.state != "proposed":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(decision)s is not open for votes. It is: %(state)s.",
                    decision=decision.display_name,
                    state=states[decision.state],
                )
            )
        if self.env.user == decision.requester_id:
            raise AccessError(
                self.env._("You proposed this decision. The other members decide it.")
            )
        if self.env.user in decision._counted_votes().user_id:
            raise UserError(self.env._("You have voted on this decision already."))
        seat = decision._my_seat()
        if not seat:
            raise self._no_seat_error(decision)
        if decision.content_changed:
            raise UserError(
                self.env._(
                    "%(record)s was changed after it was proposed. Ask "
                    "%(requester)s to propose it again; what changed:\n%(lines)s",
                    record=decision.res_name or decision.name,
                    requester=decision.requester_id.name,
                    lines=decision.content_difference,
                )
            )
        return seat

    def _no_seat_error(self, decision):
        own = decision._all_seats().filtered(lambda s: s.user_id == self.env.user)
        used = decision._counted_votes().filtered(lambda v: v.member_id in own)
        if used:
            return UserError(
                self.env._(
                    "%(deputy)s has voted in your name already.",
                    deputy=used[0].user_id.name,
                )
            )
        return AccessError(
            self.env._(
                "Only the voting members of %(body)s, or their deputies in their "
                "name, vote on its decisions.",
                body=decision.body_id.name,
            )
        )

    def _settle(self):
        """Close every open decision whose votes decide it. Run as superuser."""
        for decision in self.filtered(lambda d: d.state == "proposed"):
            votes = decision._counted_votes()
            state = outcome(
                [(vote.choice, vote.role) for vote in votes],
                decision.quorum,
                len(decision._open_seats()),
            )
            if state and not decision.content_changed:
                decision._finish(state)

    def _finish(self, state):
        """Give the decision its outcome and tell its record and its requester."""
        self.ensure_one()
        values = {"state": state}
        if state in ("approved", "rejected"):
            values["decided_at"] = fields.Datetime.now()
        was_draft = self.state == "draft"
        self.write(values)
        self.activity_unlink([VOTE_ACTIVITY])
        if state == "approved":
            self._create_conditions()
        subject = self._subject()
        if subject:
            subject._on_decision(self)
        if not was_draft:
            self._tell_requester()

    def _create_conditions(self):
        """Turn the conditions that members voted with into actions."""
        responsible = self.requester_id
        if not responsible.active:
            responsible = self.program_id.manager_id or responsible
        self.env["dist.action"].create(
            [
                {
                    "kind": "condition",
                    "decision_id": self.id,
                    "vote_id": vote.id,
                    "name": vote.condition,
                    "date_deadline": vote.condition_due,
                    "responsible_id": responsible.id,
                }
                for vote in self._counted_votes()
                if vote.choice == "for" and vote.condition
            ]
        )

    # -- telling people -------------------------------------------------------------

    def _ask_voters(self):
        """Put an activity and a mail before everybody who may vote now."""
        self.ensure_one()
        self.invalidate_recordset(["voter_ids", "open_seat_count", "obstacle"])
        quiet = self.with_context(mail_activity_quick_update=True)
        for user in self.voter_ids.filtered(self._is_readable_for):
            quiet.activity_schedule(
                VOTE_ACTIVITY,
                date_deadline=self.date_deadline,
                user_id=user.id,
                summary=self.env._("Vote: %(subject)s", subject=self.name),
            )
        if self.voter_ids:
            self._send("dist_rollout_governance.mail_template_decision_vote")

    def _is_readable_for(self, user):
        """Say whether a user may open the decision in any of their companies."""
        return (
            self.with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .has_access("read")
        )

    def _tell_requester(self):
        if self.requester_id.email:
            self._send("dist_rollout_governance.mail_template_decision_outcome")

    def _send(self, template):
        """Queue a mail; the decision never waits for it, nor for its recipients."""
        template = self.env.ref(template, raise_if_not_found=False)
        if template:
            template.sudo().send_mail(self.id)

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

    # -- scheduled ----------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """Mark the approvals that are past their last day and tell their records."""
        decisions = self.search(
            [
                ("state", "=", "approved"),
                ("valid_until", "!=", False),
                ("valid_until", "<", fields.Date.today()),
            ],
            order="id",
        )
        self._for_each(decisions, lambda decision: decision._finish("expired"))

    @api.model
    def _cron_escalate(self):
        """Settle what can be settled, and hand on what its body left undecided.

        A seat that ends or a member who leaves may settle a tie without a vote; a
        proposal whose level is over goes to the next. Each proposal is committed
        together with its notices, so that a run that is repeated repeats neither.
        """
        decisions = self.search(
            [("state", "=", "proposed"), ("level_exhausted", "=", False)], order="id"
        )
        ladders = self.env["dist.escalation.level"]._ladders(decisions.program_id)
        now = fields.Datetime.now()
        due = decisions.filtered(
            lambda d: d._level_end(ladders[d.program_id.id], now) <= now
        )
        ties = decisions.filtered(lambda d: d.vote_ids and not d.open_seat_count)
        self._for_each(ties | due, lambda decision: decision._settle_or_climb())

    def _level_end(self, ladder, default=None):
        """Return when the level of the proposal is over."""
        self.ensure_one()
        rung = ladder.filtered(lambda r: r.level == self.level)
        if not rung or not self.level_since:
            return default
        return rung._ends(self.level_since)

    def _settle_or_climb(self):
        self.ensure_one()
        self._settle()
        # What was changed waits for its requester: no body could vote on it.
        if self.state != "proposed" or self.content_changed:
            return
        now = fields.Datetime.now()
        ladder = self.env["dist.escalation.level"]._ladders(self.program_id)
        ladder = ladder[self.program_id.id]
        if self._level_end(ladder, now) <= now:
            self._climb(ladder)

    def _climb(self, ladder):
        """Hand the proposal to the next level that has another body."""
        for rung in ladder.filtered(lambda r: r.level > self.level):
            body = rung._body_for(self)
            if body and body != self.body_id:
                self._hand_to(body, rung.level)
                return
        self.level_exhausted = True
        self._message_log(
            body=self.env._(
                "%(body)s did not decide in time, and there is no body above it.",
                body=self.body_id.name,
            )
        )
        manager = self.program_id.manager_id
        if manager.active and self._is_readable_for(manager):
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=manager.id,
                summary=self.env._("Undecided on the top level"),
            )

    def _hand_to(self, body, level):
        """Give the proposal to another body, which decides afresh, and ask it."""
        before = self.body_id
        self.write(
            {
                "body_id": body.id,
                "quorum": body.quorum,
                "level": level,
                "level_since": fields.Datetime.now(),
            }
        )
        self.activity_unlink([VOTE_ACTIVITY])
        self._message_log(
            body=self.env._(
                "%(before)s did not decide in time. Level %(level)s: %(body)s decides.",
                before=before.name,
                level=level,
                body=body.name,
            )
        )
        self._ask_voters()

    @api.model
    def _for_each(self, decisions, method):
        """Run a method on each decision and commit it; one that fails is logged.

        Run again after an interruption, the ones that are done are not found again.
        """
        Cron = self.env["ir.cron"]
        ids = decisions.ids
        remaining = len(ids)
        Cron._commit_progress(remaining=remaining)
        for decision in map(self.browse, ids):
            try:
                with self.env.cr.savepoint():
                    method(decision)
            except (psycopg2.InterfaceError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                # a lost connection or a vote at this moment: the next run repeats it
                raise
            except Exception:
                _logger.exception("Decision %s was left as it is", decision.id)
            remaining -= 1
            if not Cron._commit_progress(1, remaining=remaining):
                return
