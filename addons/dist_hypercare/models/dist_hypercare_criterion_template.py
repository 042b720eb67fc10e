from odoo import fields, models


class DistHypercareCriterionTemplate(models.Model):
    """A default exit criterion: each new hypercare gets a copy of the active ones."""

    _name = "dist.hypercare.criterion.template"
    _description = "Default Exit Criterion"
    _inherit = "dist.criterion.definition.mixin"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_daily = fields.Boolean(
        string="Judges the Days",
        default=True,
        help="Each day is clean or red by its value. Otherwise only the latest value "
        "counts, at the exit.",
    )
    guidance = fields.Text(
        translate=True, help="What to look at when the criterion is red."
    )

    def _criterion_vals(self):
        """Return the values of the exit criterion this template becomes."""
        self.ensure_one()
        return {
            **self._definition_vals(),
            "name": self.name,
            "sequence": self.sequence,
            "is_daily": self.is_daily,
            "guidance": self.guidance,
        }
