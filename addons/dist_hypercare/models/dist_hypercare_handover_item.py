from odoo import fields, models
from odoo.exceptions import AccessError


class DistHypercareHandoverItem(models.Model):
    """Something still open at a site, which the run owner takes over."""

    _name = "dist.hypercare.handover.item"
    _description = "Open Item of a Handover"
    _inherit = "dist.protected.mixin"
    _order = "handover_id, id"
    _immutable_fields = frozenset({"handover_id", "res_model", "res_id"})
    _protected_fields = frozenset({"accepted_by_id", "accepted_at"})

    handover_id = fields.Many2one(
        "dist.hypercare.handover", required=True, ondelete="cascade", index=True
    )
    site_id = fields.Many2one(related="handover_id.site_id", store=True, index=True)
    company_id = fields.Many2one(
        related="handover_id.company_id", store=True, index=True
    )
    name = fields.Char(string="Open Item", required=True)
    plan = fields.Char(help="What is done about it after hypercare.")
    res_model = fields.Char(readonly=True, export_string_translation=False)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True
    )
    accepted_by_id = fields.Many2one(
        "res.users",
        string="Accepted By",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    accepted_at = fields.Datetime(string="Accepted", readonly=True, copy=False)

    _record_uniq = models.UniqueIndex(
        "(handover_id, res_model, res_id) WHERE res_id IS NOT NULL",
        "The item is listed already.",
    )

    def action_accept(self):
        """Take over the open items, as the run owner of the handover."""
        self.check_access("read")
        for item in self:
            if item.handover_id.run_owner_id != self.env.user:
                raise AccessError(
                    self.env._("Open items are accepted by the run owner.")
                )
        # sudo: protected, and the run owner need not be allowed to edit
        self.sudo().filtered(lambda item: not item.accepted_at).write(
            {"accepted_by_id": self.env.uid, "accepted_at": fields.Datetime.now()}
        )
