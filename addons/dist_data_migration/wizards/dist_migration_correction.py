import base64

from odoo import fields, models
from odoo.exceptions import UserError


class DistMigrationCorrection(models.TransientModel):
    """Gives the rows with findings as a file, and takes them back corrected."""

    _name = "dist.migration.correction"
    _description = "Corrections"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade"
    )
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="cascade"
    )
    format = fields.Selection(
        [("xlsx", "Workbook (XLSX)"), ("csv", "Text (CSV)")],
        required=True,
        default="xlsx",
    )
    file = fields.Binary(string="Corrected File", attachment=False)
    filename = fields.Char()

    def action_download(self):
        """Download the rows of the object that have findings."""
        self.ensure_one()
        cycle = self.cycle_id
        cycle._check_action("stage")
        content = cycle._correction_file(self.object_id, self.format)
        # sudo: the file is bound to the cycle, whose readers may see its rows
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.object_id.code}.{self.format}",
                    "raw": content,
                    "res_model": cycle._name,
                    "res_id": cycle.id,
                }
            )
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "self",
        }

    def action_upload(self):
        """Write the corrected values into the staged rows."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose the corrected file."))
        self.cycle_id._add_corrections(
            self.object_id,
            self.filename or f"{self.object_id.code}.{self.format}",
            base64.b64decode(self.file),
        )
        return {"type": "ir.actions.act_window_close"}
