from odoo import models

from ..services.company_links import links_fit


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _check_company(self, fnames=None):
        """Ask about many partners together; Odoo is asked where a link doesn't fit."""
        if len(self) > 1 and links_fit(self, fnames):
            return None
        return super()._check_company(fnames)
