from odoo import fields, models

from .dist_blueprint_element import AREAS


class DistConformanceTemplate(models.Model):
    """A conformance rule of the catalogue, with the blueprint element it checks."""

    _name = "dist.conformance.template"
    _description = "Catalogue of Conformance Rules"
    _inherit = "dist.conformance.definition.mixin"
    _order = "area, sequence, id"

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    area = fields.Selection(AREAS, required=True)
    element_code = fields.Char(
        required=True, help="Rules with the same element code go to one element."
    )
    element_name = fields.Char(required=True, translate=True)
    standard = fields.Text(
        required=True, translate=True, help="What the blueprint says about it."
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "The catalogue has a rule with this code already."
    )

    def _element_vals(self):
        """Return the values of the blueprint element of the rules."""
        template = self[0]
        return {
            "code": template.element_code,
            "name": template.element_name,
            "area": template.area,
            "standard": template.standard,
        }
