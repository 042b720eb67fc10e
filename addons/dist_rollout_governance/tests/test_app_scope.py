from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RolloutCommon


@tagged("post_install", "-at_install")
class TestAppScope(RolloutCommon):
    def _app(self, module):
        return self.env["dist.app"].search([("module_name", "=", module)])

    def _create(self, module="project", **values):
        return (
            self.env["dist.app.scope"]
            .with_user(self.user_consultant)
            .create(
                {
                    "program_id": self.program.id,
                    "app_id": self._app(module).id,
                    **values,
                }
            )
        )

    def _differences(self, user=None):
        # rows of a query have no identity to be cached by
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            (row.module_name, row.kind)
            for row in self.env["dist.app.scope.difference"]
            .with_user(user or self.user_viewer)
            .search([("program_id", "=", self.program.id)])
        }

    def test_extension_needs_a_reason(self):
        with self.assertRaisesRegex(ValidationError, "give the reason"):
            self._create(status="extension")
        self._create("crm", status="extension", reason="Demand is planned.")

    def test_localization_needs_the_law(self):
        with self.assertRaisesRegex(ValidationError, "law or regulation"):
            self._create(is_localization=True)

    def test_baseline_is_a_start(self):
        self.program.with_user(self.user_consultant).action_open_app_scope()
        lines = self.env["dist.app.scope"].search(
            [("program_id", "=", self.program.id)]
        )
        self.assertIn("stock", lines.mapped("module_name"))
        self.program.with_user(self.user_viewer).action_open_app_scope()
        self.assertEqual(
            len(lines),
            self.env["dist.app.scope"].search_count(
                [("program_id", "=", self.program.id)]
            ),
        )

    def test_declared_and_installed(self):
        self._create("stock")
        self._create("fleet", status="extension", reason="Vans.")
        self._create("purchase", status="excluded")
        found = self._differences()
        self.assertIn(("fleet", "missing"), found)
        self.assertIn(("project", "undeclared"), found)
        self.assertIn(("purchase", "excluded"), found)
        self.assertNotIn("stock", [module for module, _kind in found])
        self._create("project")
        self.assertNotIn(("project", "undeclared"), self._differences())
        by_kind = dict(
            self.env["dist.app.scope.difference"]
            .with_user(self.user_viewer)
            ._read_group([("program_id", "=", self.program.id)], ["kind"], ["__count"])
        )
        self.assertEqual(by_kind["missing"], 1)

    def test_installed_is_seen_without_rights_on_modules(self):
        line = self._create("stock").with_user(self.user_viewer)
        self.assertTrue(line.is_installed)
        self.assertIn(line, line.search([("is_installed", "=", True)]))

    def test_once_a_site(self):
        self._create()
        self._create(site_id=self.site_a.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create()
            self.env.flush_all()

    def test_other_company(self):
        self._create(site_id=self.site_a.id)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        viewer = self._create_user("viewer", "elsewhere", company=other)
        self.assertEqual(
            self.env["dist.app.scope"].with_user(viewer).search_count([]), 0
        )
        self.assertFalse(self._differences(viewer))
