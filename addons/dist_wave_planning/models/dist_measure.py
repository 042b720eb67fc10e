from odoo import api, fields, models

from .dist_wave import GATE_STATES
from .dist_wave_rollback_threshold import WATCHED_STATES

# Topics of figures that say what is wrong now: people work on them until the moment of
# the signature.
LIVE_TOPICS = ("level", "disposition", "roster")


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

    def _renew(self, sites):
        """Count again what may have changed since the job: stock, an order, a shift.

        The measures themselves are not written: others count for other sites at the
        same moment.
        """
        result = super()._renew(sites)
        today = fields.Date.today()
        for measure in self.filtered(lambda one: one.topic in LIVE_TOPICS):
            measure._compute_values(sites, today, today)
        return result

    @api.model
    def _queue_now(self, sites, topic):
        """Queue the sites' present day for a topic and call the job that counts."""
        # sudo: the job runs as the system; what changed is queued for it, whoever
        # changed it
        Measure = self.sudo()
        for day, members in sites.grouped(lambda site: site._local_day()).items():
            Measure._backfill(members, day, day, topic)
        Measure.env.ref("dist_rollout_governance.ir_cron_measure_compute")._trigger()

    @api.model
    def _after_compute(self):
        result = super()._after_compute()
        self.env.ref("dist_wave_planning.ir_cron_gate_evaluate")._trigger()
        return result
