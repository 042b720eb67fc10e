from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

LOCKED_FIELDS = {"reason", "compensating_action", "valid_until"}


class DistGateWaiver(models.Model):
    """A site goes live although a line of its gate is red: why, and what instead.

    The steering committee decides. While the approval is in force the line keeps
    nobody back; it stays red, and both the signature of the gate and the go decision
    name the waiver for ever. When it expires the line counts again, whether or not a
    job has run.
    """

    _name = "dist.gate.waiver"
    _description = "Gate Waiver"
    _inherit = ["dist.decision.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "gate_id, id desc"
    _rec_name = "reason"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"line_id"})

    line_id = fields.Many2one(
        "dist.gate.line",
        string="Gate Line",
        required=True,
        ondelete="restrict",
        index=True,
    )
    gate_id = fields.Many2one(related="line_id.gate_id", store=True, index=True)
    wave_id = fields.Many2one(
        related="line_id.wave_id", string="Rollout Wave", store=True, index=True
    )
    program_id = fields.Many2one(related="gate_id.program_id", store=True, index=True)
    site_id = fields.Many2one(related="line_id.site_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    result = fields.Selection(related="line_id.result", string="Line Is")
    reason = fields.Char(required=True, help="Why the site can go live all the same.")
    compensating_action = fields.Text(
        required=True, help="What is done instead until the line is fulfilled."
    )
    valid_until = fields.Date(
        string="Expires", required=True, help="Last day on which the waiver holds."
    )

    @api.depends("line_id.name", "site_id.display_name")
    def _compute_display_name(self):
        for waiver in self:
            waiver.display_name = (
                f"{waiver.site_id.display_name}: {waiver.line_id.name or ''}"
            )

    @api.constrains("valid_until")
    def _check_valid_until(self):
        for waiver in self:
            if waiver.valid_until < fields.Date.today():
                raise ValidationError(self.env._("Its last day has passed already."))

    def write(self, vals):
        if not self.env.su and LOCKED_FIELDS & vals.keys():
            for waiver in self.filtered("decision_id"):
                raise UserError(
                    self.env._(
                        "%(waiver)s was put to a decision. Ask for another waiver "
                        "instead.",
                        waiver=waiver.display_name,
                    )
                )
        return super().write(vals)

    # -- decision -----------------------------------------------------------------

    def _decision_activity(self):
        return "gate_waiver"

    def _decision_obstacles(self):
        if self.line_id.result == "passed":
            return [self.env._("The line has passed: there is nothing to waive.")]
        return []

    def _decision_content(self):
        return {
            "wave": self.wave_id.name,
            "site": self.site_id.code,
            "line": self.line_id.name,
            "mandatory": self.line_id.is_mandatory,
            "reason": self.reason,
            "compensating_action": self.compensating_action,
            "valid_until": str(self.valid_until),
        }

    def _decision_proposal(self):
        return "\n".join([self.reason, self.compensating_action])

    def _decision_valid_until(self):
        return self.valid_until

    def _after_decision(self, decision):
        self.gate_id._waivers_changed()
