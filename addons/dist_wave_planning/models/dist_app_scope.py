from odoo import models


class DistAppScope(models.Model):
    _name = "dist.app.scope"
    _inherit = ["dist.app.scope", "dist.affected.waves.mixin"]
    _affected_sites_field = "site_id"
