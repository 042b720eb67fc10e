from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DistCriterionDefinitionMixin(models.AbstractModel):
    """What a criterion demands: the part that templates and criteria share."""

    _name = "dist.criterion.definition.mixin"
    _description = "Criterion Definition"

    source = fields.Selection(
        [("computed", "Computed"), ("attested", "Attested")],
        required=True,
        default="computed",
    )
    measure_id = fields.Many2one("dist.measure", ondelete="restrict", index=True)
    measure_description = fields.Text(related="measure_id.description")
    unit = fields.Selection(related="measure_id.unit")
    operator = fields.Selection(
        [(">=", "at least"), ("<=", "at most"), ("=", "exactly")],
        default=">=",
    )
    threshold = fields.Float(digits=(16, 2))
    max_age_days = fields.Integer(
        string="Maximum Age",
        default=1,
        help="Days a measure value may be old. 0: it must be of the site's today.",
    )
    consecutive_days = fields.Integer(
        default=1,
        help="Number of days in a row, up to the latest value, that must all pass.",
    )
    valid_days = fields.Integer(
        string="Validity",
        default=30,
        help="Days an attestation is valid.",
    )
    criterion_text = fields.Char(
        string="Criterion",
        compute="_compute_criterion_text",
        help="The criterion in words.",
    )

    @api.depends("source", "operator", "threshold", "measure_id", "valid_days")
    def _compute_criterion_text(self):
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for line in self:
            if line.source == "attested":
                line.criterion_text = self.env._(
                    "Document and attestation, valid %(days)s days",
                    days=line.valid_days,
                )
            else:
                line.criterion_text = (
                    f"{operators.get(line.operator, '')} "
                    f"{line._format_value(line.threshold)}"
                )

    def _format_value(self, value):
        """Return a figure with its unit, without needless decimals."""
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return f"{text} %" if self.unit == "percent" else text

    @api.constrains(
        "source", "measure_id", "max_age_days", "consecutive_days", "valid_days"
    )
    def _check_criterion(self):
        for line in self:
            if line.source == "computed" and not line.measure_id:
                raise ValidationError(
                    self.env._(
                        "A computed criterion needs a measure. Choose one, or make "
                        "the criterion an attested one."
                    )
                )
            if (
                line.max_age_days < 0
                or line.consecutive_days < 1
                or line.valid_days < 1
            ):
                raise ValidationError(
                    self.env._(
                        "The maximum age can't be negative; days in a row and "
                        "validity are at least one day."
                    )
                )

    def _definition_vals(self):
        """Return the definition as values for another record that has it."""
        self.ensure_one()
        return {
            "source": self.source,
            "measure_id": self.measure_id.id,
            "operator": self.operator,
            "threshold": self.threshold,
            "max_age_days": self.max_age_days,
            "consecutive_days": self.consecutive_days,
            "valid_days": self.valid_days,
        }
