from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.loaders import LOADERS


class DistMigrationObject(models.Model):
    """A kind of record that is migrated: products, customers, on-hand stock…

    The loader behind it is code; order, scope and description are data. A new object
    is a loader class (see ``services/loaders/base.py``) and a record of this model.
    """

    _name = "dist.migration.object"
    _description = "Migration Object"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="The name mapping files use.")
    sequence = fields.Integer(
        required=True, default=10, help="Objects are loaded in this order."
    )
    active = fields.Boolean(default=True)
    loader = fields.Selection(
        selection="_selection_loader",
        required=True,
        help="The program that turns rows into records.",
    )
    model = fields.Char(
        string="Target Model", compute="_compute_model", help="What rows become."
    )
    depends_on_ids = fields.Many2many(
        "dist.migration.object",
        "dist_migration_object_dependency_rel",
        "object_id",
        "depends_on_id",
        string="Needs",
        help="Objects that must be loaded before.",
    )
    is_shared = fields.Boolean(
        string="Shared Between Companies",
        help="Records belong to no company and are found again by the cycles of all "
        "companies of the program. Otherwise they belong to the cycle's company.",
    )
    description = fields.Text(translate=True)

    _code_uniq = models.UniqueIndex("(code)", "The code of an object must be unique.")

    @api.model
    def _selection_loader(self):
        return [(key, key) for key in LOADERS]

    @api.depends("loader")
    def _compute_model(self):
        for record in self:
            loader = LOADERS.get(record.loader)
            record.model = loader.model if loader else False

    @api.constrains("depends_on_ids", "sequence")
    def _check_order(self):
        for record in self:
            late = record.depends_on_ids.filtered(
                lambda other, own=record: other.sequence >= own.sequence
            )
            if late:
                raise ValidationError(
                    self.env._(
                        "%(object)s needs %(others)s, which must come before it in "
                        "the order.",
                        object=record.name,
                        others=", ".join(late.mapped("name")),
                    )
                )

    @api.model
    def _get(self, code):
        """Return the object of that code, empty when there is none."""
        # sudo: the catalogue holds no data of any company
        return self.sudo().search([("code", "=", code)], limit=1)

    @api.model
    def _catalogue(self):
        """Return ``{code: {field: Target}}`` of all active objects."""
        return {
            record.code: LOADERS[record.loader].targets for record in self.search([])
        }
