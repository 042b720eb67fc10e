from odoo import models

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        if vals.keys().isdisjoint(("fiscalyear_lock_date", "hard_lock_date")):
            return super().write(vals)
        Close = self.env["dist.period.close"]
        closed_before = {company: Close._closed_through(company) for company in self}
        result = super().write(vals)
        with never_fails(self.env, "closings of periods"):
            Close._lock_dates_changed(self, closed_before)
        return result
