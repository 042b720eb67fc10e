from odoo import api, fields, models
from odoo.exceptions import UserError

from .dist_document import TYPES


class DistPhaseDeliverable(models.Model):
    """A deliverable of a phase: met by a released document of the library."""

    _name = "dist.phase.deliverable"
    _description = "Deliverable"
    _inherit = "dist.protected.mixin"
    _order = "phase_id, sequence, id"
    _immutable_fields = frozenset({"phase_id"})

    phase_id = fields.Many2one(
        "dist.phase", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(related="phase_id.program_id", store=True, index=True)
    phase_state = fields.Selection(related="phase_id.state", string="Phase Status")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
    document_type = fields.Selection(TYPES, required=True, default="other")
    is_required = fields.Boolean(string="Required", default=True)
    document_id = fields.Many2one(
        "dist.document",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('program_id', '=', program_id)]",
    )
    status = fields.Selection(
        [("missing", "Missing"), ("draft", "In Work"), ("released", "Released")],
        compute="_compute_status",
        compute_sudo=True,
    )

    @api.depends("document_id.state")
    def _compute_status(self):
        for deliverable in self:
            if not deliverable.document_id:
                deliverable.status = "missing"
            elif deliverable.document_id.state == "released":
                deliverable.status = "released"
            else:
                deliverable.status = "draft"

    @api.constrains("document_id", "phase_id")
    def _check_document(self):
        for deliverable in self.filtered("document_id"):
            deliverable.phase_id._check_program_of(deliverable.document_id)

    @api.model_create_multi
    def create(self, vals_list):
        deliverables = super().create(vals_list)
        deliverables._check_open()
        return deliverables

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open()

    def _check_open(self):
        if self.env.su:
            return
        for phase in self.phase_id.filtered(lambda phase: phase.state == "closed"):
            raise UserError(
                self.env._("%(phase)s is closed.", phase=phase.display_name)
            )
