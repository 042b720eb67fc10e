from odoo import fields, models
from odoo.exceptions import AccessError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # Effective dates have no index in Odoo: without it, every day's shipments are
    # searched in the whole table.
    _dist_date_done_idx = models.Index("(date_done) WHERE state = 'done'")

    dist_done_by_id = fields.Many2one(
        "res.users",
        string="Validated By",
        readonly=True,
        copy=False,
        help="Who validated the transfer. Odoo keeps only who wrote on it last.",
    )

    def write(self, vals):
        if "dist_done_by_id" in vals and not self.env.su:
            raise AccessError(self.env._("Who validated a transfer can't be changed."))
        validated = self.browse()
        if vals.get("date_done"):
            validated = self.filtered(lambda picking: not picking.date_done)
        result = self._dist_write_rewritten(vals)
        # sudo: the stamp is nobody's to write
        validated.sudo().dist_done_by_id = self.env.uid
        return result

    def _dist_write_rewritten(self, vals):
        """Write, and queue the days of shipments that move to another time."""
        rewritten = self.browse()
        if "date_done" in vals:
            # The first validation is no rewriting: nothing was counted before, and
            # the open days are computed anyway.
            rewritten = self.filtered(
                lambda picking: picking.date_done and picking.state == "done"
            )
        if not rewritten:
            return super().write(vals)
        provider = self.env["dist.measure.provider.shipment"]
        # sudo: whatever the user may see, the days of the transfers are wrong now.
        moves = rewritten.sudo().move_ids
        order_ids = moves.sale_line_id.order_id.ids
        days_before = provider._shipment_days(order_ids)
        purchasing = self.env["dist.measure.provider.purchase"]
        received_before = purchasing._receipt_days(moves)
        result = super().write(vals)
        provider._enqueue_orders(order_ids, days_before)
        purchasing._enqueue_moves(moves, received_before)
        return result
