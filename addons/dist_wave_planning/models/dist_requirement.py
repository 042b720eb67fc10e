from odoo import models


class DistRequirement(models.Model):
    _name = "dist.requirement"
    _inherit = ["dist.requirement", "dist.affected.waves.mixin"]
    _affected_sites_field = "affected_site_ids"
