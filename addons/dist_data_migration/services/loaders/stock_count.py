from .base import Outcome, register
from .stock import StockLoader


@register
class StockCountLoader(StockLoader):
    """Physical counts; they are compared with the extract and with Odoo, not loaded.

    A row is done when it names a product, a location, a lot and an owner that are
    known. What was not found is a row with quantity zero.
    """

    key = "stock_count"
    model = ""
    helpers = ()
    targets = {
        name: target for name, target in StockLoader.targets.items() if name != "value"
    }

    def apply(self, rows):
        self.fetch_references(rows)
        for row in rows:
            self._place(row)
        return [Outcome(row.id, "same") for row in rows]
