"""What opening moves bring to stock, written for all of them together.

Odoo looks up, locks and writes a quant for each line on its own, and another one where
the goods come from. An opening load makes new quants by the thousand.
"""

PLACE = ("product_id", "location_id", "lot_id", "package_id", "owner_id")


class QuantBatch:
    """Collects quantities of move lines until :meth:`apply`.

    It takes what leaves the opening location, where nothing is ever reserved, and what
    comes from there to a place without a quant. Everything else is left to Odoo.

    :param lines: ``stock.move.line`` whose goods come from outside the stock
    """

    def __init__(self, lines):
        self._lines = lines
        self._quants = lines.env["stock.quant"]
        self._sources = set(lines.location_id.ids)
        self._known = self._places_with_quants()
        self._quantities = {}
        self._dates = {}

    def take(self, line, quantity, location, package):
        """Take over a change of stock; return whether it was taken."""
        if line.location_id.id not in self._sources:
            return False
        place = (
            line.product_id.id,
            location.id,
            line.lot_id.id,
            package.id,
            line.owner_id.id,
        )
        if place in self._known and location.id not in self._sources:
            return False
        self._quantities[place] = self._quantities.get(place, 0.0) + quantity
        self._dates[place] = line.move_id.date
        return True

    def apply(self):
        """Write the quantities that were taken."""
        # what Odoo has written meanwhile may have come to the opening location
        known = self._places_with_quants()
        fresh = []
        for place, quantity in self._quantities.items():
            if place in known:
                self._add(place, quantity)
                continue
            vals = dict(zip(PLACE, place, strict=True))
            fresh.append(dict(vals, quantity=quantity, in_date=self._dates[place]))
        self._quants._dist_create_together(fresh)

    def _places_with_quants(self):
        locations = self._lines.location_id | self._lines.location_dest_id
        groups = self._quants._read_group(
            [
                ("product_id", "in", self._lines.product_id.ids),
                ("location_id", "in", locations.ids),
            ],
            PLACE,
        )
        return {tuple(record.id for record in place) for place in groups}

    def _add(self, place, quantity):
        product, location, lot, package, owner = (
            self._quants[name].browse(res_id)
            for name, res_id in zip(PLACE, place, strict=True)
        )
        self._quants._update_available_quantity(
            product,
            location,
            quantity,
            lot_id=lot,
            package_id=package,
            owner_id=owner,
            in_date=self._dates[place],
        )
