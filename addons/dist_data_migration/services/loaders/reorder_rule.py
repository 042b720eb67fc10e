from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, number, register
from .errors import LoadError
from .packaging import pack_of

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class ReorderRuleLoader(Loader):
    """Minimum stock rules.

    Odoo has one rule per product and location; one that is there already is updated,
    not refused. A multiple is a unit of measure of that many pieces.
    """

    key = "reorder_rule"
    model = "stock.warehouse.orderpoint"
    chunk_size = 500
    targets = {
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "location": Target(_lt("Location"), "reference", reference="location"),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "minimum": Target(_lt("Minimum"), "number", required=True),
        "maximum": Target(_lt("Maximum"), "number", required=True),
        "multiple": Target(_lt("Multiple"), "number"),
    }

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        self._there = {}

    def prepare(self, row):
        minimum, maximum = number(row, "minimum"), number(row, "maximum")
        if maximum < minimum:
            raise LoadError(
                _lt(
                    "The maximum %(high)s is below the minimum %(low)s.",
                    high=row.data["maximum"],
                    low=row.data["minimum"],
                )
            )
        place = self._place(row)
        product = self.env["product.product"].browse(self.reference(row, "product"))
        vals = {
            "product_id": product.id,
            "location_id": place.id,
            "warehouse_id": (place.warehouse_id or self.warehouse(row)).id,
            "product_min_qty": minimum,
            "product_max_qty": maximum,
            "company_id": self.cycle.company_id.id,
        }
        multiple = number(row, "multiple")
        if multiple and multiple != 1:
            vals["replenishment_uom_id"] = pack_of(self, product, multiple).id
        return vals

    def _place(self, row):
        location = self.reference(row, "location")
        if location:
            return self.env["stock.location"].browse(location)
        return self.warehouse(row).lot_stock_id

    def find(self, keys):
        return {**self._there, **super().find(keys)}

    def apply(self, rows):
        self.fetch_references(rows)
        places = {
            (self.reference(row, "product"), self._place(row).id): row.key
            for row in rows
        }
        self._there = self._known_places(places)
        return super().apply(rows)

    def _known_places(self, places):
        """Return ``{legacy key: rule}`` of rules that stand at these places."""
        rules = (
            self.env[self.model]
            .with_context(active_test=False)
            .search(
                [
                    ("product_id", "in", [product for product, _place in places]),
                    ("company_id", "=", self.cycle.company_id.id),
                ]
            )
        )
        found = {}
        for rule in rules:
            key = places.get((rule.product_id.id, rule.location_id.id))
            if key:
                found[key] = rule
        return found
