from odoo import api, models
from odoo.tools import SQL

# Ages in days, from the promise on.
AGES = SQL(
    """CASE WHEN age <= 0 THEN '0 not due' WHEN age <= 7 THEN '1 to 7 days'
            WHEN age <= 30 THEN '8 to 30 days' ELSE 'over 30 days' END"""
)


class DistMeasureProviderBacklog(models.AbstractModel):
    """Levels of what has been ordered and not delivered.

    *Open line*
        a goods line of a confirmed order, delivered less than ordered, with at least
        one move that is neither done nor cancelled: a line closed short is not open.
        Its site is that of the order's warehouse.
    *Promise*
        the delivery date on the order, else the date promised at its confirmation.

    Odoo keeps no history of these quantities, so that each site's day is captured
    while it lasts, from before the go-live on.
    """

    _name = "dist.measure.provider.backlog"
    _description = "Measure Provider: Order Backlog"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_orders(self, measure, scopes, date_from, date_to):
        """Orders with an open line."""
        return self._sql_orders(scopes, SQL("TRUE"))

    @api.model
    def _dist_facts_overdue(self, measure, scopes, date_from, date_to):
        """Orders with an open line whose promise lies before today."""
        return self._sql_orders(scopes, SQL("age > 0"))

    @api.model
    def _dist_facts_lines(self, measure, scopes, date_from, date_to):
        """Open lines."""
        return self._sql_lines(scopes, SQL("1::numeric"), SQL("TRUE"))

    @api.model
    def _dist_facts_value(self, measure, scopes, date_from, date_to):
        """Net value of what is open, in the company's currency.

        Converted at the rate of the order, which is the rate of its date.
        """
        return self._sql_lines(
            scopes,
            SQL(
                "(ordered - delivered) * price_subtotal / ordered"
                " / COALESCE(NULLIF(currency_rate, 0), 1)"
            ),
            SQL("TRUE"),
        )

    @api.model
    def _dist_facts_unreserved(self, measure, scopes, date_from, date_to):
        """Open lines whose open moves are not all reserved."""
        return self._sql_lines(scopes, SQL("1::numeric"), SQL("NOT is_reserved"))

    @api.model
    def _dist_facts_backordered(self, measure, scopes, date_from, date_to):
        """Open lines delivered in part, or left behind by a shipment of their order."""
        return self._sql_lines(
            scopes, SQL("1::numeric"), SQL("(delivered > 0 OR is_left_behind)")
        )

    @api.model
    def _dist_facts_backorder_age(self, measure, scopes, date_from, date_to):
        """Mean days since the promise of back-ordered lines; early ones count zero."""
        return self._sql_lines(
            scopes,
            SQL("GREATEST(age, 0)::numeric"),
            SQL("(delivered > 0 OR is_left_behind)"),
            denominator=SQL("1::numeric"),
        )

    @api.model
    def _sql_orders(self, scopes, condition):
        rows = SQL(
            """
            SELECT scope_id, day, order_id AS record_id, 1::numeric AS numerator,
                   NULL::numeric AS denominator, %(ages)s AS age, channel_id
              FROM (SELECT scope_id, day, order_id, MAX(age) AS age, channel_id
                      FROM (%(open)s) AS line
                  GROUP BY scope_id, day, order_id, channel_id) AS open
             WHERE %(condition)s
            """,
            ages=AGES,
            open=self._sql_open_lines(scopes),
            condition=condition,
        )
        return self._sql_labelled(rows, "channel")

    @api.model
    def _sql_lines(self, scopes, numerator, condition, denominator=None):
        rows = SQL(
            """
            SELECT scope_id, day, line_id AS record_id, %(numerator)s AS numerator,
                   %(denominator)s AS denominator, %(ages)s AS age, category_id,
                   channel_id
              FROM (%(open)s) AS line
             WHERE %(condition)s
            """,
            numerator=numerator,
            denominator=denominator or SQL("NULL::numeric"),
            ages=AGES,
            open=self._sql_open_lines(scopes),
            condition=condition,
        )
        return self._sql_labelled(rows, "category", "channel")

    @api.model
    def _sql_open_lines(self, scopes):
        """Return a row per open line, quantities in the line's own unit.

        The condition on the quantities is that of the index, word for word.
        """
        return SQL(
            """
            SELECT site.id AS scope_id, %(today)s AS day, sol.id AS line_id,
                   so.id AS order_id, sol.product_uom_qty AS ordered,
                   COALESCE(sol.qty_delivered, 0) AS delivered, sol.price_subtotal,
                   so.currency_rate, pt.categ_id AS category_id,
                   so.team_id AS channel_id,
                   %(today)s - %(promised)s AS age,
                   open.is_reserved,
                   EXISTS (SELECT FROM stock_picking shipped
                            WHERE shipped.sale_id = so.id AND shipped.state = 'done'
                              AND shipped.location_dest_id = ANY(%(customers)s)
                          ) AS is_left_behind
              FROM sale_order_line sol
              JOIN sale_order so ON so.id = sol.order_id
              JOIN stock_warehouse warehouse ON warehouse.id = so.warehouse_id
              JOIN %(sites)s site ON site.id = warehouse.dist_site_id
              JOIN product_product pp ON pp.id = sol.product_id
              JOIN product_template pt ON pt.id = pp.product_tmpl_id
             CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS moves, BOOL_AND(sm.state = 'assigned')
                              AS is_reserved
                     FROM stock_move sm
                    WHERE sm.sale_line_id = sol.id
                      AND sm.state NOT IN ('done', 'cancel')
                      AND sm.location_id <> ALL(%(customers)s)) open
             WHERE sol.state = 'sale' AND sol.qty_delivered < sol.product_uom_qty
               AND sol.product_uom_qty - sol.qty_delivered >= %(half_digit)s
               AND sol.display_type IS NULL AND sol.is_downpayment IS NOT TRUE
               AND sol.is_expense IS NOT TRUE
               AND sol.qty_delivered_method = 'stock_move' AND open.moves > 0
            """,
            today=self._sql_today(SQL("site.tz")),
            promised=self._sql_local_day(
                SQL("COALESCE(so.commitment_date, so.dist_promised_at, so.date_order)"),
                SQL("site.tz"),
            ),
            customers=self._location_ids("customer"),
            sites=self._sql_sites(scopes),
            half_digit=self._half_digit(),
        )
