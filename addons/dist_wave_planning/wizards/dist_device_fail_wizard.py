from odoo import fields, models


class DistDeviceFailWizard(models.TransientModel):
    """Dialog in which a person says what does not work."""

    _name = "dist.device.fail.wizard"
    _description = "Device Does Not Work"

    check_id = fields.Many2one(
        "dist.device.check", required=True, readonly=True, ondelete="cascade"
    )
    finding = fields.Text(string="What does not work")
    image = fields.Image("Photo", max_width=1920, max_height=1920)

    def action_confirm(self):
        """Record that the device failed, in the user's name."""
        self.ensure_one()
        self.check_id._fail(self.finding, self.image)
        return {"type": "ir.actions.act_window_close"}
