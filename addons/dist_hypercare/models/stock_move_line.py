from odoo import api, models

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._dist_enqueue_done()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(("quantity", "product_uom_id")):
            self._dist_enqueue_done()
            self._dist_log_edited()
        return result

    def _dist_log_edited(self):
        """Log that done transfers among these were corrected, and mark the moves."""
        edited = self.filtered(
            lambda line: line.state == "done" and not line.move_id.is_inventory
        )
        if not edited:
            return
        with never_fails(self.env, "corrections of transfers"):
            self.env["dist.correction"]._log(
                "transfer_edited",
                edited.picking_id,
                lambda picking: picking.picking_type_id.warehouse_id,
            )
            # sudo: the stamp is nobody's to write.
            edited.filtered("picking_id").move_id.sudo().dist_is_corrected = True

    def _dist_enqueue_done(self):
        """Queue the days of the done lines among these: their history has changed."""
        done = self.filtered(lambda line: line.state == "done")
        if not done:
            return
        # sudo: whatever the user may see, the days of the moves are wrong now.
        moves = done.sudo().move_id
        counts = moves.filtered("is_inventory")
        transfers = moves - counts
        with never_fails(self.env, "days of moves that were changed"):
            if counts:
                self.env["dist.measure.provider.count"]._enqueue_counts(counts)
            self.env["dist.measure.provider.purchase"]._enqueue_moves(transfers)
            self.env["dist.measure.provider.shipment"]._enqueue_orders(
                transfers.sale_line_id.order_id.ids
            )

    def action_revert_inventory(self):
        result = super().action_revert_inventory()
        moves = self.move_id.filtered(lambda move: move.is_inventory)
        with never_fails(self.env, "corrections of counts"):
            self.env["dist.correction"]._log(
                "count_undone",
                moves,
                lambda move: (
                    (move.location_id | move.location_dest_id).warehouse_id[:1]
                ),
            )
        return result

    def _get_revert_inventory_move_values(self):
        return dict(
            super()._get_revert_inventory_move_values(),
            dist_reverted_move_id=self.move_id.id,
        )
