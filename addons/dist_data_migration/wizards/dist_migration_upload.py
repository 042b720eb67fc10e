from odoo import fields, models
from odoo.exceptions import UserError

ENCODINGS = [
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows, Western Europe (cp1252)"),
    ("iso8859-15", "ISO 8859-15, Western Europe"),
    ("cp1250", "Windows, Central Europe (cp1250)"),
    ("cp1251", "Windows, Cyrillic (cp1251)"),
    ("cp850", "DOS, Western Europe (cp850)"),
    ("mac_roman", "Macintosh, Western Europe"),
    ("shift_jis", "Japanese (Shift-JIS)"),
    ("gb18030", "Chinese (GB 18030)"),
    ("utf-16", "UTF-16"),
]


class DistMigrationUpload(models.TransientModel):
    """Takes the files of an extract, one or many."""

    _name = "dist.migration.upload"
    _description = "Upload Legacy Files"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade"
    )
    missing_files = fields.Char(related="cycle_id.missing_files")
    file_ids = fields.Many2many("ir.attachment", string="Files")
    encoding = fields.Selection(
        ENCODINGS,
        help="Leave empty to have it detected; you are asked when that is unsure.",
    )

    def action_confirm(self):
        """Check the files and add them to the cycle; all or none."""
        self.ensure_one()
        if not self.file_ids:
            raise UserError(self.env._("Choose at least one file."))
        for attachment in self.file_ids:
            self.cycle_id._add_file(
                attachment.name, attachment.raw or b"", self.encoding or None
            )
        return {"type": "ir.actions.act_window_close"}
