from odoo import api, fields, models

from ..services.rules import RESPONSIBLES, RULES


class DistMigrationFinding(models.Model):
    """Something a rule found in a row, and who has to correct it."""

    _name = "dist.migration.finding"
    _description = "Validation Finding"
    _order = "severity, rule, object_id, line, id"
    _rec_name = "message"

    cycle_id = fields.Many2one(
        "dist.migration.cycle", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict"
    )
    row_id = fields.Many2one(
        "dist.migration.row", required=True, ondelete="cascade", index=True
    )
    line = fields.Integer()
    legacy_key = fields.Char()
    rule = fields.Selection(selection="_selection_rule", required=True)
    severity = fields.Selection(
        [("error", "Error"), ("warning", "Warning")], required=True
    )
    field_name = fields.Char(string="Field")
    message = fields.Text()
    responsible = fields.Selection(
        selection="_selection_responsible",
        string="To Be Fixed By",
        help="Who corrects what the rule finds.",
    )

    @api.model
    def _selection_rule(self):
        return [(code, str(label)) for code, (label, _who) in RULES.items()]

    @api.model
    def _selection_responsible(self):
        return [(code, str(label)) for code, label in RESPONSIBLES]
