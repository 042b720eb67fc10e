from odoo import api, fields, models
from odoo.tools import SQL


class DistMigrationCreation(models.Model):
    """A record that a cycle created, and what became of it when it was taken back.

    Written in bulk by loads and reversals only.
    """

    _name = "dist.migration.creation"
    _description = "Created Record"
    _order = "cycle_id, id"
    _rec_name = "legacy_key"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict", index=True
    )
    legacy_key = fields.Char()
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Integer(string="Record ID", required=True)
    state = fields.Selection(
        [
            ("created", "Created"),
            ("deleted", "Taken Back"),
            ("archived", "Archived"),
            ("cancelled", "Cancelled"),
            ("kept", "Kept"),
            ("reversal", "Opposite Move"),
        ],
        required=True,
        default="created",
        help="Kept and archived records were in use when the cycle was reversed.",
    )
    message = fields.Text(string="Reason")

    _record_uniq = models.Constraint(
        "UNIQUE(cycle_id, object_id, res_model, res_id, legacy_key)",
        "A cycle creates a record once.",
    )
    _pending_index = models.Index("(cycle_id, state, object_id)")
    _record_index = models.Index("(res_model, res_id)")

    @api.model
    def _note(self, cycle, migration_object, model, entries, state="created"):
        """Write down created records in one statement.

        :param entries: list of ``(legacy key, record id)``
        """
        if not entries:
            return
        values = SQL(", ").join(SQL("(%s, %s)", key or "", res) for key, res in entries)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_migration_creation
                    (cycle_id, company_id, object_id, legacy_key, res_model, res_id,
                     state, create_uid, create_date, write_uid, write_date)
                SELECT %(cycle)s, %(company)s, %(object)s, v.key, %(model)s, v.res_id,
                       %(state)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM (VALUES %(values)s) AS v(key, res_id)
                    ON CONFLICT DO NOTHING
                """,
                cycle=cycle.id,
                company=cycle.company_id.id,
                object=migration_object.id,
                model=model,
                state=state,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                values=values,
            )
        )
        self.invalidate_model()

    def action_open_record(self):
        """Open the record."""
        self.ensure_one()
        return self.env["dist.legacy.key"]._open(self.res_model, self.res_id)
