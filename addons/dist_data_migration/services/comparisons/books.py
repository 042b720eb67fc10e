from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns
from .open_items import PAYABLE, RECEIVABLE

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

LEDGER = frozenset({"opening_balance"})

CONTROLS = (
    Control(
        "trial_balance",
        _lt("Trial balance by account"),
        "trial_balance",
        "value",
        "amount",
        _lt("Debit less credit; posted entries up to the cutover day."),
        needs=LEDGER,
    ),
    Control(
        "trial_balance_zero",
        _lt("Trial balance of the extract: debit equals credit"),
        "trial_balance_zero",
        "value",
        "amount",
        _lt("Debit stands under legacy, credit under Odoo; both are the extract's."),
        needs=LEDGER,
    ),
    Control(
        "receivable_control",
        _lt("Extract: receivable accounts equal the open items"),
        "receivable_control",
        "value",
        "amount",
        _lt(
            "Trial balance under legacy, open items under Odoo; both are the extract's."
        ),
        needs=LEDGER | RECEIVABLE,
    ),
    Control(
        "payable_control",
        _lt("Extract: payable accounts equal the open items"),
        "payable_control",
        "value",
        "amount",
        _lt(
            "Trial balance under legacy, open items under Odoo; both are the extract's."
        ),
        needs=LEDGER | PAYABLE,
    ),
)


class BookComparisons:
    """Trial balance at the end of the cutover day, and the extract against itself.

    Amounts are in company currency, debit less credit.
    """

    def _receivable_control(self):
        return self._extract_control("receivable")

    def _payable_control(self):
        return self._extract_control("payable")

    def _account_code(self, alias):
        """The code of an account in the books the company belongs to."""
        return SQL(
            "%s->>%s",
            SQL.identifier(alias, "code_store"),
            str(self.company.root_id.id),
        )

    def _legacy_balances(self):
        return SQL(
            """
            SELECT r.data->>'account' AS code, MIN(r.data->>'name') AS name,
                   SUM(COALESCE((r.data->>'debit')::numeric, 0)) AS debit,
                   SUM(COALESCE((r.data->>'credit')::numeric, 0)) AS credit
              FROM dist_migration_row r
             WHERE %s
             GROUP BY 1
            """,
            self._legacy_rows("opening_balance"),
        )

    def _trial_balance(self):
        """Debit less credit by account, all posted entries up to the cutover day."""
        return SQL(
            """
            WITH ledger AS (
                SELECT line.account_id, SUM(line.balance) AS amount
                  FROM account_move_line line
                 WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
                   AND line.account_id IS NOT NULL AND line.date <= %(day)s
                 GROUP BY 1
            ), named AS (
                SELECT account.id, %(code)s AS code, account.name->>'en_US' AS name,
                       ledger.amount
                  FROM ledger JOIN account_account account
                    ON account.id = ledger.account_id
            ), both_sides AS (
                SELECT COALESCE(l.code, o.code) AS code,
                       COALESCE(o.name, l.name) AS name, o.id,
                       l.code IS NULL AS is_new, o.id IS NULL AS is_absent,
                       COALESCE(l.debit - l.credit, 0) AS legacy_value,
                       COALESCE(o.amount, 0) AS odoo_value
                  FROM (%(legacy)s) l FULL JOIN named o ON o.code = l.code
            )
            SELECT %(columns)s FROM both_sides
            """,
            company=self.company.id,
            day=self._cutover_day(),
            code=self._account_code("account"),
            legacy=self._legacy_balances(),
            columns=columns(
                {
                    "key": SQL("code"),
                    "kind": self._amount_kind(),
                    "site_id": self._home_site(),
                    "detail": SQL("name"),
                    "res_model": SQL(
                        "CASE WHEN id IS NOT NULL THEN 'account.account' END"
                    ),
                    "res_id": SQL("id"),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                }
            ),
        )

    def _trial_balance_zero(self):
        return SQL(
            """
            WITH total AS (
                SELECT COALESCE(SUM(debit), 0) AS legacy_value,
                       COALESCE(SUM(credit), 0) AS odoo_value,
                       FALSE AS is_new, FALSE AS is_absent
                  FROM (%s) l
            )
            SELECT %s FROM total
            """,
            self._legacy_balances(),
            columns(
                {
                    "key": SQL("%s", self.env._("Debit and credit")),
                    "kind": self._amount_kind(),
                    "site_id": self._home_site(),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                }
            ),
        )

    def _extract_control(self, side):
        """Trial balance and open items of the extract itself, in one row.

        When the extract names none of the control accounts in its trial balance, the
        open items stand for them and there is nothing to compare.
        """
        account_type, sign, _partner = self._side(side)
        return SQL(
            """
            WITH balance AS (
                SELECT string_agg(l.code, ', ' ORDER BY l.code) AS codes,
                       %(sign)s * SUM(l.debit - l.credit) AS legacy_value
                  FROM (%(legacy)s) l
                  JOIN account_account account
                    ON %(code)s = l.code AND account.account_type = %(type)s
            ), items AS (
                SELECT COALESCE(SUM(amount), 0) AS odoo_value FROM (%(items)s) item
            ), both_sides AS (
                SELECT balance.*, items.*, FALSE AS is_new, FALSE AS is_absent
                  FROM balance, items WHERE balance.codes IS NOT NULL
            )
            SELECT %(columns)s FROM both_sides
            """,
            sign=sign,
            legacy=self._legacy_balances(),
            code=self._account_code("account"),
            type=account_type,
            items=self._legacy_items(side),
            columns=columns(
                {
                    "key": SQL("codes"),
                    "kind": self._amount_kind(),
                    "site_id": self._home_site(),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                }
            ),
        )
