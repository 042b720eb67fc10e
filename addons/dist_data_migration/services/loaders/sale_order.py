from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import number, register
from .order import OrderLineLoader, OrderLoader

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class SaleOrderLineLoader(OrderLineLoader):
    """Order lines; they are loaded together with their order."""

    key = "sale_order_line"
    model = "sale.order.line"
    parent = "sale_order"
    quantity = "product_uom_qty"
    targets = {
        "order": Target(
            _lt("Order"), "reference", required=True, reference="sale_order"
        ),
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "quantity": Target(_lt("Quantity"), "number", required=True),
        "price": Target(_lt("Unit Price"), "number", required=True),
        "discount": Target(_lt("Discount (%)"), "number"),
        "description": Target(_lt("Description"), "text"),
    }

    def prepare(self, row):
        vals = {
            "product_id": self.reference(row, "product"),
            "product_uom_qty": number(row, "quantity"),
            "price_unit": number(row, "price"),
            "discount": number(row, "discount", 0.0),
        }
        if row.data.get("description"):
            vals["name"] = row.data["description"]
        return vals


@register
class SaleOrderLoader(OrderLoader):
    """Open sales orders with their lines.

    Number and date of the legacy order are kept, the number as source document and,
    unless the extract has the customer's own, as customer reference.
    """

    key = "sale_order"
    model = "sale.order"
    line_loader = SaleOrderLineLoader
    targets = {
        "number": Target(_lt("Order Number"), "code", required=True),
        "customer": Target(
            _lt("Customer"), "reference", required=True, reference="customer"
        ),
        "date": Target(_lt("Order Date"), "date"),
        "promised_date": Target(_lt("Promised Date"), "date"),
        "customer_reference": Target(_lt("Customer Reference")),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "note": Target(_lt("Terms and Conditions"), "text"),
    }
    create_only = frozenset({"user_id", "warehouse_id"})

    def prepare(self, row):
        data = row.data
        vals = {
            "partner_id": self.reference(row, "customer"),
            "origin": data["number"],
            "client_order_ref": data.get("customer_reference") or data["number"],
            "company_id": self.cycle.company_id.id,
            "warehouse_id": self.warehouse(row).id,
            # nobody gets a mail about orders that are years old
            "user_id": False,
        }
        for name, target in (
            ("date", "date_order"),
            ("promised_date", "commitment_date"),
        ):
            if data.get(name):
                vals[target] = self.moment(data[name])
        if data.get("note"):
            vals["note"] = data["note"]
        return vals

    def confirm(self, orders):
        dates = [order.date_order for order in orders]
        orders.action_confirm()
        for order, date in zip(orders, dates, strict=True):
            # confirming sets today
            order.date_order = date

    def cancel(self, order):
        if order.locked:
            order.action_unlock()
        order._action_cancel()
