from odoo import fields, models


class DistMajorIncidentMessageWizard(models.TransientModel):
    """The dialog that logs a message about a major incident."""

    _name = "dist.major.incident.message.wizard"
    _description = "Log a Message about a Major Incident"

    incident_id = fields.Many2one(
        "dist.major.incident", required=True, readonly=True, ondelete="cascade"
    )
    audience = fields.Char(
        string="To", required=True, help="Users of the site, steering committee, …"
    )
    message = fields.Text(required=True)

    def action_log(self):
        """Append the message to the log of the incident."""
        self.ensure_one()
        self.incident_id._communicate(self.audience, self.message)
        return {"type": "ir.actions.act_window_close"}
