from odoo import api, models
from odoo.tools import SQL

# Locations that hold no stock of the company.
OUTSIDE_USAGES = ("customer", "supplier", "inventory", "production", "view")


class DistMeasureProviderShipment(models.AbstractModel):
    """Measures of the first customer shipment of an order at a site.

    Words used by the queries:

    *goods line*
        a confirmed order line of goods with an ordered quantity above zero; no
        section, down payment or expense.
    *customer issue*
        a done move, or transfer, of an outgoing operation type of one of the site's
        warehouses, from the company's own stock to a customer. Drop shipments touch
        no warehouse and are none.
    *first shipment* of an order at a site
        the customer issues with the earliest effective date. An order that ships
        from two sites is counted at each.

    Quantities are taken from the customer issues and from the order line, never from
    a move's demand or an outgoing transfer's back order: Odoo cuts the demand of a
    done move to what was done, and in a multi-step delivery the short quantity stays
    with the picking step.

    Left out: shipments at or before the site's cutover, orders confirmed at or before
    it (they were loaded, their history is the legacy system's), and sites that have
    no cutover yet.
    """

    _name = "dist.measure.provider.shipment"
    _description = "Measure Provider: Shipments"
    _inherit = "dist.measure.provider"

    # -- order fill rate ----------------------------------------------------------

    @api.model
    def _dist_measure_order_fill(self, measure, sites, date_from, date_to):
        """Orders shipped completely by their first shipment over orders first shipped.

        Source: WERC DC Measures, order fill rate on the first shipment.
        """
        return SQL(
            """
            SELECT site_id, day,
                   COUNT(*) FILTER (WHERE is_filled)::numeric AS numerator,
                   COUNT(*)::numeric AS denominator, COUNT(*)::int AS sample_size
              FROM (%s) AS order_site
          GROUP BY site_id, day
            """,
            self._sql_first_shipped_orders(date_from, date_to),
        )

    @api.model
    def _dist_records_order_fill(self, measure, site, date_from, date_to):
        query = self._sql_first_shipped_orders(date_from, date_to)
        ids = SQL("SELECT order_id FROM (%s) AS u", query)
        ids = self._sql_with_shared(ids, site, date_from, date_to)
        return "sale.order", self._domain_of(ids)

    @api.model
    def _sql_first_shipped_orders(self, date_from, date_to):
        """Return the query (order_id, site_id, day, is_filled), a row per order × site.

        ``day`` is the one of the first shipment.
        """
        return SQL(
            """
            SELECT order_id, site_id, day, BOOL_AND(is_filled) AS is_filled
              FROM (%s) AS line
          GROUP BY order_id, site_id, day
            """,
            self._sql_first_shipped_lines(date_from, date_to),
        )

    @api.model
    def _sql_first_shipped_lines(self, date_from, date_to):
        """Return the goods lines of the orders first shipped in the window, with day.

        The columns are those of :meth:`_dist_shared_shipped_lines`.
        """
        return SQL(
            """
            SELECT line.*, first_day AS day FROM dist_shared_shipped_lines AS line
             WHERE first_day BETWEEN %s AND %s
            """,
            date_from,
            date_to,
        )

    @api.model
    def _dist_shared_shipped_lines(self, sites, date_from, date_to):
        """Return the goods lines of the orders with a shipment in the window.

        ``order_id, line_id, site_id, product_id, date_order``
            a row per goods line and site;
        ``first_at, last_at, first_day, last_day``
            the first and the last customer issue of the order at the site, and the
            site's days of them;
        ``ordered, shipped``
            quantity ordered, and of it shipped first, both in the reference unit;
        ``is_filled, is_complete``
            whether the line was shipped completely by the first shipment, and by now.

        One pass over all the moves of the candidate orders: window functions find
        the shipments, so that nothing is joined with itself. Lines without any move
        are kept, they count as not shipped.

        Quantities are compared in the reference unit, less half of the last digit of
        the move's unit, which is where Odoo rounded.

        A line whose moves carry other products than its own is a kit. It is filled
        when all its moves (returns aside) are done with the first shipment, and then
        with all that was ordered. A move is done with all of its demand: where the rest
        of a transfer is cancelled, Odoo keeps the demand and makes no move for it.
        """
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            candidate AS MATERIALIZED (
                SELECT DISTINCT sol.order_id
                  FROM stock_picking sp
                  JOIN type ON type.id = sp.picking_type_id
                  JOIN stock_move sm ON sm.picking_id = sp.id
                  JOIN sale_order_line sol ON sol.id = sm.sale_line_id
                 WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
                   AND %(is_issue)s
            ),
            line_move AS (
                SELECT sol.order_id, sol.id AS line_id, sol.product_id, so.date_order,
                       type.site_id, type.tz, type.cutover_at,
                       sol.product_uom_qty * line_uom.factor AS ordered,
                       sm.quantity * move_uom.factor AS moved,
                       %(half_digit)s * move_uom.factor AS tolerance,
                       sm.id IS NULL OR sm.product_id = sol.product_id AS is_own,
                       sm.location_id = ANY(%(customers)s) AS is_return,
                       sm.state = 'done'
                           AND sm.quantity >= sm.product_uom_qty - %(half_digit)s
                           AS is_done,
                       CASE WHEN %(is_issue)s THEN sp.date_done END AS shipped_at,
                       MIN(CASE WHEN %(is_issue)s THEN sp.date_done END)
                           OVER (PARTITION BY sol.order_id, type.site_id) AS first_at,
                       MAX(CASE WHEN %(is_issue)s THEN sp.date_done END)
                           OVER (PARTITION BY sol.order_id, type.site_id) AS last_at
                  FROM candidate
                  JOIN sale_order so ON so.id = candidate.order_id
                  JOIN sale_order_line sol ON sol.order_id = so.id AND %(is_goods)s
                  JOIN uom_uom line_uom ON line_uom.id = sol.product_uom_id
             LEFT JOIN stock_move sm ON sm.sale_line_id = sol.id
             LEFT JOIN uom_uom move_uom ON move_uom.id = sm.product_uom
             LEFT JOIN stock_picking sp ON sp.id = sm.picking_id
                  JOIN type ON type.id = CASE
                       WHEN sm.id IS NOT NULL THEN sm.picking_type_id
                       ELSE (SELECT out_type_id FROM stock_warehouse
                              WHERE id = sol.warehouse_id) END
            ),
            goods_line AS (
                SELECT order_id, line_id, site_id, MIN(product_id) AS product_id,
                       MIN(tz) AS tz, MIN(date_order) AS date_order,
                       MIN(first_at) AS first_at, MAX(last_at) AS last_at,
                       MIN(ordered) AS ordered,
                       BOOL_OR(is_own) AS is_own,
                       COALESCE(MAX(tolerance), 0) AS tolerance,
                       COALESCE(SUM(moved) FILTER (
                           WHERE is_own AND shipped_at = first_at), 0) AS shipped_first,
                       COALESCE(SUM(moved) FILTER (
                           WHERE is_own AND shipped_at IS NOT NULL), 0) AS shipped_all,
                       COALESCE(BOOL_AND(is_done AND (shipped_at IS NULL
                                                      OR shipped_at = first_at))
                                FILTER (WHERE NOT is_return), FALSE) AS is_kit_filled,
                       COALESCE(BOOL_AND(is_done) FILTER (WHERE NOT is_return), FALSE)
                           AS is_kit_complete
                  FROM line_move
                 WHERE first_at > cutover_at AND date_order > cutover_at
              GROUP BY order_id, site_id, line_id
            )
            SELECT order_id, line_id, site_id, product_id, date_order, first_at,
                   last_at, %(first_day)s AS first_day, %(last_day)s AS last_day,
                   ordered,
                   CASE WHEN is_own THEN LEAST(shipped_first, ordered)
                        WHEN is_kit_filled THEN ordered ELSE 0 END AS shipped,
                   CASE WHEN is_own THEN shipped_first >= ordered - tolerance
                        ELSE is_kit_filled END AS is_filled,
                   CASE WHEN is_own THEN shipped_all >= ordered - tolerance
                        ELSE is_kit_complete END AS is_complete
              FROM goods_line
            """,
            first_day=self._sql_local_day(SQL("first_at"), SQL("tz")),
            last_day=self._sql_local_day(SQL("last_at"), SQL("tz")),
            is_goods=self._sql_is_goods(),
            half_digit=self._half_digit(),
            **self._fragments("sm", sites, date_from, date_to),
        )

    @api.model
    def _sql_is_goods(self):
        """Return the condition for a sales order line ``sol`` to be a goods line."""
        return SQL(
            """(sol.state = 'sale' AND sol.display_type IS NULL
                AND sol.is_downpayment IS NOT TRUE AND sol.is_expense IS NOT TRUE
                AND sol.qty_delivered_method = 'stock_move'
                AND sol.product_uom_qty > 0)"""
        )

    # -- on-time shipment ---------------------------------------------------------

    @api.model
    def _dist_measure_on_time(self, measure, sites, date_from, date_to):
        """First shipments done on or before their deadline over first shipments.

        Source: WERC DC Measures, on-time shipments, on the basis of first shipments.
        """
        return SQL(
            """
            SELECT site_id, day,
                   COUNT(*) FILTER (WHERE is_on_time)::numeric AS numerator,
                   COUNT(*)::numeric AS denominator, COUNT(*)::int AS sample_size
              FROM (%s) AS shipment
          GROUP BY site_id, day
            """,
            self._sql_first_pickings(date_from, date_to, "deadline"),
        )

    @api.model
    def _dist_records_on_time(self, measure, site, date_from, date_to):
        query = self._sql_first_pickings(date_from, date_to, "deadline")
        ids = SQL("SELECT picking_id FROM (%s) AS u", query)
        ids = self._sql_with_shared(ids, site, date_from, date_to)
        return "stock.picking", self._domain_of(ids)

    @api.model
    def _sql_first_pickings(self, date_from, date_to, promise):
        """Return the query (picking_id, site_id, day, is_on_time) of first shipments.

        :param promise: ``deadline`` of the transfer, or ``promise`` of its order

        Without a time promised there is no promise to keep: such a transfer is left
        out.
        """
        return SQL(
            """
            SELECT picking_id, site_id, day, day <= %(promise)s AS is_on_time
              FROM dist_shared_first_pickings
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
               AND %(promise)s IS NOT NULL
            """,
            promise=SQL.identifier(promise),
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_shared_first_pickings(self, sites, date_from, date_to):
        """Return (picking_id, site_id, day, deadline, promise) of first shipments.

        The last two are days of the site: the deadline of the transfer, and what its
        order promised at the confirmation.

        A transfer belongs to the sales order that Odoo shows on it. Of transfers done
        at the same moment the one with the lowest id stands for the shipment.
        """
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            candidate AS MATERIALIZED (
                SELECT DISTINCT sp.sale_id
                  FROM stock_picking sp
                  JOIN type ON type.id = sp.picking_type_id
                 WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
                   AND sp.sale_id IS NOT NULL AND %(is_issue)s
            ),
            first_picking AS (
                SELECT DISTINCT ON (sp.sale_id, type.site_id)
                       sp.id AS picking_id, sp.date_done, sp.date_deadline,
                       so.dist_promise_date, so.date_order, type.site_id, type.tz,
                       type.cutover_at
                  FROM candidate
                  JOIN sale_order so ON so.id = candidate.sale_id AND so.state = 'sale'
                  JOIN stock_picking sp ON sp.sale_id = so.id
                  JOIN type ON type.id = sp.picking_type_id
                 WHERE %(is_issue)s
              ORDER BY sp.sale_id, type.site_id, sp.date_done, sp.id
            )
            SELECT picking_id, site_id, %(day)s AS day, %(deadline)s AS deadline,
                   %(promise)s AS promise
              FROM first_picking
             WHERE date_done > cutover_at AND date_order > cutover_at
            """,
            day=self._sql_local_day(SQL("date_done"), SQL("tz")),
            deadline=self._sql_local_day(SQL("date_deadline"), SQL("tz")),
            promise=self._sql_local_day(SQL("dist_promise_date"), SQL("tz")),
            **self._fragments("sp", sites, date_from, date_to),
        )

    # -- transfers ----------------------------------------------------------------

    @api.model
    def _dist_shared_transferred(self, sites, date_from, date_to):
        """Return the done moves of the window's transfers for or from customers.

        ``move_id, picking_id, picking_type_id, site_id, day, product_id, sale_line_id``
            a row per move with a quantity;
        ``is_issue, is_return, is_own, is_corrected``
            whether it is a customer issue or a customer return, takes the company's
            own stock, and was corrected after it was done;
        ``is_first``
            whether it is the first of its order line in the transfer, which counts for
            all of them, such as the components of a kit;
        ``user_id, return_reason_id``
            who validated the transfer, and its reason.
        """
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s)
            SELECT *, ROW_NUMBER() OVER (
                       PARTITION BY picking_id, is_issue OR is_return,
                                    COALESCE(sale_line_id, -move_id)
                       ORDER BY move_id) = 1 AS is_first
              FROM (
                SELECT sm.id AS move_id, sp.id AS picking_id, sp.picking_type_id,
                       type.site_id, %(day)s AS day, sm.product_id, sm.sale_line_id,
                       %(is_issue)s AS is_issue,
                       sm.location_id = ANY(%(customers)s)
                           AND sm.location_dest_id <> ALL(%(outside)s) AS is_return,
                       sm.location_id <> ALL(%(outside)s) AS is_own,
                       sm.dist_is_corrected IS TRUE AS is_corrected,
                       sp.dist_done_by_id AS user_id,
                       sp.dist_return_reason_id AS return_reason_id
                  FROM stock_picking sp
                  JOIN type ON type.id = sp.picking_type_id
                  JOIN stock_move sm ON sm.picking_id = sp.id
                 WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
                   AND sp.state = 'done' AND sp.date_done > type.cutover_at
                   AND sm.state = 'done' AND sm.quantity > 0
            ) AS transfer
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
               AND (is_issue OR is_return OR is_own AND sale_line_id IS NOT NULL)
            """,
            day=self._sql_local_day(SQL("sp.date_done"), SQL("type.tz")),
            outside=sum(self._outside_locations().values(), []),
            **self._fragments("sm", sites, date_from, date_to),
        )

    # -- fragments ----------------------------------------------------------------

    @api.model
    def _fragments(self, alias, sites, date_from, date_to):
        """Return what the queries of a window put together."""
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return {
            **self._issue_fragments(alias, sites),
            "utc_from": utc_from,
            "utc_to": utc_to,
            "date_from": date_from,
            "date_to": date_to,
        }

    @api.model
    def _issue_fragments(self, alias, sites):
        """Return what tells customer issues of the sites from other moves.

        :param alias: ``sm`` or ``sp``: the table whose rows are customer issues
        """
        locations = self._outside_locations()
        return {
            # Which operation type is of which site: a handful of rows, kept apart so
            # that the planner does not start from them.
            "types": SQL(
                """
                SELECT pt.id, pt.code, site.id AS site_id, site.tz, site.cutover_at
                  FROM stock_picking_type pt
                  JOIN stock_warehouse warehouse ON warehouse.id = pt.warehouse_id
                  JOIN %s site ON site.id = warehouse.dist_site_id
                """,
                self._sql_sites(sites),
            ),
            # Locations are compared with lists of ids: a join on their usage is
            # estimated far too low by the planner.
            "is_issue": SQL(
                """(sp.state = 'done' AND type.code = 'outgoing' AND %(moved)s
                    AND %(target)s = ANY(%(customers)s)
                    AND %(source)s <> ALL(%(outside)s))""",
                moved=SQL("sm.state = 'done' AND sm.quantity > 0")
                if alias == "sm"
                else SQL("TRUE"),
                target=SQL.identifier(alias, "location_dest_id"),
                source=SQL.identifier(alias, "location_id"),
                customers=locations["customer"],
                outside=sum(locations.values(), []),
            ),
            "customers": locations["customer"],
        }

    @api.model
    def _outside_locations(self):
        """Return ``{usage: [location ids]}`` of the locations outside the company."""
        # sudo: the measures count for everybody; whoever reads a value has been
        # checked on the value. Archived locations have a history as well.
        Location = self.env["stock.location"].sudo().with_context(active_test=False)
        groups = Location._read_group(
            [("usage", "in", OUTSIDE_USAGES)], ["usage"], ["id:array_agg"]
        )
        return {"customer": [], **dict(groups)}

    @api.model
    def _half_digit(self):
        """Return half of the last digit of a quantity: less is no difference."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return 0.5 * 10**-digits

    @api.model
    def _domain_of(self, ids_query):
        """Return the domain of the records a query selects, as a list of ids."""
        self.env.flush_all()
        return [("id", "in", [id_ for (id_,) in self.env.execute_query(ids_query)])]

    # -- changed days -------------------------------------------------------------

    @api.model
    def _shipment_days(self, order_ids):
        """Return ``{(site id, local day)}`` of every transfer done for these orders.

        All of them and not only the one that was changed: when a first shipment moves
        to another day, the next one becomes the first; and a return tells of the pick.
        """
        if not order_ids:
            return set()
        self.env["stock.picking"].flush_model(["date_done", "state"])
        self.env["stock.move"].flush_model(["picking_id", "sale_line_id"])
        self.env["sale.order.line"].flush_model(["order_id"])
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT site.id, %(day)s
                      FROM sale_order_line sol
                      JOIN stock_move sm ON sm.sale_line_id = sol.id
                      JOIN stock_picking sp ON sp.id = sm.picking_id
                      JOIN stock_picking_type type ON type.id = sp.picking_type_id
                      JOIN stock_warehouse warehouse ON warehouse.id = type.warehouse_id
                      JOIN dist_site site ON site.id = warehouse.dist_site_id
                     WHERE sol.order_id = ANY(%(orders)s)
                       AND sp.state = 'done' AND sp.date_done IS NOT NULL
                    """,
                    day=self._sql_local_day(SQL("sp.date_done"), SQL("site.tz")),
                    orders=list(order_ids),
                )
            )
        )

    @api.model
    def _enqueue_orders(self, order_ids, days_before=frozenset()):
        """Queue the days of these orders' shipments, and those they had before."""
        self.env["dist.measure.queue"]._enqueue(
            "shipment", self._shipment_days(order_ids) | days_before
        )
