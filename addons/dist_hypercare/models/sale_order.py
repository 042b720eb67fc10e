from odoo import fields, models

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "dist.protected.mixin"]

    # Whoever could set the promise could make a late shipment punctual.
    _protected_fields = frozenset({"dist_promise_date"})

    dist_promise_date = fields.Datetime(
        string="Promised at Confirmation",
        readonly=True,
        copy=False,
        help="The delivery date, or the expected date, when the order was first "
        "confirmed. Both can move afterwards; shipments are measured by this one.",
    )

    def write(self, vals):
        cancelled = self.browse()
        if vals.get("state") == "cancel":
            cancelled = self.filtered(lambda order: order.state == "sale")
        confirmed = self.browse()
        if not vals.keys().isdisjoint(("state", "date_order")):
            confirmed = self.filtered(lambda order: order.state == "sale")
        days_before = confirmed._dist_days()
        shipped = self.browse()
        if not vals.keys().isdisjoint(("state", "date_order", "commitment_date")):
            shipped = self.filtered("effective_date")
        result = super().write(vals)
        if vals.get("state") == "sale":
            with never_fails(self.env, "promises of orders"):
                self._dist_capture_promise()
        if shipped:
            with never_fails(self.env, "days of shipped orders"):
                self.env["dist.measure.provider.shipment"]._enqueue_orders(shipped.ids)
        if confirmed:
            adoption = self.env["dist.measure.provider.adoption"]
            with never_fails(self.env, "days of confirmed orders"):
                adoption._enqueue_transactions(days_before | confirmed._dist_days())
        if cancelled:
            with never_fails(self.env, "cancelled orders"):
                self.env["dist.correction"]._log(
                    "sale_cancelled", cancelled, lambda order: order.warehouse_id
                )
        return result

    def _dist_days(self):
        """Return the days of the confirmation of these orders, by site."""
        days = set()
        if self:
            with never_fails(self.env, "days of confirmed orders"):
                days = self.env["dist.measure.provider.adoption"]._order_days(self)
        return days

    def _dist_capture_promise(self):
        """Keep what the customer was promised, unless an earlier promise is kept."""
        # sudo: the promise is nobody's to write.
        for order in self.sudo().filtered(lambda order: not order.dist_promise_date):
            order.dist_promise_date = order.commitment_date or order.expected_date
