"""Opening balances and open items."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import RuleBase

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

OPEN_ITEMS = ("open_receivable", "open_payable")


class BookRules(RuleBase):
    def book_rules(self):
        if self.code == "opening_balance":
            yield "unbalanced", "error", self._unbalanced()
            yield "duplicate_code", "warning", self._duplicate("account")
        if self.code in OPEN_ITEMS:
            yield "missing_due_date", "warning", self._missing_due_date()

    def _unbalanced(self):
        """One finding, on the first row, for the balance as a whole.

        A balance without control accounts leaves the partners to the open items,
        which then make up the difference.
        """
        return SQL(
            """
            WITH total AS (
                SELECT MIN(r.id) AS id,
                       COALESCE(SUM((r.data->>'debit')::numeric), 0) AS debit,
                       COALESCE(SUM((r.data->>'credit')::numeric), 0) AS credit,
                       bool_or(a.id IS NOT NULL) AS has_control_account
                  FROM dist_migration_row r
                  LEFT JOIN account_account a
                    ON a.code_store->>%(root)s = r.data->>'account'
                   AND a.account_type IN ('asset_receivable', 'liability_payable')
                 WHERE %(rows)s
            ), items AS (
                SELECT COALESCE(SUM((o.data->>'amount')::numeric) FILTER (
                           WHERE o.object_id = %(receivable)s), 0)
                     - COALESCE(SUM((o.data->>'amount')::numeric) FILTER (
                           WHERE o.object_id = %(payable)s), 0) AS balance
                  FROM dist_migration_row o
                 WHERE o.cycle_id = %(cycle)s
                   AND o.object_id IN (%(receivable)s, %(payable)s)
            )
            SELECT total.id, 'debit', replace(replace(replace(%(message)s,
                       '{debit}', debit::text), '{credit}', credit::text),
                       '{difference}', (debit - credit)::text)
              FROM total, items
             WHERE total.id IS NOT NULL AND debit <> credit
               AND (has_control_account OR debit - credit + items.balance <> 0)
            """,
            root=str(self.cycle.company_id.root_id.id),
            rows=self.rows(),
            cycle=self.cycle.id,
            receivable=self.other_object("open_receivable"),
            payable=self.other_object("open_payable"),
            message=str(
                _lt(
                    "The opening balance has {debit} debit and {credit} credit, a "
                    "difference of {difference}. Nothing of it is loaded."
                )
            ),
        )

    def _missing_due_date(self):
        return self.select(
            "due_date",
            _lt("The open item %s has no due date; its age can't be told."),
            SQL("COALESCE(r.data->>'number', r.legacy_key)"),
            SQL("NOT r.data ? 'due_date'"),
        )
