from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

AGED_DAYS = 180
TURNOVER_DAYS = 90


class DistMeasureProviderStockLevel(models.AbstractModel):
    """Levels of the stock: its value, age and turnover, and goods under way.

    Own goods in the stock and transit locations of the site's warehouses, at the unit
    cost that Odoo maintains with every move and bill: the lot's where lots are valued.
    Goods of another owner are on hand but not the company's.
    """

    _name = "dist.measure.provider.stock.level"
    _description = "Measure Provider: Stock Levels"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_value(self, measure, scopes, date_from, date_to):
        """Value of the stock of the site, in the company's currency."""
        rows = SQL(
            """
            SELECT scope_id, day, record_id, amount AS numerator,
                   NULL::numeric AS denominator, category_id, warehouse_id
              FROM (%s) AS quant
            """,
            self._sql_quants(scopes),
        )
        return self._sql_labelled(rows, "category", "warehouse")

    @api.model
    def _dist_facts_aged(self, measure, scopes, date_from, date_to):
        """Value of stock that came in more than 180 days ago, over that of all stock.

        An approximation: when quantities are merged, Odoo keeps the older date, and a
        load sets the date of the cutover.
        """
        rows = SQL(
            """
            SELECT scope_id, day, record_id,
                   CASE WHEN in_date < %s THEN amount ELSE 0 END AS numerator,
                   amount AS denominator, category_id, warehouse_id
              FROM (%s) AS quant
            """,
            fields.Datetime.now() - timedelta(days=AGED_DAYS),
            self._sql_quants(scopes),
        )
        return self._sql_labelled(rows, "category", "warehouse")

    @api.model
    def _dist_facts_turns(self, measure, scopes, date_from, date_to):
        """Cost of goods issued in the last 90 days, a year's worth, over mean stock.

        Issues to customers less their returns, at the value of the moves. The stock is
        the mean of the days captured in that time. Source: SCOR AM.2.2.
        """
        start = fields.Datetime.now() - timedelta(days=TURNOVER_DAYS)
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            issued AS (
                SELECT type.site_id, sm.id,
                       CASE WHEN sm.location_id = ANY(%(customers)s)
                            THEN -sm.value ELSE sm.value END AS amount
                  FROM stock_move sm
                  JOIN type ON type.id = sm.picking_type_id
                 WHERE sm.state = 'done' AND sm.date >= %(start)s
                   AND sm.date > type.cutover_at
                   AND sm.dist_is_opening_load IS NOT TRUE
                   AND (sm.location_id = ANY(%(customers)s))
                       <> (sm.location_dest_id = ANY(%(customers)s))
            ),
            stock AS (
                SELECT v.site_id, AVG(v.value) AS amount
                  FROM dist_measure_value v
                  JOIN dist_measure m ON m.id = v.measure_id
                 WHERE m.code = 'inventory_value' AND v.day >= %(start)s::date
              GROUP BY v.site_id
            )
            SELECT scope.id AS scope_id, %(today)s AS day, issued.id AS record_id,
                   issued.amount * 365 / %(days)s AS numerator,
                   NULL::numeric AS denominator
              FROM %(scopes)s AS scope
              JOIN issued ON issued.site_id = scope.id
             UNION ALL
            SELECT scope.id, %(today)s, NULL, 0, stock.amount
              FROM %(scopes)s AS scope
              JOIN stock ON stock.site_id = scope.id AND stock.amount > 0
            """,
            types=self._sql_types(scopes),
            customers=self._location_ids("customer"),
            start=start,
            days=TURNOVER_DAYS,
            scopes=self._sql_sites(scopes),
            today=self._sql_today(SQL("scope.tz")),
        )

    @api.model
    def _dist_facts_transit(self, measure, scopes, date_from, date_to):
        """Moves out of transit to the site that are still open."""
        return self._sql_in_transit(scopes, SQL("1::numeric"), SQL("NULL::numeric"))

    @api.model
    def _dist_facts_transit_age(self, measure, scopes, date_from, date_to):
        """Mean days since the goods of these moves went into transit."""
        return self._sql_in_transit(
            scopes,
            SQL(
                "(EXTRACT(epoch FROM %s::timestamp - left_at) / 86400)::numeric",
                fields.Datetime.now(),
            ),
            SQL("1::numeric"),
        )

    @api.model
    def _sql_in_transit(self, scopes, numerator, denominator):
        """Open moves whose goods have left: the age is that of the move into transit.

        The date of the quantity in transit would be that of its first receipt.
        """
        return SQL(
            """
            SELECT scope_id, day, record_id, %(numerator)s AS numerator,
                   %(denominator)s AS denominator
              FROM (SELECT site.id AS scope_id, %(today)s AS day, sm.id AS record_id,
                           MIN(sent.date) AS left_at
                      FROM stock_move sm
                      JOIN stock_location target ON target.id = sm.location_dest_id
                      JOIN stock_warehouse warehouse
                        ON warehouse.id = target.warehouse_id
                      JOIN %(sites)s site ON site.id = warehouse.dist_site_id
                      JOIN stock_move_move_rel rel ON rel.move_dest_id = sm.id
                      JOIN stock_move sent ON sent.id = rel.move_orig_id
                       AND sent.state = 'done'
                     WHERE sm.state NOT IN ('done', 'cancel', 'draft')
                       AND sm.location_id = ANY(%(transit)s)
                  GROUP BY site.id, site.tz, sm.id) AS open
            """,
            numerator=numerator,
            denominator=denominator,
            today=self._sql_today(SQL("site.tz")),
            sites=self._sql_sites(scopes),
            transit=self._location_ids("transit"),
        )

    @api.model
    def _sql_quants(self, scopes):
        """Return a row per own quant: amount, date of receipt, category, warehouse."""
        return SQL(
            """
            SELECT site.id AS scope_id, %(today)s AS day, q.id AS record_id,
                   q.quantity * COALESCE(
                       ((CASE WHEN pt.lot_valuated THEN lot.standard_price
                              ELSE pp.standard_price END)
                           ->> q.company_id::text)::numeric, 0) AS amount,
                   q.in_date, pt.categ_id AS category_id, warehouse.id AS warehouse_id
              FROM stock_quant q
              JOIN stock_location location ON location.id = q.location_id
                   AND location.usage IN ('internal', 'transit')
              JOIN stock_warehouse warehouse ON warehouse.id = location.warehouse_id
              JOIN %(sites)s site ON site.id = warehouse.dist_site_id
              JOIN res_company company ON company.id = q.company_id
              JOIN product_product pp ON pp.id = q.product_id
              JOIN product_template pt ON pt.id = pp.product_tmpl_id
         LEFT JOIN stock_lot lot ON lot.id = q.lot_id
             WHERE q.quantity <> 0
               AND (q.owner_id IS NULL OR q.owner_id = company.partner_id)
            """,
            today=self._sql_today(SQL("site.tz")),
            sites=self._sql_sites(scopes),
        )
