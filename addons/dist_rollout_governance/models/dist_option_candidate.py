from odoo import api, fields, models


class DistOptionCandidate(models.Model):
    """An option in a comparison, with its weighted sum and its rank."""

    _name = "dist.option.candidate"
    _description = "Compared Option"
    _inherit = "dist.protected.mixin"
    # not by rank: a stored field that is computed from its siblings can't order them
    _order = "choice_id, sequence, id"
    _rec_name = "option_id"
    _immutable_fields = frozenset({"choice_id", "option_id"})

    choice_id = fields.Many2one(
        "dist.option.choice", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(related="choice_id.program_id", store=True, index=True)
    option_id = fields.Many2one("dist.option", required=True, ondelete="restrict")
    sequence = fields.Integer(related="option_id.sequence", store=True)
    best_fit = fields.Text(related="option_id.best_fit")
    advantages = fields.Text(related="option_id.advantages")
    risks = fields.Text(related="option_id.risks")
    score_ids = fields.One2many("dist.option.score", "candidate_id", string="Scores")
    total = fields.Integer(
        string="Weighted Score", compute="_compute_total", store=True, aggregator=None
    )
    share = fields.Integer(
        string="Of the Maximum (%)",
        compute="_compute_total",
        store=True,
        aggregator=None,
    )
    rank = fields.Integer(compute="_compute_rank", store=True, aggregator=None)

    _option_uniq = models.UniqueIndex(
        "(choice_id, option_id)", "The option is compared already."
    )

    @api.depends("score_ids.weighted", "score_ids.weight")
    def _compute_total(self):
        for candidate in self:
            lines = candidate.score_ids
            best = 5 * sum(lines.mapped("weight"))
            candidate.total = sum(lines.mapped("weighted"))
            candidate.share = round(100 * candidate.total / best) if best else 0

    @api.depends("choice_id.candidate_ids.total")
    def _compute_rank(self):
        for candidate in self:
            candidate.rank = 1 + sum(
                other.total > candidate.total
                for other in candidate.choice_id.candidate_ids
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.choice_id._check_open()
