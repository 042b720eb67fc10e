from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderFulfilment(models.AbstractModel):
    """Measures of how orders are fulfilled, beside those of the first shipment.

    *Goods line*, *customer issue* and *first shipment* are those of
    ``dist.measure.provider.shipment``, and so is what is left out: drop shipments,
    returns, shipments up to the cutover and orders confirmed up to it.
    """

    _name = "dist.measure.provider.fulfilment"
    _description = "Measure Provider: Fulfilment"
    _inherit = ["dist.measure.provider.books", "dist.measure.provider.shipment"]

    # -- fill rates ---------------------------------------------------------------

    @api.model
    def _dist_facts_line_fill(self, measure, scopes, date_from, date_to):
        """Goods lines filled by the first shipment over goods lines of those orders.

        Source: WERC DC Measures, line fill rate.
        """
        return self._sql_fill(
            scopes,
            date_from,
            date_to,
            SQL("line.is_filled::int::numeric"),
            SQL("1::numeric"),
        )

    @api.model
    def _dist_facts_unit_fill(self, measure, scopes, date_from, date_to):
        """Units shipped first, at most those ordered, over units ordered.

        In the product's unit. Source: WERC DC Measures, unit fill rate.
        """
        return self._sql_fill(
            scopes,
            date_from,
            date_to,
            SQL("(line.shipped / unit.factor)::numeric"),
            SQL("(line.ordered / unit.factor)::numeric"),
        )

    @api.model
    def _sql_fill(self, scopes, date_from, date_to, numerator, denominator):
        rows = SQL(
            """
            SELECT line.site_id AS scope_id, line.day, line.line_id AS record_id,
                   %(numerator)s AS numerator, %(denominator)s AS denominator,
                   pt.categ_id AS category_id
              FROM (%(lines)s) AS line
              JOIN sale_order_line sol ON sol.id = line.line_id
              JOIN product_product pp ON pp.id = sol.product_id
                   %(product)s
            """,
            numerator=numerator,
            denominator=denominator,
            lines=self._sql_first_shipped_lines(scopes, date_from, date_to),
            product=self._sql_product(),
        )
        return self._sql_labelled(rows, "category")

    # -- on-time shipment ---------------------------------------------------------

    @api.model
    def _dist_facts_on_time_all(self, measure, scopes, date_from, date_to):
        """Shipments of orders done on or before their deadline over all of them.

        Late back orders count, unlike in the measure of first shipments.
        Source: WERC DC Measures, on-time shipments.
        """
        rows = SQL(
            """
            WITH type AS MATERIALIZED (%(types)s)
            SELECT type.site_id AS scope_id, %(day)s AS day, sp.id AS record_id,
                   %(deadline)s AS deadline
              FROM stock_picking sp
              JOIN type ON type.id = sp.picking_type_id
              JOIN sale_order so ON so.id = sp.sale_id AND so.state = 'sale'
             WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
               AND %(is_issue)s AND sp.date_deadline IS NOT NULL
               AND sp.date_done > type.cutover_at AND so.date_order > type.cutover_at
            """,
            day=self._sql_local_day(SQL("sp.date_done"), SQL("type.tz")),
            deadline=self._sql_local_day(SQL("sp.date_deadline"), SQL("type.tz")),
            **self._fragments("sp", scopes, date_from, date_to),
        )
        return SQL(
            """
            SELECT scope_id, day, record_id, (day <= deadline)::int::numeric
                   AS numerator, 1::numeric AS denominator
              FROM (%s) AS shipment WHERE day BETWEEN %s AND %s
            """,
            rows,
            date_from,
            date_to,
        )

    @api.model
    def _dist_facts_on_time_promise(self, measure, scopes, date_from, date_to):
        """First shipments on or before the day promised at the order's confirmation.

        Source: SCOR RL.2.2, delivery performance to the original commit date.
        """
        return SQL(
            """
            SELECT site_id AS scope_id, day, picking_id AS record_id,
                   is_on_time::int::numeric AS numerator, 1::numeric AS denominator
              FROM (%s) AS shipment
            """,
            self._sql_first_pickings(
                scopes, date_from, date_to, SQL("so.dist_promise_date")
            ),
        )

    # -- order cycle time ---------------------------------------------------------

    @api.model
    def _dist_facts_order_cycle_first(self, measure, scopes, date_from, date_to):
        """Hours from an order's confirmation to its first customer issue at the site.

        Source: SCOR RS.1.1, order fulfilment cycle time, gross of any dwell.
        """
        return self._sql_cycle(
            scopes, date_from, date_to, SQL("MIN(first_at)"), SQL("TRUE")
        )

    @api.model
    def _dist_facts_order_cycle_complete(self, measure, scopes, date_from, date_to):
        """Hours from an order's confirmation to the issue that completed it.

        Source: SCOR RS.1.1, order fulfilment cycle time, gross of any dwell.
        """
        return self._sql_cycle(
            scopes,
            date_from,
            date_to,
            SQL("MAX(last_at)"),
            SQL("BOOL_AND(is_complete)"),
        )

    @api.model
    def _sql_cycle(self, scopes, date_from, date_to, ended_at, condition):
        return SQL(
            """
            SELECT * FROM (
                SELECT site_id AS scope_id, %(day)s AS day, order_id AS record_id,
                       (EXTRACT(EPOCH FROM %(ended_at)s - MIN(date_order)) / 3600
                       )::numeric AS numerator,
                       1::numeric AS denominator
                  FROM (%(lines)s) AS line
              GROUP BY order_id, site_id
                HAVING %(condition)s
            ) AS cycle
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            day=self._sql_local_day(ended_at, SQL("MIN(tz)")),
            ended_at=ended_at,
            lines=self._sql_shipped_lines(scopes, date_from, date_to),
            condition=condition,
            date_from=date_from,
            date_to=date_to,
        )

    # -- unordered shipments ------------------------------------------------------

    @api.model
    def _dist_facts_unordered(self, measure, scopes, date_from, date_to):
        """Customer issues that no order line asked for.

        The warehouse added the product to the delivery, or made a delivery of its own.
        The suite's own measure: the fill rates leave these lines out.
        """
        rows = SQL(
            """
            WITH type AS MATERIALIZED (%(types)s)
            SELECT type.site_id AS scope_id, %(day)s AS day, sm.id AS record_id,
                   1::numeric AS numerator, NULL::numeric AS denominator,
                   sp.dist_done_by_id AS user_id
              FROM stock_picking sp
              JOIN type ON type.id = sp.picking_type_id
              JOIN stock_move sm ON sm.picking_id = sp.id
         LEFT JOIN sale_order_line sol ON sol.id = sm.sale_line_id
             WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
               AND %(is_issue)s AND sp.date_done > type.cutover_at
               AND (sol.id IS NULL OR sol.product_uom_qty <= 0)
            """,
            day=self._sql_local_day(SQL("sp.date_done"), SQL("type.tz")),
            **self._fragments("sm", scopes, date_from, date_to),
        )
        return self._sql_labelled(
            SQL(
                "SELECT * FROM (%s) AS issue WHERE day BETWEEN %s AND %s",
                rows,
                date_from,
                date_to,
            ),
            "user",
        )
