from datetime import datetime, time

from odoo import fields, models


class DistSite(models.Model):
    """A site that is added to the rollout is planned for the data migration as well.

    Waves and migration do not know each other; here both are installed.
    """

    _inherit = "dist.site"

    def _onboarding_steps(self):
        return [
            *super()._onboarding_steps(),
            (self.env._("Migration Cycles"), self._onboard_migration),
        ]

    def _onboard_migration(self, wave):
        """Plan a mock load with the mapping of the company's latest cycle.

        Without such a cycle, or as long as the site has no warehouse, there is nothing
        to plan; the dialog can be used again later.
        """
        # sudo: a consultant plans the load of a site, a data steward runs it
        Cycle = self.env["dist.migration.cycle"].sudo()
        existing = Cycle.with_context(active_test=False).search(
            [("site_ids", "in", self.ids)]
        )
        latest = Cycle.search(
            [
                ("program_id", "=", self.program_id.id),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        warehouse = self.sudo().warehouse_ids[:1]
        if existing or not latest or not warehouse:
            return existing, Cycle
        return existing, Cycle.create(
            {
                "name": self.env._("Mock load %(site)s", site=self.display_name),
                "program_id": self.program_id.id,
                "company_id": self.company_id.id,
                "site_ids": [fields.Command.link(self.id)],
                "warehouse_id": warehouse.id,
                "mapping_id": latest.mapping_id.id,
                "cutover_at": datetime.combine(wave.planned_go_live, time()),
            }
        )
