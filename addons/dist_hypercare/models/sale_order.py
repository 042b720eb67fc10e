from odoo import fields, models
from odoo.exceptions import AccessError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    dist_promised_at = fields.Datetime(
        string="First Promise",
        readonly=True,
        copy=False,
        help="The delivery date at the confirmation. Odoo keeps the present one only.",
    )

    def action_confirm(self):
        result = super().action_confirm()
        for order in self.filtered(
            lambda order: order.state == "sale" and not order.dist_promised_at
        ):
            # sudo: the stamp is nobody's to write; the confirmation was checked
            order.sudo().dist_promised_at = (
                order.commitment_date or order.expected_date or order.date_order
            )
        return result

    def write(self, vals):
        if "dist_promised_at" in vals and not self.env.su:
            raise AccessError(
                self.env._("The first promise of an order is kept as it was.")
            )
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
