from datetime import timedelta
from functools import cached_property

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target, attribute_pairs
from .base import Loader, number, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class ProductLoader(Loader):
    """Storable products, each a product of its own or a variant of a family.

    What the variants share is their family's; of a variant's row only its attributes,
    codes, cost, weight and whether it is active are taken.

    Discontinued products are created like the others and archived, so that their
    stock, open orders and history stay reachable.
    """

    key = "product"
    model = "product.product"
    chunk_size = 500
    used_by = (
        ("stock.warehouse.orderpoint", "product_id"),
        ("product.pricelist.item", "product_id"),
        ("stock.lot", "product_id"),
    )
    targets = {
        "name": Target(_lt("Name"), required=True, size=256),
        "family": Target(
            _lt("Product Family"), "reference", reference="product_family"
        ),
        "attributes": Target(_lt("Attributes"), "attributes"),
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
        family = self.reference(row, "family")
        vals = self._own_values(row)
        if family:
            vals["product_tmpl_id"] = family
            vals["product_template_attribute_value_ids"] = [
                Command.set(self._combination(row, family).ids)
            ]
        else:
            vals.update(self._shared_values(row))
        return vals

    def _own_values(self, row):
        """Return what each variant has for itself."""
        data = row.data
        vals = {"active": data.get("active", True)}
        for name, target in (("code", "default_code"), ("barcode", "barcode")):
            if data.get(name):
                vals[target] = data[name]
        for name in ("standard_price", "weight"):
            if name in data:
                vals[name] = number(row, name)
        return vals

    def _shared_values(self, row):
        """Return what the variants of a product share."""
        data = row.data
        if data.get("attributes"):
            raise LoadError(
                _lt("Attributes tell variants apart: name the product family.")
            )
        vals = {
            "name": data["name"],
            "type": "consu",
            "is_storable": True,
            "company_id": self.company_id(),
        }
        if "list_price" in data:
            vals["list_price"] = number(row, "list_price")
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

    # -- variants -----------------------------------------------------------------

    def _combination(self, row, family):
        """Return the attribute values of a variant, which its family may take.

        :raise LoadError: other attributes than the family's other variants have
        """
        template = self.env["product.template"].browse(family)
        pairs = attribute_pairs(row.data.get("attributes") or "")
        if not pairs:
            raise LoadError(_lt("A variant of a family needs its attributes."))
        values = self.env["product.attribute.value"].union(
            *(self._attribute_value(*pair) for pair in pairs)
        )
        lines = template.attribute_line_ids
        if lines and lines.attribute_id != values.attribute_id:
            raise LoadError(
                _lt(
                    "All variants of %(family)s have the attributes %(names)s.",
                    family=template.name,
                    names=", ".join(lines.attribute_id.mapped("name")),
                )
            )
        for value in values:
            self._offer(template, value)
        offered = template.attribute_line_ids.product_template_value_ids
        return offered.filtered(
            lambda one: one.ptav_active and one.product_attribute_value_id in values
        )

    def _offer(self, template, value):
        """Let a family come with a value."""
        line = template.attribute_line_ids.filtered(
            lambda one: one.attribute_id == value.attribute_id
        )
        if not line:
            line.create(
                {
                    "product_tmpl_id": template.id,
                    "attribute_id": value.attribute_id.id,
                    "value_ids": [Command.set(value.ids)],
                }
            )
        elif value not in line.value_ids:
            line.value_ids = [Command.link(value.id)]

    def _attribute_value(self, attribute, name):
        """Return the value of an attribute by its name, in English or as typed.

        :raise LoadError: there is none, or it makes variants without being asked
        """
        value = self._attribute_values.get((attribute.casefold(), name.casefold()))
        if not value:
            raise LoadError(
                _lt(
                    "The attribute %(attribute)s has no value %(value)s.",
                    attribute=attribute,
                    value=name,
                )
            )
        if value.attribute_id.create_variant != "dynamic":
            raise LoadError(
                _lt(
                    "The attribute %(attribute)s must create its variants dynamically: "
                    "otherwise there would be variants that the extract doesn't have.",
                    attribute=attribute,
                )
            )
        return value

    @cached_property
    def _attribute_values(self):
        values = self.env["product.attribute.value"].with_context(lang="en_US")
        return {
            (value.attribute_id.name.casefold(), value.name.casefold()): value
            for value in values.search([])
        }

    # -- archived ones --------------------------------------------------------------

    def create_records(self, vals_list):
        active = [vals.pop("active") for vals in vals_list]
        products = super().create_records(
            [
                vals if "product_tmpl_id" in vals else {**self._costly_defaults, **vals}
                for vals in vals_list
            ]
        )
        self.skip_image_sizes(products)
        self.skip_image_sizes(products.product_tmpl_id)
        discontinued = products.browse(
            product.id
            for product, is_active in zip(products, active, strict=True)
            if not is_active
        )
        if discontinued:
            # the last variant takes its template along
            discontinued.action_archive()
        return products

    @cached_property
    def _costly_defaults(self):
        """Defaults that take a query each; Odoo asks for them product by product."""
        names = ["has_available_route_ids", "lot_sequence_id"]
        return self.env["product.template"].default_get(names)

    def update_record(self, record, vals):
        if "active" in vals:
            # the template decides; its variants follow into the archive, not out
            if vals["active"] or len(record.product_tmpl_id.product_variant_ids) < 2:
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
