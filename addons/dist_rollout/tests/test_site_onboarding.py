from odoo import fields
from odoo.tests import tagged

from odoo.addons.dist_wave_planning.tests.common import WaveCommon


@tagged("post_install", "-at_install")
class TestSiteOnboarding(WaveCommon):
    """A site that is added gets a mock load of its own, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse = cls._create_warehouse("NEWW", company=cls.company)
        mapping = cls.env["dist.migration.mapping"].create(
            {"name": "Legacy", "source_system": "OLD"}
        )
        cls.latest = cls.env["dist.migration.cycle"].create(
            {
                "name": "Pilot",
                "program_id": cls.program.id,
                "company_id": cls.company.id,
                "site_ids": [fields.Command.set(cls.site_a.ids)],
                "warehouse_id": cls._create_warehouse("PILOT", cls.site_a).id,
                "mapping_id": mapping.id,
            }
        )

    def _add(self, **values):
        wizard = (
            self.env["dist.site.onboarding"]
            .with_user(self.user_consultant)
            .create(
                {
                    "program_id": self.program.id,
                    "code": "NEW",
                    "name": "New",
                    "manager_id": self.manager_a.id,
                    "tz": "Europe/Paris",
                    "wave_id": self.wave.id,
                    **values,
                }
            )
        )
        wizard.action_confirm()
        return wizard.site_id

    def _cycles(self, site):
        return self.env["dist.migration.cycle"].search([("site_ids", "in", site.ids)])

    def test_mock_load_with_the_mapping_of_the_company(self):
        site = self._add(warehouse_ids=[fields.Command.set(self.warehouse.ids)])
        self._add()
        self.assertRecordValues(
            self._cycles(site),
            [
                {
                    "site_ids": site.ids,
                    "warehouse_id": self.warehouse.id,
                    "mapping_id": self.latest.mapping_id.id,
                    "kind": "mock",
                    "state": "draft",
                }
            ],
        )
        self.assertEqual(self.latest.site_ids, self.site_a)

    def test_follows_when_the_warehouse_is_there(self):
        site = self._add()
        self.assertFalse(self._cycles(site))
        site.warehouse_ids = self.warehouse
        self._add()
        self.assertEqual(self._cycles(site).warehouse_id, self.warehouse)

    def test_no_mapping_no_load(self):
        self.latest.unlink()
        site = self._add(warehouse_ids=[fields.Command.set(self.warehouse.ids)])
        self.assertFalse(self._cycles(site))
