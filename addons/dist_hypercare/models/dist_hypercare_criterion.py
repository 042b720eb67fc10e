from odoo import fields, models


class DistHypercareCriterion(models.Model):
    """One criterion for the exit of a site from hypercare.

    Daily criteria decide which days are clean and must have passed by their latest
    value as well; attested criteria, and computed ones that are not daily, must hold at
    the exit only.
    """

    _name = "dist.hypercare.criterion"
    _description = "Exit Criterion"
    _inherit = "dist.criterion.mixin"
    _order = "hypercare_id, sequence, id"
    _immutable_fields = frozenset({"hypercare_id"})

    hypercare_id = fields.Many2one(
        "dist.hypercare", required=True, ondelete="cascade", index=True
    )
    site_id = fields.Many2one(related="hypercare_id.site_id", store=True, index=True)
    company_id = fields.Many2one(
        related="hypercare_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    is_daily = fields.Boolean(
        string="Judges the Days",
        default=True,
        help="Each day is clean or red by its value. Otherwise only the latest value "
        "counts, at the exit: for what is not measured every day, such as a survey.",
    )
    guidance = fields.Text(help="What to look at when the criterion is red.")

    def _obstacle(self):
        """Return the sentence that says why the criterion holds up the exit."""
        self.ensure_one()
        env = self.env
        if self.result == "no_evidence":
            return env._("%(criterion)s: there is no evidence.", criterion=self.name)
        if self.result == "stale":
            return env._(
                "%(criterion)s: the evidence is of %(day)s, which is too old.",
                criterion=self.name,
                day=self.evidence_day or self.attested_at.date(),
            )
        if self.source == "attested":
            return env._("%(criterion)s: attested as failed.", criterion=self.name)
        return env._(
            "%(criterion)s: is %(actual)s, must be %(demand)s.",
            criterion=self.name,
            actual=self.actual_text,
            demand=self.criterion_text,
        )
