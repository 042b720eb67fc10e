from odoo import fields, models


class DistImprovement(models.Model):
    _inherit = "dist.improvement"

    ticket_ids = fields.One2many(
        "helpdesk.ticket", "dist_improvement_id", string="Tickets", readonly=True
    )
