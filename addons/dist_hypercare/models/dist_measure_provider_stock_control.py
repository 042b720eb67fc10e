from odoo import api, models
from odoo.tools import SQL

# Share of the book quantity by which a count may differ; serial numbers by nothing.
TOLERANCE = 0.01


class DistMeasureProviderStockControl(models.AbstractModel):
    """Measures of counts, adjustments and scrap by value.

    A *count* and its *record* are those of ``dist.measure.provider.count``, and so is
    what is left out: opening loads, moves up to the cutover, relocations, and counts
    that were undone with the moves that undid them. A quantity typed into the product
    form is an *adjustment* and no count. Values are those Odoo gave the moves, in the
    currency of the site's company.
    """

    _name = "dist.measure.provider.stock.control"
    _description = "Measure Provider: Stock Control"
    _inherit = ["dist.measure.provider.books", "dist.measure.provider.count"]

    # -- counts -------------------------------------------------------------------

    @api.model
    def _dist_facts_accuracy_tolerance(self, measure, scopes, date_from, date_to):
        """Records counted within 1 % of the book quantity over records counted.

        Source: inventory record accuracy with a tolerance, APICS; serials have none.
        """
        is_within = SQL(
            """(moved.is_exact OR pt.tracking <> 'serial'
                AND moved.quantity <= %s * ABS(moved.book_quantity))""",
            TOLERANCE,
        )
        return self._sql_control(
            self._sql_counted_records(),
            SQL("moved.line_id"),
            SQL("(%s)::int::numeric", is_within),
            SQL("1::numeric"),
        )

    @api.model
    def _dist_facts_discrepancy(self, measure, scopes, date_from, date_to):
        """Records counted with a difference over records counted.

        Source: inventory record accuracy by location record; this is its complement.
        """
        return self._sql_control(
            self._sql_counted_records(),
            SQL("moved.line_id"),
            SQL("(NOT moved.is_exact)::int::numeric"),
            SQL("1::numeric"),
        )

    @api.model
    def _dist_facts_variance_net(self, measure, scopes, date_from, date_to):
        """Value that counts added less the value they took away."""
        return self._sql_control(
            self._sql_inventory_moves(SQL("NOT is_quantity_edit")),
            SQL("moved.move_id"),
            SQL("(CASE WHEN moved.is_loss THEN -moved.value ELSE moved.value END)"),
        )

    @api.model
    def _dist_facts_variance_gross(self, measure, scopes, date_from, date_to):
        """Value that counts added and took away; gains don't make up for losses."""
        return self._sql_control(
            self._sql_inventory_moves(SQL("NOT is_quantity_edit")),
            SQL("moved.move_id"),
            SQL("ABS(moved.value)"),
        )

    # -- adjustments --------------------------------------------------------------

    @api.model
    def _dist_facts_adjustment_count(self, measure, scopes, date_from, date_to):
        """Inventory moves that changed a quantity."""
        return self._sql_control(
            self._sql_inventory_moves(SQL("NOT is_exact")),
            SQL("moved.move_id"),
            SQL("1::numeric"),
        )

    @api.model
    def _dist_facts_adjustment_value(self, measure, scopes, date_from, date_to):
        """Value that adjustments added and took away, without netting."""
        return self._sql_control(
            self._sql_inventory_moves(SQL("NOT is_exact")),
            SQL("moved.move_id"),
            SQL("ABS(moved.value)"),
        )

    @api.model
    def _sql_inventory_moves(self, condition):
        return SQL("SELECT * FROM dist_shared_inventory_moves WHERE %s", condition)

    @api.model
    def _dist_facts_scrap_value(self, measure, scopes, date_from, date_to):
        """Value of the stock that was scrapped.

        Scrap may go to the location of the adjustments: the scrap operation tells
        them apart.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        scrapped = SQL(
            """
            SELECT * FROM (
                SELECT site.id AS site_id, %(day)s AS day, sm.id AS move_id,
                       sm.product_id, warehouse.id AS warehouse_id,
                       COALESCE(sm.value, 0) AS value, sm.create_uid AS user_id
                  FROM stock_move sm
                  JOIN stock_location source ON source.id = sm.location_id
                       AND source.usage IN ('internal', 'transit')
                  JOIN stock_warehouse warehouse ON warehouse.id = source.warehouse_id
                  JOIN %(sites)s site ON site.id = warehouse.dist_site_id
                 WHERE sm.scrap_id IS NOT NULL AND sm.state = 'done'
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.date > site.cutover_at
                   AND sm.dist_is_opening_load IS NOT TRUE
            ) AS scrap
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            day=self._sql_local_day(SQL("sm.date"), SQL("site.tz")),
            sites=self._sql_sites(scopes),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )
        return self._sql_control(
            scrapped, SQL("moved.move_id"), SQL("ABS(moved.value)")
        )

    @api.model
    def _sql_control(self, moved, record, numerator, denominator=None):
        """Return the facts of a query of stock that was moved.

        :param moved: query with ``site_id, day, move_id, product_id, warehouse_id,
            value, user_id``
        :param record: column with the id of the record counted
        :param numerator: SQL on ``moved`` and its product template ``pt``
        """
        return SQL(
            """
            SELECT moved.site_id AS scope_id, moved.day, %(record)s AS record_id,
                   %(numerator)s AS numerator, %(denominator)s AS denominator,
                   moved.warehouse_id, pt.categ_id AS category_id, moved.user_id
              FROM (%(moved)s) AS moved
              JOIN product_product pp ON pp.id = moved.product_id
                   %(product)s
            """,
            record=record,
            numerator=numerator,
            denominator=denominator or SQL("NULL::numeric"),
            moved=moved,
            product=self._sql_product(),
        )
