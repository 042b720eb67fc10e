from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: last day of each ageing bucket, in days after the due date
BUCKETS = ((0, "not due"), (30, "1-30"), (60, "31-60"), (90, "61-90"))
OLDEST = "over 90"
RECEIVABLE = frozenset({"open_receivable"})
PAYABLE = frozenset({"open_payable"})

CONTROLS = (
    Control(
        "receivable_count",
        _lt("Open receivables by document, count"),
        "open_receivable",
        "count",
        "count",
    ),
    Control(
        "receivable_value",
        _lt("Open receivables by document, residual"),
        "open_receivable",
        "value",
        "amount",
        _lt("Residual at the end of the cutover day, in company currency."),
    ),
    Control(
        "receivable_partner",
        _lt("Open receivables by customer"),
        "receivable_partner",
        "value",
        "amount",
        needs=RECEIVABLE,
    ),
    Control(
        "receivable_ageing",
        _lt("Open receivables by ageing bucket"),
        "receivable_ageing",
        "value",
        "amount",
        needs=RECEIVABLE,
    ),
    Control(
        "receivable_ledger",
        _lt("Receivable accounts equal the open items, by customer"),
        "receivable_ledger",
        "value",
        "amount",
        _lt("Balance of the control accounts in Odoo against the extract's items."),
        needs=RECEIVABLE,
    ),
    Control(
        "payable_count",
        _lt("Open payables by document, count"),
        "open_payable",
        "count",
        "count",
    ),
    Control(
        "payable_value",
        _lt("Open payables by document, residual"),
        "open_payable",
        "value",
        "amount",
        _lt("Residual at the end of the cutover day, in company currency."),
    ),
    Control(
        "payable_partner",
        _lt("Open payables by supplier"),
        "payable_partner",
        "value",
        "amount",
        needs=PAYABLE,
    ),
    Control(
        "payable_ageing",
        _lt("Open payables by ageing bucket"),
        "payable_ageing",
        "value",
        "amount",
        needs=PAYABLE,
    ),
    Control(
        "payable_ledger",
        _lt("Payable accounts equal the open items, by supplier"),
        "payable_ledger",
        "value",
        "amount",
        _lt("Balance of the control accounts in Odoo against the extract's items."),
        needs=PAYABLE,
    ),
)


class OpenItemComparisons:
    """Open items by document, partner and ageing, at the end of the cutover day.

    Amounts are in company currency. Receivables are positive when a customer owes
    us, payables when we owe a supplier; credit notes are negative.
    """

    def _open_receivable(self):
        return self._documents("receivable")

    def _open_payable(self):
        return self._documents("payable")

    def _receivable_partner(self):
        return self._by_partner("receivable", self._odoo_items("receivable"))

    def _payable_partner(self):
        return self._by_partner("payable", self._odoo_items("payable"))

    def _receivable_ledger(self):
        return self._by_partner("receivable", self._ledger_items("receivable"))

    def _payable_ledger(self):
        return self._by_partner("payable", self._ledger_items("payable"))

    def _receivable_ageing(self):
        return self._ageing("receivable")

    def _payable_ageing(self):
        return self._ageing("payable")

    # -- sources --------------------------------------------------------------------

    def _side(self, side):
        """Return ``(account type, sign, partner object, field)`` of a side."""
        if side == "receivable":
            return "asset_receivable", 1, "customer"
        return "liability_payable", -1, "supplier"

    def _legacy_items(self, side):
        """Rows of the extract with the partner they mean in Odoo."""
        _type, _sign, partner = self._side(side)
        return SQL(
            """
            SELECT r.legacy_key, r.data->>%(field)s AS partner_key,
                   r.data->>'number' AS number,
                   COALESCE((r.data->>'amount')::numeric, 0) AS amount,
                   (r.data->>'date')::date AS date,
                   COALESCE(r.data->>'due_date', r.data->>'date')::date AS due,
                   k.res_id IS NOT NULL AND partner.id IS NULL AS is_partner_gone,
                   partner.commercial_partner_id AS partner_id
              FROM dist_migration_row r
              %(join)s
              LEFT JOIN res_partner partner ON partner.id = k.res_id
             WHERE %(rows)s
            """,
            field=partner,
            join=self._key_join("k", partner, SQL("r.data->>%s", partner)),
            rows=self._legacy_rows(f"open_{side}"),
        )

    def _ledger_lines(self, side):
        """FROM and WHERE of posted lines on the control accounts up to the cutover."""
        account_type, _sign, _partner = self._side(side)
        return SQL(
            """
              FROM account_move_line line
              JOIN account_account account
                ON account.id = line.account_id AND account.account_type = %s
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
              %s
             WHERE line.company_id = %s AND line.parent_state = 'posted'
               AND line.date <= %s
            """,
            account_type,
            self._settled(),
            self.company.id,
            self._cutover_day(),
        )

    def _settled(self):
        """What was matched with each line by the end of the cutover day.

        The stored residual also knows payments of later days.
        """
        part = """
            LEFT JOIN (SELECT %(line)s AS line_id, SUM(amount) AS amount
                         FROM account_partial_reconcile
                        WHERE company_id = %(company)s AND max_date <= %(day)s
                        GROUP BY 1) %(alias)s
              ON %(alias)s.line_id = line.id
        """
        scope = {"company": self.company.id, "day": self._cutover_day()}
        return SQL(
            "%s %s",
            SQL(part, line=SQL("debit_move_id"), alias=SQL("paid"), **scope),
            SQL(part, line=SQL("credit_move_id"), alias=SQL("used"), **scope),
        )

    def _odoo_items(self, side):
        """Open journal items at the cutover, one row per line."""
        _type, sign, _partner = self._side(side)
        residual = SQL(
            "(line.balance - COALESCE(paid.amount, 0) + COALESCE(used.amount, 0))"
        )
        return SQL(
            """
            SELECT line.id, line.move_id, move.name AS number, line.date,
                   COALESCE(line.date_maturity, line.date) AS due,
                   partner.commercial_partner_id AS partner_id,
                   %(sign)s * %(residual)s AS amount
            %(source)s
               AND abs(%(residual)s) >= %(epsilon)s
            """,
            sign=sign,
            residual=residual,
            source=self._ledger_lines(side),
            epsilon=self._amount_epsilon(),
        )

    def _ledger_items(self, side):
        """All lines of the control accounts, open or not, with their balance."""
        _type, sign, _partner = self._side(side)
        return SQL(
            """
            SELECT line.id, partner.commercial_partner_id AS partner_id,
                   %s * line.balance AS amount
            %s
            """,
            sign,
            self._ledger_lines(side),
        )

    def _item_keys(self, side):
        """Which legacy key each journal item belongs to.

        A document is found again by its entry or by its journal item, whichever the
        load remembered.
        """
        scope = self.cycle._sql_legacy_scope("k", f"open_{side}")
        return SQL(
            """
            SELECT k.legacy_key, item.id
              FROM dist_legacy_key k
              JOIN items item ON item.move_id = k.res_id
             WHERE k.res_model = 'account.move' AND %(scope)s
             UNION ALL
            SELECT k.legacy_key, item.id
              FROM dist_legacy_key k
              JOIN items item ON item.id = k.res_id
             WHERE k.res_model = 'account.move.line' AND %(scope)s
            """,
            scope=scope,
        )

    # -- comparisons ----------------------------------------------------------------

    def _documents(self, side):
        """Residual by document; the partner and both dates must agree as well."""
        return SQL(
            """
            WITH items AS MATERIALIZED (%(items)s), keyed AS (%(keys)s), loaded AS (
                SELECT keyed.legacy_key, MIN(item.id) AS id,
                       MIN(item.number) AS number, MIN(item.date) AS date,
                       MIN(item.due) AS due, MIN(item.partner_id) AS partner_id,
                       SUM(item.amount) AS amount
                  FROM items item
                  LEFT JOIN keyed ON keyed.id = item.id
                 GROUP BY keyed.legacy_key,
                          CASE WHEN keyed.legacy_key IS NULL THEN item.id END
            ), both_sides AS (
                SELECT l.legacy_key, o.id, o.number AS odoo_number, l.number,
                       COALESCE(l.amount, 0) AS legacy_value,
                       COALESCE(o.amount, 0) AS odoo_value,
                       l.partner_key, l.partner_id AS wanted_id, o.partner_id,
                       l.is_partner_gone,
                       l.partner_id IS DISTINCT FROM o.partner_id AS is_other_partner,
                       l.date IS DISTINCT FROM o.date
                           OR l.due IS DISTINCT FROM o.due AS is_other_date,
                       concat_ws(' / ', l.date, l.due) AS legacy_dates,
                       concat_ws(' / ', o.date, o.due) AS odoo_dates
                  FROM (%(legacy)s) l
                  FULL JOIN loaded o ON o.legacy_key = l.legacy_key
            )
            SELECT %(columns)s
              FROM both_sides b
              LEFT JOIN res_partner partner
                ON partner.id = COALESCE(b.partner_id, b.wanted_id)
              LEFT JOIN res_partner wanted ON wanted.id = b.wanted_id
            """,
            items=self._odoo_items(side),
            keys=self._item_keys(side),
            legacy=self._legacy_items(side),
            columns=columns(self._document_columns()),
        )

    def _document_columns(self):
        return {
            "key": SQL(
                """concat_ws(' / ', COALESCE(wanted.name, b.partner_key, partner.name),
                             COALESCE(b.number, b.odoo_number))"""
            ),
            "kind": SQL(
                """CASE WHEN b.id IS NULL AND abs(legacy_value) < %(epsilon)s THEN NULL
                        WHEN b.id IS NULL THEN 'missing'
                        WHEN legacy_key IS NULL THEN 'unexpected'
                        WHEN abs(legacy_value - odoo_value) >= %(epsilon)s THEN 'value'
                        WHEN is_other_partner THEN 'attribute'
                        WHEN is_other_date THEN 'date' END""",
                epsilon=self._amount_epsilon(),
            ),
            "site_id": self._home_site(),
            "detail": SQL(
                """CASE WHEN b.id IS NULL OR legacy_key IS NULL THEN partner.name
                        WHEN is_other_partner THEN concat(
                            COALESCE(wanted.name, b.partner_key), ' ≠ ', partner.name)
                        WHEN is_other_date THEN concat(
                            legacy_dates, ' ≠ ', odoo_dates)
                        ELSE partner.name END"""
            ),
            "res_model": SQL("CASE WHEN b.id IS NOT NULL THEN 'account.move.line' END"),
            "res_id": SQL("b.id"),
            "legacy_count": SQL("(legacy_key IS NOT NULL)::int"),
            "odoo_count": SQL("(b.id IS NOT NULL)::int"),
            "legacy_value": SQL("legacy_value"),
            "odoo_value": SQL("odoo_value"),
            # the partner of the extract is no more, or is the same company elsewhere
            "diagnosis": SQL(
                """CASE WHEN b.id IS NOT NULL AND legacy_key IS NOT NULL
                             AND is_other_partner
                             AND (is_partner_gone OR wanted.vat = partner.vat)
                        THEN 'merged_partner' END"""
            ),
        }

    def _by_partner(self, side, items):
        """Sum per partner; partners are the ones the legacy keys became.

        :param items: SQL with ``(partner_id, amount)``
        """
        return SQL(
            """
            WITH legacy AS (
                SELECT COALESCE(partner_id, 0) AS partner_id,
                       CASE WHEN partner_id IS NULL THEN partner_key END AS lost,
                       SUM(amount) AS amount
                  FROM (%(legacy)s) l
                 GROUP BY 1, 2
            ), ledger AS (
                SELECT COALESCE(partner_id, 0) AS partner_id, SUM(amount) AS amount
                  FROM (%(items)s) o
                 GROUP BY 1
            ), both_sides AS (
                SELECT COALESCE(l.partner_id, o.partner_id) AS partner_id, l.lost,
                       l.amount IS NULL AS is_new, o.amount IS NULL AS is_absent,
                       COALESCE(l.amount, 0) AS legacy_value,
                       COALESCE(o.amount, 0) AS odoo_value
                  FROM legacy l
                  FULL JOIN ledger o
                    ON o.partner_id = l.partner_id AND l.lost IS NULL
            )
            SELECT %(columns)s
              FROM both_sides b
              LEFT JOIN res_partner partner ON partner.id = b.partner_id
            """,
            legacy=self._legacy_items(side),
            items=items,
            columns=columns(
                {
                    "key": SQL(
                        "COALESCE(b.lost, partner.name, %s)",
                        self.env._("(no partner)"),
                    ),
                    "kind": self._amount_kind(),
                    "site_id": self._home_site(),
                    "detail": SQL("partner.ref"),
                    "res_model": SQL(
                        "CASE WHEN partner.id IS NOT NULL THEN 'res.partner' END"
                    ),
                    "res_id": SQL("partner.id"),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                }
            ),
        )

    def _ageing(self, side):
        """Residual by bucket of days between the due date and the cutover day."""
        return SQL(
            """
            WITH legacy AS (
                SELECT %(bucket)s AS bucket, SUM(amount) AS amount
                  FROM (%(legacy)s) item GROUP BY 1
            ), ledger AS (
                SELECT %(bucket)s AS bucket, SUM(amount) AS amount
                  FROM (%(items)s) item GROUP BY 1
            ), both_sides AS (
                SELECT COALESCE(l.bucket, o.bucket) AS bucket,
                       l.amount IS NULL AS is_new, o.amount IS NULL AS is_absent,
                       COALESCE(l.amount, 0) AS legacy_value,
                       COALESCE(o.amount, 0) AS odoo_value
                  FROM legacy l FULL JOIN ledger o ON o.bucket = l.bucket
            )
            SELECT %(columns)s FROM both_sides
            """,
            bucket=self._bucket(),
            legacy=self._legacy_items(side),
            items=self._odoo_items(side),
            columns=columns(
                {
                    "key": SQL("bucket"),
                    "kind": self._amount_kind(),
                    "site_id": self._home_site(),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                }
            ),
        )

    def _bucket(self):
        """The ageing bucket of ``item.due`` at the end of the cutover day."""
        day = self._cutover_day()
        cases = SQL(" ").join(
            SQL("WHEN %s::date - item.due <= %s THEN %s", day, last, name)
            for last, name in BUCKETS
        )
        return SQL("CASE %s ELSE %s END", cases, OLDEST)
