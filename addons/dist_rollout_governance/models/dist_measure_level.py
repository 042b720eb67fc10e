from odoo import fields, models
from odoo.tools import SQL

from ..services.closing import CLOSING_HOURS, LATE_HOURS
from .dist_measure_store import FIGURES


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMeasure(models.Model):
    """How a level that was missed at the end of a day is closed later."""

    _inherit = "dist.measure"

    def _scopes_to_close_late(self, scopes):
        """Return the ids of the scopes whose day before has no closing level.

        Asked before the first level of a day is taken. If the day before was not taken
        within its last hours, and now is nearer to its end, what is taken now stands
        for it as well: its moment tells that it was late.
        """
        if self.kind != "level":
            return []
        provider = self.env["dist.measure.provider"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT scope.id
                  FROM (SELECT s.id, %(today)s AS today,
                               (%(today)s::timestamp AT TIME ZONE s.tz)
                                   AT TIME ZONE 'UTC' AS ended_at
                          FROM %(scopes)s AS s) AS scope
                 WHERE %(now)s - scope.ended_at <= %(late)s * INTERVAL '1 hour'
                   AND EXISTS (SELECT FROM dist_measure_value old
                                WHERE %(is_own)s AND old.day < scope.today)
                   AND NOT EXISTS (
                           SELECT FROM dist_measure_value old
                            WHERE %(is_own)s
                              AND (old.day >= scope.today
                                   OR old.day = scope.today - 1
                                  AND scope.ended_at - old.computed_at <= GREATEST(
                                          %(closing)s * INTERVAL '1 hour',
                                          %(now)s - scope.ended_at)))
                """,
                today=provider._sql_today(SQL("s.tz")),
                scopes=provider._sql_scopes(scopes),
                now=SQL("%s::timestamp", fields.Datetime.now()),
                late=LATE_HOURS,
                closing=CLOSING_HOURS,
                is_own=self._sql_is_own(),
            )
        )
        return [scope for (scope,) in rows]

    def _sql_is_own(self):
        """Return the condition: the value ``old`` is one of ``scope``, by the index."""
        sign = SQL("-") if self.grain == "company" else SQL()
        return SQL(
            "(old.measure_id = %s AND COALESCE(old.site_id, -old.company_id)"
            " = %sscope.id)",
            self.id,
            sign,
        )

    def _close_late(self, scope_ids):
        """Let the level of the scopes' present day stand for the day before, too."""
        if not scope_ids:
            return
        provider = self.env["dist.measure.provider"]
        owner = "res.company" if self.grain == "company" else "dist.site"
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_measure_value (
                    measure_id, kind, site_id, program_id, company_id, day,
                    numerator, denominator, sample_size, sum_squares, parts, value,
                    source, computed_at)
                SELECT old.measure_id, old.kind, old.site_id, old.program_id,
                       old.company_id, old.day - 1, old.numerator, old.denominator,
                       old.sample_size, old.sum_squares, old.parts, old.value,
                       old.source, old.computed_at
                  FROM %(scopes)s AS scope
                  JOIN dist_measure_value old ON %(is_own)s AND old.day = %(today)s
                ON CONFLICT (measure_id, COALESCE(site_id, -company_id), day) DO UPDATE
                   SET %(written)s
                """,
                written=self._sql_taken_over([*FIGURES, "computed_at"]),
                scopes=provider._sql_scopes(self.env[owner].browse(scope_ids)),
                is_own=self._sql_is_own(),
                today=provider._sql_today(SQL("scope.tz")),
            )
        )
        self._forget_read_values()
