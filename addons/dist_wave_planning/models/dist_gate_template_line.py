from odoo import fields, models

WORKSTREAMS = [
    ("sales", "Sales"),
    ("purchase_inventory", "Purchase and Inventory"),
    ("accounting", "Accounting"),
    ("support", "Support"),
    ("people", "People"),
    ("logistics", "Logistics"),
]


class DistGateTemplateLine(models.Model):
    _name = "dist.gate.template.line"
    _description = "Gate Template Line"
    _inherit = "dist.criterion.definition.mixin"
    _order = "template_id, sequence, id"

    template_id = fields.Many2one(
        "dist.gate.template", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)
    workstream = fields.Selection(WORKSTREAMS, required=True)
    is_mandatory = fields.Boolean(
        string="Mandatory",
        default=True,
        help="No-go: without this line the site does not go live.",
    )
    weight = fields.Integer(default=1, help="Weight in the readiness score.")
    guidance = fields.Text(
        translate=True, help="What to check, and what to do when the line is red."
    )

    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "The weight of a line is at least 1."
    )

    def _gate_line_vals(self):
        """Return the values of the gate line this template line becomes."""
        self.ensure_one()
        return {
            **self._definition_vals(),
            "template_line_id": self.id,
            "sequence": self.sequence,
            "name": self.name,
            "workstream": self.workstream,
            "is_mandatory": self.is_mandatory,
            "weight": self.weight,
            "guidance": self.guidance,
        }
