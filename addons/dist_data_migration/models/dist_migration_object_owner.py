from odoo import fields, models


class DistMigrationObjectOwner(models.Model):
    """Who answers for an object in a program, and where its data come from."""

    _name = "dist.migration.object.owner"
    _description = "Data Owner"
    _order = "program_id, object_id, source_system, id"

    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="cascade", index=True
    )
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="cascade", index=True
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Data Owner",
        required=True,
        help="Decides what is right and corrects it in the legacy system.",
    )
    steward_id = fields.Many2one(
        "res.users",
        string="Data Steward",
        help="Maps, validates and loads; corrects what the mapping gets wrong.",
    )
    source_system = fields.Char(
        string="Legacy System", help="As in the mapping; empty for all of them."
    )
    site_ids = fields.Many2many(
        "dist.site",
        "dist_migration_object_owner_site_rel",
        string="Sites",
        domain="[('program_id', '=', program_id)]",
        help="Sites whose data this is; none for all of the program.",
    )

    _object_uniq = models.UniqueIndex(
        "(program_id, object_id, (COALESCE(lower(source_system), '')), owner_id)",
        "This owner answers for the object already.",
    )

    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.object_id.name}: {record.owner_id.name}"
