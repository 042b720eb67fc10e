from odoo import fields, models

from .dist_option import KINDS

MAX_WEIGHT = 10


class DistOptionCriterion(models.Model):
    """What options are compared by, and how much it counts by default."""

    _name = "dist.option.criterion"
    _description = "Option Criterion"
    _order = "kind desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True)
    weight = fields.Integer(required=True, default=3)
    description = fields.Text(
        translate=True, help="What a high score means for this criterion."
    )

    _code_uniq = models.UniqueIndex(
        "(kind, code)", "There is a criterion of this code."
    )
    _weight_range = models.Constraint(
        f"CHECK (weight BETWEEN 0 AND {MAX_WEIGHT})",
        f"A weight lies between 0 and {MAX_WEIGHT}.",
    )
