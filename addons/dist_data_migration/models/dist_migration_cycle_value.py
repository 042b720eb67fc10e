from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..services.rules import RuleBook


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Values of the extract that have no target in Odoo."""

    _inherit = "dist.migration.cycle"

    value_ids = fields.One2many("dist.migration.value", "cycle_id")
    open_value_count = fields.Integer(
        string="Values to Confirm", compute="_compute_open_value_count"
    )

    def _compute_open_value_count(self):
        counts = dict(
            self.env["dist.migration.value"]._read_group(
                [("cycle_id", "in", self.ids), ("state", "=", "open")],
                ["cycle_id"],
                ["__count"],
            )
        )
        for cycle in self:
            cycle.open_value_count = counts.get(cycle, 0)

    def action_view_values(self):
        """Open the values that need a target."""
        return self._view("dist_migration_value_action")

    def _check_values(self):
        """Raise while a value of the extract waits for its target."""
        tasks = self.env["dist.migration.value"].search([("cycle_id", "=", self.id)])
        waiting = tasks.filtered(lambda task: task.state == "open")
        if waiting:
            raise UserError(
                self.env._(
                    "These values have no target in Odoo yet: %(values)s. Confirm each "
                    "of them under Values to Confirm, then stage again.",
                    values=", ".join(
                        f"{task.field_name} {task.value} ({task.row_count})"
                        for task in waiting[:10]
                    ),
                )
            )
        if any(tasks.mapped("needs_staging")):
            raise UserError(
                self.env._(
                    "Values were confirmed after the last staging. Stage the files "
                    "again, so that the rows get them."
                )
            )

    def _list_values(self):
        """Bring the list of unmapped values in line with the staged rows."""
        self.env["dist.migration.value"].flush_model()
        found = SQL(" UNION ALL ").join(self._unmapped_queries())
        self.env.cr.execute(
            SQL(
                """
                WITH found AS (
                    SELECT object_id, field, MIN(value) AS value,
                           COUNT(DISTINCT row_id) AS rows,
                           array_to_string(
                               (array_agg(legacy_key ORDER BY line))[1:5], ', ')
                               AS samples
                      FROM (%(found)s) AS one(row_id, field, value)
                      JOIN dist_migration_row r ON r.id = one.row_id
                     WHERE COALESCE(value, '') <> ''
                     GROUP BY object_id, field, upper(value)
                ), gone AS (
                    DELETE FROM dist_migration_value v
                     WHERE v.cycle_id = %(cycle)s AND v.state <> 'confirmed'
                       AND NOT EXISTS (
                           SELECT FROM found f
                            WHERE f.object_id = v.object_id AND f.field = v.field_name
                              AND upper(f.value) = upper(v.value))
                ), settled AS (
                    UPDATE dist_migration_value v SET needs_staging = FALSE
                     WHERE v.mapping_id = %(mapping)s AND v.state = 'confirmed'
                       AND NOT EXISTS (
                           SELECT FROM found f
                            WHERE f.object_id = v.object_id AND f.field = v.field_name
                              AND upper(f.value) = upper(v.value))
                )
                INSERT INTO dist_migration_value
                    (mapping_id, company_id, cycle_id, object_id, field_name, value,
                     row_count, samples, state, needs_staging, create_uid, create_date,
                     write_uid, write_date)
                SELECT %(mapping)s, %(company)s, %(cycle)s, object_id, field, value,
                       rows, samples, 'open', FALSE, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM found
                    ON CONFLICT (mapping_id, object_id, field_name, upper(value))
                    DO UPDATE SET cycle_id = excluded.cycle_id,
                        row_count = excluded.row_count, samples = excluded.samples,
                        needs_staging = FALSE, write_date = excluded.write_date,
                        write_uid = excluded.write_uid,
                        state = CASE WHEN dist_migration_value.state = 'refused'
                                     THEN 'refused' ELSE 'open' END
                """,
                found=found,
                cycle=self.id,
                mapping=self.mapping_id.id,
                company=self.mapping_id.company_id.id or None,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        self.env["dist.migration.value"].invalidate_model()

    def _unmapped_queries(self):
        """Yield queries of ``(row, field, value)`` without a target."""
        yield SQL(
            """
            SELECT r.id, issue->>2, issue->>4
              FROM dist_migration_row r
             CROSS JOIN jsonb_array_elements(r.issues) AS issue
             WHERE r.cycle_id = %s AND issue->>0 = 'value_map'
            """,
            self.id,
        )
        for migration_object, loader in self._loaders():
            book = RuleBook(self, migration_object, loader.targets)
            for _rule, name, query in book.known_value_rules():
                if book.is_mapped(name):
                    yield SQL(
                        """
                        SELECT unknown.id, unknown.field, row.data->>%s
                          FROM (%s) AS unknown(id, field, message)
                          JOIN dist_migration_row row ON row.id = unknown.id
                        """,
                        name,
                        query,
                    )
