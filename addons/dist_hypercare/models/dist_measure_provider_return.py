from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderReturn(models.AbstractModel):
    """Measures of what customers send back, and of picks that went wrong.

    *Customer return*
        a done move from a customer into a warehouse of the site. Its reason is the one
        on the transfer.
    *Pick line*
        a done move of the step that takes goods of an order out of stock: the pick
        where the warehouse picks before it ships, the delivery where it does not.

    Left out: drop shipments and their returns, and moves up to the site's cutover.
    """

    _name = "dist.measure.provider.return"
    _description = "Measure Provider: Returns"
    _inherit = ["dist.measure.provider.books", "dist.measure.provider.shipment"]

    @api.model
    def _dist_facts_return_rate(self, measure, scopes, date_from, date_to):
        """Lines returned by customers over lines shipped to them, on the same day.

        A line shipped adds to the denominator, a line returned to the numerator. What
        an order line is made of in a transfer, such as the components of a kit, is one
        line: its first move counts for all of them.
        Source: SCOR RL.2.4, returns as a share of deliveries.
        """
        rows = SQL(
            """
            WITH type AS MATERIALIZED (%(types)s)
            SELECT type.site_id AS scope_id, %(day)s AS day, sm.id AS record_id,
                   (NOT %(is_issue)s AND %(is_first)s)::int::numeric AS numerator,
                   (%(is_issue)s AND %(is_first)s)::int::numeric AS denominator,
                   pt.categ_id AS category_id, reason.name ->> 'en_US' AS reason
              FROM stock_picking sp
              JOIN type ON type.id = sp.picking_type_id
              JOIN stock_move sm ON sm.picking_id = sp.id
              JOIN product_product pp ON pp.id = sm.product_id
                   %(product)s
         LEFT JOIN dist_return_reason reason ON reason.id = sp.dist_return_reason_id
             WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
               AND sp.state = 'done' AND sp.date_done > type.cutover_at
               AND sm.state = 'done' AND sm.quantity > 0
               AND (%(is_issue)s
                    OR sm.location_id = ANY(%(customers)s)
                       AND sm.location_dest_id <> ALL(%(outside)s))
            """,
            day=self._sql_local_day(SQL("sp.date_done"), SQL("type.tz")),
            is_first=SQL(
                "ROW_NUMBER() OVER (PARTITION BY sp.id, COALESCE(sm.sale_line_id,"
                " -sm.id) ORDER BY sm.id) = 1"
            ),
            product=self._sql_product(),
            outside=sum(self._outside_locations().values(), []),
            **self._fragments("sm", scopes, date_from, date_to),
        )
        return self._sql_labelled(
            self._sql_of_days(rows, date_from, date_to), "category"
        )

    @api.model
    def _dist_facts_pick_accuracy(self, measure, scopes, date_from, date_to):
        """Pick lines without an error that was detected, over pick lines.

        Errors detected: a return for a reason that is a picking error, traced back
        from the delivery to the pick, and a correction of the line after it was done.
        Source: WERC DC Measures, order picking accuracy; by proxy.
        """
        rows = SQL(
            """
            WITH RECURSIVE type AS MATERIALIZED (%(types)s),
            wrong (move_id) AS (
                SELECT returned.origin_returned_move_id
                  FROM stock_picking sp
                  JOIN dist_return_reason reason
                       ON reason.id = sp.dist_return_reason_id
                       AND reason.is_picking_error
                  JOIN stock_move returned ON returned.picking_id = sp.id
                       AND returned.state = 'done' AND returned.quantity > 0
                 WHERE returned.origin_returned_move_id IS NOT NULL
             UNION
                SELECT rel.move_orig_id
                  FROM wrong
                  JOIN stock_move_move_rel rel ON rel.move_dest_id = wrong.move_id
            )
            SELECT type.site_id AS scope_id, %(day)s AS day, sm.id AS record_id,
                   (wrong.move_id IS NULL AND sm.dist_is_corrected IS NOT TRUE
                   )::int::numeric AS numerator,
                   1::numeric AS denominator, sp.dist_done_by_id AS user_id,
                   warehouse.id AS warehouse_id
              FROM stock_picking sp
              JOIN type ON type.id = sp.picking_type_id
              JOIN stock_warehouse warehouse
                   ON sp.picking_type_id = CASE warehouse.delivery_steps
                       WHEN 'ship_only' THEN warehouse.out_type_id
                       ELSE warehouse.pick_type_id END
              JOIN stock_move sm ON sm.picking_id = sp.id
         LEFT JOIN wrong ON wrong.move_id = sm.id
             WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
               AND sp.state = 'done' AND sp.date_done > type.cutover_at
               AND sm.state = 'done' AND sm.quantity > 0
               AND sm.sale_line_id IS NOT NULL
               AND sm.location_id <> ALL(%(outside)s)
            """,
            day=self._sql_local_day(SQL("sp.date_done"), SQL("type.tz")),
            outside=sum(self._outside_locations().values(), []),
            **self._fragments("sm", scopes, date_from, date_to),
        )
        return self._sql_labelled(
            self._sql_of_days(rows, date_from, date_to), "user", "warehouse"
        )

    @api.model
    def _sql_of_days(self, rows, date_from, date_to):
        return SQL(
            "SELECT * FROM (%s) AS line WHERE day BETWEEN %s AND %s",
            rows,
            date_from,
            date_to,
        )
