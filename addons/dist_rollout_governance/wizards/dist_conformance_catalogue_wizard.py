from odoo import fields, models
from odoo.exceptions import UserError


class DistConformanceCatalogueWizard(models.TransientModel):
    """Dialog that takes rules of the catalogue, and their elements, into a blueprint.

    What the blueprint has already is left alone: the dialog can be used again.
    """

    _name = "dist.conformance.catalogue.wizard"
    _description = "Add Rules from the Catalogue"

    blueprint_id = fields.Many2one(
        "dist.blueprint", required=True, domain="[('state', '=', 'draft')]"
    )
    template_ids = fields.Many2many(
        "dist.conformance.template",
        string="Rules",
        default=lambda self: self.env["dist.conformance.template"].search([]),
    )

    def action_confirm(self):
        """Create the elements and rules that are missing and open the elements."""
        self.ensure_one()
        if not self.template_ids:
            raise UserError(self.env._("Choose the rules to add."))
        self.blueprint_id.check_access("write")
        self.blueprint_id.element_ids._check_blueprint_draft()
        present = set(self.blueprint_id.element_ids.rule_ids.mapped("code"))
        for templates in self.template_ids.grouped("element_code").values():
            element = self._element(templates)
            # sudo: whoever writes a rule must be allowed to read what it finds; the
            # rules of the catalogue were written by the program administrator
            self.env["dist.conformance.rule"].sudo().create(
                [
                    {**template._definition_vals(), "element_id": element.id}
                    for template in templates.sudo()
                    if template.code not in present
                ]
            )
        return self.blueprint_id.action_open_elements()

    def _element(self, templates):
        """Return the blueprint's element of the rules, created if need be."""
        vals = templates._element_vals()
        element = self.blueprint_id.element_ids.filtered(
            lambda element: element.code == vals["code"]
        )
        return element or element.create({**vals, "blueprint_id": self.blueprint_id.id})
