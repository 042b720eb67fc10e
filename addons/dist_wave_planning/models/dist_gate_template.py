from odoo import fields, models


class DistGateTemplate(models.Model):
    """The lines every readiness gate of a wave starts with."""

    _name = "dist.gate.template"
    _description = "Gate Template"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    line_ids = fields.One2many(
        "dist.gate.template.line", "template_id", string="Lines", copy=True
    )
