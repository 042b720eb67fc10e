from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        shipped = self.browse()
        if not vals.keys().isdisjoint(("state", "date_order", "commitment_date")):
            shipped = self.filtered("effective_date")
        if not shipped:
            return super().write(vals)
        result = super().write(vals)
        self.env["dist.measure.provider.shipment"]._enqueue_orders(shipped.ids)
        return result
