from odoo import models


class DistSite(models.Model):
    _inherit = "dist.site"

    def write(self, vals):
        result = super().write(vals)
        if {"code", "name"} & vals.keys():
            for site in self:
                # sudo: nobody may write directories of the rollout
                self.env["dms.directory"].sudo().search(
                    [("dist_site_id", "=", site.id)]
                )._rename_after(site)
        return result
