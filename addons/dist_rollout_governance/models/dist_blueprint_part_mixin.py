from odoo import api, fields, models
from odoo.exceptions import UserError


class DistBlueprintPartMixin(models.AbstractModel):
    """A part of a blueprint: it can be changed while the blueprint is a draft.

    Models that inherit it say how they find their ``blueprint_id``.
    """

    _name = "dist.blueprint.part.mixin"
    _description = "Part of a Blueprint"
    _inherit = "dist.protected.mixin"
    _immutable_fields = frozenset({"blueprint_id", "element_id"})

    blueprint_id = fields.Many2one("dist.blueprint")
    program_id = fields.Many2one(
        related="blueprint_id.program_id", store=True, index=True
    )
    blueprint_state = fields.Selection(
        related="blueprint_id.state", string="Blueprint Status"
    )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_blueprint_draft()
        return parts

    def write(self, vals):
        # who may not write hears that first, whatever the state of the blueprint
        self.check_access("write")
        self._check_blueprint_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_frozen(self):
        self._check_blueprint_draft()

    def _check_blueprint_draft(self):
        """Raise unless the blueprint is a draft; the system's own jobs may go on."""
        if self.env.su:
            return
        for blueprint in self.blueprint_id:
            if blueprint.state != "draft":
                raise UserError(
                    self.env._(
                        "%(blueprint)s is released and frozen. Create a new version "
                        "and change it there.",
                        blueprint=blueprint.display_name,
                    )
                )
