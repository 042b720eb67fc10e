from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, Outcome, number, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class PackagingLoader(Loader):
    """Packs of a product: a unit of measure of so many pieces, with its own barcode.

    A unit of the same name and content is shared by all products that come in it, as
    Odoo wants it; only its link to the product is the row's own.
    """

    key = "packaging"
    model = "uom.uom"
    targets = {
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "name": Target(_lt("Name"), required=True),
        "quantity": Target(_lt("Pieces per Pack"), "number", required=True),
        "barcode": Target(_lt("Barcode"), "barcode"),
    }

    def apply(self, rows):
        self.fetch_references(rows)
        known = self.find([row.key for row in rows])
        barcodes = self._barcodes(rows)
        outcomes = [self._apply_row(row, known.get(row.key), barcodes) for row in rows]
        self.remember(rows, outcomes)
        return outcomes

    def _apply_row(self, row, known, barcodes):
        product = self.env["product.product"].browse(self.reference(row, "product"))
        quantity = number(row, "quantity")
        if quantity <= 0:
            raise LoadError(_lt("A pack holds more than nothing."))
        pack = pack_of(self, product, quantity, row.data["name"])
        changed = self._replace(product, known, pack)
        barcode = row.data.get("barcode")
        if barcode:
            changed |= self._set_barcode(product, pack, barcode, barcodes)
        status = "create" if known is None else "update" if changed else "same"
        return Outcome(row.id, status, pack.id)

    def _replace(self, product, known, pack):
        if known is None or known == pack:
            return False
        product.product_tmpl_id.uom_ids -= known
        links = self.env["product.uom"].search(
            [("product_id", "=", product.id), ("uom_id", "=", known.id)]
        )
        links.uom_id = pack
        return True

    def _barcodes(self, rows):
        links = self.env["product.uom"].search(
            [("barcode", "in", [row.data.get("barcode") for row in rows])]
        )
        return {link.barcode: link for link in links}

    def _set_barcode(self, product, pack, barcode, barcodes):
        link = barcodes.get(barcode)
        if not link:
            barcodes[barcode] = self.env["product.uom"].create(
                {
                    "product_id": product.id,
                    "uom_id": pack.id,
                    "barcode": barcode,
                    "company_id": self.company_id(),
                }
            )
            return True
        if link.product_id != product:
            raise LoadError(
                _lt(
                    "The barcode %(barcode)s stands for %(product)s already.",
                    barcode=barcode,
                    product=link.product_id.display_name,
                )
            )
        if link.uom_id == pack:
            return False
        link.uom_id = pack
        return True

    def take_back(self, records):
        """A pack that other products come in stays; links of this cycle go."""
        results = []
        for pack in records:
            keys = self.cycle._created_keys(self.object, self.model, pack.id)
            self.fetch_references(self.cycle._rows_by_key(self.object, keys))
            products = self.env["product.product"].browse(
                self._references["product"].values()
            )
            self.env["product.uom"].search(
                [("uom_id", "=", pack.id), ("product_id", "in", products.ids)]
            ).unlink()
            products.product_tmpl_id.write({"uom_ids": [Command.unlink(pack.id)]})
            results += super().take_back(pack)
        return results

    def used(self, records):
        found = super().used(records)
        own = self.cycle._created_ids(records, key="")
        for pack in records.filtered(lambda one: one.id not in own):
            found[pack.id] = self.env._("It was there before the load.")
        for pack in records.filtered(lambda one: one.id in own):
            templates = self.env["product.template"].with_context(active_test=False)
            count = templates.search_count([("uom_ids", "in", pack.ids)])
            if count:
                found[pack.id] = self.env._(
                    "%(count)s products come in it.", count=count
                )
        return found


def pack_of(loader, product, quantity, name=None):
    """Return the unit of so many pieces, linked to the product.

    :param loader: whose environment is used
    :param name: name of a new unit; any unit of that content does when not given
    """
    unit = product.uom_id
    domain = [("relative_uom_id", "=", unit.id), ("relative_factor", "=", quantity)]
    if name:
        domain.append(("name", "=", name))
    pack = loader.env["uom.uom"].search(domain, limit=1)
    if not pack:
        pack = loader.env["uom.uom"].create(
            {
                "name": name or f"{unit.name} × {quantity:g}",
                "relative_uom_id": unit.id,
                "relative_factor": quantity,
            }
        )
        loader.cycle._note_created(loader.object, pack._name, [("", pack.id)])
    if pack not in product.product_tmpl_id.uom_ids:
        product.product_tmpl_id.uom_ids = [Command.link(pack.id)]
    return pack
