from odoo import api, fields, models
from odoo.exceptions import ValidationError

ROLES = [("chair", "Chair"), ("member", "Member"), ("secretary", "Secretary")]


class DistBodyMember(models.Model):
    """A seat in a body: one person for a time, and a deputy.

    A seat has one vote. The deputy may give it in the name of the person as long as
    the person has not; whoever comes first uses it. A seat stays with its person: a
    successor gets a seat of their own, so that old votes keep their voter.
    """

    _name = "dist.body.member"
    _description = "Body Member"
    _inherit = "dist.protected.mixin"
    _order = "body_id, role, id"
    _immutable_fields = frozenset({"body_id", "user_id"})

    body_id = fields.Many2one(
        "dist.body", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(related="body_id.program_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        ondelete="restrict",
        index=True,
        domain=lambda self: self._user_domain(),
    )
    role = fields.Selection(
        ROLES,
        required=True,
        default="member",
        help="The chair's vote decides a tie. The secretary has no vote.",
    )
    deputy_id = fields.Many2one(
        "res.users",
        string="Deputy",
        ondelete="restrict",
        index="btree_not_null",
        domain=lambda self: self._user_domain(),
        help="Votes in the name of the member who is absent.",
    )
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="Until", help="Last day of the membership.")
    is_current = fields.Boolean(
        string="Votes Today", compute="_compute_is_current", compute_sudo=True
    )

    _dates_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from IS NULL OR date_to >= date_from)",
        "The membership ends before it starts.",
    )
    _deputy_differs = models.Constraint(
        "CHECK (deputy_id IS NULL OR deputy_id != user_id)",
        "A member can't be their own deputy.",
    )

    @api.model
    def _user_domain(self):
        group = self.env.ref("dist_rollout_governance.group_governance_member")
        return [("all_group_ids", "in", group.ids)]

    @api.depends(
        "role", "date_from", "date_to", "user_id.active", "user_id.all_group_ids"
    )
    def _compute_is_current(self):
        current = self.filtered_domain(self.env["dist.body"]._seat_domain())
        for member in self:
            member.is_current = member in current

    @api.depends("user_id", "body_id", "role")
    def _compute_display_name(self):
        for member in self:
            member.display_name = self.env._(
                "%(person)s, %(body)s",
                person=member.user_id.name,
                body=member.body_id.name,
            )

    @api.constrains("body_id", "user_id", "date_from", "date_to")
    def _check_one_seat(self):
        for member in self:
            others = member.body_id.member_ids.filtered(
                lambda m, member=member: (
                    m != member and m.user_id == member.user_id and m._overlaps(member)
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(person)s has a seat in %(body)s at this time already.",
                        person=member.user_id.name,
                        body=member.body_id.name,
                    )
                )

    @api.constrains("role", "body_id", "date_from", "date_to")
    def _check_one_chair(self):
        for member in self.filtered(lambda m: m.role == "chair"):
            others = member.body_id.member_ids.filtered(
                lambda m, member=member: (
                    m != member and m.role == "chair" and m._overlaps(member)
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(body)s has a chair at this time already: %(person)s.",
                        body=member.body_id.name,
                        person=others[0].user_id.name,
                    )
                )

    @api.constrains("user_id", "deputy_id")
    def _check_users(self):
        group = "dist_rollout_governance.group_governance_member"
        for user in (self.user_id | self.deputy_id).sudo():
            if not user.active or not user.has_group(group):
                raise ValidationError(
                    self.env._(
                        "%(person)s can't sit in a body: it takes an active user "
                        "with the role Governance Member.",
                        person=user.name,
                    )
                )

    def _overlaps(self, other):
        """Say whether the two memberships share a day."""
        return (
            not self.date_to or not other.date_from or self.date_to >= other.date_from
        ) and (
            not other.date_to or not self.date_from or other.date_to >= self.date_from
        )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        for member in members:
            member._log(self.env._("%(person)s joins.", person=member._label()))
        return members

    def write(self, vals):
        before = {member: member._label() for member in self}
        result = super().write(vals)
        for member, old in before.items():
            new = member._label()
            if old != new:
                member._log(
                    self.env._(
                        "%(before)s is now: %(after)s",
                        before=old,
                        after=new,
                    )
                )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_voted(self):
        # sudo: a vote stays, whether the one who deletes the seat may read it or not.
        if (
            self.env["dist.decision.vote"]
            .sudo()
            .search_count([("member_id", "in", self.ids)], limit=1)
        ):
            raise ValidationError(
                self.env._(
                    "Votes were given from this seat. Enter its last day instead of "
                    "deleting it."
                )
            )

    def _label(self):
        """Return the seat as one line for the chatter of the body."""
        role = dict(self._fields["role"]._description_selection(self.env))[self.role]
        parts = [self.user_id.name, role]
        if self.deputy_id:
            parts.append(self.env._("deputy %(name)s", name=self.deputy_id.name))
        if self.date_from:
            parts.append(self.env._("from %(day)s", day=self.date_from))
        if self.date_to:
            parts.append(self.env._("until %(day)s", day=self.date_to))
        return ", ".join(parts)

    def _log(self, text):
        """Keep who sat in the body, when, in its chatter."""
        self.body_id._message_log(body=text)
