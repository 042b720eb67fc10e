from collections import namedtuple

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, LoadError, Outcome, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: where stock is: ids, 0 for no lot and no owner
Place = namedtuple("Place", "product location lot owner")
PLACE_FIELDS = ("product_id", "location_id", "lot_id", "owner_id")


@register
class StockLoader(Loader):
    """On-hand quantities, as inventory adjustments dated to the cutover.

    The quantity of the extract is what stands in Odoo afterwards: the adjustment
    moves the difference, so that a repeated load makes no move, stock that is there
    already is never added to, and a counted zero empties the place. Rows for the same
    product, location, lot and owner (bins that Odoo does not know) are summed before
    the difference is taken.

    Moves start from the company's opening location, which has no account: they post
    no journal entry. The stock accounts are set by the opening balance.

    Lots must have been loaded; none is created on the way. Once other done moves have
    touched the place after the cutover, the extract is outdated there and the row is
    refused.
    """

    key = "stock"
    model = "stock.quant"
    targets = {
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "location": Target(_lt("Location"), "reference", reference="location"),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "lot": Target(_lt("Lot/Serial Number"), "reference", reference="lot"),
        "owner": Target(_lt("Owner"), "reference", reference="customer"),
        "quantity": Target(_lt("Quantity"), "number", required=True),
        "value": Target(_lt("Legacy Value"), "number"),
    }
    helpers = ("stock.move",)
    chunk_size = 500

    def apply(self, rows):
        self.fetch_references(rows)
        places = {}
        for row in rows:
            places.setdefault(self._place(row), []).append(row)
        self._check_lots(places)
        totals = self._legacy_totals(places)
        self._check_serials(totals)
        current = self._current_quantities(places)
        self._refuse_touched(places, totals, current)
        changes = {}
        for place in places:
            difference = totals[place][0] - current.get(place, 0.0)
            if self._is_different(place.product, difference):
                changes[place] = difference
        self._adjust(changes, totals, current)
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

    def note_created(self, by_id, outcomes):
        """Moves are taken back, not quants; see :meth:`_adjust`."""

    # -- places -----------------------------------------------------------------------

    def _place(self, row):
        location = self.reference(row, "location")
        return Place(
            self.reference(row, "product"),
            location or self.warehouse(row).lot_stock_id.id,
            self.reference(row, "lot") or 0,
            self.reference(row, "owner") or 0,
        )

    def _is_different(self, product_id, difference):
        uom = self.env["product.product"].browse(product_id).uom_id
        return uom.compare(difference, 0.0) != 0

    def _check_lots(self, places):
        """Tracked products need a lot, others have none; a lot fits its product."""
        Product, Lot = self.env["product.product"], self.env["stock.lot"]
        for place, rows in places.items():
            product, lot = Product.browse(place.product), Lot.browse(place.lot)
            if not place.lot and product.tracking != "none":
                message = _lt(
                    "%(product)s is tracked; the row names no lot.",
                    product=product.display_name,
                )
            elif place.lot and product.tracking == "none":
                message = _lt(
                    "%(product)s is not tracked, but the row names the lot %(lot)s.",
                    product=product.display_name,
                    lot=rows[0].data["lot"],
                )
            elif place.lot and lot.product_id != product:
                message = _lt(
                    "The lot %(lot)s belongs to %(other)s, not to %(product)s.",
                    lot=rows[0].data["lot"],
                    other=lot.product_id.display_name,
                    product=product.display_name,
                )
            else:
                continue
            raise LoadError(message)

    def _check_serials(self, totals):
        Product = self.env["product.product"]
        for place, (quantity, _value) in totals.items():
            if Product.browse(place.product).tracking != "serial":
                continue
            if quantity not in (0, 1):
                lot = self.env["stock.lot"].browse(place.lot)
                raise LoadError(
                    _lt(
                        "The serial number %(serial)s stands for one piece, not for "
                        "%(quantity)s.",
                        serial=lot.name,
                        quantity=f"{quantity:g}",
                    )
                )

    # -- quantities -------------------------------------------------------------------

    def _legacy_totals(self, places):
        """Return ``{place: (quantity, value)}`` over all rows of the cycle.

        Not only the chunk's: a place may be spread over several chunks, its target is
        the sum all the same. The value is None when a row has none.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product_id, location_id, COALESCE(lot_id, 0),
                       COALESCE(owner_id, 0), SUM(quantity),
                       CASE WHEN COUNT(value) = COUNT(*) THEN SUM(value) END
                  FROM (%s) AS legacy
                 WHERE is_loadable
                 GROUP BY 1, 2, 3, 4
                """,
                self.cycle._sql_legacy_stock(self._product_keys(places)),
            )
        )
        totals = {}
        for *ids, quantity, value in rows:
            place = Place(*ids)
            if place in places:
                value = None if value is None else float(value)
                totals[place] = (float(quantity), value)
        return totals

    def _product_keys(self, places):
        """Return all legacy keys of the products, as two may have become one."""
        return [
            key
            for (key,) in self.env.execute_query(
                SQL(
                    "SELECT legacy_key FROM dist_legacy_key k"
                    " WHERE %s AND k.res_id = ANY(%s)",
                    self.cycle._sql_legacy_scope("k", "product"),
                    list({place.product for place in places}),
                )
            )
        ]

    def _current_quantities(self, places):
        return self._quant_groups(places, "quantity:sum")

    def _quants(self, places):
        return self._quant_groups(places, "id:min")

    def _quant_groups(self, places, aggregate):
        groups = self.env["stock.quant"]._read_group(
            self._quant_domain(places), PLACE_FIELDS, [aggregate]
        )
        found = {}
        for *records, figure in groups:
            place = Place(*(record.id or 0 for record in records))
            if place in places:
                found[place] = figure
        return found

    @staticmethod
    def _quant_domain(places):
        return [
            ("product_id", "in", list({place.product for place in places})),
            ("location_id", "in", list({place.location for place in places})),
        ]

    def _refuse_touched(self, places, totals, current):
        wrong = [
            place
            for place in places
            if self._is_different(
                place.product, totals[place][0] - current.get(place, 0.0)
            )
        ]
        touched = self._touched(
            wrong,
            SQL(
                "move.dist_is_opening_load IS NOT TRUE AND move.date > %s",
                self.cycle.cutover_at,
            ),
        )
        for place in wrong:
            if place in touched:
                product = self.env["product.product"].browse(place.product)
                raise LoadError(
                    _lt(
                        "%(product)s has been moved since the cutover; the extract no "
                        "longer tells its stock. Correct it by a count.",
                        product=product.display_name,
                    )
                )

    def _touched(self, places, condition):
        """Return the places that done moves of a kind have touched."""
        if not places:
            return set()
        values = SQL(", ").join(SQL("(%s, %s, %s, %s)", *place) for place in places)
        self.env["stock.move.line"].flush_model()
        self.env["stock.move"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT place.product, place.location, place.lot, place.owner
                  FROM (VALUES %s) AS place(product, location, lot, owner)
                  JOIN stock_move_line line
                    ON line.product_id = place.product
                   AND place.location IN (line.location_id, line.location_dest_id)
                   AND COALESCE(line.lot_id, 0) = place.lot
                   AND COALESCE(line.owner_id, 0) = place.owner
                   AND line.state = 'done'
                  JOIN stock_move move ON move.id = line.move_id
                 WHERE %s
                """,
                values,
                condition,
            )
        )
        return {Place(*row) for row in rows}

    # -- moves ------------------------------------------------------------------------

    def _adjust(self, changes, totals, current):
        """Make one done inventory move per place, dated and stamped."""
        if not changes:
            return
        moves = self._move(changes)
        self.cycle._note_created(
            self.object, moves._name, [("", move.id) for move in moves]
        )
        values = []
        for move, (place, quantity) in zip(moves, changes.items(), strict=True):
            value = totals[place][1]
            product = self.env["product.product"].browse(place.product)
            product = product.with_company(self.cycle.company_id)
            # only what comes in whole has the legacy value; a standard price is
            # the product's, and goods of others have no value in our books
            if (
                value is not None
                and quantity > 0
                and not current.get(place)
                and not place.owner
                and product.cost_method in ("average", "fifo")
            ):
                values.append(
                    {
                        "move_id": move.id,
                        "value": value,
                        "date": self.cycle.cutover_at,
                        "company_id": self.cycle.company_id.id,
                        "description": self.cycle.display_name,
                    }
                )
        if values:
            self.env["product.value"].create(values)

    def _move(self, changes):
        """Create done moves that change the places by these quantities."""
        loss = self.cycle.company_id._dist_opening_location()
        moves = self.env["stock.move"].create(
            [
                self._prepare_move(place, quantity, loss)
                for place, quantity in changes.items()
            ]
        )
        moves._action_done()
        moves.date = self.cycle.cutover_at
        quants = self.env["stock.quant"].search(self._quant_domain(changes))
        quants.filtered(
            lambda quant: Place(*(quant[name].id or 0 for name in PLACE_FIELDS))
            in changes
        ).write({"in_date": self.cycle.cutover_at})
        return moves

    def _prepare_move(self, place, quantity, loss):
        location = self.env["stock.location"].browse(place.location)
        quant = self.env["stock.quant"].new(
            {
                name: value or False
                for name, value in zip(PLACE_FIELDS, place, strict=True)
            }
        )
        source, destination = (loss, location) if quantity > 0 else (location, loss)
        vals = quant._get_inventory_move_values(abs(quantity), source, destination)
        return dict(
            vals,
            origin=self.cycle.display_name,
            dist_is_opening_load=True,
            company_id=self.cycle.company_id.id,
        )

    # -- taking back ------------------------------------------------------------------

    def take_back(self, records):
        """Make an opposite opening move for each, unless the place has moved on."""
        places = {move.id: self._place_of(move) for move in records}
        touched = self._touched(
            list(dict.fromkeys(places.values())),
            SQL(
                """
                move.id > %s AND NOT EXISTS (
                    SELECT FROM dist_migration_creation mine
                     WHERE mine.cycle_id = %s AND mine.res_model = 'stock.move'
                       AND mine.res_id = move.id)
                """,
                min(records.ids),
                self.cycle.id,
            ),
        )
        reason = self.env._("It has been moved or counted since.")
        results, changes = [], {}
        for move in records:
            place = places[move.id]
            if place in touched:
                results.append((move.id, "kept", reason))
                continue
            inward = move.location_dest_id.id == place.location
            quantity = -move.quantity if inward else move.quantity
            changes[place] = changes.get(place, 0.0) + quantity
            results.append((move.id, "deleted", ""))
        changes = {
            place: quantity
            for place, quantity in changes.items()
            if self._is_different(place.product, quantity)
        }
        if changes:
            moves = self._move(changes)
            self.cycle._note_created(
                self.object,
                moves._name,
                [("", move.id) for move in moves],
                state="reversal",
            )
        return results

    def _place_of(self, move):
        loss = self.cycle.company_id._dist_opening_location()
        line = move.move_line_ids[:1]
        inner = (
            move.location_id
            if move.location_dest_id == loss
            else (move.location_dest_id)
        )
        return Place(
            move.product_id.id, inner.id, line.lot_id.id or 0, line.owner_id.id or 0
        )
