from odoo import api, fields, models

from ..models.dist_disposition import DISPOSITIONS


class DistDispositionWizard(models.TransientModel):
    """Dialog that sets one disposition for one or many open transactions."""

    _name = "dist.disposition.wizard"
    _description = "Set the Disposition"

    transaction_ids = fields.Many2many(
        "dist.open.transaction", string="Transactions", readonly=True
    )
    transaction_count = fields.Integer(compute="_compute_counts")
    decided_count = fields.Integer(compute="_compute_counts")
    disposition = fields.Selection(DISPOSITIONS, required=True)
    owner_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="Who sees to it.",
    )
    due_date = fields.Date(
        help="Last day to close, ship or receive; the day before the planned go-live "
        "when it is empty."
    )
    note = fields.Text()

    @api.depends("transaction_ids")
    def _compute_counts(self):
        for wizard in self:
            transactions = wizard.transaction_ids
            wizard.transaction_count = len(transactions)
            wizard.decided_count = len(transactions.filtered("disposition_id"))

    def action_confirm(self):
        """Set the disposition; transactions that have one get the new one."""
        self.ensure_one()
        self.transaction_ids._decide(
            {
                "disposition": self.disposition,
                "owner_id": self.owner_id.id,
                "due_date": self.due_date,
                "note": self.note,
            }
        )
        return {"type": "ir.actions.act_window_close"}
