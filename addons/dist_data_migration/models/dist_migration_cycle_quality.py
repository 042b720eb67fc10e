from odoo import api, fields, models
from odoo.tools import SQL

from .dist_migration_score import WARNING_WEIGHT


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """How good the data are, by the program's own severities."""

    _inherit = "dist.migration.cycle"

    score_ids = fields.One2many("dist.migration.score", "cycle_id", string="Quality")
    quality = fields.Float(
        string="Quality (%)",
        compute="_compute_quality",
        digits=(16, 2),
        help="Share of rows without findings: a row with warnings counts three "
        "quarters, a row with an error nothing.",
    )

    @api.depends("score_ids.points", "score_ids.row_count")
    def _compute_quality(self):
        for cycle in self:
            rows = sum(cycle.score_ids.mapped("row_count"))
            points = sum(cycle.score_ids.mapped("points"))
            cycle.quality = 100.0 * points / rows if rows else 0.0

    def action_view_scores(self):
        """Open the quality of all cycles of the program, this one's objects first."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_data_migration.dist_migration_score_action"
        )
        return dict(action, domain=[("program_id", "=", self.program_id.id)])

    def _rule_severities(self):
        """Return ``{rule: severity}`` where the program differs from the rules."""
        rules = self.env["dist.migration.rule"].search(
            [("program_id", "=", self.program_id.id)]
        )
        return {record.rule: record.severity for record in rules}

    def _score(self):
        """Keep the quality of each object; validating again replaces it."""
        self.env["dist.migration.score"].flush_model()
        self.env.cr.execute(
            SQL("DELETE FROM dist_migration_score WHERE cycle_id = %s", self.id)
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_migration_score
                    (cycle_id, program_id, company_id, object_id, cycle_sequence,
                     scored_at, row_count, error_count, warning_count, points, score,
                     create_uid, create_date, write_uid, write_date)
                SELECT %(cycle)s, %(program)s, %(company)s, object_id, %(sequence)s,
                       %(now)s, total, errors, warnings, points,
                       100.0 * points / total, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (SELECT object_id, COUNT(*) AS total,
                               COUNT(*) FILTER (WHERE is_error) AS errors,
                               COUNT(*) FILTER (WHERE is_warning) AS warnings,
                               COUNT(*) - COUNT(*) FILTER (WHERE is_error)
                                   - %(lost)s * COUNT(*) FILTER (WHERE is_warning)
                                   AS points
                          FROM (%(rows)s) AS judged
                         GROUP BY object_id) AS counted
                """,
                cycle=self.id,
                program=self.program_id.id,
                company=self.company_id.id,
                sequence=self.sequence,
                now=fields.Datetime.now(),
                uid=self.env.uid,
                lost=1 - WARNING_WEIGHT,
                rows=self._sql_judged_rows(),
            )
        )
        self.env["dist.migration.score"].invalidate_model()

    def _sql_judged_rows(self):
        """Rows as ``(object_id, is_error, is_warning)``; an error hides warnings."""
        return SQL(
            """
            SELECT r.object_id, r.state = 'invalid' AS is_error,
                   r.state <> 'invalid' AND f.row_id IS NOT NULL AS is_warning
              FROM dist_migration_row r
              LEFT JOIN (SELECT DISTINCT row_id FROM dist_migration_finding
                          WHERE cycle_id = %(cycle)s) f ON f.row_id = r.id
             WHERE r.cycle_id = %(cycle)s
            """,
            cycle=self.id,
        )
