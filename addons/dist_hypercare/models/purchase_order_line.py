from odoo import api, fields, models
from odoo.exceptions import AccessError

AGREED = ("price_unit", "discount", "product_qty", "product_uom_id")
CAPTURED = {"dist_promised_at", "dist_standard_price"}


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    dist_promised_at = fields.Datetime(
        string="Promised at Approval",
        readonly=True,
        copy=False,
        help="The expected arrival when the order was approved. The expected arrival "
        "itself can be moved afterwards; suppliers are measured by this one.",
    )

    dist_standard_price = fields.Float(
        string="Standard Cost at Approval",
        digits="Product Price",
        readonly=True,
        copy=False,
        help="Cost of the product's unit when the order was approved, in the company's "
        "currency; zero for products whose cost follows their purchases.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._dist_refuse_captured(vals)
        lines = super().create(vals_list)
        lines.filtered(
            lambda line: line.order_id.state == "purchase"
        )._dist_capture_agreed()
        return lines

    def write(self, vals):
        self._dist_refuse_captured(vals)
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
        self.env["dist.measure.provider.purchase"]._enqueue_orders(changed.order_id)
        return result

    def _dist_refuse_captured(self, vals):
        """Whoever could set the promise could make a late supplier punctual."""
        if not CAPTURED.isdisjoint(vals) and not self.env.su:
            raise AccessError(
                self.env._(
                    "The promise and the cost of a purchase order are kept at its "
                    "approval."
                )
            )

    def _dist_capture_agreed(self):
        """Keep the expected arrival and the standard cost as they are now."""
        # sudo: what is kept is nobody's to write, and a buyer may not read costs.
        for line in self.sudo().filtered("product_id"):
            product = line.product_id.with_company(line.company_id)
            is_standard = product.cost_method == "standard"
            line.write(
                {
                    "dist_promised_at": line.date_planned,
                    "dist_standard_price": is_standard and product.standard_price,
                }
            )
