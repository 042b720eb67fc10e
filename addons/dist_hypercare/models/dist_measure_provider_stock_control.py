from odoo import api, models
from odoo.tools import SQL

# Share of the book quantity by which a count may differ; serial numbers may not.
TOLERANCE = 0.01


class DistMeasureProviderStockControl(models.AbstractModel):
    """Measures of counts, adjustments, scrap and receiving.

    *Count*, *record* and what is left out are those of the measure of inventory
    accuracy. A *variance* is what a count added or took, at the value Odoo gave the
    move; plus and minus cancel out in the net figure only.
    """

    _name = "dist.measure.provider.stock.control"
    _description = "Measure Provider: Stock Control"
    _inherit = ["dist.measure.provider.count", "dist.measure.provider.books"]

    # -- counts -----------------------------------------------------------------------

    @api.model
    def _dist_facts_discrepancy(self, measure, scopes, date_from, date_to):
        """Records counted with a difference, over records counted."""
        return self._sql_count_facts(
            SQL("(NOT counted.is_exact)::int::numeric"),
            SQL("1::numeric"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _dist_facts_within_tolerance(self, measure, scopes, date_from, date_to):
        """Records counted within one percent of the book, over records counted.

        Serial numbers have no tolerance. Counts without a book quantity, made before
        it was kept, count when they were exact. Source: inventory record accuracy.
        """
        return self._sql_count_facts(
            SQL(
                """(counted.is_exact OR (
                    pt.tracking <> 'serial' AND sm.dist_has_book_quantity
                    AND sml.quantity_product_uom
                        <= %s * abs(sm.dist_book_quantity)))::int::numeric""",
                TOLERANCE,
            ),
            SQL("1::numeric"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _dist_facts_variance_net(self, measure, scopes, date_from, date_to):
        """Value that counts added, less what they took."""
        return self._sql_count_facts(
            SQL("CASE WHEN %s THEN -sm.value ELSE sm.value END", self._takes()),
            SQL("NULL::numeric"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _dist_facts_variance_gross(self, measure, scopes, date_from, date_to):
        """Value that counts added, and what they took: nothing cancels out."""
        return self._sql_count_facts(
            SQL("abs(sm.value)"), SQL("NULL::numeric"), scopes, date_from, date_to
        )

    @api.model
    def _takes(self):
        return SQL(
            "sml.location_id = ANY(%s)", self._location_ids("internal", "transit")
        )

    @api.model
    def _sql_count_facts(self, numerator, denominator, scopes, date_from, date_to):
        rows = SQL(
            """
            SELECT counted.site_id AS scope_id, counted.day,
                   counted.line_id AS record_id,
                   (%(numerator)s)::numeric AS numerator,
                   %(denominator)s AS denominator, pt.categ_id AS category_id,
                   sm.create_uid AS user_id
              FROM (%(counted)s) AS counted
              JOIN stock_move_line sml ON sml.id = counted.line_id
              JOIN stock_move sm ON sm.id = sml.move_id
              JOIN product_product pp ON pp.id = sml.product_id
              JOIN product_template pt ON pt.id = pp.product_tmpl_id
            """,
            numerator=numerator,
            denominator=denominator,
            counted=self._sql_counted_records(scopes, date_from, date_to),
        )
        return self._sql_labelled(rows, "category", "user")

    # -- adjustments and scrap ----------------------------------------------------------

    @api.model
    def _dist_facts_adjustment_count(self, measure, scopes, date_from, date_to):
        """Inventory moves that changed a quantity, typed into the product as well."""
        return self._sql_adjustments(
            SQL("1::numeric"), SQL("sm.is_inventory"), scopes, date_from, date_to
        )

    @api.model
    def _dist_facts_adjustment_value(self, measure, scopes, date_from, date_to):
        """Value of these moves, additions and losses alike."""
        return self._sql_adjustments(
            SQL("abs(sm.value)::numeric"),
            SQL("sm.is_inventory"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _dist_facts_scrap_value(self, measure, scopes, date_from, date_to):
        """Value of scrapped goods."""
        return self._sql_adjustments(
            SQL("abs(sm.value)::numeric"),
            SQL("sm.scrap_id IS NOT NULL"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _sql_adjustments(self, numerator, condition, scopes, date_from, date_to):
        utc_from, utc_to = self._utc_window(date_from, date_to)
        inside = self._location_ids("internal", "transit")
        rows = SQL(
            """
            WITH dated AS (
                SELECT site.id AS scope_id, %(day)s AS day, sm.id AS record_id,
                       %(numerator)s AS numerator, pt.categ_id AS category_id,
                       sm.create_uid AS user_id, warehouse.id AS warehouse_id
                  FROM stock_move sm
                  JOIN stock_location place ON place.id = CASE
                       WHEN sm.location_id = ANY(%(inside)s) THEN sm.location_id
                       ELSE sm.location_dest_id END
                  JOIN stock_warehouse warehouse ON warehouse.id = place.warehouse_id
                  JOIN %(sites)s site ON site.id = warehouse.dist_site_id
                  JOIN product_product pp ON pp.id = sm.product_id
                  JOIN product_template pt ON pt.id = pp.product_tmpl_id
                 WHERE sm.state = 'done' AND sm.quantity > 0 AND %(condition)s
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.date > site.cutover_at
                   AND sm.dist_is_opening_load IS NOT TRUE
                   AND (sm.location_id = ANY(%(inside)s))
                       <> (sm.location_dest_id = ANY(%(inside)s))
            )
            SELECT dated.*, NULL::numeric AS denominator FROM dated
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            day=self._sql_local_day(SQL("sm.date"), SQL("site.tz")),
            numerator=numerator,
            condition=condition,
            inside=inside,
            sites=self._sql_sites(scopes),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )
        return self._sql_labelled(rows, "category", "user", "warehouse")

    # -- receiving --------------------------------------------------------------------

    @api.model
    def _dist_facts_receiving_lines(self, measure, scopes, date_from, date_to):
        """Moves received from suppliers. In several steps only the first one counts.

        Returns of customers and receipts from other sites are none. Source: WERC DC
        Measures, lines received; labor hours are not recorded in Odoo.
        """
        rows = SQL(
            """
            SELECT scope_id, day, move_id AS record_id, 1::numeric AS numerator,
                   NULL::numeric AS denominator, category_id, user_id
              FROM (%s) AS receipt
            """,
            self._sql_from_suppliers(scopes, date_from, date_to),
        )
        return self._sql_labelled(rows, "category", "user")

    @api.model
    def _dist_facts_dock_to_stock(self, measure, scopes, date_from, date_to):
        """Hours from the receipt at the dock to the move that put the goods away.

        On the day they were put away, of receipts in several steps; received in one,
        goods are in stock at once. Source: WERC DC Measures, dock to stock.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            WITH RECURSIVE type AS MATERIALIZED (%(types)s),
            stored AS (
                SELECT sm.id, sm.date, type.site_id, type.tz, type.cutover_at
                  FROM stock_move sm
                  JOIN type ON type.id = sm.picking_type_id
                 WHERE sm.state = 'done' AND sm.quantity > 0
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.location_id = ANY(%(inside)s)
                   AND sm.location_dest_id = ANY(%(inside)s)
                   AND NOT EXISTS (
                       SELECT FROM stock_move_move_rel rel
                         JOIN stock_move next ON next.id = rel.move_dest_id
                        WHERE rel.move_orig_id = sm.id AND next.state <> 'cancel')
            ),
            chain AS (
                SELECT stored.id AS stored_id, stored.id AS move_id FROM stored
                 UNION
                SELECT chain.stored_id, rel.move_orig_id
                  FROM chain
                  JOIN stock_move_move_rel rel ON rel.move_dest_id = chain.move_id
            ),
            dated AS (
                SELECT stored.site_id AS scope_id, %(day)s AS day,
                       stored.id AS record_id, stored.date AS stored_at,
                       MIN(receipt.date) AS received_at
                  FROM stored
                  JOIN chain ON chain.stored_id = stored.id
                  JOIN stock_move receipt ON receipt.id = chain.move_id
                   AND receipt.state = 'done'
                   AND receipt.location_id = ANY(%(suppliers)s)
                   AND receipt.date > stored.cutover_at
              GROUP BY stored.site_id, stored.tz, stored.id, stored.date
            )
            SELECT scope_id, day, record_id,
                   (EXTRACT(epoch FROM stored_at - received_at) / 3600)::numeric
                       AS numerator,
                   1::numeric AS denominator
              FROM dated
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            types=self._sql_types(scopes),
            day=self._sql_local_day(SQL("stored.date"), SQL("stored.tz")),
            inside=self._location_ids("internal"),
            suppliers=self._location_ids("supplier"),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _sql_from_suppliers(self, scopes, date_from, date_to):
        """Return (scope_id, day, move_id, category_id, user_id) of receipts."""
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT * FROM (
                WITH type AS MATERIALIZED (%(types)s)
                SELECT type.site_id AS scope_id, %(day)s AS day, sm.id AS move_id,
                       pt.categ_id AS category_id, sp.dist_done_by_id AS user_id
                  FROM stock_move sm
                  JOIN type ON type.id = sm.picking_type_id
             LEFT JOIN stock_picking sp ON sp.id = sm.picking_id
                  JOIN product_product pp ON pp.id = sm.product_id
                  JOIN product_template pt ON pt.id = pp.product_tmpl_id
                 WHERE sm.state = 'done' AND sm.quantity > 0
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.location_id = ANY(%(suppliers)s)
                   AND sm.location_dest_id = ANY(%(inside)s)
                   AND sm.date > type.cutover_at
                   AND sm.dist_is_opening_load IS NOT TRUE
            ) AS received
            WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            types=self._sql_types(scopes),
            day=self._sql_local_day(SQL("sm.date"), SQL("type.tz")),
            suppliers=self._location_ids("supplier"),
            inside=self._location_ids("internal", "transit"),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )
