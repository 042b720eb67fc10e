from datetime import timedelta

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, LoadError, number, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class ProductLoader(Loader):
    """Storable products, one variant each.

    Discontinued products are created like the others and archived, so that their
    stock, open orders and history stay reachable.
    """

    key = "product"
    model = "product.product"
    used_by = (
        ("stock.warehouse.orderpoint", "product_id"),
        ("product.pricelist.item", "product_id"),
        ("stock.lot", "product_id"),
    )
    targets = {
        "name": Target(_lt("Name"), required=True, size=256),
        "code": Target(_lt("Internal Reference"), "code"),
        "barcode": Target(_lt("Barcode"), "barcode"),
        "list_price": Target(_lt("Sales Price"), "number"),
        "standard_price": Target(_lt("Cost"), "number"),
        "category": Target(_lt("Product Category")),
        "category_key": Target(
            _lt("Category Key"), "reference", reference="product_category"
        ),
        "tracking": Target(
            _lt("Tracking"), "selection", choices=("none", "lot", "serial")
        ),
        "sale_tax": Target(_lt("Sales Tax")),
        "purchase_tax": Target(_lt("Purchase Tax")),
        "routes": Target(_lt("Routes"), size=512),
        "uom": Target(_lt("Unit of Measure")),
        "weight": Target(_lt("Weight"), "number"),
        "supplier": Target(_lt("Supplier"), "reference", reference="supplier"),
        "supplier_price": Target(_lt("Supplier Price"), "number"),
        "description": Target(_lt("Internal Notes"), "text"),
        "active": Target(_lt("Active"), "boolean"),
    }

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        self._categories = {}

    def prepare(self, row):
        data = row.data
        vals = {
            "name": data["name"],
            "type": "consu",
            "is_storable": True,
            "company_id": self.company_id(),
            "active": data.get("active", True),
        }
        for name, target in (("code", "default_code"), ("barcode", "barcode")):
            if data.get(name):
                vals[target] = data[name]
        for name in ("list_price", "standard_price", "weight"):
            if name in data:
                vals[name] = number(row, name)
        if data.get("description"):
            vals["description"] = data["description"]
        category = self.reference(row, "category_key")
        if category:
            vals["categ_id"] = category
        elif data.get("category"):
            vals["categ_id"] = self._category(data["category"])
        if data.get("uom"):
            vals["uom_id"] = self.unit_of_measure(data["uom"])
        if data.get("tracking"):
            vals["tracking"] = data["tracking"]
        vals.update(self._taxes(data))
        if data.get("routes"):
            vals["route_ids"] = [Command.set(self._routes(data["routes"]))]
        supplier = self.reference(row, "supplier")
        if supplier:
            vals["seller_ids"] = [self._seller(row, supplier)]
        return vals

    def create_records(self, vals_list):
        active = [vals.pop("active") for vals in vals_list]
        products = super().create_records(vals_list)
        discontinued = products.browse(
            product.id
            for product, is_active in zip(products, active, strict=True)
            if not is_active
        )
        if discontinued:
            discontinued.product_tmpl_id.action_archive()
        return products

    def update_record(self, record, vals):
        if "active" in vals:
            # the template decides; its variants follow into the archive, not out
            record.product_tmpl_id.active = vals["active"]
            record.active = vals["active"]
            vals = {name: value for name, value in vals.items() if name != "active"}
        return super().update_record(record, vals)

    def _taxes(self, data):
        company = ("company_id", "=", self.cycle.company_id.id)
        vals = {}
        for name, use, target in (
            ("sale_tax", "sale", "taxes_id"),
            ("purchase_tax", "purchase", "supplier_taxes_id"),
        ):
            if data.get(name):
                domain = (company, ("type_tax_use", "=", use))
                tax = self.named("account.tax", data[name], domain)
                vals[target] = [Command.set([tax])]
        return vals

    def _routes(self, names):
        company = ("company_id", "in", (False, self.cycle.company_id.id))
        names = [name.strip() for name in names.split(";")]
        return [self.named("stock.route", name, (company,)) for name in names if name]

    def _seller(self, row, supplier):
        return Command.create(
            {
                "partner_id": supplier,
                "price": number(row, "supplier_price", 0.0),
                "company_id": self.company_id(),
            }
        )

    def _category(self, name):
        """Return the category of that name, created below the root when missing."""
        found = self._categories.get(name)
        if found is None:
            found = self.env["product.category"].create({"name": name})
            self._categories[name] = found
        if len(found) > 1:
            raise LoadError(
                _lt(
                    "The product category %(name)s is ambiguous: there are %(paths)s.",
                    name=name,
                    paths=", ".join(found.mapped("complete_name")),
                )
            )
        return found.id

    def apply(self, rows):
        # read per chunk: one that is rolled back takes its new categories with it
        groups = self.env["product.category"]._read_group(
            [], ["name"], ["id:recordset"]
        )
        self._categories = dict(groups)
        Value = self.env["product.value"]
        last = Value.search([], order="id desc", limit=1).id or 0
        outcomes = super().apply(rows)
        # A cost is of before the cutover. Dated today, Odoo would take it for a
        # revaluation of the opening stock and forget what that is worth.
        values = Value.search(
            [
                ("id", ">", last),
                ("product_id", "in", [line.res_id for line in outcomes]),
            ]
        )
        values.date = self.cycle.cutover_at - timedelta(seconds=1)
        return outcomes
