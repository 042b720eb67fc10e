from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

BODY_TYPES = [
    ("steering", "Steering Committee"),
    ("design_authority", "Design Authority"),
    ("data_council", "Data Council"),
    ("release_board", "Release Board"),
    ("pmo", "Program Management Office"),
    ("program_board", "Program Governance Board"),
]
RHYTHMS = [
    ("weekly", "Every Week"),
    ("biweekly", "Every Two Weeks"),
    ("monthly", "Every Month"),
    ("quarterly", "Every Quarter"),
    ("on_demand", "On Demand"),
]
INTERVALS = {
    "weekly": timedelta(weeks=1),
    "biweekly": timedelta(weeks=2),
    "monthly": relativedelta(months=1),
    "quarterly": relativedelta(months=3),
}
MAX_QUORUM = 99


class DistBody(models.Model):
    """A governing body of a program: what it decides, who sits in it, its quorum.

    Who may vote is a matter of the day: seats that are valid today, of users that
    are active. So whether a body can decide at all is computed, never stored.
    """

    _name = "dist.body"
    _description = "Governing Body"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "program_id, sequence, id"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"program_id", "type"})

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="restrict", index=True
    )
    type = fields.Selection(
        BODY_TYPES,
        required=True,
        help="Decision rights are given to types of bodies: a request goes to the "
        "program's first body of the type that decides.",
    )
    mandate = fields.Text(help="What the body decides, and what it leaves to others.")
    member_ids = fields.One2many("dist.body.member", "body_id", string="Members")
    quorum = fields.Integer(
        required=True,
        default=3,
        tracking=True,
        help="Number of votes, abstentions included, that a decision needs.",
    )
    rhythm = fields.Selection(
        RHYTHMS, string="Meeting Rhythm", required=True, default="monthly"
    )
    parent_id = fields.Many2one(
        "dist.body",
        string="Escalates To",
        domain="[('program_id', '=', program_id), ('id', '!=', id)]",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="The body that takes over what this one does not decide in time.",
    )
    voter_ids = fields.Many2many(
        "res.users",
        string="Voting Members",
        compute="_compute_seats",
        help="Active users whose seats are valid today, without the secretaries.",
    )
    seat_count = fields.Integer(string="Voting Seats", compute="_compute_seats")
    can_decide = fields.Boolean(
        compute="_compute_seats",
        search="_search_can_decide",
        help="There are at least as many voting seats today as the quorum asks for.",
    )
    obstacle = fields.Text(string="Can't Decide Because", compute="_compute_seats")
    decision_ids = fields.One2many("dist.decision", "body_id", string="Decisions")
    meeting_ids = fields.One2many("dist.meeting", "body_id", string="Meetings")
    # superuser: site people see their bodies, and when these meet, not the minutes
    next_meeting = fields.Datetime(compute="_compute_next_meeting", compute_sudo=True)
    pending_count = fields.Integer(
        string="Decisions to Take", compute="_compute_pending_count"
    )

    _quorum_range = models.Constraint(
        f"CHECK (quorum BETWEEN 1 AND {MAX_QUORUM})",
        f"The quorum lies between 1 and {MAX_QUORUM} votes.",
    )

    @api.depends(
        "quorum",
        "member_ids.role",
        "member_ids.date_from",
        "member_ids.date_to",
        "member_ids.user_id.active",
    )
    def _compute_seats(self):
        # sudo: that a body can decide is a fact about the body. Its seats are read
        # by everybody who may read the body, its users by nobody but themselves.
        seats_of = self.sudo()._voting_seats()
        for body in self:
            seats = seats_of.get(body._origin.id, self.env["dist.body.member"])
            body.voter_ids = seats.user_id
            body.seat_count = len(seats)
            body.can_decide = body.seat_count >= body.quorum
            body.obstacle = False if body.can_decide else body._seats_obstacle(seats)

    def _seats_obstacle(self, seats):
        return self.env._(
            "%(body)s needs %(quorum)s votes and has %(seats)s voting members today. "
            "Appoint members or extend their terms, or ask the program administrator "
            "to lower the quorum.",
            body=self.name,
            quorum=self.quorum,
            seats=len(seats),
        )

    @api.model
    def _search_can_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        # A program has a handful of bodies: reading them is cheaper than a query.
        bodies = self.sudo().search([("active", "in", [True, False])])
        return [("id", "in", bodies.filtered(lambda b: b.can_decide in value).ids)]

    def _voting_seats(self):
        """Return ``{body id: seats that may vote today}`` in one query."""
        ids_of = {
            body.id: ids
            for body, ids in self.env["dist.body.member"]._read_group(
                [("body_id", "in", self.ids), *self._seat_domain()],
                ["body_id"],
                ["id:array_agg"],
            )
        }
        # one prefetch for all, or each body would read its seats by itself
        prefetch = [seat_id for ids in ids_of.values() for seat_id in ids]
        Member = self.env["dist.body.member"]
        return {
            body_id: Member.browse(ids).with_prefetch(prefetch)
            for body_id, ids in ids_of.items()
        }

    @api.model
    def _seat_domain(self):
        """Return the domain of the seats that may vote today.

        A user who lost the role Governance Member keeps the seat and has no vote.
        """
        today = fields.Date.today()
        group = self.env.ref("dist_rollout_governance.group_governance_member")
        return [
            ("role", "!=", "secretary"),
            ("user_id.active", "=", True),
            ("user_id.all_group_ids", "in", group.ids),
            "|",
            ("date_from", "=", False),
            ("date_from", "<=", today),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", today),
        ]

    def _compute_pending_count(self):
        counts = dict(
            self.env["dist.decision"]._read_group(
                [("body_id", "in", self.ids), ("state", "=", "proposed")],
                ["body_id"],
                ["__count"],
            )
        )
        for body in self:
            body.pending_count = counts.get(body, 0)

    def _compute_next_meeting(self):
        dates = dict(
            self.env["dist.meeting"]._read_group(
                [
                    ("body_id", "in", self.ids),
                    ("state", "=", "planned"),
                    ("date_start", ">=", fields.Datetime.now()),
                ],
                ["body_id"],
                ["date_start:min"],
            )
        )
        for body in self:
            body.next_meeting = dates.get(body, False)

    @api.constrains("parent_id", "program_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._("The bodies escalate to each other in a circle.")
            )
        for body in self:
            if body.parent_id and body.parent_id.program_id != body.program_id:
                raise ValidationError(
                    self.env._(
                        "%(parent)s belongs to another program and can't take over "
                        "from %(body)s.",
                        parent=body.parent_id.name,
                        body=body.name,
                    )
                )

    def write(self, vals):
        if vals.get("active") is False:
            self._check_nothing_pending()
        return super().write(vals)

    def _check_nothing_pending(self):
        # sudo: a proposal of another company keeps the body as well
        pending = self.env["dist.decision"].sudo()
        for body in self:
            count = pending.search_count(
                [("body_id", "=", body.id), ("state", "=", "proposed")]
            )
            if count:
                raise ValidationError(
                    self.env._(
                        "%(body)s has %(count)s decisions to take. Let it decide them "
                        "or have them withdrawn before you archive it.",
                        body=body.name,
                        count=count,
                    )
                )

    def _after(self, day):
        """Return the day of the meeting that follows one on ``day``, or False."""
        self.ensure_one()
        interval = INTERVALS.get(self.rhythm)
        return day + interval if interval else False

    def action_open_decisions(self):
        """Open what the body has decided and is to decide."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_decision_action"
        )
        return dict(
            action,
            domain=[("body_id", "=", self.id)],
            context={
                "default_program_id": self.program_id.id,
                "default_body_id": self.id,
            },
        )

    def action_open_meetings(self):
        """Open the meetings of the body."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_meeting_action"
        )
        return dict(
            action,
            domain=[("body_id", "=", self.id)],
            context={"default_body_id": self.id},
        )
