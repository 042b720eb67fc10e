from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, LoadError, Outcome, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class StockLoader(Loader):
    """On-hand quantities, as inventory adjustments dated to the cutover.

    The quantity of the extract is what stands in Odoo afterwards: the adjustment
    moves the difference, so that a repeated load makes no move, and stock that is
    there already is never added to. Rows for the same product and location (bins
    that Odoo does not know) are summed before the difference is taken.

    Once other done moves have touched the place after the cutover, the extract is
    outdated there and the row is refused.
    """

    key = "stock"
    model = "stock.quant"
    targets = {
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "location": Target(_lt("Location"), "reference", reference="location"),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "quantity": Target(_lt("Quantity"), "number", required=True),
    }
    chunk_size = 500

    def apply(self, rows):
        self.fetch_references(rows)
        places = {}
        for row in rows:
            place = (self.reference(row, "product"), self._location_id(row))
            places.setdefault(place, []).append(row)
        totals = self._legacy_totals(places)
        current = self._current_quantities(places)
        self._refuse_touched(places, totals, current)
        changes = {}
        for place in places:
            difference = totals[place] - current.get(place, 0.0)
            if self._is_different(place[0], difference):
                changes[place] = difference
        self._adjust(changes)
        outcomes = []
        quants = self._quants(places)
        for place, place_rows in places.items():
            status = "same"
            if place in changes:
                status = "update" if place in current else "create"
            outcomes += [
                Outcome(row.id, status, quants.get(place, 0)) for row in place_rows
            ]
        self.remember(rows, outcomes)
        return outcomes

    def _location_id(self, row):
        location = self.reference(row, "location")
        return location or self.warehouse(row).lot_stock_id.id

    def _is_different(self, product_id, difference):
        uom = self.env["product.product"].browse(product_id).uom_id
        return uom.compare(difference, 0.0) != 0

    def _legacy_totals(self, places):
        """Return the quantity per place over all rows of the cycle, not the chunk's.

        A place may be spread over several chunks; its target is the sum all the same.
        """
        query = self.cycle._sql_legacy_stock()
        pairs = SQL(", ").join(SQL("(%s, %s)", *place) for place in places)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product_id, location_id, SUM(quantity)
                  FROM (%s) AS legacy
                 WHERE (product_id, location_id) IN (%s) AND is_loadable
                 GROUP BY product_id, location_id
                """,
                query,
                pairs,
            )
        )
        return {(product, location): float(total) for product, location, total in rows}

    def _current_quantities(self, places):
        groups = self.env["stock.quant"]._read_group(
            self._quant_domain(places),
            ["product_id", "location_id"],
            ["quantity:sum"],
        )
        return {
            (product.id, location.id): quantity
            for product, location, quantity in groups
            if (product.id, location.id) in places
        }

    def _quants(self, places):
        groups = self.env["stock.quant"]._read_group(
            self._quant_domain(places), ["product_id", "location_id"], ["id:min"]
        )
        return {
            (product.id, location.id): quant_id
            for product, location, quant_id in groups
        }

    @staticmethod
    def _quant_domain(places):
        return [
            ("product_id", "in", list({product for product, _location in places})),
            ("location_id", "in", list({location for _product, location in places})),
        ]

    def _refuse_touched(self, places, totals, current):
        wrong = [
            place
            for place in places
            if self._is_different(place[0], totals[place] - current.get(place, 0.0))
        ]
        if not wrong:
            return
        pairs = SQL(", ").join(SQL("(%s, %s)", *place) for place in wrong)
        self.env["stock.move.line"].flush_model()
        self.env["stock.move"].flush_model()
        touched = self.env.execute_query(
            SQL(
                """
                SELECT line.product_id
                  FROM stock_move_line line
                  JOIN stock_move move ON move.id = line.move_id
                 WHERE line.state = 'done'
                   AND move.dist_is_opening_load IS NOT TRUE
                   AND move.date > %s
                   AND ((line.product_id, line.location_id) IN (%s)
                        OR (line.product_id, line.location_dest_id) IN (%s))
                 LIMIT 1
                """,
                self.cycle.cutover_at,
                pairs,
                pairs,
            )
        )
        if touched:
            product = self.env["product.product"].browse(touched[0][0])
            raise LoadError(
                _lt(
                    "%(product)s has been moved since the cutover; the extract no "
                    "longer tells its stock. Correct it by a count.",
                    product=product.display_name,
                )
            )

    def _adjust(self, changes):
        """Make one done inventory move per place, dated and stamped."""
        if not changes:
            return
        vals_list = [
            self._prepare_move(product_id, location_id, quantity)
            for (product_id, location_id), quantity in changes.items()
        ]
        moves = self.env["stock.move"].create(vals_list)
        moves._action_done()
        moves.date = self.cycle.cutover_at
        places = set(changes)
        quants = self.env["stock.quant"].search(self._quant_domain(places))
        quants.filtered(
            lambda quant: (quant.product_id.id, quant.location_id.id) in places
        ).write({"in_date": self.cycle.cutover_at})

    def _prepare_move(self, product_id, location_id, quantity):
        product = self.env["product.product"].browse(product_id)
        location = self.env["stock.location"].browse(location_id)
        loss = product.with_company(self.cycle.company_id).property_stock_inventory
        quant = self.env["stock.quant"].new(
            {"product_id": product_id, "location_id": location_id}
        )
        source, destination = (loss, location) if quantity > 0 else (location, loss)
        vals = quant._get_inventory_move_values(abs(quantity), source, destination)
        return dict(
            vals,
            origin=self.cycle.display_name,
            dist_is_opening_load=True,
            company_id=self.cycle.company_id.id,
        )
