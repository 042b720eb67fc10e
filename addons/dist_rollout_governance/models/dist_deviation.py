from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

CLASSES = [
    ("legal", "Legal"),
    ("regulatory", "Regulatory"),
    ("commercial", "Commercial"),
    ("preference", "Preference"),
]
# Legal localization is kept apart from what the business prefers: another activity,
# hence another body may decide, and another class in every list.
LEGAL_CLASSES = ("legal", "regulatory")
EDITABLE_STATES = ("draft",)
LOCKED_FIELDS = {
    "name",
    "classification",
    "element_id",
    "finding_id",
    "covers",
    "reason",
    "legal_reference",
    "cost",
    "valid_until",
}


class DistDeviation(models.Model):
    """A departure of one site from one element of the blueprint.

    Decided by the design authority. While the approval is in force it covers what the
    conformance rules of the element find on the site; when it expires the findings
    are uncovered again, and so is every criterion that counts them.
    """

    _name = "dist.deviation"
    _description = "Local Deviation"
    _inherit = ["dist.decision.mixin", "dist.raid.mixin"]
    _order = "program_id, site_id, id"
    _protected_fields = frozenset(
        {"state", "reviewed_on", "next_review_on", "reminded_on", "approved_values"}
    )

    site_id = fields.Many2one(required=True)
    element_id = fields.Many2one(
        "dist.blueprint.element",
        string="Blueprint Element",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('program_id', '=', program_id), "
        "('blueprint_state', '=', 'released')]",
    )
    element_code = fields.Char(related="element_id.code", store=True)
    area = fields.Selection(related="element_id.area", store=True)
    region_id = fields.Many2one(related="site_id.region_id", store=True)
    finding_id = fields.Many2one(
        "dist.conformance.finding",
        string="Finding",
        ondelete="set null",
        index="btree_not_null",
        domain="[('site_id', '=', site_id), ('element_id', '=', element_id)]",
        help="The finding it was asked for; empty: it concerns the whole element.",
    )
    rule_code = fields.Char(
        compute="_compute_rule_code",
        store=True,
        precompute=True,
        export_string_translation=False,
    )
    covers = fields.Selection(
        [
            ("value", "Only the value found when it was decided"),
            ("any", "Any departure from the element"),
        ],
        default="any",
        required=True,
    )
    approved_values = fields.Char(
        readonly=True, copy=False, export_string_translation=False
    )
    found = fields.Char(related="finding_id.actual", string="Found")
    classification = fields.Selection(
        CLASSES, string="Class", required=True, default="preference", tracking=True
    )
    kind = fields.Selection(
        [
            ("legal_localization", "Legal Localization"),
            ("business_preference", "Business Preference"),
        ],
        compute="_compute_kind",
        store=True,
        precompute=True,
    )
    reason = fields.Text()
    legal_reference = fields.Char(
        help="Law, regulation or ruling, with its paragraph.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(
        string="Yearly Cost", help="What keeping the deviation costs a year."
    )
    valid_until = fields.Date(
        string="Expires",
        tracking=True,
        help="Last day on which the approval holds.",
    )
    review_months = fields.Integer(
        string="Review Every (Months)",
        default=6,
        help="0: it is not reviewed before it expires.",
    )
    reviewed_on = fields.Date(string="Last Review", readonly=True, copy=False)
    next_review_on = fields.Date(string="Next Review", readonly=True, copy=False)
    reminded_on = fields.Date(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("expired", "Expired"),
            ("closed", "Closed"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    @api.depends("finding_id")
    def _compute_rule_code(self):
        # kept when the finding goes with its version of the blueprint
        for deviation in self:
            if deviation.finding_id:
                deviation.rule_code = deviation.finding_id.sudo().rule_id.code
            else:
                deviation.rule_code = deviation.rule_code or False

    @api.depends("classification")
    def _compute_kind(self):
        for deviation in self:
            deviation.kind = (
                "legal_localization"
                if deviation.classification in LEGAL_CLASSES
                else "business_preference"
            )

    @api.model
    def _overdue_domain(self):
        return fields.Domain("state", "=", "approved") & fields.Domain(
            "next_review_on", "<", fields.Date.today()
        )

    @api.model
    def _overdue_fields(self):
        return ("state", "next_review_on")

    @api.constrains("element_id", "finding_id", "site_id", "program_id")
    def _check_links(self):
        for deviation in self:
            deviation._check_program_of(deviation.element_id)
            finding = deviation.finding_id.sudo()
            if finding and (
                finding.site_id != deviation.site_id
                or finding.element_id != deviation.element_id
            ):
                raise ValidationError(
                    self.env._(
                        "%(finding)s is about another site or element than the "
                        "deviation.",
                        finding=finding.display_name,
                    )
                )

    @api.constrains("cost", "review_months")
    def _check_figures(self):
        for deviation in self:
            if deviation.cost < 0 or not 0 <= deviation.review_months <= 60:
                raise ValidationError(
                    self.env._(
                        "The cost can't be negative, and a review is due within 60 "
                        "months."
                    )
                )

    def write(self, vals):
        if not self.env.su and LOCKED_FIELDS & vals.keys():
            for deviation in self.filtered(lambda d: d.state not in EDITABLE_STATES):
                raise UserError(
                    self.env._(
                        "%(name)s is with the body or decided. Withdraw the decision "
                        "or set it back to draft to change it.",
                        name=deviation.name,
                    )
                )
        return super().write(vals)

    # -- decision -----------------------------------------------------------------

    def _decision_activity(self):
        return (
            "deviation_legal"
            if self.kind == "legal_localization"
            else "deviation_process"
        )

    def _decision_obstacles(self):
        env = self.env
        obstacles = []
        if self.state != "draft":
            obstacles.append(env._("%(name)s is not a draft.", name=self.name))
        if not self.reason:
            obstacles.append(env._("Give the reason."))
        if self.kind == "legal_localization" and not self.legal_reference:
            obstacles.append(env._("Name the law or regulation that asks for it."))
        if self.kind == "business_preference" and not self.valid_until:
            obstacles.append(env._("Say until when it holds: only the law has no end."))
        if self.kind == "business_preference" and self.element_id.is_mandatory:
            obstacles.append(
                env._(
                    "%(element)s is without exception: only a legal deviation from "
                    "it can be decided.",
                    element=self.element_id.display_name,
                )
            )
        if self.valid_until and self.valid_until < fields.Date.today():
            obstacles.append(env._("Its last day has passed already."))
        if self.covers == "value" and not self.finding_id:
            obstacles.append(env._("Choose the finding whose value it covers."))
        return obstacles

    def _decision_content(self):
        return {
            "name": self.name,
            "site": self.site_id.code,
            "element": self.element_code,
            "rule": self.rule_code or "",
            "class": self.classification,
            "covers": self.covers,
            "found": self.approved_values or "",
            "reason": self.reason or "",
            "legal_reference": self.legal_reference or "",
            "cost": f"{self.cost:.2f} {self.currency_id.name}",
            "valid_until": str(self.valid_until or ""),
        }

    def _decision_proposal(self):
        return self.reason

    def _decision_valid_until(self):
        return self.valid_until

    def action_request_decision(self):
        """Put the deviation to the design authority and open the decision."""
        self.ensure_one()
        self._check_decision_request()
        # sudo: the value that is decided is read off the finding, never typed
        self.sudo().approved_values = (
            self.sudo().finding_id.actual_values if self.covers == "value" else False
        )
        action = super().action_request_decision()
        # sudo: the state is protected; the mixin has made the checks
        self.sudo().state = "proposed"
        return action

    def _after_decision(self, decision):
        states = {"approved": "approved", "rejected": "rejected", "expired": "expired"}
        self.state = states.get(decision.state, "draft")
        if self.state == "approved":
            self.next_review_on = self._review_day(fields.Date.today())
        self.env["dist.conformance.finding"]._settle(self.program_id, self.site_id)
        if self.state == "expired":
            self._tell_responsible(
                self.env._("The deviation has expired"),
                self.env._(
                    "%(deviation)s no longer covers what the site does otherwise. "
                    "Return to the template, or ask for a new decision.",
                    deviation=self.name,
                ),
            )

    # -- steps --------------------------------------------------------------------

    def _reset_obstacles(self):
        if self.state in ("rejected", "expired"):
            return []
        if self.state == "draft":
            return [self.env._("It is a draft.")]
        if self.state == "proposed":
            return [self.env._("It is being decided. Withdraw the decision before.")]
        return [self.env._("It is in force or closed. Create a new deviation.")]

    def action_reset(self):
        """Set rejected or expired deviations back to draft, for another decision."""
        self._take_step("reset", {"state": "draft"})

    def _close_obstacles(self):
        if self.state == "approved":
            return []
        return [self.env._("Only a deviation that is approved is closed.")]

    def action_close(self):
        """End deviations that are needed no longer: the sites are held again."""
        self._take_step("close", {"state": "closed"})
        # sudo: findings are nobody's to write; they follow from the deviations
        for program, deviations in self.sudo().grouped("program_id").items():
            self.env["dist.conformance.finding"].sudo()._settle(
                program, deviations.site_id
            )

    def _review_obstacles(self):
        if self.state == "approved":
            return []
        return [self.env._("Only a deviation that is approved is reviewed.")]

    def action_review(self):
        """Record that the deviations were looked at and are still needed."""
        today = fields.Date.context_today(self)
        for deviation in self:
            deviation._take_step(
                "review",
                {
                    "reviewed_on": today,
                    "next_review_on": deviation._review_day(today),
                    "reminded_on": False,
                },
            )

    def _review_day(self, day):
        self.ensure_one()
        if not self.review_months:
            return False
        return day + relativedelta(months=self.review_months)

    @api.model
    def _cron_remind_review(self):
        """Remind the owners of due reviews, each once a review."""
        Cron = self.env["ir.cron"]
        due = self.search(
            [
                ("state", "=", "approved"),
                ("next_review_on", "<=", fields.Date.today()),
                ("reminded_on", "=", False),
            ]
        )
        Cron._commit_progress(remaining=len(due))
        for deviation in due:
            deviation._tell_responsible(
                self.env._("Review the deviation"),
                self.env._(
                    "Is %(deviation)s still needed, and for the same reason?",
                    deviation=deviation.name,
                ),
            )
            deviation.reminded_on = fields.Date.today()
            if not Cron._commit_progress(1):
                return

    @api.model
    def _after_release(self, blueprint, changed_codes):
        """Have deviations from changed elements reviewed and move them along.

        Runs as superuser. The element of the same code takes the place of the one of
        the version before; the approval stays in force until the review.
        """
        elements = {element.code: element for element in blueprint.element_ids}
        for deviation in self.search(
            [
                ("program_id", "=", blueprint.program_id.id),
                ("state", "in", ("draft", "proposed", "approved")),
            ]
        ):
            code = deviation.element_code
            if code in elements:
                # the finding belongs to the version before; its rule is kept by code
                deviation.write({"element_id": elements[code].id, "finding_id": False})
            if code in changed_codes and deviation.state == "approved":
                deviation._tell_responsible(
                    self.env._("The blueprint has changed"),
                    self.env._(
                        "%(element)s is another one in %(blueprint)s. Is %(deviation)s "
                        "still needed?",
                        element=code,
                        blueprint=blueprint.display_name,
                        deviation=deviation.name,
                    ),
                )
