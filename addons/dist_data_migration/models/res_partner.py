from odoo import models

from ..services.company_links import links_fit


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _check_company(self, fnames=None):
        """Ask about loaded partners together; Odoo is asked where a link doesn't fit.

        The answer is the same, so it does no harm when a client sends the context.
        """
        is_load = self.env.context.get("dist_check_together")
        if is_load and links_fit(self, fnames):
            return None
        return super()._check_company(fnames)
