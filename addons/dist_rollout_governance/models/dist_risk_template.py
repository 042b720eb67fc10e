from odoo import fields, models

RISK_CATEGORIES = [
    ("governance", "Governance and Scope"),
    ("design", "Template and Design"),
    ("data", "Master and Opening Data"),
    ("warehouse", "Warehouse Operation"),
    ("commercial", "Commercial and Finance"),
    ("technology", "Technology and Integration"),
    ("security", "Security and Control"),
    ("people", "People and Adoption"),
    ("cutover", "Cutover and Go-live"),
]


class DistRiskTemplate(models.Model):
    """A named risk of distribution rollouts, to start a register from.

    The indicator is given by the code of its measure: the measure may belong to an
    addon that is not installed, and then the risk comes without an indicator.
    """

    _name = "dist.risk.template"
    _description = "Catalogue Risk"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    category = fields.Selection(RISK_CATEGORIES, required=True, default="governance")
    description = fields.Text(
        string="Typical Failure", translate=True, help="How the risk shows itself."
    )
    cause = fields.Text(string="Likely Cause", translate=True)
    consequence = fields.Text(string="Operational Impact", translate=True)
    mitigation = fields.Text(translate=True, help="What keeps it from happening.")
    contingency = fields.Text(translate=True, help="What is done once it happens.")
    warning_sign = fields.Text(
        string="Early Warning", translate=True, help="What can be noticed beforehand."
    )
    owner_role = fields.Char(
        string="Suggested Owner",
        translate=True,
        help="Role that owns the risk in most programs.",
    )
    probability = fields.Integer(default=3, aggregator="avg")
    impact = fields.Integer(default=3, aggregator="avg")
    measure_code = fields.Char(
        string="Indicator Measure",
        help="Code of the measure whose threshold warns early.",
    )
    indicator_operator = fields.Selection(
        [(">=", "at least"), ("<=", "at most"), ("=", "exactly")],
        string="Healthy When",
        default=">=",
    )
    indicator_threshold = fields.Float(string="Threshold", digits=(16, 2))
    contingency_tasks = fields.Text(
        translate=True,
        help="One task on each line. They are created once the risk is triggered.",
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "The catalogue has a risk with this code already."
    )
    _probability_range = models.Constraint(
        "CHECK (probability BETWEEN 1 AND 5)", "Probability goes from 1 to 5."
    )
    _impact_range = models.Constraint(
        "CHECK (impact BETWEEN 1 AND 5)", "Impact goes from 1 to 5."
    )

    def _contingency_names(self):
        """Return the names of the contingency tasks, in their order."""
        self.ensure_one()
        names = (line.strip() for line in (self.contingency_tasks or "").splitlines())
        return [name for name in names if name]

    def _risk_vals(self):
        """Return the values of a risk of this kind, without its links."""
        self.ensure_one()
        return {
            "template_id": self.id,
            "name": self.name,
            "category": self.category,
            "description": self.description,
            "cause": self.cause,
            "consequence": self.consequence,
            "mitigation": self.mitigation,
            "contingency": self.contingency,
            "warning_sign": self.warning_sign,
            "owner_role": self.owner_role,
            "probability": self.probability,
            "impact": self.impact,
            "contingency_ids": [
                fields.Command.create({"name": name, "sequence": 10 * (rank + 1)})
                for rank, name in enumerate(self._contingency_names())
            ],
        }

    def _indicator_vals(self, measures):
        """Return the suggested indicator, or None without a measure for it.

        :param measures: the known measures by their code
        """
        self.ensure_one()
        measure = measures.get(self.measure_code)
        if not measure:
            return None
        return {
            "measure_id": measure.id,
            "operator": self.indicator_operator,
            "threshold": self.indicator_threshold,
            "max_age_days": 7,
        }
