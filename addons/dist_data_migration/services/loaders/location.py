from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class LocationLoader(Loader):
    """Storage locations below the stock location of a warehouse."""

    key = "location"
    model = "stock.location"
    used_by = (
        ("stock.location", "location_id"),
        ("stock.quant", "location_id"),
        ("stock.warehouse.orderpoint", "location_id"),
        ("stock.putaway.rule", "location_out_id"),
    )
    targets = {
        "name": Target(_lt("Name"), required=True),
        "barcode": Target(_lt("Barcode"), "code"),
        "parent": Target(_lt("Parent Location"), "reference", reference="location"),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "active": Target(_lt("Active"), "boolean"),
    }

    def prepare(self, row):
        parent = self.reference(row, "parent")
        vals = {
            "name": row.data["name"],
            "usage": "internal",
            "location_id": parent or self.warehouse(row).lot_stock_id.id,
            "company_id": self.cycle.company_id.id,
            "active": row.data.get("active", True),
        }
        if row.data.get("barcode"):
            vals["barcode"] = row.data["barcode"]
        return vals
