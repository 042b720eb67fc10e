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
            date_from, date_to, SQL("line.is_filled::int::numeric"), SQL("1::numeric")
        )

    @api.model
    def _dist_facts_unit_fill(self, measure, scopes, date_from, date_to):
        """Units shipped first, at most those ordered, over units ordered.

        In the product's unit. Source: WERC DC Measures, unit fill rate.
        """
        return self._sql_fill(
            date_from,
            date_to,
            SQL("(line.shipped / unit.factor)::numeric"),
            SQL("(line.ordered / unit.factor)::numeric"),
        )

    @api.model
    def _sql_fill(self, date_from, date_to, numerator, denominator):
        return SQL(
            """
            SELECT line.site_id AS scope_id, line.day, line.line_id AS record_id,
                   %(numerator)s AS numerator, %(denominator)s AS denominator,
                   pt.categ_id AS category_id
              FROM (%(lines)s) AS line
              JOIN product_product pp ON pp.id = line.product_id
                   %(product)s
            """,
            numerator=numerator,
            denominator=denominator,
            lines=self._sql_first_shipped_lines(date_from, date_to),
            product=self._sql_product(),
        )

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
            self._sql_first_pickings(date_from, date_to, "promise"),
        )

    # -- order cycle time ---------------------------------------------------------

    @api.model
    def _dist_facts_order_cycle_first(self, measure, scopes, date_from, date_to):
        """Hours from an order's confirmation to its first customer issue at the site.

        Source: SCOR RS.1.1, order fulfilment cycle time, gross of any dwell.
        """
        return self._sql_cycle(date_from, date_to, "first", SQL("TRUE"))

    @api.model
    def _dist_facts_order_cycle_complete(self, measure, scopes, date_from, date_to):
        """Hours from an order's confirmation to the issue that completed it.

        Source: SCOR RS.1.1, order fulfilment cycle time, gross of any dwell.
        """
        return self._sql_cycle(date_from, date_to, "last", SQL("BOOL_AND(is_complete)"))

    @api.model
    def _sql_cycle(self, date_from, date_to, end, condition):
        """Return a row per order and site.

        :param end: which issue ends the cycle, ``first`` or ``last``
        """
        # The lines of an order at a site have these moments in common.
        return SQL(
            """
            SELECT site_id AS scope_id, %(day)s AS day, order_id AS record_id,
                   (EXTRACT(EPOCH FROM %(moment)s - date_order) / 3600)::numeric
                       AS numerator,
                   1::numeric AS denominator
              FROM dist_shared_shipped_lines
             WHERE %(day)s BETWEEN %(date_from)s AND %(date_to)s
          GROUP BY order_id, site_id, %(day)s, %(moment)s, date_order
            HAVING %(condition)s
            """,
            day=SQL.identifier(f"{end}_day"),
            moment=SQL.identifier(f"{end}_at"),
            date_from=date_from,
            date_to=date_to,
            condition=condition,
        )

    # -- unordered shipments ------------------------------------------------------

    @api.model
    def _dist_facts_unordered(self, measure, scopes, date_from, date_to):
        """Customer issues that no order line asked for.

        The warehouse added the product to the delivery, or made a delivery of its own.
        The suite's own measure: the fill rates leave these lines out.
        """
        return SQL(
            """
            SELECT transfer.site_id AS scope_id, transfer.day,
                   transfer.move_id AS record_id, 1::numeric AS numerator,
                   NULL::numeric AS denominator, transfer.user_id
              FROM dist_shared_transferred AS transfer
         LEFT JOIN sale_order_line sol ON sol.id = transfer.sale_line_id
             WHERE transfer.is_issue
               AND (sol.id IS NULL OR sol.product_uom_qty <= 0)
            """
        )
