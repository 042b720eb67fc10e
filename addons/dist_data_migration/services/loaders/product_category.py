from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class ProductCategoryLoader(Loader):
    """Product categories with costing, valuation and accounts.

    Accounts and methods are stored per company, so a shared category keeps those of
    each company that loads it.
    """

    key = "product_category"
    model = "product.category"
    used_by = (
        ("product.template", "categ_id"),
        ("product.category", "parent_id"),
        ("stock.putaway.rule", "category_id"),
        ("product.pricelist.item", "categ_id"),
    )
    targets = {
        "name": Target(_lt("Name"), required=True),
        "parent": Target(
            _lt("Parent Category"), "reference", reference="product_category"
        ),
        "costing_method": Target(
            _lt("Costing Method"),
            "selection",
            choices=("standard", "fifo", "average"),
        ),
        "valuation": Target(
            _lt("Valuation"), "selection", choices=("periodic", "real_time")
        ),
        "income_account": Target(_lt("Income Account"), "code"),
        "expense_account": Target(_lt("Expense Account"), "code"),
        "valuation_account": Target(_lt("Stock Valuation Account"), "code"),
    }
    accounts = {
        "income_account": "property_account_income_categ_id",
        "expense_account": "property_account_expense_categ_id",
        "valuation_account": "property_stock_valuation_account_id",
    }

    def prepare(self, row):
        data = row.data
        vals = {"name": data["name"], "parent_id": self.reference(row, "parent")}
        if data.get("costing_method"):
            vals["property_cost_method"] = data["costing_method"]
        if data.get("valuation"):
            vals["property_valuation"] = data["valuation"]
        for name, target in self.accounts.items():
            if data.get(name):
                vals[target] = self.account(data[name]).id
        return vals
