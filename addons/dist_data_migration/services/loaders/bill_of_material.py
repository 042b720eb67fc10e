from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, number, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class BillOfMaterialLoader(Loader):
    """Bills of material, one row per component; needs the app Manufacturing.

    Rows of one product make one bill. A further load sets the quantities of its
    components.
    """

    key = "bill_of_material"
    model = "mrp.bom.line"
    module = "mrp"
    targets = {
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "component": Target(
            _lt("Component"), "reference", required=True, reference="product"
        ),
        "component_quantity": Target(
            _lt("Quantity of the Component"), "number", required=True
        ),
    }

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        self._boms = {}

    def apply(self, rows):
        self.check_model()
        self.fetch_references(rows)
        self._boms = self._find_boms(rows)
        return super().apply(rows)

    def _find_boms(self, rows):
        """Return ``{product id: bill}``, created where there is none."""
        Bom = self.env["mrp.bom"]
        products = self.env["product.product"].browse(
            dict.fromkeys(self.reference(row, "product") for row in rows)
        )
        found = Bom.search(
            [
                ("product_id", "in", products.ids),
                ("company_id", "=", self.cycle.company_id.id),
            ]
        )
        boms = {bom.product_id.id: bom for bom in found}
        missing = products.filtered(lambda product: product.id not in boms)
        created = Bom.create(
            [
                {
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "product_id": product.id,
                    "company_id": self.cycle.company_id.id,
                }
                for product in missing
            ]
        )
        boms.update(zip(missing.ids, created, strict=True))
        self.cycle._note_created(
            self.object,
            Bom._name,
            [(bom.product_id.display_name, bom.id) for bom in created],
        )
        return boms

    def prepare(self, row):
        quantity = number(row, "component_quantity")
        if quantity <= 0:
            raise LoadError(_lt("A component needs a quantity above zero."))
        return {
            "bom_id": self._boms[self.reference(row, "product")].id,
            "product_id": self.reference(row, "component"),
            "product_qty": quantity,
        }
