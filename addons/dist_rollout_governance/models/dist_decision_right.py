from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .dist_body import BODY_TYPES

LETTERS = [
    ("R", "R: Responsible"),
    ("A", "A: Accountable, decides"),
    ("C", "C: Consulted"),
    ("I", "I: Informed"),
]


class DistDecisionRight(models.Model):
    """One cell of the matrix: what a body or a role has to do with an activity."""

    _name = "dist.decision.right"
    _description = "Decision Right"
    _inherit = "dist.protected.mixin"
    _order = "activity_id, program_id, letter, id"
    _immutable_fields = frozenset({"program_id"})

    activity_id = fields.Many2one(
        "dist.decision.activity", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(
        "dist.program",
        ondelete="cascade",
        index="btree_not_null",
        help="Empty: holds for every program that has no rights of its own for the "
        "activity.",
    )
    letter = fields.Selection(LETTERS, string="RACI", required=True, default="R")
    body_type = fields.Selection(BODY_TYPES, string="Body")
    role = fields.Char(
        translate=True, help="A role outside the bodies, e.g. Process Owner."
    )

    _party_uniq = models.UniqueIndex(
        "(activity_id, COALESCE(program_id, 0), body_type) WHERE body_type IS NOT NULL",
        "The body has a letter for this activity already.",
    )
    _accountable_uniq = models.UniqueIndex(
        "(activity_id, COALESCE(program_id, 0)) WHERE letter = 'A'",
        "One body is accountable for an activity, and only one.",
    )

    @api.constrains("body_type", "role", "letter")
    def _check_party(self):
        for right in self:
            if bool(right.body_type) == bool(right.role):
                raise ValidationError(
                    self.env._("A decision right belongs to a body or to a role.")
                )
            if right.letter == "A" and not right.body_type:
                raise ValidationError(
                    self.env._(
                        "Only a body decides: give the A to a body, and R, C or I to "
                        "roles."
                    )
                )

    @api.depends("letter", "body_type", "role")
    def _compute_display_name(self):
        for right in self:
            right.display_name = f"{right._party()} ({right.letter})"

    def _party(self):
        """Return the name of the body type or role."""
        types = dict(self._fields["body_type"]._description_selection(self.env))
        return types.get(self.body_type) or self.role
