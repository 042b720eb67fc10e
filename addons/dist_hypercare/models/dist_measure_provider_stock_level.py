from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Stock that came in longer ago is aged.
AGED_DAYS = 180
# Turns are taken over this many days and stated for a year.
TURN_DAYS = 90
YEAR_DAYS = 365


class DistMeasureProviderStockLevel(models.AbstractModel):
    """Levels of the stock a company owns, and of what is on its way between sites.

    *Value* is the quantity at its present unit cost: of the lot where lots are valued.
    Goods of other owners are on hand and not counted. Cost and currency are those of
    the company.
    """

    _name = "dist.measure.provider.stock.level"
    _description = "Measure Provider: Stock Levels"
    _inherit = "dist.measure.provider.books"

    # -- value --------------------------------------------------------------------

    @api.model
    def _dist_facts_inventory_value(self, measure, scopes, date_from, date_to):
        """Value of the company's own stock, in transit included."""
        return SQL(
            """
            SELECT scope.id AS scope_id, %(today)s AS day, part.quant_id AS record_id,
                   part.amount::numeric AS numerator, NULL::numeric AS denominator,
                   part.warehouse_id, part.category_id
              FROM %(scopes)s AS scope
              JOIN dist_shared_quant_values AS part ON part.company_id = scope.id
            """,
            today=self._sql_today(SQL("scope.tz")),
            scopes=self._sql_scopes(scopes),
        )

    @api.model
    def _dist_facts_inventory_turns(self, measure, scopes, date_from, date_to):
        """Cost of goods issued in the last 90 days, for a year, over mean inventory.

        A row per product issued; the mean of the daily snapshots of the inventory's
        value is a row of its own. Less than 90 days after the company's first cutover
        the window is as long as the time since.
        Source: SCOR AM.2, inventory turns.
        """
        now = fields.Datetime.now()
        return SQL(
            """
            WITH scope AS MATERIALIZED (
                SELECT id, %(today)s AS day,
                       GREATEST(cutover_at, %(start)s) AS start_at,
                       EXTRACT(EPOCH FROM %(now)s - GREATEST(cutover_at, %(start)s)
                       )::numeric / 86400 AS days
                  FROM %(scopes)s AS company
                 WHERE cutover_at < %(now)s
            )
            SELECT scope.id AS scope_id, scope.day, sm.product_id AS record_id,
                   (SUM(COALESCE(sm.value, 0) * CASE WHEN sm.is_in THEN -1 ELSE 1 END)
                    * %(year)s / MIN(scope.days))::numeric AS numerator,
                   NULL::numeric AS denominator
              FROM scope
              JOIN stock_move sm ON sm.company_id = scope.id
                   AND sm.state = 'done' AND sm.date > scope.start_at
                   AND sm.dist_is_opening_load IS NOT TRUE
                   AND (sm.is_out AND sm.location_dest_id = ANY(%(customers)s)
                        OR sm.is_in AND sm.location_id = ANY(%(customers)s))
             WHERE sm.date > %(start)s
          GROUP BY scope.id, scope.day, sm.product_id
         UNION ALL
            SELECT scope.id, scope.day, NULL, 0, COALESCE(AVG(snapshot.numerator), 0)
              FROM scope
         LEFT JOIN (SELECT value.company_id, value.day, value.numerator
                      FROM dist_measure_value value
                      JOIN dist_measure measure ON measure.id = value.measure_id
                     WHERE measure.code = 'inventory_value' AND value.site_id IS NULL
                   ) snapshot ON snapshot.company_id = scope.id
                   AND snapshot.day BETWEEN scope.start_at::date AND scope.day
          GROUP BY scope.id, scope.day
            """,
            today=self._sql_today(SQL("company.tz")),
            start=now - timedelta(days=TURN_DAYS),
            now=now,
            scopes=self._sql_scopes(scopes),
            year=YEAR_DAYS,
            customers=self._location_ids("customer"),
        )

    @api.model
    def _dist_facts_aged_stock(self, measure, scopes, date_from, date_to):
        """Share of the value of a site's stock that came in more than 180 days ago.

        Odoo keeps the oldest date where quantities are merged and takes it along with
        internal transfers, so the share is an upper bound.
        Source: APICS, slow-moving and obsolete stock by age.
        """
        return SQL(
            """
            SELECT site.id AS scope_id, %(today)s AS day, part.quant_id AS record_id,
                   CASE WHEN part.in_date < %(aged)s THEN part.amount ELSE 0
                   END::numeric AS numerator,
                   part.amount::numeric AS denominator,
                   part.warehouse_id, part.category_id
              FROM %(sites)s AS site
              JOIN stock_warehouse warehouse ON warehouse.dist_site_id = site.id
              JOIN dist_shared_quant_values AS part ON part.warehouse_id = warehouse.id
            """,
            today=self._sql_today(SQL("site.tz")),
            aged=fields.Datetime.now() - timedelta(days=AGED_DAYS),
            sites=self._sql_sites(scopes),
        )

    # -- transit ------------------------------------------------------------------

    @api.model
    def _dist_facts_transit_lines(self, measure, scopes, date_from, date_to):
        """Lines that have left a site and are not received at the other one."""
        return self._sql_transit(scopes, SQL("1::numeric"), SQL("NULL::numeric"))

    @api.model
    def _dist_facts_transit_age(self, measure, scopes, date_from, date_to):
        """Mean days since the lines in transit have left the other site."""
        return self._sql_transit(scopes, SQL("line.age::numeric"), SQL("1::numeric"))

    @api.model
    def _sql_transit(self, scopes, numerator, denominator):
        """Return a row per open move out of transit, at the site that waits for it.

        Age counts from the done move into transit and not from the stock's own date,
        which is the one of its first receipt.
        """
        return SQL(
            """
            SELECT line.scope_id, line.day, line.record_id,
                   %(numerator)s AS numerator, %(denominator)s AS denominator,
                   line.warehouse_id, %(bucket)s AS age
              FROM (SELECT type.site_id AS scope_id, %(today)s AS day,
                           sm.id AS record_id, type.warehouse_id,
                           %(today)s - %(left_day)s AS age
                      FROM stock_move sm
                      JOIN (%(types)s) AS type ON type.id = sm.picking_type_id
                CROSS JOIN LATERAL (
                           SELECT MIN(origin.date) AS left_at
                             FROM stock_move_move_rel rel
                             JOIN stock_move origin ON origin.id = rel.move_orig_id
                            WHERE rel.move_dest_id = sm.id AND origin.state = 'done'
                           ) sent
                     WHERE sm.state NOT IN ('draft', 'done', 'cancel')
                       AND sm.location_id = ANY(%(transit)s)
                       AND sent.left_at IS NOT NULL) AS line
            """,
            numerator=numerator,
            denominator=denominator,
            bucket=self.env["dist.measure.provider.backlog"]._sql_age_bucket(
                SQL("line.age")
            ),
            today=self._sql_today(SQL("type.tz")),
            left_day=self._sql_local_day(SQL("sent.left_at"), SQL("type.tz")),
            types=self._sql_types(scopes),
            transit=self._location_ids("transit"),
        )
