from odoo import fields, models

from .dist_document import TYPES


class DistPhaseTemplateDeliverable(models.Model):
    """A deliverable that a phase of a method asks for."""

    _name = "dist.phase.template.deliverable"
    _description = "Deliverable of a Method"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "dist.phase.template", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    document_type = fields.Selection(TYPES, required=True, default="other")
    is_required = fields.Boolean(string="Required", default=True)
