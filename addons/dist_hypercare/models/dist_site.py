from odoo import fields, models


class DistSite(models.Model):
    """How far a site is on its way out of hypercare."""

    _inherit = "dist.site"

    hypercare_ids = fields.One2many("dist.hypercare", "site_id")

    def _show_wave(self, gate):
        result = super()._show_wave(gate)
        hypercare = self.hypercare_ids.filtered(
            lambda record: record.wave_id == gate.wave_id and not record.exited_at
        )[:1]
        if hypercare and gate.wave_state == "hypercare":
            self.rollout_status = self.env._(
                "%(status)s, clean day %(days)s of %(required)s",
                status=self.rollout_status,
                days=hypercare.clean_days,
                required=hypercare.required_clean_days,
            )
            self.rollout_progress = min(
                100 * hypercare.clean_days / (hypercare.required_clean_days or 1), 100
            )
        return result
