"""Open sales and purchase orders."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import RuleBase

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: order: the object its partner is
PARTNER_OF_ORDER = {"sale_order": "customer", "purchase_order": "supplier"}
ORDER_OF_LINE = {
    "sale_order_line": "sale_order",
    "purchase_order_line": "purchase_order",
}


class OrderRules(RuleBase):
    def order_rules(self):
        if self.code in PARTNER_OF_ORDER:
            yield "inactive_partner", "warning", self._inactive_partner()
            yield "order_complete", "error", self._order_complete()
            yield "duplicate_code", "warning", self._duplicate("number")
        if self.code in ORDER_OF_LINE:
            yield "inactive_with_orders", "warning", self._inactive_with_orders()
            yield "order_without_lines", "error", self._order_without_lines()

    def _inactive_partner(self):
        partner = PARTNER_OF_ORDER[self.code]
        return self.select(
            partner,
            _lt("The order is open, but the partner %s is inactive."),
            self.text(partner),
            SQL(
                """
                EXISTS (
                    SELECT FROM dist_migration_row p
                     WHERE %s AND p.legacy_key = r.data->>%s
                       AND p.data->>'active' = 'false')
                """,
                self.others(partner, "p"),
                partner,
            ),
        )

    def _order_complete(self):
        """The header says open, but no line has anything left."""
        line = f"{self.code}_line"
        return self.select(
            "number",
            _lt("The order %s is open by its header, but nothing is outstanding."),
            SQL("r.legacy_key"),
            SQL(
                """
                EXISTS (
                    SELECT FROM dist_migration_row l
                     WHERE %(lines)s AND l.data->>'order' = r.legacy_key)
                AND NOT EXISTS (
                    SELECT FROM dist_migration_row l
                     WHERE %(lines)s AND l.data->>'order' = r.legacy_key
                       AND (NOT l.data ? 'quantity'
                            OR (l.data->>'quantity')::numeric > 0))
                """,
                lines=self.others(line, "l"),
            ),
        )

    def _inactive_with_orders(self):
        return self.select(
            "product",
            _lt("The product %s is inactive but on an open order."),
            SQL("r.data->>'product'"),
            SQL(
                """
                (r.data->>'quantity')::numeric <> 0 AND EXISTS (
                    SELECT FROM dist_migration_row p
                     WHERE %s AND p.legacy_key = r.data->>'product'
                       AND p.data->>'active' = 'false')
                """,
                self.others("product", "p"),
            ),
        )

    def _order_without_lines(self):
        """Reported on the order, found when its lines are known."""
        return SQL(
            """
            SELECT o.id, 'number', format(%s, o.legacy_key)
              FROM dist_migration_row o
             WHERE %s AND NOT EXISTS (
                   SELECT FROM dist_migration_row r
                    WHERE %s AND r.data->>'order' = o.legacy_key)
            """,
            str(_lt("The order %s has no lines.")),
            self.others(ORDER_OF_LINE[self.code], "o"),
            self.rows(),
        )
