from unittest.mock import patch

from odoo.addons.dist_data_migration.services.loaders import LOADERS
from odoo.addons.dist_data_migration.services.loaders.base import Loader
from odoo.addons.dist_data_migration.services.mapping import Target

from .common import MigrationCommon


def _fields(text):
    """Return targets from ``name* type:reference`` lines, one per line."""
    targets = {}
    for part in text.split(","):
        name, _sep, kind = part.strip().partition(" ")
        kind, _sep, reference = (kind or "char").partition(":")
        targets[name.rstrip("*")] = Target(
            name.rstrip("*"),
            kind,
            required=name.endswith("*"),
            reference=reference,
        )
    return targets


#: object: fields that rules look at, as the catalogue of objects promises them
CONTRACT = {
    "product_category": (
        "name*, parent reference:product_category, valuation char,"
        "income_account code, expense_account code, valuation_account code"
    ),
    "supplier": "vat code, active boolean, country char, zip code",
    "customer": "vat code, active boolean, country char, zip code",
    "product": (
        "category_key reference:product_category, sale_tax char, purchase_tax char,"
        "routes char"
    ),
    "supplier_price": (
        "supplier* reference:supplier, product* reference:product, price* number,"
        "lead_time number, min_quantity number, currency code, uom char"
    ),
    "lot": "product* reference:product, number* code, expiration date",
    "stock": "lot reference:lot, value number",
    "purchase_order": (
        "supplier* reference:supplier, number* code, date date, expected date,"
        "currency code"
    ),
    "purchase_order_line": (
        "order* reference:purchase_order, product* reference:product,"
        "quantity* number, uom char, price number, expected date"
    ),
    "open_receivable": (
        "customer* reference:customer, number* code, date* date, due_date date,"
        "amount* number, currency code, account code"
    ),
    "open_payable": (
        "supplier* reference:supplier, number* code, date* date, due_date date,"
        "amount* number, currency code, account code"
    ),
    "opening_balance": "account* code, name char, debit number, credit number",
}
SEQUENCE = {
    "product_category": 5,
    "supplier_price": 50,
    "lot": 49,
    "purchase_order": 90,
    "purchase_order_line": 95,
    "open_receivable": 100,
    "open_payable": 105,
    "opening_balance": 110,
}


class QualityCommon(MigrationCommon):
    """Knows every object that rules look at, also those without a loader of their own.

    Where the catalogue has the object or the field already, its own stays in place.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Object = cls.env["dist.migration.object"]
        for code, text in CONTRACT.items():
            targets = _fields(text)
            if code in LOADERS:
                missing = {
                    name: target
                    for name, target in targets.items()
                    if name not in LOADERS[code].targets
                }
                cls.startClassPatcher(patch.dict(LOADERS[code].targets, missing))
                continue
            loader = type(
                f"{code.title()}Loader",
                (Loader,),
                {"key": code, "model": "res.partner", "targets": targets},
            )
            cls.startClassPatcher(patch.dict(LOADERS, {code: loader}))
            if not Object._get(code):
                Object.create(
                    {
                        "name": code,
                        "code": code,
                        "loader": code,
                        "sequence": SEQUENCE[code],
                    }
                )

    @classmethod
    def _stage_text(cls, mapping, files, **values):
        """Return a staged cycle of a mapping and its files."""
        cycle = cls._create_cycle(mapping_id=cls._create_mapping(mapping).id, **values)
        for name, text in files.items():
            cycle._add_file(name, text.encode() if isinstance(text, str) else text)
        cycle.action_stage()
        return cycle

    def _found(self, cycle):
        return {
            (finding.rule, finding.severity, finding.object_id.code, finding.legacy_key)
            for finding in cycle.finding_ids
        }
