from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DistMeetingItem(models.Model):
    """An item of an agenda: a decision to take, or a free topic."""

    _name = "dist.meeting.item"
    _description = "Agenda Item"
    _inherit = "dist.protected.mixin"
    _order = "meeting_id, sequence, id"
    _immutable_fields = frozenset({"meeting_id", "decision_id"})

    meeting_id = fields.Many2one(
        "dist.meeting", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    program_id = fields.Many2one(
        related="meeting_id.program_id", store=True, index=True, precompute=True
    )
    decision_id = fields.Many2one(
        "dist.decision", ondelete="restrict", index="btree_not_null"
    )
    company_id = fields.Many2one(
        related="decision_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char(
        string="Topic",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    presenter_id = fields.Many2one("res.users", string="Presented By")
    decision_state = fields.Selection(
        related="decision_id.state", string="Decision Status"
    )
    can_vote = fields.Boolean(compute="_compute_can_vote")
    outcome = fields.Selection(
        [("noted", "Noted"), ("deferred", "Deferred")],
        help="What a decision came to is taken from its votes. Deferred items come "
        "back in the next meeting.",
    )
    note = fields.Text(string="Remarks", help="Why it was deferred, or what was said.")
    is_open = fields.Boolean(string="Without Outcome", compute="_compute_is_open")

    _decision_uniq = models.UniqueIndex(
        "(meeting_id, decision_id) WHERE decision_id IS NOT NULL",
        "The decision is on the agenda already.",
    )

    @api.depends("decision_id")
    def _compute_name(self):
        for item in self:
            item.name = item.name or item.decision_id.display_name

    @api.depends("decision_id.state", "outcome", "note")
    def _compute_is_open(self):
        """A decision nobody has taken, and nobody has said why not."""
        for item in self:
            deferred = item.outcome == "deferred" and (item.note or "").strip()
            item.is_open = item.decision_id.state == "proposed" and not deferred

    @api.depends("decision_id.state")
    @api.depends_context("uid")
    def _compute_can_vote(self):
        for item in self:
            item.can_vote = item.decision_id.can_vote

    @api.constrains("decision_id", "meeting_id")
    def _check_body(self):
        for item in self:
            # sudo: the body a decision was brought to, whoever plans the meeting
            decision = item.sudo().decision_id
            if decision and decision.program_id != item.meeting_id.program_id:
                raise ValidationError(
                    self.env._(
                        "%(decision)s belongs to another program.",
                        decision=decision.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        if not self.env.su:
            items.meeting_id._check_not_closed()
        return items

    def write(self, vals):
        if not self.env.su:
            self.meeting_id._check_not_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.meeting_id._check_not_closed()

    def action_open_vote(self):
        """Open the dialog in which a member votes on the decision."""
        self.ensure_one()
        return self.decision_id.action_open_vote()

    def action_open_decision(self):
        """Open the decision behind the item."""
        self.ensure_one()
        return self.decision_id._get_records_action()
