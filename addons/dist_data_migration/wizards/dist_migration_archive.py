from odoo import fields, models


class DistMigrationArchive(models.TransientModel):
    """Notes where the legacy archive of a cycle is kept, and for how long."""

    _name = "dist.migration.archive"
    _description = "Legacy Archive"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade"
    )
    archive_location = fields.Char(
        required=True, help="Where the legacy system or its frozen copy can be read."
    )
    retention_until = fields.Date(
        required=True, help="Until when it has to be kept, as the law asks for."
    )

    def action_confirm(self):
        """Note it on all files of the cycle, the replaced ones too."""
        self.ensure_one()
        self.cycle_id._check_archive_rights()
        sources = self.env["dist.migration.source"].with_context(active_test=False)
        # sudo: nobody writes files freely; these two notes are no part of the evidence
        sources.search([("cycle_id", "=", self.cycle_id.id)]).sudo().write(
            {
                "archive_location": self.archive_location,
                "retention_until": self.retention_until,
            }
        )
        return {"type": "ir.actions.act_window_close"}
