from odoo import models

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def write(self, vals):
        state = vals.get("state")
        approved = self.filtered(lambda order: order.state == "purchase")
        result = super().write(vals)
        if state == "purchase":
            (self - approved).order_line._dist_capture_agreed()
        elif state == "cancel" and approved:
            with never_fails(self.env, "cancelled purchase orders"):
                self.env["dist.correction"]._log(
                    "purchase_cancelled",
                    approved,
                    lambda order: order.picking_type_id.warehouse_id,
                )
                purchasing = self.env["dist.measure.provider.purchase"]
                purchasing._enqueue_orders(approved)
                self.env["dist.measure.provider.adoption"]._enqueue_transactions(
                    purchasing._approval_days(approved.ids)
                )
        return result
