from collections import namedtuple

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, Outcome, register

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
    helpers = ("stock.move.line",)
    grouped_by = "product"
    chunk_size = 2000

    def apply(self, rows):
        self.fetch_references(rows)
        places = {}
        for row in rows:
            places.setdefault(self._place(row), []).append(row)
        totals = self._legacy_totals(places)
        current = self._current_quantities(places)
        changes = {}
        for place in places:
            difference = totals[place][0] - current.get(place, 0.0)
            if self._is_different(place.product, difference):
                changes[place] = difference
        problems = self._problems(places, totals, changes)
        changes = {
            place: quantity
            for place, quantity in changes.items()
            if place not in problems
        }
        self._adjust(changes, totals, current)
        outcomes = []
        quants = self._quants(places)
        for place, place_rows in places.items():
            status, message = "same", problems.get(place, "")
            if message:
                status = "fail"
            elif place in changes:
                status = "update" if place in current else "create"
            quant = 0 if message else quants.get(place, 0)
            outcomes += [
                Outcome(row.id, status, quant, str(message)) for row in place_rows
            ]
        self.remember(rows, outcomes)
        return outcomes

    def note_created(self, by_id, outcomes):
        """Lines of moves are taken back, not quants; see :meth:`_move`."""

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

    # -- what is refused --------------------------------------------------------------

    def _problems(self, places, totals, changes):
        """Return ``{place: message}`` of places that can't be loaded.

        Their neighbours are loaded all the same. Nothing is raised, as that would roll
        the whole chunk back for each of them.
        """
        found = {}
        for place, rows in places.items():
            message = self._lot_problem(place, rows[0]) or self._serial_problem(
                place, totals[place][0]
            )
            if message:
                found[place] = message
        for place in self._moved_since(set(changes) - set(found)):
            product = self.env["product.product"].browse(place.product)
            found[place] = _lt(
                "%(product)s has been moved since the cutover; the extract no longer "
                "tells its stock. Correct it by a count.",
                product=product.display_name,
            )
        return found

    def _lot_problem(self, place, row):
        """Tracked products need a lot, others have none; a lot fits its product."""
        product = self.env["product.product"].browse(place.product)
        lot = self.env["stock.lot"].browse(place.lot)
        if not place.lot and product.tracking != "none":
            return _lt(
                "%(product)s is tracked; the row names no lot.",
                product=product.display_name,
            )
        if place.lot and product.tracking == "none":
            return _lt(
                "%(product)s is not tracked, but the row names the lot %(lot)s.",
                product=product.display_name,
                lot=row.data["lot"],
            )
        if place.lot and lot.product_id != product:
            return _lt(
                "The lot %(lot)s belongs to %(other)s, not to %(product)s.",
                lot=row.data["lot"],
                other=lot.product_id.display_name,
                product=product.display_name,
            )
        return None

    def _serial_problem(self, place, quantity):
        product = self.env["product.product"].browse(place.product)
        if product.tracking != "serial" or quantity in (0, 1):
            return None
        return _lt(
            "The serial number %(serial)s stands for one piece, not for %(quantity)s.",
            serial=self.env["stock.lot"].browse(place.lot).name,
            quantity=f"{quantity:g}",
        )

    def _moved_since(self, places):
        """Return the places where goods have moved since the cutover."""
        return self._touched(
            places,
            SQL(
                "move.dist_is_opening_load IS NOT TRUE AND move.date > %s",
                self.cycle.cutover_at,
            ),
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
        """Make done inventory moves, dated and stamped, with a line for each place."""
        if not changes:
            return
        values = {
            place: totals[place][1]
            for place, quantity in changes.items()
            if totals[place][1] is not None
            and self._has_own_value(place, quantity, current)
        }
        moves = self._move(changes, values)
        self.env["product.value"].create(
            [
                {
                    "move_id": move.id,
                    "value": value,
                    "date": self.cycle.cutover_at,
                    "company_id": self.cycle.company_id.id,
                    "description": self.cycle.display_name,
                }
                for move, value in self._legacy_values(moves, values)
            ]
        )

    def _has_own_value(self, place, quantity, current):
        """Return whether what comes to a place has the value of the extract.

        Only what comes in whole has it; a standard price is the product's, and goods of
        others have no value in our books.
        """
        product = self.env["product.product"].browse(place.product)
        product = product.with_company(self.cycle.company_id)
        return (
            quantity > 0
            and not current.get(place)
            and not place.owner
            and product.cost_method in ("average", "fifo")
        )

    def _legacy_values(self, moves, values):
        """Return ``[(move, value)]`` of moves whose places have values."""
        found = []
        for move in moves:
            places = [self._place_of(line) for line in move.move_line_ids]
            if places[0] in values:
                found.append((move, sum(values[place] for place in places)))
        return found

    def _move(self, changes, values=None, state="created"):
        """Create done moves that change the places by these quantities.

        :param values: ``{place: value}`` of those with a value of their own
        :param state: of the creations that note the lines
        """
        groups = {}
        for place, quantity in changes.items():
            key = self._move_key(place, quantity, (values or {}).get(place))
            groups.setdefault(key, {})[place] = quantity
        moves = self.env["stock.move"].create(
            [self._prepare_move(places) for places in groups.values()]
        )
        # apart from the moves, whose creation would write to each of them once more
        self.env["stock.move.line"].create(
            [
                self._prepare_line(move, place, quantity)
                for move, places in zip(moves, groups.values(), strict=True)
                for place, quantity in places.items()
            ]
        )
        moves._action_done()
        # Odoo has set the date of now
        moves.date = self.cycle.cutover_at
        lines = moves.move_line_ids
        self.cycle._note_created(
            self.object, lines._name, [("", line.id) for line in lines], state=state
        )
        return moves

    def _move_key(self, place, quantity, value):
        """Return what places have in common that share a move.

        Odoo values a move as a whole: what has another value, or none, goes apart.
        """
        product = self.env["product.product"].browse(place.product)
        product = product.with_company(self.cycle.company_id)
        has_layers = product.cost_method == "fifo" and value is not None
        return (
            place.product,
            quantity > 0,
            place.owner,
            place.lot if product.lot_valuated else 0,
            self._move_location(place),
            value is not None,
            round(value / quantity, 6) if has_layers else 0.0,
        )

    def _move_location(self, place):
        """Return the id of the location of a place's move: the stock of the warehouse.

        A place that is not in it, such as the input, stands for itself.
        """
        location = self.env["stock.location"].browse(place.location)
        stock = location.warehouse_id.lot_stock_id
        inside = stock and location.parent_path.startswith(stock.parent_path)
        return stock.id if inside else location.id

    def _prepare_move(self, places):
        """Return the values of a move.

        :param places: ``{place: quantity}`` of one :meth:`_move_key`
        """
        loss = self.cycle.company_id._dist_opening_location()
        Location = self.env["stock.location"]
        first = next(iter(places))
        location = Location.browse(
            self._move_location(first) if len(places) > 1 else first.location
        )
        product = self.env["product.product"].browse(first.product)
        inward = places[first] > 0
        return {
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": sum(abs(quantity) for quantity in places.values()),
            "company_id": self.cycle.company_id.id,
            "state": "confirmed",
            "restrict_partner_id": first.owner or False,
            "is_inventory": True,
            "picked": True,
            "origin": self.cycle.display_name,
            "date": self.cycle.cutover_at,
            "dist_is_opening_load": True,
            "location_id": loss.id if inward else location.id,
            "location_dest_id": location.id if inward else loss.id,
        }

    def _prepare_line(self, move, place, quantity):
        inward = quantity > 0
        outside = move.location_id if inward else move.location_dest_id
        return {
            "move_id": move.id,
            "product_id": place.product,
            "product_uom_id": move.product_uom.id,
            "quantity": abs(quantity),
            "picked": True,
            "company_id": move.company_id.id,
            "location_id": outside.id if inward else place.location,
            "location_dest_id": place.location if inward else outside.id,
            "lot_id": place.lot or False,
            "owner_id": place.owner or False,
        }

    # -- taking back ------------------------------------------------------------------

    def take_back(self, records):
        """Move the quantity of each line back, unless its place has moved on."""
        places = {line.id: self._place_of(line) for line in records}
        touched = self._touched(
            list(dict.fromkeys(places.values())),
            SQL(
                """
                line.id > %s AND NOT EXISTS (
                    SELECT FROM dist_migration_creation mine
                     WHERE mine.cycle_id = %s AND mine.res_model = 'stock.move.line'
                       AND mine.res_id = line.id)
                """,
                min(records.ids),
                self.cycle.id,
            ),
        )
        reason = self.env._("It has been moved or counted since.")
        results, changes = [], {}
        for line in records:
            place = places[line.id]
            if place in touched:
                results.append((line.id, "kept", reason))
                continue
            inward = line.location_dest_id.id == place.location
            quantity = line.quantity_product_uom * (-1 if inward else 1)
            changes[place] = changes.get(place, 0.0) + quantity
            results.append((line.id, "deleted", ""))
        changes = {
            place: quantity
            for place, quantity in changes.items()
            if self._is_different(place.product, quantity)
        }
        if changes:
            self._move(changes, state="reversal")
        return results

    def _place_of(self, line):
        loss = self.cycle.company_id._dist_opening_location()
        inner = line.location_dest_id
        if inner == loss:
            inner = line.location_id
        return Place(
            line.product_id.id, inner.id, line.lot_id.id or 0, line.owner_id.id or 0
        )
