"""Reconciliation: comparisons of staged legacy rows with Odoo, one file per family."""

from . import base
from . import books
from . import intercompany
from . import master
from . import open_items
from . import orders
from . import prices
from . import stock
from . import valuation

#: what a reconciliation compares, in the order of its report
CONTROLS = (
    *master.CONTROLS,
    *stock.CONTROLS,
    *valuation.CONTROLS,
    *orders.CONTROLS,
    *open_items.CONTROLS,
    *books.CONTROLS,
    *prices.CONTROLS,
    *intercompany.CONTROLS,
    *master.ROW_CONTROLS,
)
#: controls that count towards the measure migration_master_gap
MASTER_COMPARISONS = master.COMPARISONS


class Comparisons(
    master.MasterComparisons,
    stock.StockComparisons,
    valuation.ValuationComparisons,
    orders.OrderComparisons,
    open_items.OpenItemComparisons,
    books.BookComparisons,
    prices.PriceComparisons,
    intercompany.IntercompanyComparisons,
    base.ComparisonBase,
):
    """All comparisons of one cycle.

    :param cycle: ``dist.migration.cycle`` record
    """
