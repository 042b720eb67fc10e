from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderAdoption(models.AbstractModel):
    """Measures of how the people of a site take up their work in Odoo."""

    _name = "dist.measure.provider.adoption"
    _description = "Measure Provider: Adoption"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_adoption(self, measure, scopes, date_from, date_to):
        """Users who made a transaction of their role, over users who hold the role.

        From the snapshots: somebody with two roles counts in each.
        """
        return self._sql_snapshots(SQL("transactions > 0"), scopes, date_from, date_to)

    @api.model
    def _dist_facts_adoption_depth(self, measure, scopes, date_from, date_to):
        """Transactions of a role, over users who hold it."""
        return self._sql_snapshots(SQL("transactions"), scopes, date_from, date_to)

    @api.model
    def _sql_snapshots(self, numerator, scopes, date_from, date_to):
        return SQL(
            """
            SELECT site_id AS scope_id, day, id AS record_id,
                   (%(numerator)s)::int::numeric AS numerator,
                   1::numeric AS denominator, user_id, role
              FROM dist_adoption_snapshot
             WHERE site_id = ANY(%(scopes)s)
               AND day BETWEEN %(date_from)s AND %(date_to)s
            """,
            numerator=numerator,
            scopes=list(scopes.ids),
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_facts_user_error(self, measure, scopes, date_from, date_to):
        """A thousand for each correction, over transactions.

        A proxy: what Odoo refused with a message, and what was put right before it
        was confirmed, leaves no trace. Transactions are orders confirmed, purchase
        orders approved, transfers done and counts applied. Invoices belong to no
        site, neither they nor their corrections are counted.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            WITH warehouse AS MATERIALIZED (
                SELECT w.id, site.id AS site_id, site.tz, site.cutover_at
                  FROM stock_warehouse w
                  JOIN %(scopes)s site ON site.id = w.dist_site_id
            ),
            event AS (
                SELECT c.warehouse_id, c.occurred_at AS moment, c.id AS record_id,
                       c.user_id, c.role, c.kind AS reason
                  FROM dist_correction c
                 WHERE c.occurred_at >= %(utc_from)s AND c.occurred_at < %(utc_to)s
             UNION ALL
                SELECT so.warehouse_id, so.date_order, NULL, so.user_id, 'sales', NULL
                  FROM sale_order so
                 WHERE so.state = 'sale' AND so.date_order >= %(utc_from)s
                   AND so.date_order < %(utc_to)s
             UNION ALL
                SELECT type.warehouse_id, po.date_approve, NULL, po.user_id, 'purchase',
                       NULL
                  FROM purchase_order po
                  JOIN stock_picking_type type ON type.id = po.picking_type_id
                 WHERE po.state = 'purchase' AND po.date_approve >= %(utc_from)s
                   AND po.date_approve < %(utc_to)s
             UNION ALL
                SELECT type.warehouse_id, sp.date_done, NULL, sp.dist_done_by_id,
                       'stock', NULL
                  FROM stock_picking sp
                  JOIN stock_picking_type type ON type.id = sp.picking_type_id
                 WHERE sp.state = 'done' AND sp.date_done >= %(utc_from)s
                   AND sp.date_done < %(utc_to)s
             UNION ALL
                SELECT COALESCE(source.warehouse_id, target.warehouse_id), sm.date,
                       NULL, sm.create_uid, 'stock', NULL
                  FROM stock_move sm
                  JOIN stock_location source ON source.id = sm.location_id
                  JOIN stock_location target ON target.id = sm.location_dest_id
                 WHERE sm.is_inventory AND sm.state = 'done'
                   AND sm.dist_is_opening_load IS NOT TRUE
                   AND sm.dist_reverted_move_id IS NULL
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
            )
            SELECT * FROM (
                SELECT w.site_id AS scope_id, %(day)s AS day, event.record_id,
                       %(thousand)s * (event.record_id IS NOT NULL)::int::numeric
                           AS numerator,
                       (event.record_id IS NULL)::int::numeric AS denominator,
                       event.user_id, event.role, event.reason, w.id AS warehouse_id
                  FROM event
                  JOIN warehouse w ON w.id = event.warehouse_id
                 WHERE event.moment > w.cutover_at) AS fact
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            scopes=self._sql_scopes(scopes),
            thousand=1000,
            day=self._sql_local_day(SQL("event.moment"), SQL("w.tz")),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    # -- changed days -------------------------------------------------------------

    @api.model
    def _transaction_topics(self):
        """Return the topics of the measures that are stated per transaction.

        An addon with such a measure of its own extends it.
        """
        return ["correction"]

    @api.model
    def _enqueue_transactions(self, site_days):
        """Queue the days on which there are other transactions than before."""
        for topic in self._transaction_topics():
            self.env["dist.measure.queue"]._enqueue(topic, site_days)

    @api.model
    def _order_days(self, orders):
        """Return ``{(site id, local day)}`` of the confirmation of these orders."""
        self.env["sale.order"].flush_model(["date_order", "warehouse_id"])
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT site.id, %(day)s
                      FROM sale_order so
                      JOIN stock_warehouse warehouse ON warehouse.id = so.warehouse_id
                      JOIN dist_site site ON site.id = warehouse.dist_site_id
                     WHERE so.id = ANY(%(orders)s) AND so.date_order IS NOT NULL
                    """,
                    day=self._sql_local_day(SQL("so.date_order"), SQL("site.tz")),
                    orders=list(orders.ids),
                )
            )
        )
