from odoo import fields, models
from odoo.exceptions import UserError

from ..models.dist_decision_vote import CHOICES


class DistVoteWizard(models.TransientModel):
    """Dialog in which a member votes on a decision."""

    _name = "dist.vote.wizard"
    _description = "Vote"

    decision_id = fields.Many2one(
        "dist.decision", required=True, readonly=True, ondelete="cascade"
    )
    body_id = fields.Many2one(related="decision_id.body_id")
    proposal = fields.Text(related="decision_id.proposal")
    res_name = fields.Char(related="decision_id.res_name")
    requester_id = fields.Many2one(related="decision_id.requester_id")
    choice = fields.Selection(CHOICES, string="Vote")
    comment = fields.Text()
    condition = fields.Text(
        help="What has to be done for your vote to hold. It becomes an action of the "
        "requester when the proposal is approved."
    )
    condition_due = fields.Date()

    def action_confirm(self):
        """Cast the vote."""
        self.ensure_one()
        if not self.choice:
            raise UserError(self.env._("Choose for, against or abstain."))
        self.decision_id._vote(
            self.choice, self.comment, self.condition, self.condition_due
        )
        return {"type": "ir.actions.act_window_close"}
