from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class LotLoader(Loader):
    """Lots and serial numbers, with their expiration date.

    On-hand rows refer to lots by key; one that was not loaded is an error there,
    never created on the way.
    """

    key = "lot"
    model = "stock.lot"
    chunk_size = 500
    used_by = (("stock.move.line", "lot_id"), ("stock.quant", "lot_id"))
    targets = {
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "number": Target(_lt("Lot/Serial Number"), "code", required=True),
        "expiration": Target(_lt("Expiration Date"), "date"),
    }

    def prepare(self, row):
        product = self.env["product.product"].browse(self.reference(row, "product"))
        if product.tracking == "none":
            raise LoadError(
                _lt(
                    "%(product)s is not tracked by lots or serial numbers.",
                    product=product.display_name,
                )
            )
        vals = {
            "product_id": product.id,
            "name": row.data["number"],
            "company_id": self.cycle.company_id.id,
        }
        if row.data.get("expiration"):
            if "expiration_date" not in self.env[self.model]._fields:
                raise LoadError(
                    _lt(
                        "Expiration dates need the module product_expiry, which is "
                        "not installed."
                    )
                )
            vals["expiration_date"] = self.moment(row.data["expiration"])
        return vals
