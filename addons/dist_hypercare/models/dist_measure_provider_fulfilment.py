from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderFulfilment(models.AbstractModel):
    """Measures of order lines, of all shipments and of the time that orders take.

    The words *goods line*, *customer issue* and *first shipment* mean what they mean
    for the measures of first shipments, and the same is left out.
    """

    _name = "dist.measure.provider.fulfilment"
    _description = "Measure Provider: Fulfilment"
    _inherit = ["dist.measure.provider.shipment", "dist.measure.provider.books"]

    # -- lines and units --------------------------------------------------------------

    @api.model
    def _dist_facts_line_fill(self, measure, scopes, date_from, date_to):
        """Lines shipped completely by the first shipment, over lines of its orders.

        Source: WERC DC Measures, line fill rate on the first shipment.
        """
        return self._sql_line_facts(
            SQL("line.is_filled::int::numeric"),
            SQL("1::numeric"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _dist_facts_unit_fill(self, measure, scopes, date_from, date_to):
        """Units shipped by the first shipment, at most those ordered, over ordered.

        In the product's own unit of measure. Source: WERC DC Measures, unit fill rate.
        """
        return self._sql_line_facts(
            SQL("(LEAST(line.shipped, line.ordered) / unit.factor)::numeric"),
            SQL("(line.ordered / unit.factor)::numeric"),
            scopes,
            date_from,
            date_to,
        )

    @api.model
    def _sql_line_facts(self, numerator, denominator, scopes, date_from, date_to):
        rows = SQL(
            """
            SELECT line.site_id AS scope_id, line.day, line.line_id AS record_id,
                   %(numerator)s AS numerator, %(denominator)s AS denominator,
                   pt.categ_id AS category_id, so.team_id AS channel_id
              FROM (%(lines)s) AS line
              JOIN sale_order_line sol ON sol.id = line.line_id
              JOIN sale_order so ON so.id = line.order_id
              JOIN product_product pp ON pp.id = sol.product_id
              %(product)s
            """,
            numerator=numerator,
            denominator=denominator,
            lines=self._sql_first_shipped_lines(scopes, date_from, date_to),
            product=self._sql_product(),
        )
        return self._sql_labelled(rows, "category", "channel")

    # -- on time ----------------------------------------------------------------------

    @api.model
    def _dist_facts_on_time_all(self, measure, scopes, date_from, date_to):
        """Transfers to customers done by their deadline, over those with a deadline.

        Every shipment counts, back orders as well: on the same data this reads ten
        points lower than first shipments alone. Source: WERC DC Measures.
        """
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            shipment AS (
                SELECT type.site_id AS scope_id, %(day)s AS day, sp.id AS record_id,
                       %(deadline)s AS deadline, sp.sale_id
                  FROM stock_picking sp
                  JOIN type ON type.id = sp.picking_type_id
                 WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
                   AND sp.date_deadline IS NOT NULL
                   AND sp.date_done > type.cutover_at AND %(is_issue)s
            )
            SELECT scope_id, day, record_id,
                   (day <= deadline)::int::numeric AS numerator,
                   1::numeric AS denominator
              FROM shipment
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            day=self._sql_local_day(SQL("sp.date_done"), SQL("type.tz")),
            deadline=self._sql_local_day(SQL("sp.date_deadline"), SQL("type.tz")),
            **self._fragments("sp", scopes, date_from, date_to),
        )

    @api.model
    def _dist_facts_on_time_promise(self, measure, scopes, date_from, date_to):
        """First shipments on or before the day promised when the order was confirmed.

        A delivery date that is put off later does not make the shipment punctual.
        Source: SCOR RL.2.2, delivery to the original commit date, at the dock.
        """
        return SQL(
            """
            SELECT site_id AS scope_id, day, picking_id AS record_id,
                   (day <= %(promised)s)::int::numeric AS numerator,
                   1::numeric AS denominator
              FROM (%(pickings)s) AS first
              JOIN sale_order so ON so.id = first.sale_id
             WHERE so.dist_promised_at IS NOT NULL
            """,
            promised=self._sql_local_day(SQL("so.dist_promised_at"), SQL("tz")),
            pickings=self._sql_first_pickings(
                scopes, date_from, date_to, needs_deadline=False
            ),
        )

    # -- cycle time -------------------------------------------------------------------

    @api.model
    def _dist_facts_cycle_first(self, measure, scopes, date_from, date_to):
        """Hours from the confirmation of an order to its first shipment.

        Source: SCOR RS.1.1, order fulfilment cycle time, gross, up to the dock.
        """
        rows = SQL(
            """
            SELECT site_id AS scope_id, day, picking_id AS record_id,
                   %(hours)s AS numerator, 1::numeric AS denominator,
                   so.team_id AS channel_id
              FROM (%(pickings)s) AS first
              JOIN sale_order so ON so.id = first.sale_id
            """,
            hours=self._sql_hours(SQL("first.date_order"), SQL("first.date_done")),
            pickings=self._sql_first_pickings(
                scopes, date_from, date_to, needs_deadline=False
            ),
        )
        return self._sql_labelled(rows, "channel")

    @api.model
    def _dist_facts_cycle_complete(self, measure, scopes, date_from, date_to):
        """Hours from the confirmation of an order to its last shipment.

        On the day of that shipment, of orders with no open transfer left at the site.
        Source: SCOR RS.1.1, order fulfilment cycle time, gross, up to the dock.
        """
        rows = SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            candidate AS MATERIALIZED (
                SELECT DISTINCT sp.sale_id, type.site_id
                  FROM stock_picking sp
                  JOIN type ON type.id = sp.picking_type_id
                 WHERE sp.date_done >= %(utc_from)s AND sp.date_done < %(utc_to)s
                   AND sp.sale_id IS NOT NULL AND %(is_issue)s
            ),
            last AS (
                SELECT candidate.sale_id, candidate.site_id, MAX(type.tz) AS tz,
                       MAX(type.cutover_at) AS cutover_at,
                       MAX(sp.date_done) FILTER (WHERE %(is_issue)s) AS done_at,
                       (array_agg(sp.id ORDER BY sp.date_done DESC, sp.id DESC)
                           FILTER (WHERE %(is_issue)s))[1] AS picking_id
                  FROM candidate
                  JOIN stock_picking sp ON sp.sale_id = candidate.sale_id
                  JOIN type ON type.id = sp.picking_type_id
                           AND type.site_id = candidate.site_id
              GROUP BY candidate.sale_id, candidate.site_id
                HAVING BOOL_AND(sp.state IN ('done', 'cancel')
                                OR %(is_return)s)
            ),
            dated AS (
                SELECT last.*, so.date_order, so.team_id, %(day)s AS day
                  FROM last
                  JOIN sale_order so ON so.id = last.sale_id AND so.state = 'sale'
                 WHERE done_at > cutover_at AND so.date_order > cutover_at
            )
            SELECT site_id AS scope_id, day, picking_id AS record_id,
                   %(hours)s AS numerator, 1::numeric AS denominator,
                   team_id AS channel_id
              FROM dated
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            hours=self._sql_hours(SQL("date_order"), SQL("done_at")),
            day=self._sql_local_day(SQL("done_at"), SQL("tz")),
            is_return=SQL(
                "sp.location_id = ANY(%s)", self._outside_locations()["customer"]
            ),
            **self._fragments("sp", scopes, date_from, date_to),
        )
        return self._sql_labelled(rows, "channel")

    @api.model
    def _sql_hours(self, start, end):
        """Return the SQL of the hours between two moments, with their fractions."""
        return SQL("(EXTRACT(epoch FROM %s - %s) / 3600)::numeric", end, start)
