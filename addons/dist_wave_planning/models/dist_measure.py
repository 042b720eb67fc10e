from odoo import api, models

from .dist_wave import GATE_STATES
from .dist_wave_rollback_threshold import WATCHED_STATES


class DistMeasure(models.Model):
    _inherit = "dist.measure"

    def _after_values_changed(self, site_ids):
        """A reconciliation has spoken: the open gates that ask for it follow now."""
        result = super()._after_values_changed(site_ids)
        # sudo: results are protected outputs that follow from the measures alone.
        self.env["dist.gate.line"].sudo().search(
            [
                ("measure_id", "in", self.ids),
                ("site_id", "in", site_ids),
                ("wave_id.state", "in", GATE_STATES),
            ]
        )._evaluate()
        # sudo: as above
        self.env["dist.wave.rollback.threshold"].sudo().search(
            [
                ("measure_id", "in", self.ids),
                ("site_id", "in", site_ids),
                ("wave_id.state", "in", WATCHED_STATES),
            ]
        )._evaluate()
        return result

    @api.model
    def _after_compute(self):
        result = super()._after_compute()
        self.env.ref("dist_wave_planning.ir_cron_gate_evaluate")._trigger()
        return result
