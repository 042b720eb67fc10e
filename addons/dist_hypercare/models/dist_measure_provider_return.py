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
        return SQL(
            """
            SELECT transfer.site_id AS scope_id, transfer.day,
                   transfer.move_id AS record_id,
                   (transfer.is_return AND transfer.is_first)::int::numeric
                       AS numerator,
                   (transfer.is_issue AND transfer.is_first)::int::numeric
                       AS denominator,
                   pt.categ_id AS category_id, reason.name ->> 'en_US' AS reason
              FROM dist_shared_transferred AS transfer
              JOIN product_product pp ON pp.id = transfer.product_id
                   %(product)s
         LEFT JOIN dist_return_reason reason ON reason.id = transfer.return_reason_id
             WHERE transfer.is_issue OR transfer.is_return
            """,
            product=self._sql_product(),
        )

    @api.model
    def _dist_facts_pick_accuracy(self, measure, scopes, date_from, date_to):
        """Pick lines without an error that was detected, over pick lines.

        Errors detected: a return for a reason that is a picking error, traced back
        from the delivery to the pick, and a correction of the line after it was done.
        Source: WERC DC Measures, order picking accuracy; by proxy.
        """
        return SQL(
            """
            WITH RECURSIVE wrong (move_id) AS (
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
            SELECT transfer.site_id AS scope_id, transfer.day,
                   transfer.move_id AS record_id,
                   (wrong.move_id IS NULL AND NOT transfer.is_corrected
                   )::int::numeric AS numerator,
                   1::numeric AS denominator, transfer.user_id,
                   warehouse.id AS warehouse_id
              FROM dist_shared_transferred AS transfer
              JOIN stock_warehouse warehouse
                   ON transfer.picking_type_id = CASE warehouse.delivery_steps
                       WHEN 'ship_only' THEN warehouse.out_type_id
                       ELSE warehouse.pick_type_id END
         LEFT JOIN wrong ON wrong.move_id = transfer.move_id
             WHERE transfer.is_own AND transfer.sale_line_id IS NOT NULL
            """
        )
