from odoo import api, models


class DistMeasure(models.Model):
    _inherit = "dist.measure"

    @api.model
    def _after_compute(self):
        result = super()._after_compute()
        self.env.ref("dist_hypercare.ir_cron_hypercare_evaluate")._trigger()
        return result
