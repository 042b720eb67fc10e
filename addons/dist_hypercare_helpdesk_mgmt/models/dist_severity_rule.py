from odoo import api, fields, models

SEVERITIES = [
    ("1", "S1 Critical"),
    ("2", "S2 High"),
    ("3", "S3 Medium"),
    ("4", "S4 Low"),
]
IMPACTS = [
    ("site", "The site stands still"),
    ("process", "A process stands still"),
    ("team", "Several people"),
    ("person", "One person"),
]
URGENCIES = [
    ("now", "At once"),
    ("today", "Today"),
    ("week", "This week"),
]


class DistSeverityRule(models.Model):
    """A cell of the matrix: the severity that follows from impact and urgency."""

    _name = "dist.severity.rule"
    _description = "Severity Rule"
    _order = "sequence, id"
    _rec_name = "severity"

    sequence = fields.Integer(default=10)
    impact = fields.Selection(IMPACTS, required=True)
    urgency = fields.Selection(URGENCIES, required=True)
    severity = fields.Selection(SEVERITIES, required=True)

    _cell_uniq = models.UniqueIndex(
        "(impact, urgency)", "The matrix has this cell already."
    )

    @api.model
    def _matrix(self):
        """Return ``{(impact, urgency): severity}``."""
        # sudo: whoever writes a ticket is judged by the whole matrix
        return {
            (rule.impact, rule.urgency): rule.severity
            for rule in self.sudo().search([])
        }
