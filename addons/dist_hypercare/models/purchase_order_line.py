from odoo import api, fields, models
from odoo.exceptions import AccessError

AGREED = ("price_unit", "discount", "product_qty", "product_uom_id")


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    dist_promised_at = fields.Datetime(
        string="Promised at Approval",
        readonly=True,
        copy=False,
        help="The expected arrival when the order was approved. The expected arrival "
        "itself can be moved afterwards; suppliers are measured by this one.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._dist_refuse_promise(vals)
        lines = super().create(vals_list)
        lines.filtered(
            lambda line: line.order_id.state == "purchase"
        )._dist_capture_promise()
        return lines

    def write(self, vals):
        self._dist_refuse_promise(vals)
        agreed = [name for name in AGREED if name in vals]
        if not agreed:
            return super().write(vals)
        approved = self.filtered(lambda line: line.order_id.state == "purchase")
        before = {line: [line[name] for name in agreed] for line in approved}
        result = super().write(vals)
        changed = approved.filtered(
            lambda line: [line[name] for name in agreed] != before[line]
        )
        self.env["dist.correction"]._log(
            "purchase_changed",
            changed.order_id,
            lambda order: order.picking_type_id.warehouse_id,
        )
        return result

    def _dist_refuse_promise(self, vals):
        """Whoever could set the promise could make a late supplier punctual."""
        if "dist_promised_at" in vals and not self.env.su:
            raise AccessError(
                self.env._("The promise of a purchase order is kept at its approval.")
            )

    def _dist_capture_promise(self):
        """Keep the expected arrival as it is now."""
        for promise, lines in self.grouped("date_planned").items():
            # sudo: the promise is nobody's to write.
            lines.sudo().dist_promised_at = promise
