from odoo import fields, models
from odoo.tools import SQL

#: what a row with warnings only counts; a row with an error counts nothing
WARNING_WEIGHT = 0.75


class DistMigrationScore(models.Model):
    """How good the rows of an object were when a cycle was validated.

    The facts are kept, not the ratio alone: totals over objects or cycles are computed
    from them, so that ten rows never weigh as much as ten thousand.
    """

    _name = "dist.migration.score"
    _description = "Data Quality Score"
    _order = "program_id, object_id, cycle_sequence desc, id desc"
    _rec_name = "object_id"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one("dist.program", required=True, index=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict"
    )
    cycle_sequence = fields.Integer(string="Cycle Number", aggregator=None)
    scored_at = fields.Datetime(string="Validated")
    row_count = fields.Integer(string="Rows")
    error_count = fields.Integer(
        string="Rows with Errors", help="Held back from the load; they count nothing."
    )
    warning_count = fields.Integer(
        string="Rows with Warnings",
        help="Rows with warnings but no error; each counts three quarters.",
    )
    points = fields.Float(help="What all rows count together; a clean row counts one.")
    score = fields.Float(
        string="Quality (%)",
        aggregator="avg",
        digits=(16, 2),
        help="Points by rows, in percent: a clean row counts one, a row with warnings "
        "three quarters, a row with an error nothing. Totals are computed from all "
        "rows, they are no mean of percentages.",
    )

    _object_uniq = models.Constraint(
        "UNIQUE(cycle_id, object_id)", "A cycle has one score per object."
    )

    def _read_group_select(self, aggregate_spec, query):
        """Compute totals of the score from points and rows."""
        if aggregate_spec != "score:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "COALESCE(100.0 * SUM(%s) / NULLIF(SUM(%s), 0), 0)",
            self._field_to_sql(self._table, "points", query),
            self._field_to_sql(self._table, "row_count", query),
        )
