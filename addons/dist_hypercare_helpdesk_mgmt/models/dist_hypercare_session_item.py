from odoo import fields, models


class DistHypercareSessionItem(models.Model):
    _inherit = "dist.hypercare.session.item"

    kind = fields.Selection(
        selection_add=[("ticket", "Ticket"), ("problem", "Problem")],
        ondelete={"ticket": "set default", "problem": "set default"},
    )
