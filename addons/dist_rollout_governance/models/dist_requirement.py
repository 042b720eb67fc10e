from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

CLASSES = [
    ("adopt", "Adopt Standard"),
    ("configure", "Configure"),
    ("process_change", "Process Change"),
    ("localize", "Localize"),
    ("integrate", "Integrate"),
    ("customize", "Customize"),
    ("retire", "Retire Legacy"),
    ("policy", "Policy Decision"),
]
# what a body decides, and under which activity; the others are classified, no more
ACTIVITIES = {
    "localize": "deviation_legal",
    "integrate": "deviation_integration",
    "customize": "customization",
    "policy": "deviation_process",
}
ANSWERS = [("yes", "Yes"), ("no", "No")]
LOCKED_FIELDS = {
    "classification",
    "process_id",
    "replacement_process",
    "legal_reference",
    "policy_owner_id",
    "is_differentiating",
    "is_recurring",
    "is_unsolvable",
    "test_rationale",
}
MAX_EFFORT_DAYS = 10_000


class DistRequirement(models.Model):
    """A requirement of the fit-gap register and how the template meets it.

    It is classified first: each class asks for what makes it defensible. What leaves
    the standard is then decided by the body that has the right to.
    """

    _name = "dist.requirement"
    _description = "Fit-gap Requirement"
    _inherit = ["dist.decision.mixin", "dist.raid.mixin"]
    _order = "program_id, priority, id"
    _protected_fields = frozenset({"state"})

    process_id = fields.Many2one(
        "dist.process", required=True, ondelete="restrict", index=True
    )
    affected_site_ids = fields.Many2many(
        "dist.site",
        "dist_requirement_site_rel",
        string="Sites Affected",
        domain="[('program_id', '=', program_id)]",
        help="Empty: every site of the program.",
    )
    current_practice = fields.Text(help="How it is done today.")
    standard_capability = fields.Text(help="What standard Odoo offers for it.")
    classification = fields.Selection(CLASSES, string="Class", tracking=True)
    priority = fields.Selection(
        [("1_must", "Must"), ("2_should", "Should"), ("3_could", "Could")],
        required=True,
        default="2_should",
    )
    effort_days = fields.Float(
        string="Effort (Days)", digits=(8, 1), help="Estimated person days."
    )
    is_differentiating = fields.Selection(
        ANSWERS,
        string="Differentiating?",
        help="Does it set the company apart, or bring measurable value?",
    )
    is_recurring = fields.Selection(
        ANSWERS,
        string="Recurring?",
        help="Does it matter often, and in more than one rollout wave?",
    )
    is_unsolvable = fields.Selection(
        ANSWERS,
        string="Not Solvable Otherwise?",
        help="Did configuration, training and process change fail to solve it?",
    )
    test_rationale = fields.Text(string="Rationale of the Answers")
    replacement_process = fields.Text(
        help="The process that takes the place of the legacy behaviour."
    )
    legal_reference = fields.Char(help="Law, regulation or ruling, with its paragraph.")
    policy_owner_id = fields.Many2one(
        "res.users", domain="[('share', '=', False)]", ondelete="restrict"
    )
    needs_decision = fields.Boolean(compute="_compute_needs_decision")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("classified", "Classified"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("done", "Done"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    @api.depends("classification")
    def _compute_needs_decision(self):
        for requirement in self:
            requirement.needs_decision = requirement.classification in ACTIVITIES

    @api.constrains("effort_days")
    def _check_effort_days(self):
        for requirement in self:
            if not 0 <= requirement.effort_days <= MAX_EFFORT_DAYS:
                raise ValidationError(
                    self.env._(
                        "The effort of %(name)s must lie between 0 and %(max)s days.",
                        name=requirement.name,
                        max=MAX_EFFORT_DAYS,
                    )
                )

    @api.constrains("affected_site_ids", "program_id")
    def _check_affected_sites(self):
        for requirement in self:
            for site in requirement.affected_site_ids:
                requirement._check_program_of(site)

    def write(self, vals):
        if not self.env.su and LOCKED_FIELDS & vals.keys():
            for requirement in self.filtered(lambda entry: entry.state != "draft"):
                raise UserError(
                    self.env._(
                        "%(name)s is classified. Set it back to draft to change its "
                        "class or what it rests on.",
                        name=requirement.name,
                    )
                )
        return super().write(vals)

    # -- steps --------------------------------------------------------------------

    def _classify_obstacles(self):
        """Return a sentence for each thing the class still asks for."""
        env = self.env
        if self.state != "draft":
            return [env._("It is classified already.")]
        if not self.classification:
            return [env._("Choose the class.")]
        check = getattr(self, f"_{self.classification}_obstacles", None)
        return check() if check else []

    def _customize_obstacles(self):
        env = self.env
        obstacles = []
        questions = ["is_differentiating", "is_recurring", "is_unsolvable"]
        answers = [self[name] for name in questions]
        if not all(answers):
            obstacles.append(
                env._("Answer the three questions of the customization test.")
            )
        elif "no" in answers:
            obstacles.append(
                env._(
                    "A requirement is customized when all three answers are yes. "
                    "Choose another class."
                )
            )
        if not self.test_rationale:
            obstacles.append(env._("Give the rationale of the answers."))
        return obstacles

    def _retire_obstacles(self):
        if self.replacement_process:
            return []
        return [self.env._("Describe the process that replaces the legacy behaviour.")]

    def _localize_obstacles(self):
        if self.legal_reference:
            return []
        return [self.env._("Name the law or regulation that asks for it.")]

    def _policy_obstacles(self):
        if self.policy_owner_id:
            return []
        return [self.env._("Name the owner of the policy.")]

    def action_classify(self):
        """Settle the class of the requirements."""
        self._take_step("classify", {"state": "classified"})

    def _reset_obstacles(self):
        if self.state == "draft":
            return [self.env._("It is a draft.")]
        if self.decision_state == "proposed":
            return [self.env._("It is being decided. Withdraw the decision before.")]
        return []

    def action_reset(self):
        """Set the requirements back to draft, so that they can be changed."""
        self._take_step("reset", {"state": "draft"})

    def _complete_obstacles(self):
        if self.state == "approved":
            return []
        if self.state == "classified" and not self.needs_decision:
            return []
        if self.state == "classified":
            return [self.env._("Its class has to be decided before it is done.")]
        return [self.env._("It is classified or approved before it is done.")]

    def action_complete(self):
        """Record that the template meets the requirements."""
        self._take_step("complete", {"state": "done"})

    # -- decision -----------------------------------------------------------------

    def _decision_activity(self):
        return ACTIVITIES[self.classification]

    def _decision_obstacles(self):
        env = self.env
        if self.state != "classified":
            return [env._("%(name)s has to be classified first.", name=self.name)]
        if not self.needs_decision:
            return [
                env._(
                    "%(name)s stays within the standard: nobody has to decide on it.",
                    name=self.name,
                )
            ]
        return []

    def _decision_content(self):
        return {
            "name": self.name,
            "process": self.process_id.code,
            "class": self.classification,
            "sites": sorted(self.affected_site_ids.mapped("code")),
            "answers": [
                self.is_differentiating or "",
                self.is_recurring or "",
                self.is_unsolvable or "",
            ],
            "rationale": self.test_rationale or "",
            "legal_reference": self.legal_reference or "",
            "policy_owner": self.policy_owner_id.login or "",
        }

    def _decision_proposal(self):
        return self.description or self.test_rationale

    def _after_decision(self, decision):
        states = {"approved": "approved", "rejected": "rejected"}
        self.state = states.get(decision.state, "classified")

    def action_open_customization(self):
        """Open the dossier of the customization, or a new one."""
        self.ensure_one()
        dossier = self.env["dist.customization"].search(
            [("requirement_id", "=", self.id)], limit=1
        )
        if dossier:
            return dossier._get_records_action()
        return {
            "type": "ir.actions.act_window",
            "res_model": "dist.customization",
            "view_mode": "form",
            "context": {
                "default_name": self.name,
                "default_program_id": self.program_id.id,
                "default_requirement_id": self.id,
            },
        }
