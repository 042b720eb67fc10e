from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class PutawayLoader(Loader):
    """Where goods that arrive at a location are put."""

    key = "putaway"
    model = "stock.putaway.rule"
    targets = {
        "location_from": Target(
            _lt("Arrives At"), "reference", required=True, reference="location"
        ),
        "location_to": Target(
            _lt("Stored In"), "reference", required=True, reference="location"
        ),
        "product": Target(_lt("Product"), "reference", reference="product"),
        "category_key": Target(
            _lt("Category Key"), "reference", reference="product_category"
        ),
    }

    def prepare(self, row):
        product = self.reference(row, "product")
        category = self.reference(row, "category_key")
        if product and category:
            raise LoadError(
                _lt("A putaway rule is for a product or for a category, not for both.")
            )
        source = self.reference(row, "location_from")
        target = self.reference(row, "location_to")
        if not self._is_below(target, source):
            raise LoadError(
                _lt(
                    "%(inner)s does not lie within %(outer)s.",
                    inner=row.data["location_to"],
                    outer=row.data["location_from"],
                )
            )
        return {
            "location_in_id": source,
            "location_out_id": target,
            "product_id": product,
            "category_id": category,
            "company_id": self.cycle.company_id.id,
        }

    def _is_below(self, target, source):
        location = self.env["stock.location"]
        path = location.browse(target).parent_path or ""
        return path.startswith(location.browse(source).parent_path or "-")
