from odoo import api, fields, models

from .dist_option_criterion import MAX_WEIGHT

SCORES = [
    ("0", "0: does not fit"),
    ("1", "1: poor"),
    ("2", "2: fair"),
    ("3", "3: good"),
    ("4", "4: very good"),
    ("5", "5: fits fully"),
]


class DistOptionScore(models.Model):
    """How well an option fits by one criterion. Empty is not the same as 0."""

    _name = "dist.option.score"
    _description = "Option Score"
    _inherit = "dist.protected.mixin"
    _order = "choice_id, criterion_sequence, criterion_id, candidate_id"
    _immutable_fields = frozenset({"candidate_id", "criterion_id"})

    candidate_id = fields.Many2one(
        "dist.option.candidate", required=True, ondelete="cascade", index=True
    )
    choice_id = fields.Many2one(
        related="candidate_id.choice_id", store=True, index=True
    )
    program_id = fields.Many2one(
        related="candidate_id.program_id", store=True, index=True
    )
    criterion_id = fields.Many2one(
        "dist.option.criterion", required=True, ondelete="restrict"
    )
    criterion_sequence = fields.Integer(related="criterion_id.sequence", store=True)
    weight = fields.Integer(
        required=True,
        default=1,
        aggregator=None,
        help="The same for every option: a change holds for all of them.",
    )
    score = fields.Selection(SCORES)
    weighted = fields.Integer(
        string="Weight × Score", compute="_compute_weighted", store=True
    )
    remark = fields.Char()

    _criterion_uniq = models.UniqueIndex(
        "(candidate_id, criterion_id)", "The option is scored on this already."
    )
    _weight_range = models.Constraint(
        f"CHECK (weight BETWEEN 0 AND {MAX_WEIGHT})",
        f"A weight lies between 0 and {MAX_WEIGHT}.",
    )

    @api.depends("weight", "score")
    def _compute_weighted(self):
        for line in self:
            line.weighted = line.weight * int(line.score or 0)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines.choice_id._check_open()
        return lines

    def write(self, vals):
        if not self.env.su:
            self.choice_id._check_open()
        result = super().write(vals)
        if "weight" in vals:
            self._share_weight(vals["weight"])
        return result

    def _share_weight(self, weight):
        """Give a criterion the same weight for every option of the comparison."""
        for line in self:
            siblings = line.choice_id.score_ids.filtered(
                lambda s, line=line: (
                    s.criterion_id == line.criterion_id and s.weight != weight
                )
            )
            if siblings:
                siblings.weight = weight

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.choice_id._check_open()
