import re

from odoo import fields, models
from odoo.exceptions import UserError


class DistSignoffCheckWizard(models.TransientModel):
    """Checks a chain against a number and hash from a printed receipt or a mail."""

    _name = "dist.signoff.check.wizard"
    _description = "Check a Chain against a Receipt"

    chain_id = fields.Many2one("dist.signoff.chain", required=True)
    seq = fields.Integer(string="No. on the Receipt", required=True)
    hash = fields.Char(string="Hash on the Receipt", required=True)
    report = fields.Text(string="Outcome", readonly=True)

    def action_check(self):
        """Check and keep the dialog open with the outcome."""
        self.ensure_one()
        self.chain_id.check_access("read")
        text = re.sub(r"\s", "", self.hash or "").lower()
        if self.seq < 1 or not re.fullmatch("[0-9a-f]{64}", text):
            raise UserError(
                self.env._(
                    "Enter the number and the 64 characters of the hash as they "
                    "are printed on the receipt."
                )
            )
        # sudo: see dist.signoff.chain.action_check
        findings = self.chain_id.sudo()._run_check({self.seq: text})
        self.report = "\n".join(findings) or self.env._(
            "The chain is intact and holds exactly this sign-off."
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check against a Receipt"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
