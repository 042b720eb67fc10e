from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderReturn(models.AbstractModel):
    """Measures of goods that customers sent back.

    *Issue* is a done move from stock to a customer, *return* one from a customer into
    stock. Both are read from the moves: the delivered quantity of an order shrinks with
    a return, so that it can't tell.
    """

    _name = "dist.measure.provider.return"
    _description = "Measure Provider: Returns"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_return_rate(self, measure, scopes, date_from, date_to):
        """Lines returned over lines issued to customers on the same day."""
        rows = SQL(
            """
            SELECT scope_id, day, record_id, is_return::int::numeric AS numerator,
                   (NOT is_return)::int::numeric AS denominator, category_id, reason
              FROM (%s) AS move
            """,
            self._sql_customer_moves(scopes, date_from, date_to),
        )
        return self._sql_labelled(rows, "category")

    @api.model
    def _dist_facts_pick_accuracy(self, measure, scopes, date_from, date_to):
        """Lines issued without a detected picking error, over lines issued.

        An approximation: Odoo records no check of a pick. Errors are returns whose
        reason is one of picking, on the day they came back. Source: WERC DC Measures,
        order picking accuracy, detected errors only.
        """
        rows = SQL(
            """
            SELECT scope_id, day, record_id,
                   CASE WHEN is_return THEN -1 ELSE 1 END::numeric AS numerator,
                   (NOT is_return)::int::numeric AS denominator, category_id, user_id
              FROM (%s) AS move
             WHERE NOT is_return OR is_picking_error
            """,
            self._sql_customer_moves(scopes, date_from, date_to),
        )
        return self._sql_labelled(rows, "category", "user")

    @api.model
    def _sql_customer_moves(self, scopes, date_from, date_to):
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT * FROM (
                WITH type AS MATERIALIZED (%(types)s)
                SELECT type.site_id AS scope_id, %(day)s AS day, sm.id AS record_id,
                       sm.location_id = ANY(%(customers)s) AS is_return,
                       CASE WHEN sm.location_id = ANY(%(customers)s)
                            THEN reason.name ->> 'en_US' END AS reason,
                       COALESCE(reason.is_picking_error, FALSE) AS is_picking_error,
                       pt.categ_id AS category_id, sp.dist_done_by_id AS user_id
                  FROM stock_move sm
                  JOIN type ON type.id = sm.picking_type_id
                  JOIN product_product pp ON pp.id = sm.product_id
                  JOIN product_template pt ON pt.id = pp.product_tmpl_id
             LEFT JOIN stock_picking sp ON sp.id = sm.picking_id
             LEFT JOIN dist_return_reason reason ON reason.id = sp.dist_return_reason_id
                 WHERE sm.state = 'done' AND sm.quantity > 0
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.date > type.cutover_at
                   AND sm.dist_is_opening_load IS NOT TRUE
                   AND ((sm.location_id = ANY(%(customers)s)
                         AND sm.location_dest_id = ANY(%(inside)s))
                        OR (sm.location_dest_id = ANY(%(customers)s)
                            AND sm.location_id = ANY(%(inside)s)))
            ) AS dated
            WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            types=self._sql_types(scopes),
            day=self._sql_local_day(SQL("sm.date"), SQL("type.tz")),
            customers=self._location_ids("customer"),
            inside=self._location_ids("internal", "transit"),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )
