from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.rules import FIXED_RULES, RULES


class DistMigrationRule(models.Model):
    """How severe a program takes what a validation rule finds.

    Rules without such a record keep their own severity. What keeps a row from becoming
    a record stays an error.
    """

    _name = "dist.migration.rule"
    _description = "Rule Severity"
    _inherit = ["dist.protected.mixin", "mail.thread"]
    _order = "program_id, rule, id"
    _rec_name = "rule"
    _immutable_fields = frozenset({"program_id"})

    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="cascade", index=True
    )
    rule = fields.Selection(selection="_selection_rule", required=True, tracking=True)
    severity = fields.Selection(
        [("error", "Error"), ("warning", "Warning"), ("off", "Off")],
        required=True,
        tracking=True,
        help="Rows with an error are held back from the load; a rule that is off is "
        "not run.",
    )
    reason = fields.Char(required=True, tracking=True, help="Why the program differs.")

    _rule_uniq = models.UniqueIndex(
        "(program_id, rule)", "The program has a severity for that rule already."
    )

    @api.model
    def _selection_rule(self):
        return [
            (code, str(label))
            for code, (label, _who) in RULES.items()
            if code not in FIXED_RULES
        ]

    @api.constrains("rule")
    def _check_rule(self):
        # the choices of a computed selection are not checked by the ORM
        for record in self:
            if record.rule not in dict(self._selection_rule()):
                raise ValidationError(
                    self.env._(
                        "%(rule)s stays as it is: such rows can't become records.",
                        rule=record.rule,
                    )
                )
