from odoo import api, fields, models
from odoo.exceptions import AccessError

CHOICES = [("for", "For"), ("against", "Against"), ("abstain", "Abstain")]


class DistDecisionVote(models.Model):
    """One vote from one seat of a body. Append-only, the superuser included.

    After an escalation the votes of the first body stay in the log and count no
    longer: the higher body decides afresh.
    """

    _name = "dist.decision.vote"
    _description = "Vote"
    _inherit = "dist.append.only.mixin"
    _order = "id"
    _rec_name = "user_id"

    decision_id = fields.Many2one(
        "dist.decision", required=True, readonly=True, ondelete="restrict", index=True
    )
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    site_id = fields.Many2one(
        "dist.site", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    body_id = fields.Many2one(
        "dist.body", required=True, readonly=True, ondelete="restrict", index=True
    )
    member_id = fields.Many2one(
        "dist.body.member",
        string="Seat",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Voter",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    in_name_of_id = fields.Many2one(
        "res.users", string="In the Name Of", readonly=True, ondelete="restrict"
    )
    role = fields.Char(required=True, readonly=True, export_string_translation=False)
    choice = fields.Selection(CHOICES, string="Vote", required=True, readonly=True)
    comment = fields.Text(readonly=True)
    condition = fields.Text(
        readonly=True, help="What has to be done for this vote in favor to hold."
    )
    condition_due = fields.Date(readonly=True)
    voted_at = fields.Datetime(string="Time", required=True, readonly=True)

    _seat_uniq = models.UniqueIndex(
        "(decision_id, body_id, member_id)",
        "A vote was given from this seat at the same moment.",
    )
    _voter_uniq = models.UniqueIndex(
        "(decision_id, body_id, user_id)", "You have voted already."
    )

    @api.model
    def _append(self, decision, seat, choice, comment, condition, condition_due):
        """Add the current user's vote; the decision has checked that they may."""
        deputy = seat.user_id.id != self.env.uid
        return self._append_rows(
            [
                {
                    "decision_id": decision.id,
                    "program_id": decision.program_id.id,
                    "site_id": decision.site_id.id,
                    "company_id": decision.company_id.id,
                    "body_id": decision.body_id.id,
                    "member_id": seat.id,
                    "user_id": self.env.uid,
                    "in_name_of_id": seat.user_id.id if deputy else False,
                    "role": seat.role,
                    "choice": choice,
                    "comment": comment,
                    "condition": condition,
                    "condition_due": condition_due,
                    "voted_at": fields.Datetime.now(),
                }
            ]
        )

    def _refuse_change(self, refused):
        if refused:
            raise AccessError(
                self.env._(
                    "Votes can't be created, changed or deleted directly. Vote with "
                    "the button on the decision; a vote that was given stays."
                )
            )
