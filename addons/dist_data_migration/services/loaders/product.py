from functools import cached_property

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
    targets = {
        "name": Target(_lt("Name"), required=True, size=256),
        "code": Target(_lt("Internal Reference"), "code"),
        "barcode": Target(_lt("Barcode"), "barcode"),
        "list_price": Target(_lt("Sales Price"), "number"),
        "standard_price": Target(_lt("Cost"), "number"),
        "category": Target(_lt("Product Category")),
        "uom": Target(_lt("Unit of Measure")),
        "weight": Target(_lt("Weight"), "number"),
        "supplier": Target(_lt("Supplier"), "reference", reference="supplier"),
        "supplier_price": Target(_lt("Supplier Price"), "number"),
        "description": Target(_lt("Internal Notes"), "text"),
        "active": Target(_lt("Active"), "boolean"),
    }

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
        if data.get("category"):
            vals["categ_id"] = self._category(data["category"])
        if data.get("uom"):
            vals["uom_id"] = self._uom(data["uom"])
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
            # the template decides, its variants follow
            record.product_tmpl_id.active = vals.pop("active")
        return super().update_record(record, vals)

    def _seller(self, row, supplier):
        return Command.create(
            {
                "partner_id": supplier,
                "price": number(row, "supplier_price", 0.0),
                "company_id": self.company_id(),
            }
        )

    @cached_property
    def _units_of_measure(self):
        return self.cycle._units_of_measure()

    def _uom(self, name):
        uom = self._units_of_measure.get(name.casefold())
        if not uom:
            raise LoadError(_lt("The unit of measure %(name)s is unknown.", name=name))
        return uom

    def _category(self, name):
        """Return the category of that name, created below the root when missing."""
        Category = self.env["product.category"]
        found = Category.search([("name", "=", name)])
        if len(found) > 1:
            raise LoadError(
                _lt(
                    "The product category %(name)s is ambiguous: there are %(paths)s.",
                    name=name,
                    paths=", ".join(found.mapped("complete_name")),
                )
            )
        return (found or Category.create({"name": name})).id
