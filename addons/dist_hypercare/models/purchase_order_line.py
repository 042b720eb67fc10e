from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails

AGREED = ("price_unit", "discount", "product_qty", "product_uom_id")
CAPTURED = {"dist_promised_at", "dist_reference_price"}


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    dist_promised_at = fields.Datetime(
        string="Promised at Approval",
        readonly=True,
        copy=False,
        help="The expected arrival when the order was approved. The expected arrival "
        "itself can be moved afterwards; suppliers are measured by this one.",
    )

    dist_reference_price = fields.Float(
        string="Reference Price",
        digits="Product Price",
        readonly=True,
        copy=False,
        help="What the product's unit should cost in the company's currency, as it was "
        "when the order was approved: the standard cost or, for a product whose cost "
        "follows its purchases, the price last agreed with the supplier. Zero: none.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._dist_refuse_captured(vals)
        lines = super().create(vals_list)
        added = lines.filtered(lambda line: line.order_id.state == "purchase")
        added._dist_capture_agreed()
        added.filtered("product_qty")._dist_keep_change()
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
        changed._dist_keep_change()
        return result

    def _dist_keep_change(self):
        """Log that these approved lines were changed, and queue the days it changes.

        Those of the approval, and of the bills whose price is compared with it.
        """
        if not self:
            return
        with never_fails(self.env, "changes of approved purchase orders"):
            self.env["dist.correction"]._log(
                "purchase_changed",
                self.order_id,
                lambda order: order.picking_type_id.warehouse_id,
            )
            self.env["dist.measure.provider.purchase"]._enqueue_orders(self.order_id)
            # sudo: a buyer may not see the bills whose days are queued.
            self.env["dist.measure.provider.invoice"]._enqueue_dates(
                self.sudo().invoice_lines.move_id, ("invoice", "purchase")
            )

    def _dist_refuse_captured(self, vals):
        """Whoever could set the promise could make a late supplier punctual."""
        if not CAPTURED.isdisjoint(vals) and not self.env.su:
            raise AccessError(
                self.env._(
                    "The promise and the reference price of a purchase order are "
                    "kept at its approval."
                )
            )

    def _dist_capture_agreed(self):
        """Keep the expected arrival and the reference price as they are now."""
        # sudo: what is kept is nobody's to write, and a buyer may not read costs.
        lines = self.sudo().filtered("product_id")
        if not lines:
            return
        with never_fails(self.env, "promises of purchase orders"):
            agreed = lines._dist_agreed_before()
            for line in lines:
                product = line.product_id.with_company(line.company_id)
                is_standard = product.cost_method == "standard"
                line.write(
                    {
                        "dist_promised_at": line.date_planned,
                        "dist_reference_price": product.standard_price
                        if is_standard
                        else agreed.get(line.id, 0),
                    }
                )

    def _dist_agreed_before(self):
        """Return ``{line id: price}`` of the supplier's approved order before.

        Without taxes, after the discount, for the product's unit, in the company's
        currency at the rate of that order.
        """
        if not self:
            return {}
        self.env["purchase.order"].flush_model()
        self.flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT ON (line.id) line.id,
                           old.price_subtotal * unit.factor
                               / (old.product_qty * old_unit.factor)
                               / COALESCE(NULLIF(old_order.currency_rate, 0), 1)
                      FROM purchase_order_line line
                      JOIN purchase_order po ON po.id = line.order_id
                      JOIN product_product product ON product.id = line.product_id
                      JOIN product_template template
                           ON template.id = product.product_tmpl_id
                      JOIN uom_uom unit ON unit.id = template.uom_id
                      JOIN purchase_order_line old ON old.product_id = line.product_id
                       AND old.order_id <> line.order_id AND old.product_qty > 0
                      JOIN uom_uom old_unit ON old_unit.id = old.product_uom_id
                      JOIN purchase_order old_order ON old_order.id = old.order_id
                       AND old_order.state = 'purchase'
                       AND old_order.partner_id = po.partner_id
                       AND old_order.company_id = po.company_id
                     WHERE line.id = ANY(%s)
                     ORDER BY line.id, old_order.date_approve DESC, old.id DESC
                    """,
                    self.ids,
                )
            )
        )
