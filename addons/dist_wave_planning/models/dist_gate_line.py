from odoo import fields, models
from odoo.exceptions import UserError

from .dist_gate_template_line import WORKSTREAMS


class DistGateLine(models.Model):
    """One criterion of a readiness gate."""

    _name = "dist.gate.line"
    _description = "Gate Line"
    _inherit = "dist.criterion.mixin"
    _order = "gate_id, sequence, id"
    _immutable_fields = frozenset({"gate_id"})

    gate_id = fields.Many2one(
        "dist.gate", required=True, ondelete="cascade", index=True
    )
    template_line_id = fields.Many2one(
        "dist.gate.template.line", ondelete="set null", readonly=True, index=True
    )
    wave_id = fields.Many2one(
        related="gate_id.wave_id", string="Rollout Wave", store=True, index=True
    )
    wave_state = fields.Selection(related="wave_id.state", string="Wave Status")
    site_id = fields.Many2one(related="gate_id.site_id", store=True, index=True)
    company_id = fields.Many2one(related="gate_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    workstream = fields.Selection(WORKSTREAMS, required=True)
    is_mandatory = fields.Boolean(
        string="Mandatory",
        default=True,
        help="No-go: without this line the site does not go live.",
    )
    weight = fields.Integer(default=1)
    guidance = fields.Text(help="What to check, and what to do when the line is red.")

    _weight_positive = models.Constraint(
        "CHECK (weight > 0)", "The weight of a line is at least 1."
    )

    def _check_attest_allowed(self):
        result = super()._check_attest_allowed()
        if self.wave_id.state != "preparing":
            raise UserError(
                self.env._("A line is attested while its wave is in preparation.")
            )
        return result

    def _result_sentence(self):
        """Return the line's outcome as a sentence for people."""
        self.ensure_one()
        env = self.env
        if self.result == "no_evidence":
            if self.source == "attested":
                return env._("%(line)s: nobody has attested it.", line=self.name)
            return env._("%(line)s: there is no evidence.", line=self.name)
        if self.result == "stale":
            return env._(
                "%(line)s: the evidence of %(day)s is too old.",
                line=self.name,
                day=self.evidence_day or self.attested_at.date(),
            )
        if self.source == "attested":
            return env._("%(line)s: attested as not fulfilled.", line=self.name)
        return env._(
            "%(line)s: is %(actual)s, must be %(criterion)s.",
            line=self.name,
            actual=self.actual_text,
            criterion=self.criterion_text,
        )
