from odoo import fields, models


class DistCommunication(models.Model):
    _inherit = "dist.communication"

    event_code = fields.Selection(
        selection_add=[
            ("wave_preparing", "Rollout wave: preparation starts"),
            ("wave_go", "Rollout wave: go decided"),
            ("wave_hypercare", "Rollout wave: cutover done, hypercare starts"),
            ("wave_closed", "Rollout wave: closed"),
        ],
        ondelete={
            "wave_preparing": "set null",
            "wave_go": "set null",
            "wave_hypercare": "set null",
            "wave_closed": "set null",
        },
    )
