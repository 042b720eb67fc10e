from odoo import api, fields, models


class DistSite(models.Model):
    """Where a site stands in its rollout wave."""

    _name = "dist.site"
    _inherit = ["dist.site", "dist.site.onboarding.mixin"]

    wave_ids = fields.Many2many(
        "dist.wave",
        "dist_wave_site_rel",
        "dist_site_id",
        "dist_wave_id",
        string="Rollout Waves",
    )
    gate_ids = fields.One2many("dist.gate", "site_id", string="Readiness Gates")

    @api.depends("gate_ids.score", "gate_ids.wave_id.state")
    def _compute_rollout_status(self):
        result = super()._compute_rollout_status()
        gates = self.env["dist.gate"].search([("site_id", "in", self.ids)])
        for site, site_gates in gates.grouped("site_id").items():
            site._show_wave(site_gates[-1])
        return result

    def _show_wave(self, gate):
        """Say how far the site is in its latest wave."""
        self.rollout_status = self.env._(
            "%(wave)s: %(state)s",
            wave=gate.wave_id.name,
            state=dict(gate._fields["wave_state"]._description_selection(self.env))[
                gate.wave_state
            ],
        )
        self.rollout_progress = (
            gate.score if gate.wave_state in ("preparing", "ready") else 100
        )
