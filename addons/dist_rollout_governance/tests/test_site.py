from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import RolloutCommon


@tagged("post_install", "-at_install")
class TestSite(RolloutCommon):
    def test_code_is_unique_in_the_program(self):
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self._create_site(" a\u200b", manager_id=self.manager_a.id)

    def test_consultant_sets_up_a_site_in_the_form(self):
        """A consultant without any right on Inventory maps the warehouse."""
        warehouse = self._create_warehouse("WFA")
        with Form(self.env["dist.site"].with_user(self.user_consultant)) as form:
            form.name = "Form Site"
            form.code = "frm"
            form.program_id = self.program
            form.manager_id = self.manager_a
            form.tz = "Europe/Berlin"
            form.warehouse_ids.add(warehouse.with_user(self.user_consultant).sudo())
        site = form.record
        self.assertEqual(site.code, "FRM")
        self.assertEqual(site.warehouse_ids.ids, warehouse.ids)
        self.assertEqual(warehouse.dist_site_id.id, site.id)
        site.warehouse_ids = [Command.clear()]
        self.assertFalse(warehouse.dist_site_id)

    def test_warehouse_belongs_to_one_active_site(self):
        warehouse = self._create_warehouse("WA1", self.site_a)
        with self.assertRaisesRegex(
            ValidationError, "belongs to site A Site A already"
        ):
            self.site_b.warehouse_ids = [Command.link(warehouse.id)]
        self.site_a.active = False
        self.site_b.warehouse_ids = [Command.link(warehouse.id)]
        self.assertEqual(warehouse.dist_site_id, self.site_b)

    def test_warehouse_is_of_the_sites_company(self):
        warehouse = self._create_warehouse("WC1", company=self.company_c)
        with self.assertRaisesRegex(ValidationError, "Choose a warehouse of the site"):
            self.site_a.warehouse_ids = [Command.link(warehouse.id)]

    def test_link_is_set_on_the_site_only(self):
        self.user_admin.group_ids += self.env.ref("stock.group_stock_manager")
        warehouse = self._create_warehouse("WA2").with_user(self.user_admin)
        with self.assertRaisesRegex(AccessError, "on the rollout site"):
            warehouse.dist_site_id = self.site_a

    def test_search_by_warehouse(self):
        warehouse = self._create_warehouse("WA3", self.site_a)
        Site = self.env["dist.site"]
        self.assertEqual(
            Site.search([("warehouse_ids", "in", warehouse.ids)]), self.site_a
        )
        self.assertEqual(Site.search([("warehouse_ids.code", "=", "WA3")]), self.site_a)
        self.assertIn(
            self.site_b, Site.search([("warehouse_ids", "not in", warehouse.ids)])
        )

    def test_members_are_manager_and_deputies(self):
        self.site_a.deputy_ids = self.manager_b
        self.assertEqual(self.site_a.member_ids, self.manager_a | self.manager_b)
        self.env.flush_all()
        self.assertIn(
            self.site_a,
            self.env["dist.site"].with_user(self.manager_b).search([]),
        )

    def test_program_and_company_stay(self):
        program = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        site = self.site_a.with_user(self.user_consultant)
        with self.assertRaisesRegex(AccessError, "Program of Rollout Site"):
            site.program_id = program
        site.write({"program_id": self.program.id, "name": "Renamed"})
        self.assertEqual(site.name, "Renamed", "an unchanged value may be sent along")

    def test_local_day(self):
        late = datetime(2026, 3, 1, 23, 30)
        self.assertEqual(self.site_a._local_day(late), date(2026, 3, 2), "Paris +1")
        self.assertEqual(self.site_c._local_day(late), date(2026, 3, 1), "New York -5")

    @freeze_time("2026-03-10 12:00:00")
    def test_cutover_queues_the_days_since(self):
        self._create_measure_with_provider()
        self.env["dist.measure.queue"].search([]).unlink()
        self.site_a.cutover_at = datetime(2026, 3, 8, 20, 0)
        queued = self.env["dist.measure.queue"].search([("topic", "=", "unit_test")])
        self.assertEqual(
            queued.mapped("day"),
            [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)],
        )

    def test_cutover_must_be_plausible(self):
        with self.assertRaisesRegex(ValidationError, "before the year 2000"):
            self.site_a.cutover_at = datetime(202, 1, 1)

    def _create_measure_with_provider(self):
        measure = self._create_measure("provided", topic="unit_test")
        self.env.cr.execute(
            "UPDATE dist_measure SET compute_method = 'x' WHERE id = %s",
            [measure.id],
        )
        measure.invalidate_recordset()
