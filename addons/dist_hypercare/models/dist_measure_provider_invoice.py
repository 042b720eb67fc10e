from odoo import api, models
from odoo.tools import SQL

from .dist_measure_provider_purchase import PRICE_TOLERANCE

# A document posted later than this after its date was stuck.
LATE_DAYS = 7


class DistMeasureProviderInvoice(models.AbstractModel):
    """Measures of invoices, bills and credit notes, and of posting them.

    Company grain. Receipts and journal entries are no invoices.
    """

    _name = "dist.measure.provider.invoice"
    _description = "Measure Provider: Invoices"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_invoice_exception(self, measure, scopes, date_from, date_to):
        """Posted documents that needed a person's hand again, over posted documents.

        On the accounting date. A document counts once; ``reason`` is the first that
        applies of: a posting of it *failed*; it was *reset* to draft; it was
        *reversed* soon after; posted *late*; a bill of goods has *no order*; its
        *price* is not the order's; it is a *duplicate* by supplier and reference; it
        leaves a *gap* in the numbers. A proxy: it knows what was put right, not what
        was looked at. Source: exception rate, the inverse of touchless processing.
        """
        return SQL(
            """
            WITH document AS MATERIALIZED (
                SELECT am.id, am.company_id, am.date AS day, am.move_type, am.ref,
                       am.invoice_date, am.commercial_partner_id, am.made_sequence_gap,
                       company.tz
                  FROM account_move am
                  JOIN %(scopes)s company ON company.id = am.company_id
                 WHERE am.state = 'posted'
                   AND am.move_type IN
                       ('out_invoice', 'out_refund', 'in_invoice', 'in_refund')
                   AND am.date BETWEEN %(date_from)s AND %(date_to)s
                   AND am.date > %(cutover_day)s
            ),
            -- Found for all at once: looking for each document's double takes a scan
            -- of its supplier's bills.
            duplicate AS MATERIALIZED (
                SELECT bill.company_id, bill.move_type, bill.commercial_partner_id,
                       bill.ref
                  FROM account_move bill
                 WHERE bill.state = 'posted'
                   AND bill.move_type IN ('in_invoice', 'in_refund')
                   AND bill.ref IN (SELECT ref FROM document
                                     WHERE move_type IN ('in_invoice', 'in_refund'))
              GROUP BY bill.company_id, bill.move_type, bill.commercial_partner_id,
                       bill.ref
                HAVING COUNT(*) > 1
            ),
            fact AS (
                SELECT d.*, CASE
                       WHEN EXISTS (
                            SELECT FROM dist_posting_attempt a
                             WHERE a.move_ref = d.id AND a.outcome = 'failed')
                       THEN 'failed'
                       WHEN EXISTS (
                            SELECT FROM dist_correction c
                             WHERE c.res_model = 'account.move' AND c.res_id = d.id
                               AND c.kind = 'invoice_reset')
                       THEN 'reset'
                       WHEN EXISTS (
                            SELECT FROM account_move reversal
                              JOIN dist_correction c ON c.res_id = reversal.id
                                   AND c.res_model = 'account.move'
                                   AND c.kind = 'invoice_reversed'
                             WHERE reversal.reversed_entry_id = d.id
                               AND reversal.state = 'posted')
                       THEN 'reversed'
                       WHEN (SELECT MIN(%(posted_day)s) FROM dist_posting_attempt a
                              WHERE a.move_ref = d.id AND a.outcome = 'posted')
                            > d.invoice_date + %(late_days)s
                       THEN 'late'
                       WHEN d.move_type = 'in_invoice' AND EXISTS (
                            SELECT FROM account_move_line aml
                              JOIN product_product pp ON pp.id = aml.product_id
                                   %(product)s
                             WHERE aml.move_id = d.id AND pt.is_storable
                               AND aml.display_type = 'product'
                               AND aml.purchase_line_id IS NULL)
                       THEN 'no_order'
                       WHEN d.move_type = 'in_invoice' AND EXISTS (
                            SELECT FROM account_move_line aml
                              JOIN purchase_order_line pol
                                   ON pol.id = aml.purchase_line_id
                              JOIN purchase_order po ON po.id = pol.order_id
                              JOIN uom_uom bill_unit
                                   ON bill_unit.id = aml.product_uom_id
                              JOIN uom_uom order_unit
                                   ON order_unit.id = pol.product_uom_id
                             WHERE aml.move_id = d.id AND aml.quantity <> 0
                               AND pol.product_qty > 0
                               AND aml.currency_id = po.currency_id
                               AND ABS(%(billed)s - %(ordered)s)
                                   > %(tolerance)s * ABS(%(ordered)s))
                       THEN 'price'
                       WHEN duplicate.ref IS NOT NULL
                       THEN 'duplicate'
                       WHEN d.made_sequence_gap THEN 'gap'
                       END AS reason
                  FROM document d
             LEFT JOIN duplicate ON duplicate.company_id = d.company_id
                   AND duplicate.move_type = d.move_type
                   AND duplicate.commercial_partner_id = d.commercial_partner_id
                   AND duplicate.ref = d.ref
            )
            SELECT company_id AS scope_id, day, id AS record_id,
                   (reason IS NOT NULL)::int::numeric AS numerator,
                   1::numeric AS denominator,
                   commercial_partner_id AS partner_id, reason
              FROM fact
            """,
            scopes=self._sql_scopes(scopes),
            cutover_day=self._sql_local_day(
                SQL("company.cutover_at"), SQL("company.tz")
            ),
            posted_day=self._sql_local_day(SQL("a.attempted_at"), SQL("d.tz")),
            product=self._sql_product(),
            billed=SQL("aml.price_subtotal / (aml.quantity * bill_unit.factor)"),
            ordered=SQL("pol.price_subtotal / (pol.product_qty * order_unit.factor)"),
            tolerance=PRICE_TOLERANCE,
            late_days=LATE_DAYS,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_facts_posting_success(self, measure, scopes, date_from, date_to):
        """Attempts to post an invoice that succeeded, over attempts.

        On the company's day of the attempt. There are none from before the addon was
        installed.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT * FROM (
                SELECT a.company_id AS scope_id, %(day)s AS day, a.id AS record_id,
                       (a.outcome = 'posted')::int::numeric AS numerator,
                       1::numeric AS denominator, a.user_id
                  FROM dist_posting_attempt a
                  JOIN %(scopes)s company ON company.id = a.company_id
                 WHERE a.attempted_at >= %(utc_from)s AND a.attempted_at < %(utc_to)s
                   AND a.attempted_at > company.cutover_at) AS fact
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            scopes=self._sql_scopes(scopes),
            day=self._sql_local_day(SQL("a.attempted_at"), SQL("company.tz")),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    # -- changed days -------------------------------------------------------------

    @api.model
    def _enqueue_dates(self, documents, topics=("invoice",)):
        """Queue the accounting dates of these documents."""
        days = {(document.company_id.id, document.date) for document in documents}
        for topic in topics:
            self._enqueue_company_days(topic, days)

    @api.model
    def _enqueue_invoices(self, moves):
        """Queue the days that these documents, posted or taken back, have a part in.

        Their own, those of what they reverse and of the bills with the same reference,
        and of the approval of the purchase orders they bill.
        """
        # sudo: whatever the user may see, the days of the documents are wrong now.
        moves = moves.sudo()
        self._enqueue_dates(
            moves | moves.reversed_entry_id | self._doubles(moves),
            ("invoice", "purchase"),
        )
        self.env["dist.measure.provider.purchase"]._enqueue_orders(
            moves.line_ids.purchase_line_id.order_id
        )

    @api.model
    def _doubles(self, moves):
        """Return the posted bills that share supplier and reference with these."""
        bills = moves.filtered(
            lambda move: move.ref and move.move_type in ("in_invoice", "in_refund")
        )
        if not bills:
            return bills
        return bills.search(
            [
                ("state", "=", "posted"),
                ("id", "not in", bills.ids),
                ("ref", "in", bills.mapped("ref")),
                ("company_id", "in", bills.company_id.ids),
                ("commercial_partner_id", "in", bills.commercial_partner_id.ids),
                ("move_type", "in", ("in_invoice", "in_refund")),
            ]
        )
