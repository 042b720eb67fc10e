from odoo import fields, models


class DistRegion(models.Model):
    _inherit = "dist.region"

    lead_id = fields.Many2one(
        "res.users",
        string="Regional Lead",
        help="Gives the second key of the region's gates where a template asks for it.",
    )
