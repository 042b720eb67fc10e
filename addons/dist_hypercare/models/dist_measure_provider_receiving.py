from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderReceiving(models.AbstractModel):
    """Measures of goods from suppliers: received, and put away.

    *Receipt*
        a done move of an incoming operation type of one of the site's warehouses,
        from a supplier. Customer returns and transfers between sites use the same
        types and are none. In a receipt of several steps it is the first one.
    *Put-away*
        a done move into a warehouse's stock from outside of it, that a receipt led to
        by the chain of moves. Receipts in one step have none.

    Left out: receipts up to the site's cutover and opening loads.
    """

    _name = "dist.measure.provider.receiving"
    _description = "Measure Provider: Receiving"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_lines(self, measure, scopes, date_from, date_to):
        """Receipts done, by who validated them. Source: WERC DC Measures, receiving."""
        return SQL(
            """
            SELECT * FROM (
                SELECT receipt.*, sp.dist_done_by_id AS user_id, %(day)s AS day,
                       1::numeric AS numerator, NULL::numeric AS denominator
                  FROM (%(receipts)s) AS receipt
                  JOIN stock_picking sp ON sp.id = receipt.picking_id
                 WHERE receipt.received_at >= %(utc_from)s
                   AND receipt.received_at < %(utc_to)s
            ) AS line
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            day=self._sql_local_day(SQL("receipt.received_at"), SQL("receipt.tz")),
            receipts=self._sql_receipts(scopes),
            **self._window(date_from, date_to),
        )

    @api.model
    def _dist_facts_dock_to_stock(self, measure, scopes, date_from, date_to):
        """Hours from the receipt of goods to their put-away.

        Source: WERC DC Measures, dock-to-stock cycle time. Where several receipts
        were put away together, the earliest counts.
        """
        return SQL(
            """
            WITH RECURSIVE moved AS MATERIALIZED (
                SELECT sm.id, sm.date, sm.location_id, sm.location_dest_id
                  FROM stock_move sm
                 WHERE sm.state = 'done' AND sm.quantity > 0
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND EXISTS (SELECT FROM stock_move_move_rel rel
                                WHERE rel.move_dest_id = sm.id)
            ),
            putaway AS MATERIALIZED (
                SELECT sm.id, sm.date, site.id AS site_id, %(day)s AS day,
                       warehouse.id AS warehouse_id
                  FROM moved sm
                  JOIN stock_location target ON target.id = sm.location_dest_id
                  JOIN stock_location source ON source.id = sm.location_id
                  JOIN stock_warehouse warehouse ON warehouse.id = target.warehouse_id
                  JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
                  JOIN %(sites)s site ON site.id = warehouse.dist_site_id
                 WHERE starts_with(target.parent_path, stock.parent_path)
                   AND NOT starts_with(source.parent_path, stock.parent_path)
                   AND source.usage IN ('internal', 'transit')
            ),
            chain (putaway_id, move_id) AS (
                SELECT id, id FROM putaway
                 WHERE day BETWEEN %(date_from)s AND %(date_to)s
             UNION
                SELECT chain.putaway_id, rel.move_orig_id
                  FROM chain
                  JOIN stock_move_move_rel rel ON rel.move_dest_id = chain.move_id
            ),
            received AS (
                SELECT chain.putaway_id, MIN(receipt.received_at) AS received_at
                  FROM chain
                  JOIN (%(receipts)s) AS receipt ON receipt.record_id = chain.move_id
              GROUP BY chain.putaway_id
            )
            SELECT putaway.site_id AS scope_id, putaway.day, putaway.id AS record_id,
                   (EXTRACT(EPOCH FROM putaway.date - received.received_at) / 3600
                   )::numeric AS numerator,
                   1::numeric AS denominator, putaway.warehouse_id
              FROM received
              JOIN putaway ON putaway.id = received.putaway_id
            """,
            day=self._sql_local_day(SQL("sm.date"), SQL("site.tz")),
            sites=self._sql_sites(scopes),
            receipts=self._sql_receipts(scopes),
            **self._window(date_from, date_to),
        )

    @api.model
    def _sql_receipts(self, scopes):
        """Return (scope_id, tz, warehouse_id, record_id, picking_id, received_at)."""
        return SQL(
            """
            SELECT type.site_id AS scope_id, type.tz, type.warehouse_id,
                   sm.id AS record_id, receipt.id AS picking_id,
                   receipt.date_done AS received_at
              FROM stock_picking receipt
              JOIN (%(types)s) AS type ON type.id = receipt.picking_type_id
                   AND type.code = 'incoming'
              JOIN stock_move sm ON sm.picking_id = receipt.id
             WHERE receipt.state = 'done' AND receipt.date_done > type.cutover_at
               AND sm.state = 'done' AND sm.quantity > 0
               AND sm.location_id = ANY(%(suppliers)s)
               AND sm.dist_is_opening_load IS NOT TRUE
            """,
            types=self._sql_types(scopes),
            suppliers=self._location_ids("supplier"),
        )

    @api.model
    def _window(self, date_from, date_to):
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return {
            "utc_from": utc_from,
            "utc_to": utc_to,
            "date_from": date_from,
            "date_to": date_to,
        }

    # -- changed days -------------------------------------------------------------

    @api.model
    def _enqueue_transfers(self, pickings, days_before=frozenset()):
        """Queue the days of these transfers, and those they had before."""
        self.env["dist.measure.queue"]._enqueue(
            "receipt", self._transfer_days(pickings) | days_before
        )

    @api.model
    def _transfer_days(self, pickings):
        """Return ``{(site id, local day)}`` of these transfers and the next steps.

        How long goods lay on the dock is a matter of both.
        """
        if not pickings:
            return set()
        if not pickings:
            return set()
        self.env["stock.picking"].flush_model(["date_done", "state"])
        self.env["stock.move"].flush_model(["picking_id"])
        return set(
            self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE step (picking_id) AS (
                        SELECT id FROM stock_picking WHERE id = ANY(%(pickings)s)
                     UNION
                        SELECT next.picking_id
                          FROM step
                          JOIN stock_move sm ON sm.picking_id = step.picking_id
                          JOIN stock_move_move_rel rel ON rel.move_orig_id = sm.id
                          JOIN stock_move next ON next.id = rel.move_dest_id
                    )
                    SELECT DISTINCT site.id, %(day)s
                      FROM step
                      JOIN stock_picking sp ON sp.id = step.picking_id
                           AND sp.state = 'done' AND sp.date_done IS NOT NULL
                      JOIN stock_picking_type type ON type.id = sp.picking_type_id
                      JOIN stock_warehouse warehouse ON warehouse.id = type.warehouse_id
                      JOIN dist_site site ON site.id = warehouse.dist_site_id
                    """,
                    pickings=list(pickings.ids),
                    day=self._sql_local_day(SQL("sp.date_done"), SQL("site.tz")),
                )
            )
        )
