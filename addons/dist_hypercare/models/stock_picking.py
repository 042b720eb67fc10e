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

    dist_return_reason_id = fields.Many2one(
        "dist.return.reason",
        string="Return Reason",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Why the customer sends the goods back.",
    )

    def write(self, vals):
        if "dist_done_by_id" in vals and not self.env.su:
            raise AccessError(self.env._("Who validated a transfer can't be changed."))
        validated = self._dist_validated(vals)
        result = self._dist_write_rewritten(vals)
        # sudo: the stamp is nobody's to write
        validated.sudo().dist_done_by_id = self.env.uid
        self._dist_enqueue_returned(vals, validated)
        return result

    def _dist_write_rewritten(self, vals):
        """Write, and queue the days of transfers that move to another time."""
        rewritten = self._dist_rewritten(vals)
        if not rewritten:
            return super().write(vals)
        # sudo: whatever the user may see, the days of the transfers are wrong now.
        moves = rewritten.sudo().move_ids
        order_ids = moves.sale_line_id.order_id.ids
        shipping = self.env["dist.measure.provider.shipment"]
        purchasing = self.env["dist.measure.provider.purchase"]
        receiving = self.env["dist.measure.provider.receiving"]
        shipped_before = shipping._shipment_days(order_ids)
        received_before = purchasing._receipt_days(moves)
        transfers_before = receiving._transfer_days(rewritten)
        result = super().write(vals)
        shipping._enqueue_orders(order_ids, shipped_before)
        purchasing._enqueue_moves(moves, received_before)
        receiving._enqueue_transfers(rewritten, transfers_before)
        return result

    def _dist_enqueue_returned(self, vals, validated):
        """Queue the days of returns and their orders: they tell of an earlier pick.

        :param validated: the transfers that the values have validated
        """
        returned = validated.filtered("dist_return_reason_id")
        if "dist_return_reason_id" in vals:
            returned |= self.filtered(lambda picking: picking.state == "done")
        if not returned:
            return
        days = self.env["dist.measure.provider.receiving"]._transfer_days(returned)
        # sudo: whatever the user may see, the days of the picks are wrong now.
        order_ids = returned.sudo().move_ids.sale_line_id.order_id.ids
        self.env["dist.measure.provider.shipment"]._enqueue_orders(order_ids, days)

    def _dist_validated(self, vals):
        """Return the transfers that the values validate."""
        if not vals.get("date_done"):
            return self.browse()
        return self.filtered(lambda picking: not picking.date_done)

    def _dist_rewritten(self, vals):
        """Return the done transfers that the values move to another time.

        The first validation is no rewriting: nothing was counted before, and the open
        days are computed anyway.
        """
        if "date_done" not in vals:
            return self.browse()
        return self.filtered(
            lambda picking: picking.date_done and picking.state == "done"
        )
