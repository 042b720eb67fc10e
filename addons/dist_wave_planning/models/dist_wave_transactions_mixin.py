from odoo import api, fields, models

# states of a wave before its sites are live
BEFORE_LIVE = ("draft", "planned", "preparing", "ready", "go", "cutover")


class DistWaveTransactionsMixin(models.AbstractModel):
    """The open transactions of a wave's sites."""

    _name = "dist.wave.transactions.mixin"
    _description = "Open Transactions of a Wave"

    transaction_count = fields.Integer(
        string="Open Transactions", compute="_compute_transaction_counts"
    )
    undecided_count = fields.Integer(
        string="Without Disposition", compute="_compute_transaction_counts"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_transaction_counts(self):
        counts = self.env["dist.open.transaction"]._count_by("wave_id", self)
        for wave in self:
            wave.transaction_count, wave.undecided_count = counts[wave._origin.id]

    def action_open_transactions(self):
        """Open the open transactions of the wave's sites."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_open_transaction_action"
        )
        return dict(action, domain=[("wave_id", "=", self.id)], context={})
