from odoo import api, models

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # The backlog is taken every day: its cost follows what is open, not the history.
    _dist_open_idx = models.Index(
        "(order_id) WHERE state = 'sale' AND qty_delivered < product_uom_qty"
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._dist_enqueue_shipped()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(("product_uom_qty", "product_uom_id")):
            self._dist_enqueue_shipped()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_enqueue_shipped(self):
        # No condition for deleting: the moment before it is when the order is known.
        self._dist_enqueue_shipped()

    def _dist_enqueue_shipped(self):
        """Queue the days of the orders of these lines that have shipped already."""
        shipped = self.order_id.filtered(
            lambda order: order.state == "sale" and order.effective_date
        )
        if shipped:
            with never_fails(self.env, "days of shipped orders"):
                self.env["dist.measure.provider.shipment"]._enqueue_orders(shipped.ids)
