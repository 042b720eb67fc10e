import math

from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, number, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class SupplierPriceLoader(Loader):
    """Prices, minimum quantities and lead times of suppliers."""

    key = "supplier_price"
    model = "product.supplierinfo"
    chunk_size = 500
    targets = {
        "supplier": Target(
            _lt("Supplier"), "reference", required=True, reference="supplier"
        ),
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "price": Target(_lt("Price"), "number", required=True),
        "min_quantity": Target(_lt("Minimum Quantity"), "number"),
        "lead_time": Target(_lt("Lead Time (days)"), "number"),
        "currency": Target(_lt("Currency"), "code"),
        "supplier_code": Target(_lt("Supplier's Product Code"), "code"),
        "date_start": Target(_lt("From"), "date"),
        "date_end": Target(_lt("To"), "date"),
    }

    def prepare(self, row):
        data = row.data
        product = self.reference(row, "product")
        template = self.env["product.product"].browse(product).product_tmpl_id
        vals = {
            "partner_id": self.reference(row, "supplier"),
            "product_tmpl_id": template.id,
            "product_id": product,
            "price": number(row, "price"),
            "min_qty": number(row, "min_quantity", 0.0),
            "currency_id": self.currency(data.get("currency")).id,
            "company_id": self.company_id(),
        }
        if "lead_time" in data:
            # days are whole; half a day late is a day late
            vals["delay"] = math.ceil(number(row, "lead_time"))
        if data.get("supplier_code"):
            vals["product_code"] = data["supplier_code"]
        for name in ("date_start", "date_end"):
            if data.get(name):
                vals[name] = data[name]
        return vals
