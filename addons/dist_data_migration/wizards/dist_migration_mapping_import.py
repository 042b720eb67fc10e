from odoo import fields, models


class DistMigrationMappingImport(models.TransientModel):
    """Reads a mapping from a YAML or JSON file."""

    _name = "dist.migration.mapping.import"
    _description = "Import Mapping"

    mapping_id = fields.Many2one(
        "dist.migration.mapping",
        string="Replace",
        ondelete="cascade",
        help="Leave empty to create a new mapping.",
    )
    file = fields.Binary(required=True, attachment=False)
    filename = fields.Char()

    def action_confirm(self):
        """Create or replace the mapping and open it."""
        self.ensure_one()
        Mapping = self.env["dist.migration.mapping"]
        text = Mapping._decode_file(self.file)
        mapping = self.mapping_id
        if mapping:
            mapping._update_from_text(text)
        else:
            mapping = Mapping._create_from_text(text, company_id=self.env.company.id)
        return {
            "type": "ir.actions.act_window",
            "res_model": mapping._name,
            "res_id": mapping.id,
            "view_mode": "form",
        }
