from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        cancelled = self.browse()
        if vals.get("state") == "cancel":
            cancelled = self.filtered(lambda order: order.state == "sale")
        shipped = self.browse()
        if not vals.keys().isdisjoint(("state", "date_order", "commitment_date")):
            shipped = self.filtered("effective_date")
        result = super().write(vals)
        if shipped:
            self.env["dist.measure.provider.shipment"]._enqueue_orders(shipped.ids)
        self.env["dist.correction"]._log(
            "sale_cancelled", cancelled, lambda order: order.warehouse_id
        )
        return result
