from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderClose(models.AbstractModel):
    """Duration of the close cycle, from the records of closed periods."""

    _name = "dist.measure.provider.close"
    _description = "Measure Provider: Close Cycle"
    _inherit = "dist.measure.provider.books"

    @api.model
    def _dist_facts_close_cycle(self, measure, scopes, date_from, date_to):
        """Calendar days from a period's end to its lock, on the day of the lock.

        Closings that were taken back measure nothing. Several periods locked at once
        are one closing, that of the last. Source: APQC 100613, cycle time to the
        closed books; the statements are not in Odoo, the lock stands for them.
        """
        utc_from, utc_to = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT * FROM (
                SELECT c.company_id AS scope_id, %(day)s AS day, c.id AS record_id,
                       c.days::numeric AS numerator, 1::numeric AS denominator,
                       c.user_id
                  FROM dist_period_close c
                  JOIN %(scopes)s company ON company.id = c.company_id
                 WHERE c.reopened_at IS NULL AND c.closed_at > company.cutover_at
                   AND c.closed_at >= %(utc_from)s
                   AND c.closed_at < %(utc_to)s) AS fact
             WHERE day BETWEEN %(date_from)s AND %(date_to)s
            """,
            scopes=self._sql_scopes(scopes),
            day=self._sql_local_day(SQL("c.closed_at"), SQL("company.tz")),
            utc_from=utc_from,
            utc_to=utc_to,
            date_from=date_from,
            date_to=date_to,
        )
