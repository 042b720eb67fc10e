from odoo import api, models
from odoo.tools import SQL

# Upper ends, in days, of the buckets of ages; what is older is in the last one.
AGES = ((7, "0-7"), (30, "8-30"))
OLDER = "30+"


class DistMeasureProviderBacklog(models.AbstractModel):
    """Levels of what customers have ordered and not received.

    *Open line*
        a goods line with less delivered than ordered and a move towards the customer
        that is neither done nor cancelled. Lines closed short have none, nor have
        returned ones; drop shipments touch no warehouse and are left out. The site is
        the one of the line's warehouse.
    *Backordered line*
        an open line of an order that shipped from the site already, without it or
        with a part of it.

    Loaded orders count: they are work to do, whoever confirmed them. Levels are taken
    from before the cutover on, because nothing can rebuild them later.
    """

    _name = "dist.measure.provider.backlog"
    _description = "Measure Provider: Backlog"
    _inherit = ["dist.measure.provider.books", "dist.measure.provider.shipment"]

    @api.model
    def _dist_facts_orders(self, measure, scopes, date_from, date_to):
        """Orders with an open line. Source: WERC DC Measures, backlog."""
        return SQL(
            """
            SELECT scope_id, day, order_id AS record_id, 1::numeric AS numerator,
                   NULL::numeric AS denominator, MIN(warehouse_id) AS warehouse_id,
                   channel_id
              FROM dist_shared_open_lines
             GROUP BY scope_id, day, order_id, channel_id
            """
        )

    @api.model
    def _dist_facts_lines(self, measure, scopes, date_from, date_to):
        """Open lines. Source: WERC DC Measures, backlog."""
        return self._sql_levels(SQL("1::numeric"))

    @api.model
    def _dist_facts_value(self, measure, scopes, date_from, date_to):
        """Untaxed value of what is open, in the company's currency.

        At the net price of the line and the rate of the order.
        """
        return self._sql_levels(SQL("line.open_value::numeric"))

    @api.model
    def _dist_facts_overdue(self, measure, scopes, date_from, date_to):
        """Open lines whose deadline was before the site's present day."""
        return self._sql_levels(SQL("1::numeric"), SQL("line.deadline_day < line.day"))

    @api.model
    def _dist_facts_unreserved(self, measure, scopes, date_from, date_to):
        """Open lines that wait for stock: a move of theirs is not fully reserved."""
        return self._sql_levels(SQL("1::numeric"), SQL("line.is_unreserved"))

    @api.model
    def _dist_facts_backorder_lines(self, measure, scopes, date_from, date_to):
        """Backordered lines, by the days since the first shipment left them behind.

        Source: WERC DC Measures, back orders as lines.
        """
        return self._sql_backorders(SQL("1::numeric"), SQL("NULL::numeric"))

    @api.model
    def _dist_facts_backorder_age(self, measure, scopes, date_from, date_to):
        """Mean days since the first shipment left the backordered lines behind."""
        return self._sql_backorders(SQL("days::numeric"), SQL("1::numeric"))

    # -- queries ------------------------------------------------------------------

    @api.model
    def _sql_levels(self, numerator, condition=None):
        return SQL(
            """
            SELECT scope_id, day, line_id AS record_id, %(numerator)s AS numerator,
                   NULL::numeric AS denominator, warehouse_id, category_id,
                   channel_id
              FROM dist_shared_open_lines AS line WHERE %(condition)s
            """,
            numerator=numerator,
            condition=condition or SQL("TRUE"),
        )

    @api.model
    def _dist_shared_open_lines(self, sites, date_from, date_to):
        """Return a row per open line at the site's present day.

        ``(scope_id, tz, day, line_id, order_id, warehouse_id, category_id, channel_id,
        open_value, deadline_day, is_unreserved)``

        The first condition on the lines is the one of their partial index, word for
        word: its size follows the backlog and not the history.

        A move that waits for another one of the same line is no shortage of its own:
        the move it waits for is looked at.
        """
        return SQL(
            """
            SELECT site.id AS scope_id, site.tz, %(today)s AS day, sol.id AS line_id,
                   sol.order_id, warehouse.id AS warehouse_id,
                   pt.categ_id AS category_id, so.team_id AS channel_id,
                   (sol.product_uom_qty - sol.qty_delivered) * sol.price_subtotal
                       / sol.product_uom_qty / COALESCE(NULLIF(so.currency_rate, 0), 1)
                       AS open_value,
                   %(deadline)s AS deadline_day, open_move.is_unreserved
              FROM sale_order_line sol
              JOIN sale_order so ON so.id = sol.order_id
              JOIN stock_warehouse warehouse ON warehouse.id = sol.warehouse_id
              JOIN %(sites)s site ON site.id = warehouse.dist_site_id
              JOIN product_product pp ON pp.id = sol.product_id
                   %(product)s
        CROSS JOIN LATERAL (
                   SELECT COUNT(*) AS moves, MIN(sm.date_deadline) AS deadline,
                          BOOL_OR(sm.state IN ('confirmed', 'partially_available')
                                  OR sm.state = 'waiting' AND NOT EXISTS (
                                      SELECT FROM stock_move_move_rel rel
                                        JOIN stock_move origin
                                             ON origin.id = rel.move_orig_id
                                       WHERE rel.move_dest_id = sm.id
                                         AND origin.sale_line_id = sol.id)
                          ) AS is_unreserved
                     FROM stock_move sm
                     JOIN stock_picking_type type ON type.id = sm.picking_type_id
                          AND type.code <> 'dropship'
                    WHERE sm.sale_line_id = sol.id
                      AND sm.state NOT IN ('draft', 'done', 'cancel')
                      AND COALESCE(sm.location_final_id, sm.location_dest_id)
                          = ANY(%(customers)s)
                   ) open_move
             WHERE (sol.state = 'sale' AND sol.qty_delivered < sol.product_uom_qty)
               AND sol.product_uom_qty - sol.qty_delivered > %(half_digit)s
               AND %(is_goods)s AND open_move.moves > 0
            """,
            today=self._sql_today(SQL("site.tz")),
            deadline=self._sql_local_day(SQL("open_move.deadline"), SQL("site.tz")),
            sites=self._sql_sites(sites),
            product=self._sql_product(),
            customers=self._outside_locations()["customer"],
            half_digit=self._half_digit(),
            is_goods=self._sql_is_goods(),
        )

    @api.model
    def _sql_age_bucket(self, age):
        """Return the SQL of the label of an age in days."""
        return SQL(
            "CASE %s ELSE %s::varchar END",
            SQL(" ").join(
                SQL("WHEN %s <= %s THEN %s::varchar", age, last, label)
                for last, label in AGES
            ),
            OLDER,
        )

    @api.model
    def _sql_backorders(self, numerator, denominator):
        return SQL(
            """
            SELECT scope_id, day, line_id AS record_id, %(numerator)s AS numerator,
                   %(denominator)s AS denominator, warehouse_id, category_id,
                   channel_id, %(bucket)s AS age
              FROM dist_shared_backorders
            """,
            numerator=numerator,
            denominator=denominator,
            bucket=self._sql_age_bucket(SQL("days")),
        )

    @api.model
    def _dist_shared_backorders(self, sites, date_from, date_to):
        """Return the backordered lines: open lines with their age in ``days``."""
        return SQL(
            """
            SELECT line.*, line.day - %(shipped_day)s AS days
              FROM dist_shared_open_lines AS line
        CROSS JOIN LATERAL (
                   SELECT MIN(sp.date_done) AS shipped_at
                     FROM sale_order_line sol
                     JOIN stock_move sm ON sm.sale_line_id = sol.id
                     JOIN stock_picking sp ON sp.id = sm.picking_id
                     JOIN (%(types)s) AS type ON type.id = sp.picking_type_id
                          AND type.site_id = line.scope_id
                    WHERE sol.order_id = line.order_id AND %(is_issue)s
                   ) shipment
             WHERE shipment.shipped_at IS NOT NULL
            """,
            shipped_day=self._sql_local_day(SQL("shipment.shipped_at"), SQL("line.tz")),
            **self._issue_fragments("sm", sites),
        )
