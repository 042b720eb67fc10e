from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

STOCK = frozenset({"stock"})

CONTROLS = (
    Control(
        "onhand_cost",
        _lt("On hand by product, at cost"),
        "stock_cost",
        "value",
        "amount",
        _lt(
            "Own goods. The extract's value is that of its stock rows, else quantity "
            "times the cost of its product; products without either are left out."
        ),
        needs=STOCK,
    ),
    Control(
        "valuation_unexplained",
        _lt("Stock value equals the ledger and the pending closing, by account"),
        "valuation",
        "value",
        "amount",
        _lt(
            "Ledger balance and pending closing stand under legacy, the stock value "
            "under Odoo; the difference is what nothing explains. At standard cost a "
            "receipt counts at the cost, not at its purchase price."
        ),
        needs=STOCK,
    ),
    Control(
        "valuation_entries",
        _lt("Journal items on valuation accounts without a stock document"),
        "valuation_entry",
        "value",
        "amount",
        needs=STOCK,
    ),
    Control(
        "valuation_products",
        _lt("Stock value equals the value of the moves, by product"),
        "valuation_product",
        "value",
        "amount",
        _lt(
            "The moves stand under legacy, the stock value under Odoo. At standard "
            "cost a receipt counts at the cost, not at its purchase price."
        ),
        needs=STOCK,
    ),
)


class ValuationComparisons:
    """Stock value against the general ledger and what the next closing will post.

    The value of a product is quantity times its cost, or its lots' costs when it is
    valued by lot. *Pending* is what was moved or revalued since the last closing and
    has no entry in the ledger yet. The opening load is not pending when the ledger
    has an opening balance on the valuation account: that is its entry.
    """

    # -- building blocks --------------------------------------------------------------

    def _valuation_account(self):
        """SQL of the valuation account of ``category``, else the company's."""
        return SQL(
            "COALESCE(%s, %s::int, 0)",
            self._field(
                "category", "product.category", "property_stock_valuation_account_id"
            ),
            self.company.account_stock_valuation_id.id or None,
        )

    def _valued_products(self):
        """Storable products with their account and category."""
        return SQL(
            """
            SELECT p.id, p.default_code, template.name->>'en_US' AS name,
                   template.categ_id, template.lot_valuated, template.uom_id,
                   %s AS account_id, %s::numeric AS cost,
                   COALESCE(%s, %s) AS cost_method
              FROM product_product p
              JOIN product_template template ON template.id = p.product_tmpl_id
              LEFT JOIN product_category category ON category.id = template.categ_id
             WHERE template.is_storable
               AND (template.company_id IS NULL OR template.company_id = %s)
            """,
            self._valuation_account(),
            self._field("p", "product.product", "standard_price"),
            self._field("category", "product.category", "property_cost_method"),
            self.company.cost_method,
            self.company.id,
        )

    def _quant_cost(self):
        """Cost of a unit in the quant, or move line, ``q`` of product ``p``.

        Lots are looked up only for products whose lots are valued: they are few, and
        lots are many.
        """
        return SQL(
            """
            CASE WHEN p.lot_valuated
                 THEN COALESCE((SELECT %s::numeric FROM stock_lot lot
                                 WHERE lot.id = q.lot_id), p.cost)
                 ELSE p.cost END
            """,
            self._field("lot", "stock.lot", "standard_price"),
        )

    def _values(self):
        """Value on hand by product; goods of others are not ours to value."""
        return SQL(
            """
            SELECT q.product_id, SUM(q.quantity::numeric * %s) AS amount
              FROM stock_quant q
              JOIN stock_location place ON place.id = q.location_id
               AND place.usage IN ('internal', 'transit')
               AND place.company_id IS NOT NULL
              JOIN products p ON p.id = q.product_id
             WHERE q.company_id = %s
               AND (q.owner_id IS NULL OR q.owner_id = %s)
             GROUP BY 1
            """,
            self._quant_cost(),
            self.company.id,
            self.company.partner_id.id,
        )

    def _moved(self, condition):
        """Signed value and number of done valued moves by product.

        A receipt has the value of its purchase price. At standard cost the stock is
        worth its cost all the same, and the closing posts the difference, so such
        moves count at that cost.
        """
        return SQL(
            """
            SELECT move.product_id, COUNT(*) AS moves,
                   SUM(CASE WHEN move.is_in THEN 1 ELSE -1 END
                       * CASE WHEN p.cost_method <> 'standard' THEN move.value
                              WHEN p.lot_valuated THEN (
                                  SELECT SUM(q.quantity_product_uom::numeric * %(cost)s)
                                    FROM stock_move_line q WHERE q.move_id = move.id)
                              ELSE move.quantity * unit.factor / own.factor * p.cost
                          END) AS amount
              FROM stock_move move
              JOIN products p ON p.id = move.product_id
              JOIN uom_uom unit ON unit.id = move.product_uom
              JOIN uom_uom own ON own.id = p.uom_id
             WHERE move.company_id = %(company)s AND move.state = 'done'
               AND (move.is_in OR move.is_out) AND %(condition)s
             GROUP BY 1
            """,
            cost=self._quant_cost(),
            company=self.company.id,
            condition=condition,
        )

    def _revalued(self, closing):
        """Products at standard cost with a new cost since the closing.

        Odoo then rewrites the value of earlier moves, so that moves no longer tell
        what the product was worth at the closing; its quantity and cost of that time
        do. Columns: product_id, closed.
        """
        return SQL(
            """
            SELECT p.id AS product_id, past.quantity * COALESCE(cost.value, 0) AS closed
              FROM products p
              LEFT JOIN LATERAL (
                  SELECT v.value FROM product_value v
                   WHERE v.product_id = p.id AND v.company_id = %(company)s
                     AND v.move_id IS NULL AND v.lot_id IS NULL
                     AND v.date <= %(closing)s
                   ORDER BY v.date DESC, v.id DESC LIMIT 1) cost ON TRUE
              CROSS JOIN LATERAL (
                  SELECT COALESCE(SUM(CASE WHEN m.is_in THEN 1 ELSE -1 END
                                      * m.quantity * u.factor / own.factor), 0)
                             ::numeric AS quantity
                    FROM stock_move m
                    JOIN uom_uom u ON u.id = m.product_uom
                    JOIN uom_uom own ON own.id = p.uom_id
                   WHERE m.product_id = p.id AND m.state = 'done'
                     AND m.company_id = %(company)s AND (m.is_in OR m.is_out)
                     AND m.date <= %(closing)s) past
             WHERE p.cost_method = 'standard' AND NOT p.lot_valuated
               AND p.id IN (SELECT v.product_id FROM product_value v
                             WHERE v.company_id = %(company)s AND v.move_id IS NULL
                               AND v.lot_id IS NULL AND v.date > %(closing)s)
            """,
            company=self.company.id,
            closing=closing,
        )

    def _closing(self):
        """Return when the stock was last closed in the books, None when never."""
        return self.company.sudo()._get_last_closing_date() or None

    def _ledger(self):
        """Posted journal items on valuation accounts, with what they stand for.

        ``origin`` is closing, stock (an invoice, a bill or the entry of a move),
        opening (up to the cutover day, or the company's opening entry) or other.
        """
        closings = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param(f"{self.company.id}.stock_valuation_closing_ids")
        )
        closing_ids = [int(part) for part in (closings or "").split(",") if part]
        return SQL(
            """
            SELECT line.id, line.account_id, line.product_id, line.balance, line.date,
                   line.name, entry.name AS entry,
                   CASE WHEN entry.id = ANY(%(closings)s) THEN 'closing'
                        WHEN line.product_id IS NOT NULL
                             AND (entry.move_type <> 'entry' OR EXISTS (
                                 SELECT FROM stock_move m
                                  WHERE m.account_move_id = entry.id)) THEN 'stock'
                        WHEN line.date <= %(day)s OR entry.id = %(opening)s
                        THEN 'opening' ELSE 'other' END AS origin
              FROM account_move_line line
              JOIN account_move entry ON entry.id = line.move_id
             WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
               AND line.account_id IN (SELECT account_id FROM products)
            """,
            closings=closing_ids or [0],
            day=self._cutover_day(),
            opening=self.company.account_opening_move_id.id or 0,
            company=self.company.id,
        )

    def _with_products(self, body):
        return SQL(
            "WITH products AS MATERIALIZED (%s) %s", self._valued_products(), body
        )

    def _since(self, alias):
        """Condition: after the last closing."""
        closing = self._closing()
        name = SQL.identifier(alias, "date")
        return SQL("%s > %s", name, closing) if closing else SQL("TRUE")

    def _valuation_rows(self):
        """Value, ledger and pending closing by account and category.

        The ledger knows no categories: its balance stands in the row without one,
        so that the sums by account hold.
        Columns: account_id, category_id, value, ledger, pending, moves.
        """
        closing = self._closing()
        revalued = (
            self._revalued(closing)
            if closing
            else SQL("SELECT 0 AS product_id, 0::numeric AS closed")
        )
        not_booked = SQL(
            """
            %s AND NOT (move.dist_is_opening_load IS TRUE AND p.account_id IN (
                SELECT account_id FROM ledger WHERE origin = 'opening'))
            """,
            self._since("move"),
        )
        return self._with_products(
            SQL(
                """
                , ledger AS MATERIALIZED (%(ledger)s), totals AS (
                    SELECT p.account_id, p.categ_id AS category_id,
                           COALESCE(value.amount, 0) AS value, 0 AS ledger,
                           CASE WHEN revalued.product_id IS NULL
                                THEN COALESCE(moved.amount, 0)
                                ELSE COALESCE(value.amount, 0) - revalued.closed END
                               - COALESCE(booked.amount, 0) AS pending,
                           COALESCE(moved.moves, 0) AS moves
                      FROM products p
                      LEFT JOIN (%(values)s) value ON value.product_id = p.id
                      LEFT JOIN (%(moved)s) moved ON moved.product_id = p.id
                      LEFT JOIN (%(revalued)s) revalued ON revalued.product_id = p.id
                      LEFT JOIN (SELECT product_id, SUM(balance) AS amount
                                   FROM ledger
                                  WHERE origin = 'stock' AND %(since)s
                                  GROUP BY 1) booked ON booked.product_id = p.id
                     UNION ALL
                    SELECT account_id, NULL, 0, balance, 0, 0 FROM ledger
                )
                SELECT account_id, category_id, SUM(value) AS value,
                       SUM(ledger) AS ledger, SUM(pending) AS pending,
                       SUM(moves) AS moves
                  FROM totals
                 GROUP BY 1, 2
                HAVING SUM(value) <> 0 OR SUM(ledger) <> 0 OR SUM(pending) <> 0
                """,
                ledger=self._ledger(),
                values=self._values(),
                moved=self._moved(not_booked),
                revalued=revalued,
                since=self._since("ledger"),
            )
        )

    # -- comparisons ------------------------------------------------------------------

    def _valuation(self):
        return SQL(
            """
            WITH both_sides AS (
                SELECT account_id, SUM(value) AS odoo_value,
                       SUM(ledger) + SUM(pending) AS legacy_value,
                       SUM(ledger) AS ledger, SUM(pending) AS pending,
                       0.01 + 0.005 * SUM(moves) AS tolerance
                  FROM (%(rows)s) valued GROUP BY 1
            )
            SELECT %(columns)s
              FROM both_sides b
              LEFT JOIN account_account account ON account.id = b.account_id
            """,
            rows=self._valuation_rows(),
            columns=columns(
                {
                    "key": SQL(
                        "COALESCE(%s, %s)",
                        self._account_code("account"),
                        self.env._("(no valuation account)"),
                    ),
                    "kind": SQL(
                        """CASE WHEN abs(odoo_value - legacy_value) > tolerance
                                THEN 'value' END"""
                    ),
                    "site_id": self._home_site(),
                    "detail": SQL(
                        "format(%s, round(odoo_value, 2), round(b.ledger, 2),"
                        " round(b.pending, 2), round(odoo_value - legacy_value, 2))",
                        self.env._(
                            "value %(value)s, ledger %(ledger)s, pending closing "
                            "%(pending)s, unexplained %(rest)s",
                            value="%s",
                            ledger="%s",
                            pending="%s",
                            rest="%s",
                        ),
                    ),
                    "res_model": SQL(
                        "CASE WHEN account.id IS NOT NULL THEN 'account.account' END"
                    ),
                    "res_id": SQL("account.id"),
                    "legacy_value": SQL("legacy_value"),
                    "odoo_value": SQL("odoo_value"),
                    "tolerance": SQL("tolerance"),
                }
            ),
        )

    def _valuation_entry(self):
        """Entries somebody made on a valuation account by hand."""
        return self._with_products(
            SQL(
                """
                SELECT %s FROM (%s) line WHERE origin = 'other'
                """,
                columns(
                    {
                        "key": SQL("concat_ws(' / ', entry, line.id)"),
                        "kind": SQL("'unexpected'"),
                        "site_id": self._home_site(),
                        "detail": SQL("line.name"),
                        "res_model": SQL("'account.move.line'"),
                        "res_id": SQL("line.id"),
                        "odoo_value": SQL("line.balance"),
                    }
                ),
                self._ledger(),
            )
        )

    def _stock_cost(self):
        """Value at cost of the own goods in the cycle's warehouses, by product.

        A cost keeps more decimal places in Odoo than an amount does, so sums are
        compared to half of the last digit of the currency.
        """
        return self._with_products(
            SQL(
                """
                , legacy AS (
                    SELECT product.res_id AS product_id,
                           CASE WHEN product.res_id IS NULL THEN s.product_key END
                               AS lost,
                           SUM(COALESCE(s.value, s.quantity * cost.value)) AS amount,
                           BOOL_OR(s.value IS NULL AND cost.value IS NULL) AS is_open
                      FROM (%(stock_rows)s) s
                      %(product)s
                      %(owner)s
                      LEFT JOIN (SELECT r.legacy_key,
                                        (r.data->>'standard_price')::numeric AS value
                                   FROM dist_migration_row r
                                  WHERE %(product_rows)s) cost
                        ON cost.legacy_key = s.product_key
                     WHERE s.owner_key IS NULL OR owner.res_id = %(partner)s
                     GROUP BY 1, 2
                ), onhand AS (
                    SELECT q.product_id,
                           SUM(q.quantity::numeric * %(quant_cost)s) AS amount
                      FROM (%(quants)s) q
                      JOIN products p ON p.id = q.product_id
                     WHERE q.owner_id IS NULL OR q.owner_id = %(partner)s
                     GROUP BY 1
                ), both_sides AS (
                    SELECT COALESCE(l.product_id, o.product_id) AS id, l.lost,
                           l.amount IS NULL AS is_new, o.amount IS NULL AS is_absent,
                           COALESCE(l.amount, 0) AS legacy_value,
                           COALESCE(o.amount, 0) AS odoo_value
                      FROM legacy l FULL JOIN onhand o ON o.product_id = l.product_id
                     WHERE l.is_open IS NOT TRUE
                       AND EXISTS (SELECT FROM legacy WHERE amount IS NOT NULL)
                )
                SELECT %(columns)s
                  FROM both_sides b LEFT JOIN products p ON p.id = b.id
                """,
                stock_rows=self._stock_rows(),
                product=self._key_join("product", "product", SQL("s.product_key")),
                owner=self._key_join("owner", "customer", SQL("s.owner_key")),
                product_rows=self._legacy_rows("product"),
                partner=self.company.partner_id.id,
                quant_cost=self._quant_cost(),
                quants=self._quants(),
                columns=columns(
                    {
                        "key": SQL("COALESCE(b.lost, p.default_code, p.name)"),
                        "kind": self._amount_kind(),
                        "site_id": self._home_site(),
                        "detail": SQL("p.name"),
                        "res_model": SQL(
                            "CASE WHEN b.id IS NOT NULL THEN 'product.product' END"
                        ),
                        "res_id": SQL("b.id"),
                        "legacy_value": SQL("legacy_value"),
                        "odoo_value": SQL("odoo_value"),
                    }
                ),
            )
        )

    def _valuation_product(self):
        """Products whose value is not what their moves say."""
        return self._with_products(
            SQL(
                """
                , both_sides AS (
                    SELECT p.id, p.default_code, p.name,
                           COALESCE(value.amount, 0) AS odoo_value,
                           COALESCE(moved.amount, 0) AS legacy_value,
                           0.01 + 0.005 * COALESCE(moved.moves, 0) AS tolerance
                      FROM products p
                      LEFT JOIN (%(values)s) value ON value.product_id = p.id
                      LEFT JOIN (%(moved)s) moved ON moved.product_id = p.id
                     WHERE value.amount <> 0 OR moved.amount <> 0
                )
                SELECT %(columns)s FROM both_sides
                """,
                values=self._values(),
                moved=self._moved(SQL("TRUE")),
                columns=columns(
                    {
                        "key": SQL("COALESCE(default_code, name)"),
                        "kind": SQL(
                            """CASE WHEN abs(odoo_value - legacy_value) > tolerance
                                    THEN 'value' END"""
                        ),
                        "site_id": self._home_site(),
                        "detail": SQL("name"),
                        "res_model": SQL("'product.product'"),
                        "res_id": SQL("id"),
                        "legacy_value": SQL("legacy_value"),
                        "odoo_value": SQL("odoo_value"),
                        "tolerance": SQL("tolerance"),
                    }
                ),
            )
        )
