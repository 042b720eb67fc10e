from odoo import api, models

# Topics of the measures that the volume of exceptions adds up.
EXCEPTION_TOPICS = ("correction", "invoice", "purchase")


class DistMeasure(models.Model):
    _inherit = "dist.measure"

    @api.model
    def _after_compute(self):
        result = super()._after_compute()
        self.env.ref("dist_hypercare.ir_cron_hypercare_evaluate")._trigger()
        return result

    @api.model
    def _compute_window(self, topic, sites, date_from, date_to):
        result = super()._compute_window(topic, sites, date_from, date_to)
        # The volume of exceptions adds up values: it follows when they have changed.
        if topic in EXCEPTION_TOPICS:
            super()._compute_window("exception", sites, date_from, date_to)
        return result
