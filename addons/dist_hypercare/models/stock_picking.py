from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # Effective dates have no index in Odoo: without it, every day's shipments are
    # searched in the whole table.
    _dist_date_done_idx = models.Index("(date_done) WHERE state = 'done'")

    def write(self, vals):
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
        order_ids = rewritten.sudo().move_ids.sale_line_id.order_id.ids
        days_before = provider._shipment_days(order_ids)
        result = super().write(vals)
        provider._enqueue_orders(order_ids, days_before)
        return result
