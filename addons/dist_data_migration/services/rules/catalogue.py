"""The rules by name: what people read, and who corrects what they find."""

from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: rule: (label, who fixes it)
RULES = {
    "required": (_lt("Required value missing"), "owner"),
    "format": (_lt("Type or format"), "owner"),
    "value_map": (_lt("Value not mapped"), "steward"),
    "damaged_code": (_lt("Code damaged by a spreadsheet"), "owner"),
    "invisible": (_lt("Invisible characters"), "owner"),
    "barcode": (_lt("Barcode check digit"), "owner"),
    "vat": (_lt("Tax ID"), "owner"),
    "duplicate_key": (_lt("Duplicate legacy key"), "owner"),
    "duplicate_code": (_lt("Duplicate reference or barcode"), "owner"),
    "duplicate_name": (_lt("Duplicate name"), "owner"),
    "reference": (_lt("Reference not found"), "owner"),
    "reference_error": (_lt("Reference has errors itself"), "steward"),
    "unknown_value": (_lt("Value unknown in Odoo"), "steward"),
    "unknown_account": (_lt("Account unknown in Odoo"), "finance"),
    "unknown_currency": (_lt("Currency unknown or inactive"), "finance"),
    "unknown_tax": (_lt("Tax unknown in Odoo"), "finance"),
    "unit_conversion": (_lt("Unit of measure not convertible"), "steward"),
    "precision": (_lt("More decimals than Odoo keeps"), "steward"),
    "missing_category": (_lt("Product without category"), "owner"),
    "missing_supplier": (_lt("Product without supplier"), "owner"),
    "missing_route": (_lt("Product without route"), "owner"),
    "missing_tax": (_lt("Product without tax"), "finance"),
    "missing_account": (_lt("Category without account"), "finance"),
    "zero_cost": (_lt("Stocked product without cost"), "finance"),
    "lead_time": (_lt("Lead time far from the supplier's usual one"), "owner"),
    "location_without_parent": (_lt("Location outside the hierarchy"), "warehouse"),
    "missing_bin": (_lt("Stock without location or bin"), "warehouse"),
    "negative_quantity": (_lt("Negative quantity"), "warehouse"),
    "fractional_quantity": (_lt("Fractional quantity"), "warehouse"),
    "expired_lot": (_lt("Expired lot with stock"), "warehouse"),
    "inactive_with_stock": (_lt("Inactive product with stock"), "owner"),
    "inactive_with_orders": (_lt("Inactive product with open orders"), "owner"),
    "inactive_partner": (_lt("Open order of an inactive partner"), "owner"),
    "order_without_lines": (_lt("Order without lines"), "owner"),
    "order_complete": (_lt("Open order with nothing outstanding"), "owner"),
    "pack_size": (_lt("Pack size is no unit of measure"), "owner"),
    "unbalanced": (_lt("Debit and credit differ"), "finance"),
    "missing_due_date": (_lt("Open item without due date"), "finance"),
}
RESPONSIBLES = (
    ("owner", _lt("Data Owner")),
    ("steward", _lt("Data Steward")),
    ("warehouse", _lt("Warehouse")),
    ("finance", _lt("Finance")),
)
#: without these a row can't become a record; no program can soften them
FIXED_RULES = frozenset(
    {
        "required",
        "format",
        "value_map",
        "duplicate_key",
        "reference",
        "reference_error",
        "unknown_value",
        "unknown_account",
        "unknown_currency",
        "unknown_tax",
    }
)
#: one row stands for all: with an error none of the object's rows is loaded
WHOLE_OBJECT_RULES = frozenset({"unbalanced"})
