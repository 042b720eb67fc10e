from odoo import api, fields, models


class DistWaveRegistersMixin(models.AbstractModel):
    """What the registers say of a wave: devices, integrations, performance."""

    _name = "dist.wave.registers.mixin"
    _description = "Registers of a Rollout Wave"

    performance_scenario_ids = fields.Many2many(
        "dist.performance.scenario",
        "dist_wave_performance_scenario_rel",
        "dist_wave_id",
        "dist_performance_scenario_id",
        string="Performance Scenarios",
        default=lambda self: self.env["dist.performance.scenario"].search(
            [("is_standard", "=", True)]
        ),
        help="Loads that are proven before the sites of the wave go live.",
    )
    device_check_count = fields.Integer(compute="_compute_register_counts")
    device_passed_count = fields.Integer(compute="_compute_register_counts")
    integration_count = fields.Integer(compute="_compute_register_counts")
    performance_test_count = fields.Integer(compute="_compute_register_counts")

    @api.depends_context("uid")
    def _compute_register_counts(self):
        for wave in self:
            # few waves are looked at together: the counts stand on the form alone
            sites = [("site_id", "in", wave.site_ids.ids)]
            Check = self.env["dist.device.check"]
            wave.device_check_count = Check.search_count(sites)
            wave.device_passed_count = Check.search_count(
                [*sites, ("result", "=", "passed")]
            )
            wave.integration_count = self.env["dist.integration"].search_count(
                [("served_site_ids", "in", wave.site_ids.ids)]
            )
            wave.performance_test_count = self.env[
                "dist.performance.test"
            ].search_count(wave._performance_test_domain())

    def _performance_test_domain(self):
        """Return the domain of the tests that count in the wave."""
        self.ensure_one()
        return [
            ("program_id", "=", self.program_id.id),
            ("wave_id", "in", (False, self.id)),
            ("site_id", "in", (False, *self.site_ids.ids)),
        ]

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"performance_scenario_ids", "site_ids"}:
            # sudo: the sites may belong to companies the user does not see
            self.sudo().site_ids._queue_levels()
        return result

    def action_open_device_checks(self):
        """Open the device checks of the wave's sites."""
        self.ensure_one()
        return self.site_ids.action_open_device_checks()

    def action_open_integrations(self):
        """Open the integrations that serve the wave's sites."""
        self.ensure_one()
        action = self.site_ids.action_open_integrations()
        return dict(action, context={"default_program_id": self.program_id.id})

    def action_open_performance_tests(self):
        """Open the performance tests that count in the wave."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_performance_test_action"
        )
        return dict(
            action,
            domain=self._performance_test_domain(),
            context={
                "default_program_id": self.program_id.id,
                "default_wave_id": self.id,
            },
        )
