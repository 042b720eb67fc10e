"""Validation rules over staged rows, as set-based SQL.

Rules that look at one cell alone run while mapping (``services/mapping``); those
that need other rows, other objects or the Odoo database are here, by theme. Each rule
is a method that returns an ``SQL`` selecting ``(row_id int, field text, message
text)``; the message is a translated template that PostgreSQL fills in.

A rule knows objects by code and fields by name, so that it holds for every loader that
has them.
"""

from .books import BookRules
from .catalogue import FIXED_RULES
from .orders import OrderRules
from .partners import PARTNERS, PartnerRules
from .products import ProductRules
from .references import ReferenceRules
from .stock import StockRules

__all__ = ["PARTNERS", "RuleBook"]


class RuleBook(
    ReferenceRules, PartnerRules, ProductRules, StockRules, OrderRules, BookRules
):
    """The rules that apply to one object of a cycle.

    :param severities: ``{rule: error, warning or off}`` where the program differs
    """

    def __init__(self, cycle, migration_object, targets, severities=None):
        super().__init__(cycle, migration_object, targets)
        self.severities = severities or {}

    def queries(self):
        """Yield ``(rule, severity, SQL)``, references first."""
        for rule, severity, query in self._all():
            chosen = severity
            if rule not in FIXED_RULES:
                chosen = self.severities.get(rule) or severity
            if chosen != "off":
                yield rule, chosen, query

    def _all(self):
        yield from self.reference_rules()
        yield from self.partner_rules()
        yield from self.product_rules()
        yield from self.stock_rules()
        yield from self.order_rules()
        yield from self.book_rules()
