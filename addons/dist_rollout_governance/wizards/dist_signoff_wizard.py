from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from odoo.addons.base.models.res_users import check_identity

from ..models.dist_signoff import VERDICTS


class DistSignoffWizard(models.TransientModel):
    """Dialog in which a person signs, declares not ready, or revokes."""

    _name = "dist.signoff.wizard"
    _description = "Sign"

    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    role = fields.Char(required=True)
    role_name = fields.Char(string="Signing As", compute="_compute_record")
    verdict = fields.Selection(VERDICTS, required=True, default="sign")
    record_name = fields.Char(string="Document", compute="_compute_record")
    signer_name = fields.Char(
        string="Full Name", required=True, default=lambda self: self.env.user.name
    )
    confirmed = fields.Boolean(string="I have read the lines and their evidence")
    statement = fields.Text(help="Conditions or remarks; the reason when not ready.")
    signature = fields.Binary()

    @api.depends("res_model", "res_id", "role")
    def _compute_record(self):
        for wizard in self:
            record = wizard._record()
            wizard.record_name = record.display_name
            wizard.role_name = record._signoff_roles().get(wizard.role, wizard.role)

    def _record(self):
        """Return the document, readable for the user, or raise a sentence."""
        self.ensure_one()
        model = self.env.get(self.res_model)
        if model is None or not hasattr(model, "_live_signoffs"):
            raise UserError(self.env._("This document is not one that is signed."))
        record = model.browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("The document no longer exists."))
        record.check_access("read")
        return record

    def action_confirm(self):
        """Give the signature and show its receipt.

        Where the document asks for it, a person at a screen types the password again.
        A call with an API key has shown a secret of its own.
        """
        self.ensure_one()
        asks = self._record()._signoff_asks_identity(self.role, self.verdict)
        if asks and request and request.session.uid:
            return self._confirm_with_identity()
        return self._confirm()

    @check_identity
    def _confirm_with_identity(self):
        return self._confirm()

    def _confirm(self):
        record = self._record()
        if self.verdict == "revoke":
            row = record._revoke_signoff(self.role, self.statement)
        else:
            if self.verdict == "sign" and not self.confirmed:
                raise UserError(
                    self.env._("Tick the box to confirm that you have read the lines.")
                )
            row = record._sign(
                self.role,
                self.signer_name,
                self.signature,
                self.verdict,
                self.statement,
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receipt"),
            "res_model": "dist.signoff",
            "res_id": row.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref(
                        "dist_rollout_governance.dist_signoff_view_form_receipt"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
        }
