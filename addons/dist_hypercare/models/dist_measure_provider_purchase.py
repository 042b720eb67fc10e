from odoo import api, models
from odoo.tools import SQL

# A price that differs by less is the rounding of a currency or a unit.
PRICE_TOLERANCE = 0.005


class DistMeasureProviderPurchase(models.AbstractModel):
    """Measures of purchase orders, their suppliers and their prices.

    *Receipt*
        a done move from a supplier into the stock of one of the site's warehouses, on
        a purchase order approved after the site's cutover. In a receipt of several
        steps it is the first one. Drop shipments and returns are none.
    *Promise*
        the expected arrival kept at the approval of the order. Orders approved before
        it was kept have the present expected arrival instead.
    *Price*
        without taxes, after the discount, in the company's currency, for the
        product's own unit.
    """

    _name = "dist.measure.provider.purchase"
    _description = "Measure Provider: Purchasing"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_shared_receipts(self, sites, date_from, date_to):
        """Return the query of receipts: a row per move, on the day it was received.

        ``(scope_id, day, record_id, received_at, approved_at, promised_at, tz,
        partner_id, category_id, warehouse_id)``
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            receipt AS (
                SELECT type.site_id AS scope_id, %(day)s AS day, sm.id AS record_id,
                       sm.date AS received_at, po.date_approve AS approved_at,
                       COALESCE(pol.dist_promised_at, pol.date_planned) AS promised_at,
                       type.tz, partner.commercial_partner_id AS partner_id,
                       pt.categ_id AS category_id, type.warehouse_id
                  FROM stock_move sm
                  JOIN type ON type.id = sm.picking_type_id
                  JOIN purchase_order_line pol ON pol.id = sm.purchase_line_id
                  JOIN purchase_order po ON po.id = pol.order_id
                  JOIN res_partner partner ON partner.id = po.partner_id
                  JOIN product_product pp ON pp.id = sm.product_id
                  JOIN product_template pt ON pt.id = pp.product_tmpl_id
                 WHERE sm.state = 'done' AND sm.quantity > 0
                   AND sm.date >= %(utc_from)s AND sm.date < %(utc_to)s
                   AND sm.location_id = ANY(%(suppliers)s)
                   AND sm.location_dest_id = ANY(%(stock)s)
                   AND sm.date > type.cutover_at
                   AND po.date_approve > type.cutover_at
            )
            SELECT * FROM receipt WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            types=self._sql_types(sites),
            day=self._sql_local_day(SQL("sm.date"), SQL("type.tz")),
            suppliers=self._location_ids("supplier"),
            stock=self._location_ids("internal", "transit"),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_facts_supplier_on_time(self, measure, scopes, date_from, date_to):
        """Receipts on or before the promised day, over receipts.

        Days are the site's. Source: SCOR RL.2.2, delivery performance to the original
        commit date, on the supplier's side.
        """
        return SQL(
            """
            SELECT scope_id, day, record_id,
                   (day <= %(promised)s)::int::numeric AS numerator,
                   1::numeric AS denominator,
                   partner_id, category_id, warehouse_id
              FROM dist_shared_receipts
             WHERE promised_at IS NOT NULL
            """,
            promised=self._sql_local_day(SQL("promised_at"), SQL("tz")),
        )

    @api.model
    def _dist_facts_supplier_lead_time(self, measure, scopes, date_from, date_to):
        """Days from the approval of the order to the receipt."""
        return SQL(
            """
            SELECT scope_id, day, record_id, %(days)s AS numerator,
                   1::numeric AS denominator, partner_id, category_id, warehouse_id
              FROM dist_shared_receipts
            """,
            days=self._sql_days(SQL("approved_at"), SQL("received_at")),
        )

    @api.model
    def _dist_facts_supplier_delay(self, measure, scopes, date_from, date_to):
        """Days from the promise to the receipt: positive is late, negative early."""
        return SQL(
            """
            SELECT scope_id, day, record_id, %(days)s AS numerator,
                   1::numeric AS denominator, partner_id, category_id, warehouse_id
              FROM dist_shared_receipts
             WHERE promised_at IS NOT NULL
            """,
            days=self._sql_days(SQL("promised_at"), SQL("received_at")),
        )

    @api.model
    def _sql_days(self, start, end):
        """Return the SQL of the days between two moments, with their fractions."""
        return SQL("(EXTRACT(epoch FROM %s - %s) / 86400)::numeric", end, start)

    # -- purchase exceptions ------------------------------------------------------

    @api.model
    def _dist_facts_purchase_exception(self, measure, scopes, date_from, date_to):
        """Approved purchase orders with an exception, over approved purchase orders.

        On the day of the approval: what happens to the order later comes back to that
        day. An order counts once; ``reason`` is the first that applies of *changed*
        after the approval, *short* or *over* received, *price* billed otherwise,
        *overbilled* and *late*. There is no standard definition.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            WITH type AS MATERIALIZED (%(types)s),
            approved AS MATERIALIZED (
                SELECT po.id, po.partner_id, po.currency_id, po.currency_rate,
                       type.site_id AS scope_id, type.warehouse_id, type.tz,
                       %(day)s AS day
                  FROM purchase_order po
                  JOIN type ON type.id = po.picking_type_id
                 WHERE po.state = 'purchase'
                   AND po.date_approve >= %(utc_from)s AND po.date_approve < %(utc_to)s
                   AND po.date_approve > type.cutover_at
                   AND %(day)s BETWEEN %(date_from)s AND %(date_to)s
            ),
            ordered AS MATERIALIZED (
                SELECT pol.id, pol.order_id,
                       pol.qty_received - pol.product_qty AS excess, a.tz,
                       a.currency_id, a.currency_rate, %(promise)s AS promised_at,
                       pol.price_subtotal / (pol.product_qty * order_unit.factor)
                           AS price,
                       pt.purchase_method = 'receive'
                           AND pol.qty_invoiced > pol.qty_received + %(half_digit)s
                           AS is_overbilled
                  FROM approved a
                  JOIN purchase_order_line pol ON pol.order_id = a.id
                       AND pol.display_type IS NULL AND pol.product_qty > 0
                  JOIN product_product pp ON pp.id = pol.product_id
                       %(product)s
                  JOIN uom_uom order_unit ON order_unit.id = pol.product_uom_id
            ),
            -- Of all lines at once: a search for each line takes several times as long.
            receipt AS (
                SELECT o.id, BOOL_AND(sm.state IN ('done', 'cancel')) AS is_closed,
                       BOOL_OR(sm.state = 'done' AND sm.quantity > 0
                               AND sm.location_id = ANY(%(suppliers)s)
                               AND %(received_day)s > %(promised_day)s) AS is_late
                  FROM ordered o
                  JOIN stock_move sm ON sm.purchase_line_id = o.id
              GROUP BY o.id
            ),
            bill AS (
                SELECT o.id, BOOL_OR(ABS(%(billed)s - %(agreed)s)
                                     > %(tolerance)s * ABS(%(agreed)s))
                       AS is_other_price
                  FROM ordered o
                  JOIN account_move_line aml ON aml.purchase_line_id = o.id
                       AND aml.parent_state = 'posted' AND aml.quantity <> 0
                       AND aml.display_type = 'product'
                  JOIN account_move am ON am.id = aml.move_id
                       AND am.move_type = 'in_invoice'
                  JOIN uom_uom bill_unit ON bill_unit.id = aml.product_uom_id
              GROUP BY o.id
            ),
            line AS (
                SELECT o.order_id, o.excess, o.is_overbilled,
                       COALESCE(receipt.is_closed, FALSE) AS is_closed,
                       COALESCE(receipt.is_late, FALSE) AS is_late,
                       COALESCE(bill.is_other_price, FALSE) AS is_other_price
                  FROM ordered o
             LEFT JOIN receipt ON receipt.id = o.id
             LEFT JOIN bill ON bill.id = o.id
            ),
            fact AS (
                SELECT a.scope_id, a.day, a.id AS record_id, a.warehouse_id,
                       a.partner_id,
                       CASE WHEN EXISTS (
                                SELECT FROM dist_correction c
                                 WHERE c.kind = 'purchase_changed'
                                   AND c.res_model = 'purchase.order'
                                   AND c.res_id = a.id) THEN 'changed'
                            WHEN BOOL_OR(is_closed AND excess < -%(half_digit)s)
                            THEN 'short'
                            WHEN BOOL_OR(excess > %(half_digit)s) THEN 'over'
                            WHEN BOOL_OR(is_other_price) THEN 'price'
                            WHEN BOOL_OR(is_overbilled) THEN 'overbilled'
                            WHEN BOOL_OR(is_late) THEN 'late'
                       END AS reason
                  FROM approved a
                  JOIN line ON line.order_id = a.id
              GROUP BY a.scope_id, a.day, a.id, a.warehouse_id, a.partner_id
            )
            SELECT fact.scope_id, fact.day, fact.record_id,
                   (fact.reason IS NOT NULL)::int::numeric AS numerator,
                   1::numeric AS denominator,
                   partner.commercial_partner_id AS partner_id, fact.warehouse_id,
                   fact.reason
              FROM fact
              JOIN res_partner partner ON partner.id = fact.partner_id
            """,
            types=self._sql_types(scopes),
            day=self._sql_local_day(SQL("po.date_approve"), SQL("type.tz")),
            promise=SQL("COALESCE(pol.dist_promised_at, pol.date_planned)"),
            received_day=self._sql_local_day(SQL("sm.date"), SQL("o.tz")),
            promised_day=self._sql_local_day(SQL("o.promised_at"), SQL("o.tz")),
            product=self._sql_product(),
            # A bill in the order's currency is compared in it: the exchange rate of
            # the day is nobody's exception.
            billed=SQL(
                """(CASE WHEN aml.currency_id = o.currency_id THEN aml.price_subtotal
                         ELSE aml.balance END
                    / (aml.quantity * bill_unit.factor))"""
            ),
            agreed=SQL(
                """(o.price / CASE WHEN aml.currency_id = o.currency_id THEN 1
                                   ELSE COALESCE(NULLIF(o.currency_rate, 0), 1) END)"""
            ),
            suppliers=self._location_ids("supplier"),
            half_digit=self._half_digit(),
            tolerance=PRICE_TOLERANCE,
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    # -- prices -------------------------------------------------------------------

    @api.model
    def _dist_shared_billed_lines(self, sites, date_from, date_to):
        """Return the query of billed order lines: a row per line of a posted bill.

        Refunds are negative. ``(scope_id, day, record_id, paid, quantity, ordered,
        reference, partner_id, category_id)``: *paid* is an amount, *ordered* and
        *reference* are prices for the product's unit.
        """
        return SQL(
            """
            SELECT aml.company_id AS scope_id, aml.date AS day, aml.id AS record_id,
                   aml.balance AS paid, %(quantity)s AS quantity,
                   %(ordered)s AS ordered,
                   NULLIF(pol.dist_reference_price, 0)::numeric AS reference,
                   partner.commercial_partner_id AS partner_id,
                   pt.categ_id AS category_id
              FROM account_move_line aml
              JOIN account_move am ON am.id = aml.move_id
                   AND am.move_type IN ('in_invoice', 'in_refund')
              JOIN %(scopes)s company ON company.id = aml.company_id
              JOIN purchase_order_line pol ON pol.id = aml.purchase_line_id
                   AND pol.product_qty > 0
              JOIN purchase_order po ON po.id = pol.order_id
              JOIN uom_uom order_unit ON order_unit.id = pol.product_uom_id
              JOIN uom_uom bill_unit ON bill_unit.id = aml.product_uom_id
              JOIN res_partner partner ON partner.id = po.partner_id
              JOIN product_product pp ON pp.id = aml.product_id
                   %(product)s
             WHERE aml.parent_state = 'posted' AND aml.display_type = 'product'
               AND aml.quantity <> 0
               AND aml.date BETWEEN %(date_from)s AND %(date_to)s
               AND aml.date > %(cutover_day)s
            """,
            scopes=self._sql_scopes(self._companies(sites)),
            product=self._sql_product(),
            quantity=SQL(
                """(aml.quantity * bill_unit.factor / unit.factor
                    * CASE WHEN am.move_type = 'in_refund' THEN -1 ELSE 1 END)"""
            ),
            ordered=SQL(
                """(pol.price_subtotal
                    / (pol.product_qty * order_unit.factor / unit.factor)
                    / COALESCE(NULLIF(po.currency_rate, 0), 1))"""
            ),
            cutover_day=self._sql_local_day(
                SQL("company.cutover_at"), SQL("company.tz")
            ),
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_facts_purchase_price_variance(self, measure, scopes, date_from, date_to):
        """(Price paid − reference price) × quantity, over reference price × quantity.

        Positive is unfavorable. The reference is the one kept at the approval of the
        order; lines without one are left out. Source: purchase price variance.
        """
        return self._sql_variance(SQL("reference"))

    @api.model
    def _dist_facts_bill_price_variance(self, measure, scopes, date_from, date_to):
        """(Price paid − price ordered) × quantity, over price ordered × quantity."""
        return self._sql_variance(SQL("ordered"))

    @api.model
    def _sql_variance(self, reference):
        return SQL(
            """
            SELECT scope_id, day, record_id,
                   (paid - quantity * %(reference)s)::numeric AS numerator,
                   (quantity * %(reference)s)::numeric AS denominator,
                   partner_id, category_id
              FROM dist_shared_billed_lines
             WHERE %(reference)s IS NOT NULL
            """,
            reference=reference,
        )

    # -- changed days -------------------------------------------------------------

    @api.model
    def _enqueue_orders(self, orders):
        """Queue the days on which these orders were approved.

        Today and yesterday are computed anyway.
        """
        self._enqueue_days(self._approval_days(orders.ids))

    @api.model
    def _enqueue_moves(self, moves, days_before=frozenset()):
        """Queue the days of these receipts and of the approval of their orders."""
        self._enqueue_days(self._receipt_days(moves) | days_before)

    @api.model
    def _enqueue_days(self, site_days):
        self.env["dist.measure.queue"]._enqueue("purchase", site_days)

    @api.model
    def _receipt_days(self, moves):
        """Return ``{(site id, local day)}`` that these moves have a part in."""
        # sudo: whatever the user may see, the days of the receipts are wrong now.
        lines = moves.sudo().purchase_line_id
        if not lines:
            return set()
        self.env["stock.move"].flush_model(["date", "picking_type_id"])
        received = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT type.site_id, %(day)s
                  FROM stock_move sm
                  JOIN (%(types)s) AS type ON type.id = sm.picking_type_id
                 WHERE sm.id = ANY(%(moves)s) AND sm.state = 'done'
                """,
                day=self._sql_local_day(SQL("sm.date"), SQL("type.tz")),
                types=self._sql_all_types(),
                moves=moves.ids,
            )
        )
        return set(received) | self._approval_days(lines.order_id.ids)

    @api.model
    def _approval_days(self, order_ids):
        """Return ``{(site id, local day)}`` of the approval of these orders."""
        if not order_ids:
            return set()
        self.env["purchase.order"].flush_model(["date_approve", "picking_type_id"])
        return set(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT type.site_id, %(day)s
                      FROM purchase_order po
                      JOIN (%(types)s) AS type ON type.id = po.picking_type_id
                     WHERE po.id = ANY(%(orders)s) AND po.date_approve IS NOT NULL
                       AND %(day)s < %(today)s - 1
                    """,
                    day=self._sql_local_day(SQL("po.date_approve"), SQL("type.tz")),
                    today=self._sql_today(SQL("type.tz")),
                    types=self._sql_all_types(),
                    orders=list(order_ids),
                )
            )
        )

    @api.model
    def _sql_all_types(self):
        """Return the query of the operation types of all sites that are live."""
        return SQL(
            """
            SELECT pt.id, site.id AS site_id, site.tz
              FROM stock_picking_type pt
              JOIN stock_warehouse warehouse ON warehouse.id = pt.warehouse_id
              JOIN dist_site site ON site.id = warehouse.dist_site_id
             WHERE site.cutover_at IS NOT NULL
            """
        )
