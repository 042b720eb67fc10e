from datetime import time

from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, Row, number, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class PricelistItemLoader(Loader):
    """Fixed prices of price lists.

    The price list is found by its name in the cycle's company and created when it is
    missing. Where a row names a customer, the list becomes that customer's.
    """

    key = "pricelist_item"
    model = "product.pricelist.item"
    chunk_size = 500
    targets = {
        "pricelist": Target(_lt("Price List"), required=True),
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "customer": Target(_lt("Customer"), "reference", reference="customer"),
        "price": Target(_lt("Price"), "number", required=True),
        "min_quantity": Target(_lt("Minimum Quantity"), "number"),
        "date_start": Target(_lt("From"), "date"),
        "date_end": Target(_lt("To"), "date"),
    }

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        self._pricelists = {}

    def apply(self, rows):
        self.fetch_references(rows)
        self._fetch_pricelists(rows)
        outcomes = super().apply(rows)
        self._assign_customers(rows)
        return outcomes

    def _fetch_pricelists(self, rows):
        """Find or create the price lists of the rows, each once."""
        Pricelist = self.env["product.pricelist"]
        company = self.company_id()
        names = list(dict.fromkeys(row.data["pricelist"] for row in rows))
        found = Pricelist.search(
            [("name", "in", names), ("company_id", "in", [False, company])]
        )
        self._pricelists = {pricelist.name: pricelist for pricelist in found}
        missing = [name for name in names if name not in self._pricelists]
        created = Pricelist.create(
            [
                {
                    "name": name,
                    "company_id": company,
                    "currency_id": self.cycle.company_id.currency_id.id,
                }
                for name in missing
            ]
        )
        self._pricelists.update(zip(missing, created, strict=True))
        self.cycle._note_created(
            self.object,
            Pricelist._name,
            [(pricelist.name, pricelist.id) for pricelist in created],
        )

    def prepare(self, row):
        data = row.data
        product = self.env["product.product"].browse(self.reference(row, "product"))
        vals = {
            "pricelist_id": self._pricelists[data["pricelist"]].id,
            "applied_on": "0_product_variant",
            "product_tmpl_id": product.product_tmpl_id.id,
            "product_id": product.id,
            "compute_price": "fixed",
            "fixed_price": number(row, "price"),
            "min_quantity": number(row, "min_quantity", 0.0),
        }
        for name, limit in (("date_start", time.min), ("date_end", time.max)):
            if data.get(name):
                vals[name] = self.moment(data[name], limit)
        return vals

    def _lists_by_customer(self, rows):
        """Return ``{customer key: [names of price lists]}`` over the whole extract."""
        keys = {row.data["customer"] for row in rows if row.data.get("customer")}
        found = self.cycle._child_rows(self.object, "customer", keys)
        lists = {}
        for _state, _error, values in found:
            data = Row(*values).data
            names = lists.setdefault(data["customer"], [])
            if data.get("pricelist") and data["pricelist"] not in names:
                names.append(data["pricelist"])
        return lists

    def _assign_customers(self, rows):
        """Give each customer the list its rows name.

        :raise LoadError: the extract gives a customer two lists
        """
        wanted = {}
        lists = self._lists_by_customer(rows)
        for row in rows:
            customer = self.reference(row, "customer")
            if not customer:
                continue
            names = lists[row.data["customer"]]
            if len(names) > 1:
                raise LoadError(
                    _lt(
                        "%(customer)s can have one price list only, not %(names)s.",
                        customer=row.data["customer"],
                        names=", ".join(names),
                    )
                )
            wanted[customer] = self._pricelists[row.data["pricelist"]]
        partners = self.env["res.partner"].browse(wanted)
        for partner in partners:
            pricelist = wanted[partner.id]
            if partner.specific_property_product_pricelist != pricelist:
                partner.specific_property_product_pricelist = pricelist
