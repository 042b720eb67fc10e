from odoo import SUPERUSER_ID
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import number, register
from .errors import LoadError
from .order import OrderLineLoader, OrderLoader

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class PurchaseOrderLineLoader(OrderLineLoader):
    """Order lines, with the quantity that is still to be received."""

    key = "purchase_order_line"
    model = "purchase.order.line"
    parent = "purchase_order"
    quantity = "product_qty"
    targets = {
        "order": Target(
            _lt("Order"), "reference", required=True, reference="purchase_order"
        ),
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "quantity": Target(_lt("Quantity Still to Receive"), "number", required=True),
        "uom": Target(_lt("Unit of Measure")),
        "price": Target(_lt("Unit Price"), "number"),
        "discount": Target(_lt("Discount (%)"), "number"),
        "expected": Target(_lt("Expected Arrival"), "date"),
    }

    def prepare(self, row):
        vals = {
            "product_id": self.reference(row, "product"),
            "product_qty": number(row, "quantity"),
            "discount": number(row, "discount", 0.0),
        }
        if row.data.get("uom"):
            vals["product_uom_id"] = self.unit_of_measure(row.data["uom"])
        if "price" in row.data:
            vals["price_unit"] = number(row, "price")
        if row.data.get("expected"):
            vals["date_planned"] = self.moment(row.data["expected"])
        return vals


@register
class PurchaseOrderLoader(OrderLoader):
    """Open purchase orders with their lines and a receipt for what is outstanding.

    The order keeps its legacy number and date. Lines hold the outstanding quantity
    only, so the receipt does too: what has arrived before is part of the stock.
    """

    key = "purchase_order"
    model = "purchase.order"
    line_loader = PurchaseOrderLineLoader
    targets = {
        "supplier": Target(
            _lt("Supplier"), "reference", required=True, reference="supplier"
        ),
        "number": Target(_lt("Order Number"), "code", required=True),
        "date": Target(_lt("Order Date"), "date"),
        "expected": Target(_lt("Expected Arrival"), "date"),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "currency": Target(_lt("Currency"), "code"),
    }
    create_only = frozenset({"user_id", "picking_type_id", "name"})

    def prepare(self, row):
        data = row.data
        vals = {
            "name": data["number"],
            "origin": data["number"],
            "partner_id": self.reference(row, "supplier"),
            "company_id": self.cycle.company_id.id,
            "currency_id": self.currency(data.get("currency")).id,
            "picking_type_id": self.warehouse(row).in_type_id.id,
            # nobody gets a mail about orders that are years old
            "user_id": False,
        }
        if data.get("date"):
            vals["date_order"] = self.moment(data["date"])
        return vals

    def _lines_of(self, rows):
        """Lines without a date of their own are expected with their order."""
        lines = super()._lines_of(rows)
        for row in rows:
            for line in lines.get(row.key, []):
                if row.data.get("expected") and not line.data.get("expected"):
                    line.data["expected"] = row.data["expected"]
        return lines

    def confirm(self, orders):
        # as the system: the legacy system has approved these orders long ago, and
        # a limit for the user who loads must not hold them back
        orders.with_user(SUPERUSER_ID).button_approve()
        waiting = orders.filtered(lambda order: order.state != "purchase")
        if waiting:
            raise LoadError(
                _lt(
                    "The order %(numbers)s could not be confirmed.",
                    numbers=", ".join(waiting.mapped("name")),
                )
            )
        for order in orders:
            # confirming sets now
            order.date_approve = order.date_order

    def cancel(self, order):
        if order.locked:
            order.button_unlock()
        order.button_cancel()
