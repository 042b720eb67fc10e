from odoo import fields, models


class DistReconciliationCaseWizard(models.TransientModel):
    """Takes the words that an explanation or an acceptance needs."""

    _name = "dist.reconciliation.case.wizard"
    _description = "Explain or Accept a Difference"

    case_id = fields.Many2one(
        "dist.reconciliation.case", required=True, ondelete="cascade"
    )
    step = fields.Selection(
        [("explain", "Explain"), ("accept", "Accept")], required=True
    )
    text = fields.Text(string="Reason", required=True)

    def action_confirm(self):
        """Explain or accept; the case checks who may."""
        self.ensure_one()
        if self.step == "accept":
            self.case_id._accept(self.text)
        else:
            self.case_id._explain(self.text)
        return True
