from odoo import api, models
from odoo.tools import SQL

# What adds up to the volume of exceptions.
COUNTED = ("purchase_exception_rate", "invoice_exception_rate", "correction_count")


class DistMeasureProviderException(models.AbstractModel):
    """How much went wrong: the sum of the exceptions of other measures."""

    _name = "dist.measure.provider.exception"
    _description = "Measure Provider: Exceptions"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_correction(self, measure, scopes, date_from, date_to):
        """Corrections logged on the day, those of invoices included."""
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT * FROM (
                SELECT c.company_id AS scope_id, %(day)s AS day, c.id AS record_id,
                       1::numeric AS numerator, NULL::numeric AS denominator,
                       c.kind AS reason, c.role, c.user_id, c.warehouse_id
                  FROM dist_correction c
                  JOIN %(scopes)s scope ON scope.id = c.company_id
                 WHERE c.occurred_at >= %(utc_from)s AND c.occurred_at < %(utc_to)s
                   AND c.occurred_at > scope.cutover_at) AS fact
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            day=self._sql_local_day(SQL("c.occurred_at"), SQL("scope.tz")),
            scopes=self._sql_scopes(scopes),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_facts_volume(self, measure, scopes, date_from, date_to):
        """Purchase orders and invoices with an exception, and corrections.

        Counted from the values of those three measures, which it opens: each of them
        opens its documents. Sites differ in size: compare rates, not this sum.
        """
        return SQL(
            """
            SELECT v.company_id AS scope_id, v.day, v.id AS record_id, v.numerator,
                   NULL::numeric AS denominator, m.code AS reason
              FROM dist_measure_value v
              JOIN dist_measure m ON m.id = v.measure_id AND m.code = ANY(%(codes)s)
             WHERE v.company_id = ANY(%(companies)s)
               AND v.day BETWEEN %(date_from)s AND %(date_to)s
            """,
            codes=list(COUNTED),
            companies=list(scopes.ids),
            date_from=date_from,
            date_to=date_to,
        )
