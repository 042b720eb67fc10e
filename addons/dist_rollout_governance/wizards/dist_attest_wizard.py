from odoo import fields, models
from odoo.exceptions import UserError


class DistAttestWizard(models.TransientModel):
    """Dialog in which a person attests a criterion with a document."""

    _name = "dist.attest.wizard"
    _description = "Attest a Criterion"

    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    attested_result = fields.Selection(
        [("passed", "Fulfilled"), ("failed", "Not fulfilled")],
        string="The criterion is",
        required=True,
        default="passed",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Document or Photo", bypass_search_access=True
    )
    note = fields.Text()

    def action_confirm(self):
        """Record the attestation in the user's name."""
        self.ensure_one()
        model = self.env.get(self.res_model)
        if model is None or not hasattr(model, "_attest"):
            raise UserError(self.env._("This document has no criteria to attest."))
        model.browse(self.res_id)._attest(
            self.attested_result, self.attachment_ids, self.note
        )
        return {"type": "ir.actions.act_window_close"}
