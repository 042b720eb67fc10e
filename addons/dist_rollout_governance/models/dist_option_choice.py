from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from .dist_option import KINDS


class DistOptionChoice(models.Model):
    """The comparison from which a program chooses its topology or its hosting.

    Every option is scored on every criterion; the weighted sum gives the rank.
    Choosing against the ranking takes a written rationale, and every choice a
    decision. Its approval sets the program's topology or hosting.
    """

    _name = "dist.option.choice"
    _description = "Option Comparison"
    _inherit = ["dist.register.mixin", "dist.decision.mixin"]
    _order = "program_id, kind desc, id desc"
    _immutable_fields = frozenset({"program_id", "site_id", "kind"})

    name = fields.Char(compute="_compute_name", store=True)
    kind = fields.Selection(KINDS, required=True, default="topology")
    candidate_ids = fields.One2many(
        "dist.option.candidate", "choice_id", string="Ranking"
    )
    score_ids = fields.One2many("dist.option.score", "choice_id", string="Scores")
    missing_count = fields.Integer(
        string="Scores Missing", compute="_compute_missing_count"
    )
    chosen_id = fields.Many2one(
        "dist.option.candidate",
        string="Chosen Option",
        domain="[('choice_id', '=', id)]",
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        tracking=True,
    )
    against_ranking = fields.Boolean(compute="_compute_against_ranking")
    rationale = fields.Text(
        copy=False,
        tracking=True,
        help="Why this option. Needed when another one ranks higher.",
    )

    _active_uniq = models.UniqueIndex(
        "(program_id, kind) WHERE active",
        "The program compares these options already. Archive that comparison before "
        "you start a new one.",
    )

    @api.depends("kind", "program_id.name")
    def _compute_name(self):
        for choice in self:
            kind = dict(self._fields["kind"]._description_selection(self.env))
            choice.name = self.env._(
                "%(kind)s of %(program)s",
                kind=kind.get(choice.kind, ""),
                program=choice.program_id.name or "",
            )

    @api.depends("score_ids.score")
    def _compute_missing_count(self):
        for choice in self:
            choice.missing_count = len(choice.score_ids.filtered(lambda s: not s.score))

    @api.depends("chosen_id.rank")
    def _compute_against_ranking(self):
        for choice in self:
            choice.against_ranking = choice.chosen_id.rank > 1

    @api.constrains("chosen_id", "rationale")
    def _check_rationale(self):
        for choice in self:
            if choice.chosen_id and choice.chosen_id.choice_id != choice:
                raise ValidationError(
                    self.env._("The chosen option is not one of this comparison.")
                )
            obstacle = choice._rationale_obstacle()
            if obstacle:
                raise ValidationError(obstacle)

    def _rationale_obstacle(self):
        """Return the sentence that asks for a rationale, or None."""
        if not self.against_ranking or (self.rationale or "").strip():
            return None
        best = self.candidate_ids.filtered(lambda c: c.rank == 1)
        return self.env._(
            "%(best)s ranks higher than %(chosen)s. Write down why you choose against "
            "the ranking.",
            best=", ".join(best.option_id.mapped("name")),
            chosen=self.chosen_id.option_id.name,
        )

    @api.model_create_multi
    def create(self, vals_list):
        choices = super().create(vals_list)
        for choice in choices.filtered(lambda c: not c.candidate_ids):
            choice._prepare_comparison()
        return choices

    def _prepare_comparison(self):
        """Put every option and every criterion of the kind into the comparison."""
        self.ensure_one()
        options = self.env["dist.option"].search([("kind", "=", self.kind)])
        criteria = self.env["dist.option.criterion"].search([("kind", "=", self.kind)])
        self.candidate_ids = [
            Command.create(
                {
                    "option_id": option.id,
                    "score_ids": [
                        Command.create(
                            {"criterion_id": criterion.id, "weight": criterion.weight}
                        )
                        for criterion in criteria
                    ],
                }
            )
            for option in options
        ]

    def write(self, vals):
        # an approved comparison is archived when a new one takes its place
        if not self.env.su and vals.keys() & {"chosen_id", "rationale", "score_ids"}:
            self._check_open()
        return super().write(vals)

    def _check_open(self):
        """Refuse to change what is being decided, or was approved."""
        for choice in self:
            if choice.decision_state in ("proposed", "approved"):
                raise UserError(
                    self.env._(
                        "%(choice)s is with %(body)s or approved by it and stays as it "
                        "is. Withdraw the proposal, or archive this comparison and "
                        "start a new one.",
                        choice=choice.name,
                        body=choice.sudo().decision_id.body_id.name,
                    )
                )

    # -- decision -------------------------------------------------------------------

    def _decision_activity(self):
        return self.kind

    def _decision_proposal(self):
        return "\n\n".join(
            filter(
                None,
                [
                    self.env._(
                        "Choose %(option)s (rank %(rank)s of %(count)s).",
                        option=self.chosen_id.option_id.name,
                        rank=self.chosen_id.rank,
                        count=len(self.candidate_ids),
                    ),
                    self.rationale,
                ],
            )
        )

    def _decision_content(self):
        return {
            "kind": self.kind,
            "chosen": self.chosen_id.option_id.code or "",
            "rationale": self.rationale or "",
            "options": [
                {
                    "key": candidate.option_id.code,
                    "rank": candidate.rank,
                    "total": candidate.total,
                    "scores": [
                        {
                            "key": line.criterion_id.code,
                            "weight": line.weight,
                            "score": line.score or "",
                        }
                        for line in candidate.score_ids
                    ],
                }
                for candidate in self.candidate_ids.sorted("id")
            ],
        }

    def _decision_obstacles(self):
        self.ensure_one()
        obstacles = []
        if not self.score_ids:
            obstacles.append(self.env._("There is nothing to compare."))
        if self.missing_count:
            obstacles.append(
                self.env._(
                    "%(count)s scores are missing: every option is scored on every "
                    "criterion.",
                    count=self.missing_count,
                )
            )
        if not self.chosen_id:
            obstacles.append(self.env._("Choose an option."))
        rationale = self._rationale_obstacle()
        if rationale:
            obstacles.append(rationale)
        return obstacles

    def _after_decision(self, decision):
        if decision.state != "approved":
            return
        program, option = self.program_id, self.chosen_id.option_id
        program[f"{self.kind}_id"] = option
        voters = decision._counted_votes().filtered(lambda v: v.choice == "for")
        program._message_log(
            body=self.env._(
                "%(kind)s: %(option)s. %(decision)s, %(body)s, approved by %(people)s.",
                kind=dict(KINDS)[self.kind],
                option=option.name,
                decision=decision.display_name,
                body=decision.body_id.name,
                people=", ".join(voters.user_id.mapped("name")),
            )
        )
