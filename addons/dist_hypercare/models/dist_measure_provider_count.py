from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderCount(models.AbstractModel):
    """Measures of inventory counts.

    A *count* is a done inventory move between a stock location and an inventory
    location: of quantity zero when the count confirmed the stock, above zero when it
    corrected it. Its *record* is product × location × lot × owner × package. Of
    several counts of a record on one local day the last one stands.

    The site is the one of the counted location's warehouse. Left out: opening loads,
    counts at or before the site's cutover, relocations (Odoo marks them as inventory
    moves too, but both of their ends are stock), quantities typed into the product
    form, and counts that were undone together with the move that undid them.
    """

    _name = "dist.measure.provider.count"
    _description = "Measure Provider: Inventory Counts"
    _inherit = "dist.measure.provider"

    @api.model
    def _dist_measure_accuracy(self, measure, sites, date_from, date_to):
        """Location records counted without a difference over records counted.

        Source: inventory record accuracy by location record, tolerance zero.
        """
        return SQL(
            """
            SELECT site_id, day,
                   COUNT(*) FILTER (WHERE is_exact)::numeric AS numerator,
                   COUNT(*)::numeric AS denominator, COUNT(*)::int AS sample_size
              FROM (%s) AS record
          GROUP BY site_id, day
            """,
            self._sql_counted_records(),
        )

    @api.model
    def _dist_records_accuracy(self, measure, site, date_from, date_to):
        query = SQL("SELECT line_id FROM (%s) AS u", self._sql_counted_records())
        query = self._sql_with_shared(query, site, date_from, date_to)
        self.env.flush_all()
        rows = self.env.execute_query(query)
        return "stock.move.line", [("id", "in", [id_ for (id_,) in rows])]

    @api.model
    def _sql_counted_records(self):
        """Return the query of the counts that stand: the last per record and day.

        The columns are those of :meth:`_dist_shared_inventory_moves`.
        """
        return SQL(
            """
            SELECT DISTINCT ON (site_id, day, product_id, location_id, lot_id, owner_id,
                                package_id) *
              FROM dist_shared_inventory_moves
             WHERE NOT is_quantity_edit
          ORDER BY site_id, day, product_id, location_id, lot_id, owner_id, package_id,
                   date DESC, line_id DESC
            """
        )

    @api.model
    def _dist_shared_inventory_moves(self, sites, date_from, date_to):
        """Return the query of the inventory moves between stock and inventory location.

        ``line_id, move_id, site_id, day, date``
            a row per line of a move, on the site's local day;
        ``product_id, location_id, lot_id, owner_id, package_id, warehouse_id``
            the record, and its warehouse;
        ``is_exact, is_quantity_edit, is_loss``
            whether it confirmed the stock, was typed into the product form, or took
            stock away;
        ``quantity, book_quantity, value, user_id``
            how much, of how much in the books, what the move is worth, and who made it.

        The moves of the window are found first and kept apart: the planner can't
        estimate which end of a move is the stock, and would start from all lines.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            WITH move AS MATERIALIZED (
                SELECT sm.id, sm.date, sm.create_uid AS user_id,
                       COALESCE(sm.value, 0) AS value,
                       COALESCE(sm.dist_book_quantity, 0) AS book_quantity,
                       sm.dist_is_quantity_edit IS TRUE AS is_quantity_edit
                  FROM stock_move sm
                 WHERE sm.is_inventory AND sm.state = 'done'
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.dist_is_opening_load IS NOT TRUE
                   AND sm.dist_reverted_move_id IS NULL
                   AND NOT EXISTS (
                           SELECT FROM stock_move reverse
                            WHERE reverse.dist_reverted_move_id = sm.id
                              AND reverse.state = 'done')
            ),
            event AS (
                SELECT sml.id AS line_id, move.id AS move_id, move.date, move.user_id,
                       move.value, move.book_quantity, move.is_quantity_edit,
                       sml.quantity_product_uom AS quantity, site.id AS site_id,
                       %(day)s AS day,
                       sml.product_id, sml.lot_id, sml.owner_id,
                       CASE WHEN %(from_stock)s THEN source.id ELSE target.id
                       END AS location_id,
                       CASE WHEN %(from_stock)s THEN sml.package_id
                            ELSE sml.result_package_id END AS package_id,
                       warehouse.id AS warehouse_id,
                       sml.quantity = 0 AS is_exact, %(from_stock)s AS is_loss
                  FROM move
                  JOIN stock_move_line sml ON sml.move_id = move.id
                  JOIN stock_location source ON source.id = sml.location_id
                  JOIN stock_location target ON target.id = sml.location_dest_id
                  JOIN stock_warehouse warehouse ON warehouse.id =
                       CASE WHEN %(from_stock)s THEN source.warehouse_id
                            ELSE target.warehouse_id END
                  JOIN %(sites)s site ON site.id = warehouse.dist_site_id
                 WHERE move.date > site.cutover_at
                   AND (%(from_stock)s) <> (target.usage IN ('internal', 'transit'))
            )
            SELECT * FROM event WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            from_stock=SQL("source.usage IN ('internal', 'transit')"),
            day=self._sql_local_day(SQL("move.date"), SQL("site.tz")),
            sites=self._sql_sites(sites),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    # -- changed days -------------------------------------------------------------

    @api.model
    def _count_days(self, moves):
        """Return ``{(site id, local day)}`` of these count moves."""
        self.env["stock.move"].flush_model(["date"])
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT site.id, %(day)s
                      FROM stock_move sm
                      JOIN stock_location location
                           ON location.id IN (sm.location_id, sm.location_dest_id)
                      JOIN stock_warehouse warehouse
                           ON warehouse.id = location.warehouse_id
                      JOIN dist_site site ON site.id = warehouse.dist_site_id
                     WHERE sm.id = ANY(%(moves)s) AND sm.is_inventory
                    """,
                    day=self._sql_local_day(SQL("sm.date"), SQL("site.tz")),
                    moves=list(moves.ids),
                )
            )
        )

    @api.model
    def _enqueue_counts(self, moves, days_before=frozenset()):
        """Queue the days of these counts, and those they had before."""
        days = self._count_days(moves) | days_before
        self.env["dist.measure.queue"]._enqueue("count", days)
        self.env["dist.measure.provider.adoption"]._enqueue_transactions(days)
