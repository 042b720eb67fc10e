from odoo import api, fields, models
from odoo.exceptions import AccessError


class DistSiteRegistersMixin(models.AbstractModel):
    """Devices, integrations and performance tests of a site."""

    _name = "dist.site.registers.mixin"
    _description = "Registers of a Site"

    device_check_count = fields.Integer(compute="_compute_wave_register_counts")
    device_open_count = fields.Integer(
        string="Devices to Test", compute="_compute_wave_register_counts"
    )
    served_integration_count = fields.Integer(
        string="Registered Integrations", compute="_compute_wave_register_counts"
    )
    performance_test_count = fields.Integer(
        string="Performance Tests", compute="_compute_wave_register_counts"
    )

    @api.depends_context("uid")
    def _compute_wave_register_counts(self):
        checks, to_test, integrations, tests = (
            {
                site.id: count
                for site, count in self.env[model]._read_group(
                    [(path, "in", self.ids), *domain], [path], ["__count"]
                )
            }
            for model, path, domain in (
                ("dist.device.check", "site_id", []),
                ("dist.device.check", "site_id", [("result", "!=", "passed")]),
                ("dist.integration", "served_site_ids", []),
                ("dist.performance.test", "site_id", []),
            )
        )
        for site in self:
            site.device_check_count = checks.get(site._origin.id, 0)
            site.device_open_count = to_test.get(site._origin.id, 0)
            site.served_integration_count = integrations.get(site._origin.id, 0)
            site.performance_test_count = tests.get(site._origin.id, 0)

    # -- devices ------------------------------------------------------------------

    def action_create_device_checks(self):
        """Give the sites the standard device checks they lack, and open them."""
        self.check_access("write")
        self._create_device_checks()
        return self.action_open_device_checks()

    def _create_device_checks(self):
        """Give each site the standard checks it lacks.

        A check that was archived, because the site does not have the device, stays
        archived. The caller has checked the rights on the sites.

        :return: the checks that were created
        """
        # sudo: the link to the standard check is protected; that it is there once is
        # what makes a second call do nothing.
        Check = self.env["dist.device.check"].sudo()
        there = {
            (site.id, item.id)
            for site, item in Check.with_context(active_test=False)._read_group(
                [("site_id", "in", self.ids), ("item_id", "!=", False)],
                ["site_id", "item_id"],
            )
        }
        items = (
            self.env["dist.device.check.item"]
            .sudo()
            .search([("program_id", "in", (False, *self.program_id.ids))])
        )
        created = Check.create(
            [
                item._prepare_check_vals(site)
                for site in self.sudo()
                for item in items
                if item._applies_to(site) and (site.id, item.id) not in there
            ]
        )
        return created.sudo(self.env.su)

    # -- drill-down ---------------------------------------------------------------

    def action_open_device_checks(self):
        """Open the device checks of the sites."""
        return self._open_wave_register("dist_device_check_action", "site_id")

    def action_open_integrations(self):
        """Open the integrations that serve the site."""
        return self._open_wave_register("dist_integration_action", "served_site_ids")

    def action_open_performance_tests(self):
        """Open the performance tests of the site."""
        return self._open_wave_register("dist_performance_test_action", "site_id")

    def _open_wave_register(self, xml_id, path):
        """Return a register's action, for the entries of the sites."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dist_wave_planning.{xml_id}"
        )
        context = {"search_default_my_sites": 0}
        if len(self) == 1:
            context["default_program_id"] = self.program_id.id
            if path == "site_id":
                context["default_site_id"] = self.id
        return dict(action, domain=[(path, "in", self.ids)], context=context)

    # -- evidence -----------------------------------------------------------------

    def _check_tester(self):
        """Raise unless the user may record what was tested at the sites."""
        user = self.env.user
        if user.has_group("dist_rollout_governance.group_consultant"):
            return
        # sudo: only whether the user belongs to the site's people is asked.
        for site in self.sudo():
            if user not in site.people_ids:
                raise AccessError(
                    self.env._(
                        "Only the people of %(site)s and consultants record tests "
                        "there.",
                        site=site.display_name,
                    )
                )

    def _queue_levels(self):
        """Have the levels of the sites' present day computed soon: a fact changed."""
        # sudo: the days of sites that are served together, whoever may see them
        sites = self.sudo().exists()
        self.env["dist.measure.queue"]._enqueue(
            "level", [(site.id, site._local_day()) for site in sites]
        )
        # sudo: the job runs as the system; only its schedule is moved forward.
        self.env.ref(
            "dist_rollout_governance.ir_cron_measure_compute"
        ).sudo()._trigger()
