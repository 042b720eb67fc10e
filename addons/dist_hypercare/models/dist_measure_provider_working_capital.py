from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Sales, purchases and issues of this many days stand for what a day turns over.
TURNOVER_DAYS = 90


class DistMeasureProviderWorkingCapital(models.AbstractModel):
    """Levels of what a company has tied up in its trade.

    *Receivable* and *payable* are the open amounts of posted items, in the company's
    currency; *inventory* is the company's own stock at its present unit cost;
    *delivered, not invoiced* and *received, not billed* are valued at the net price of
    their order lines. All at the present moment: the level of a day is the one at its
    last computation.
    """

    _name = "dist.measure.provider.working.capital"
    _description = "Measure Provider: Working Capital"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_receivable(self, measure, scopes, date_from, date_to):
        """Open amount of posted receivable items."""
        return self._sql_open_items("asset_receivable")

    @api.model
    def _dist_facts_payable(self, measure, scopes, date_from, date_to):
        """Open amount of posted payable items, what is owed being positive."""
        return self._sql_open_items("liability_payable")

    @api.model
    def _dist_facts_working_capital(self, measure, scopes, date_from, date_to):
        """Receivable + delivered, not invoiced + inventory − payable − received, not
        billed.

        The records behind it are the open items; the other parts are sums.
        Source: SCOR AM.3, working capital in trade.
        """
        return SQL(
            """
            SELECT scope_id, day, record_id, numerator, denominator,
                   'receivable' AS reason FROM (%(receivable)s) AS part
         UNION ALL
            SELECT scope_id, day, record_id, -numerator, denominator,
                   'payable' FROM (%(payable)s) AS part
         UNION ALL
            SELECT scope.id, %(today)s, NULL, part.amount, NULL, part.reason
              FROM %(scopes)s AS scope
              JOIN (%(inventory)s UNION ALL %(delivered)s UNION ALL %(received)s)
                AS part ON part.company_id = scope.id
            """,
            receivable=self._sql_open_items("asset_receivable"),
            payable=self._sql_open_items("liability_payable"),
            today=self._sql_today(SQL("scope.tz")),
            scopes=self._sql_scopes(scopes),
            inventory=self._sql_inventory(),
            delivered=self._sql_delivered_not_invoiced(scopes),
            received=self._sql_received_not_billed(scopes),
        )

    @api.model
    def _dist_facts_days_sales_outstanding(self, measure, scopes, date_from, date_to):
        """Receivable over the revenue of a day, from the last 90 days.

        Source: SCOR AM.1.1, days sales outstanding.
        """
        return self._sql_days_outstanding(
            self._sql_open_items("asset_receivable"),
            self._sql_invoiced("sold"),
            scopes,
        )

    @api.model
    def _dist_facts_days_payable_outstanding(self, measure, scopes, date_from, date_to):
        """Payable over the purchases billed in a day, from the last 90 days.

        Source: SCOR AM.1.1, days payable outstanding.
        """
        return self._sql_days_outstanding(
            self._sql_open_items("liability_payable"),
            self._sql_invoiced("bought"),
            scopes,
        )

    @api.model
    def _dist_facts_days_inventory(self, measure, scopes, date_from, date_to):
        """Inventory over the cost of goods issued in a day, from the last 90 days.

        Source: SCOR AM.1.1, inventory days of supply.
        """
        inventory = SQL(
            """
            SELECT scope.id AS scope_id, %(today)s AS day, part.quant_id AS record_id,
                   part.amount AS numerator
              FROM %(scopes)s AS scope
              JOIN dist_shared_quant_values AS part ON part.company_id = scope.id
            """,
            today=self._sql_today(SQL("scope.tz")),
            scopes=self._sql_scopes(scopes),
        )
        issued = SQL(
            """
            SELECT sm.company_id,
                   SUM(CASE WHEN sm.is_in THEN -sm.value ELSE sm.value END) AS amount
              FROM stock_move sm
             WHERE sm.state = 'done' AND sm.dist_is_opening_load IS NOT TRUE
               AND (sm.is_out AND sm.location_dest_id = ANY(%(customers)s)
                    OR sm.is_in AND sm.location_id = ANY(%(customers)s))
               AND sm.date >= %(start)s
             GROUP BY sm.company_id
            """,
            customers=self._location_ids("customer"),
            start=self._turnover_start(),
        )
        return self._sql_days_outstanding(inventory, issued, scopes)

    @api.model
    def _dist_facts_cash_to_cash(self, measure, scopes, date_from, date_to):
        """Days sales outstanding + days of inventory − days payable outstanding.

        The total is a row of its own; the records behind it are the open items. Where
        one of the three has no value, there is none.
        Source: SCOR AM.1.1, cash-to-cash cycle time.
        """
        window = (measure, scopes, date_from, date_to)
        return SQL(
            """
            SELECT scope_id, day, record_id, 0::numeric AS numerator,
                   NULL::numeric AS denominator
              FROM (%(receivable)s UNION ALL %(payable)s) AS item
         UNION ALL
            SELECT scope_id, day, NULL,
                   CASE WHEN COUNT(days) = 3 THEN SUM(days) ELSE 0 END,
                   (COUNT(days) = 3)::int
              FROM (SELECT scope_id, day,
                           sign * SUM(numerator) / NULLIF(SUM(denominator), 0) AS days
                      FROM (SELECT *, 1 AS part, 1 AS sign FROM (%(sales)s) AS sales
                         UNION ALL
                            SELECT *, 2, 1 FROM (%(inventory)s) AS inventory
                         UNION ALL
                            SELECT *, 3, -1 FROM (%(purchases)s) AS purchases) AS fact
                     GROUP BY scope_id, day, part, sign) AS part
             GROUP BY scope_id, day
            """,
            receivable=self._sql_open_items("asset_receivable"),
            payable=self._sql_open_items("liability_payable"),
            sales=self._dist_facts_days_sales_outstanding(*window),
            inventory=self._dist_facts_days_inventory(*window),
            purchases=self._dist_facts_days_payable_outstanding(*window),
        )

    # -- parts --------------------------------------------------------------------

    @api.model
    def _turnover_start(self):
        return fields.Datetime.now() - timedelta(days=TURNOVER_DAYS)

    @api.model
    def _sql_open_items(self, account_type):
        """Return a row per open posted item of the accounts of a type."""
        return SQL(
            """
            SELECT scope_id, day, record_id, %(sign)s * amount AS numerator,
                   NULL::numeric AS denominator, partner_id
              FROM dist_shared_open_items WHERE account_type = %(account_type)s
            """,
            sign=-1 if account_type == "liability_payable" else 1,
            account_type=account_type,
        )

    @api.model
    def _account_ids(self, *types):
        """Return the ids of all accounts of these types, archived ones included."""
        # sudo: the measures count for everybody.
        return (
            self.env["account.account"]
            .sudo()
            .with_context(active_test=False)
            .search([("account_type", "in", types)])
            .ids
        )

    @api.model
    def _dist_shared_open_items(self, sites, date_from, date_to):
        """Return the companies' open posted items of receivables and payables.

        ``(scope_id, day, record_id, account_type, amount, partner_id)``
        """
        return SQL(
            """
            SELECT scope.id AS scope_id, %(today)s AS day, aml.id AS record_id,
                   account.account_type, aml.amount_residual::numeric AS amount,
                   partner.commercial_partner_id AS partner_id
              FROM account_move_line aml
              JOIN %(scopes)s AS scope ON scope.id = aml.company_id
              JOIN account_account account ON account.id = aml.account_id
         LEFT JOIN res_partner partner ON partner.id = aml.partner_id
             WHERE aml.account_id = ANY(%(accounts)s)
               AND aml.parent_state = 'posted' AND aml.reconciled IS NOT TRUE
               AND aml.amount_residual <> 0
            """,
            # As a list of ids: Odoo has an index of the open items by account.
            accounts=self._account_ids("asset_receivable", "liability_payable"),
            today=self._sql_today(SQL("scope.tz")),
            scopes=self._sql_scopes(self._companies(sites)),
        )

    @api.model
    def _sql_inventory(self):
        return SQL(
            """
            SELECT company_id, SUM(amount) AS amount, 'inventory' AS reason
              FROM dist_shared_quant_values GROUP BY company_id
            """
        )

    @api.model
    def _sql_delivered_not_invoiced(self, scopes):
        return SQL(
            """
            SELECT so.company_id,
                   SUM((sol.qty_delivered - sol.qty_invoiced)
                       * sol.price_subtotal / sol.product_uom_qty
                       / COALESCE(NULLIF(so.currency_rate, 0), 1)),
                   'delivered_not_invoiced'
              FROM sale_order_line sol
              JOIN sale_order so ON so.id = sol.order_id
             WHERE sol.state = 'sale' AND sol.display_type IS NULL
               AND sol.is_downpayment IS NOT TRUE AND sol.product_uom_qty > 0
               AND sol.qty_delivered > sol.qty_invoiced
               AND so.company_id = ANY(%s)
             GROUP BY so.company_id
            """,
            list(scopes.ids),
        )

    @api.model
    def _sql_received_not_billed(self, scopes):
        return SQL(
            """
            SELECT po.company_id,
                   -SUM((pol.qty_received - pol.qty_invoiced)
                        * pol.price_subtotal / pol.product_qty
                        / COALESCE(NULLIF(po.currency_rate, 0), 1)),
                   'received_not_billed'
              FROM purchase_order_line pol
              JOIN purchase_order po ON po.id = pol.order_id
             WHERE po.state = 'purchase' AND pol.display_type IS NULL
               AND pol.product_qty > 0 AND pol.qty_received > pol.qty_invoiced
               AND po.company_id = ANY(%s)
             GROUP BY po.company_id
            """,
            list(scopes.ids),
        )

    @api.model
    def _sql_invoiced(self, side):
        return SQL(
            "SELECT company_id, %s AS amount FROM dist_shared_invoiced",
            SQL.identifier(side),
        )

    @api.model
    def _dist_shared_invoiced(self, sites, date_from, date_to):
        """Return what was invoiced in the last days, without taxes, a row a company.

        ``(company_id, sold, bought)``
        """
        return SQL(
            """
            SELECT aml.company_id,
                   SUM(-aml.balance) FILTER (
                       WHERE am.move_type IN ('out_invoice', 'out_refund')) AS sold,
                   SUM(aml.balance) FILTER (
                       WHERE am.move_type IN ('in_invoice', 'in_refund')) AS bought
              FROM account_move_line aml
              JOIN account_move am ON am.id = aml.move_id
             WHERE aml.parent_state = 'posted' AND aml.display_type = 'product'
               AND aml.date >= %s AND aml.company_id = ANY(%s)
               AND am.move_type IN
                   ('out_invoice', 'out_refund', 'in_invoice', 'in_refund')
             GROUP BY aml.company_id
            """,
            self._turnover_start().date(),
            list(self._companies(sites).ids),
        )

    @api.model
    def _sql_days_outstanding(self, rows, turnover, scopes):
        """Return the rows in days' worth: amount × days, over the turnover of them.

        The turnover is a row of its own without a record, and zero where there is
        none: then there is no number of days either.
        """
        return SQL(
            """
            SELECT scope_id, day, record_id, %(days)s * numerator AS numerator,
                   NULL::numeric AS denominator
              FROM (%(rows)s) AS part
         UNION ALL
            SELECT scope.id, %(today)s, NULL, 0, COALESCE(turnover.amount, 0)
              FROM %(scopes)s AS scope
         LEFT JOIN (%(turnover)s) AS turnover ON turnover.company_id = scope.id
            """,
            days=TURNOVER_DAYS,
            rows=rows,
            today=self._sql_today(SQL("scope.tz")),
            scopes=self._sql_scopes(scopes),
            turnover=turnover,
        )
