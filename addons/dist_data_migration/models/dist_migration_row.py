from odoo import fields, models
from odoo.exceptions import UserError

from ..services.loaders import LOADERS


class DistMigrationRow(models.Model):
    """One row of an extract, mapped, with what became of it.

    Rows are written by the cycle's steps in bulk SQL only.
    """

    _name = "dist.migration.row"
    _description = "Staged Row"
    _order = "cycle_id, object_id, line, id"
    _rec_name = "legacy_key"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict", index=True
    )
    line = fields.Integer(help="Line in the file.")
    legacy_key = fields.Char(required=True)
    data = fields.Json(string="Mapped Values")
    legacy = fields.Json(string="Legacy Attributes Data")
    issues = fields.Json()
    data_text = fields.Text(string="Values", compute="_compute_text")
    legacy_text = fields.Text(string="Legacy Attributes", compute="_compute_text")
    state = fields.Selection(
        [
            ("staged", "Staged"),
            ("valid", "Ready"),
            ("invalid", "Has Errors"),
            ("loaded", "Loaded"),
            ("failed", "Failed"),
            ("merged", "Merged"),
        ],
        required=True,
        default="staged",
    )
    outcome = fields.Selection(
        [
            ("create", "Created"),
            ("update", "Updated"),
            ("same", "Unchanged"),
            ("fail", "Failed"),
        ],
        help="Of the last load, or what a simulation foresees.",
    )
    error = fields.Text(string="Message")
    survivor_key = fields.Char(
        string="Merged Into", help="Legacy key of the row this one was merged into."
    )
    res_id = fields.Integer(string="Record ID")

    _key_uniq = models.Constraint(
        "UNIQUE(cycle_id, object_id, legacy_key)",
        "A legacy key can be staged only once per object.",
    )
    _pending_index = models.Index("(cycle_id, object_id, state, line)")
    _parent_index = models.Index("(cycle_id, object_id, (data->>'order'))")
    _product_index = models.Index("(cycle_id, object_id, (data->>'product'))")

    def _compute_text(self):
        for row in self:
            row.data_text = _lines(row.data)
            row.legacy_text = _lines(row.legacy)

    def action_open_record(self):
        """Open the record the row became."""
        self.ensure_one()
        model = LOADERS[self.object_id.loader].model
        if not self.res_id or model not in self.env:
            raise UserError(self.env._("This row has not become a record."))
        if not self.env[model].browse(self.res_id).exists():
            raise UserError(self.env._("This row has not become a record."))
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": self.res_id,
            "view_mode": "form",
        }


def _lines(values):
    return "\n".join(f"{name}: {value}" for name, value in (values or {}).items())
