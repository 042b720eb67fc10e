from odoo import api, fields, models
from odoo.exceptions import UserError

LOCKED_FIELDS = {"reason", "compensating_action", "valid_until"}


class DistBlackoutWaiver(models.Model):
    """The leave to go live on a day that the calendar holds something against.

    Of one wave, one conflict and one planned go-live; decided by a body. While the
    approval is in force the conflict blocks no more, and stays visible as waived. A
    wave that is moved to another day, or a blackout with other days, is another
    conflict and asks for another waiver.
    """

    _name = "dist.blackout.waiver"
    _description = "Blackout Waiver"
    _inherit = ["dist.decision.mixin", "dist.owned.mixin"]
    _order = "go_live desc, id desc"
    _protected_fields = frozenset({"state", "name", "conflict_key", "go_live"})
    _immutable_fields = frozenset({"wave_id", "program_id", "site_id"})

    name = fields.Char(string="Conflict", required=True, readonly=True, copy=False)
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        required=True,
        ondelete="cascade",
        index=True,
    )
    program_id = fields.Many2one(
        compute="_compute_program_id", store=True, precompute=True, default=None
    )
    conflict_key = fields.Char(
        required=True, readonly=True, copy=False, export_string_translation=False
    )
    go_live = fields.Date(
        string="Planned Go-live",
        required=True,
        readonly=True,
        copy=False,
        help="The go-live it was asked for. It holds for no other day.",
    )
    reason = fields.Text()
    compensating_action = fields.Text(
        help="What is done so that going live on that day does no harm."
    )
    valid_until = fields.Date(
        string="Expires",
        tracking=True,
        help="Last day on which the approval holds: the go-live or later.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("proposed", "Proposed"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("expired", "Expired"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    _open_uniq = models.UniqueIndex(
        "(wave_id, conflict_key, go_live) WHERE active "
        "AND state IN ('draft', 'proposed', 'approved')",
        "There is a waiver of this conflict already.",
    )

    @api.depends("wave_id")
    def _compute_program_id(self):
        for waiver in self:
            waiver.program_id = waiver.wave_id.program_id

    @api.depends("wave_id.name", "name")
    def _compute_display_name(self):
        for waiver in self:
            waiver.display_name = f"{waiver.wave_id.name}: {waiver.name}"

    def write(self, vals):
        if not self.env.su and LOCKED_FIELDS & vals.keys():
            for waiver in self.filtered(lambda waiver: waiver.state != "draft"):
                raise UserError(
                    self.env._(
                        "%(waiver)s is with the body or decided. Withdraw the decision "
                        "or set it back to draft to change it.",
                        waiver=waiver.display_name,
                    )
                )
        return super().write(vals)

    def _holds_for(self, go_live):
        """Say whether the approval is in force for a planned go-live."""
        self.ensure_one()
        return self.active and self.go_live == go_live and self.decision_in_force

    # -- decision -----------------------------------------------------------------

    def _decision_activity(self):
        return "blackout_waiver"

    def _decision_obstacles(self):
        env = self.env
        obstacles = []
        if self.state != "draft":
            obstacles.append(env._("%(waiver)s is no draft.", waiver=self.display_name))
        if self.go_live != self.wave_id.planned_go_live:
            obstacles.append(
                env._("The wave goes live on another day now: request a new waiver.")
            )
        if not self.reason:
            obstacles.append(env._("Give the reason."))
        if not self.compensating_action:
            obstacles.append(env._("Say what is done so that it does no harm."))
        if not self.valid_until or self.valid_until < self.go_live:
            obstacles.append(env._("Let it hold up to the day of the go-live."))
        return obstacles

    def _decision_content(self):
        return {
            "wave": self.wave_id.name,
            "go_live": str(self.go_live),
            "conflict": self.conflict_key,
            "conflict_text": self.name,
            "reason": self.reason or "",
            "compensating_action": self.compensating_action or "",
            "valid_until": str(self.valid_until or ""),
        }

    def _decision_proposal(self):
        return "\n\n".join(filter(None, [self.reason, self.compensating_action]))

    def _decision_valid_until(self):
        return self.valid_until

    def action_request_decision(self):
        """Put the waiver to the steering committee and open the decision."""
        self.ensure_one()
        action = super().action_request_decision()
        # sudo: the state is protected; the mixin has made the checks
        self.sudo().state = "proposed"
        return action

    def _after_decision(self, decision):
        states = {"approved": "approved", "rejected": "rejected", "expired": "expired"}
        self.state = states.get(decision.state, "draft")

    # -- steps --------------------------------------------------------------------

    def _reset_obstacles(self):
        if self.state not in ("rejected", "expired"):
            return [
                self.env._("Only a waiver that was rejected or has expired is reset.")
            ]
        return []

    def action_reset(self):
        """Set rejected or expired waivers back to draft, for another decision."""
        self._take_step("reset", {"state": "draft"})
