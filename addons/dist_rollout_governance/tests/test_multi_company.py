from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import RolloutCommon


@tagged("post_install", "-at_install")
class TestMultiCompany(RolloutCommon):
    def test_viewer_sees_own_companies(self):
        self._store(self._create_measure(), self.site_a, "2026-03-10", 1, 1)
        self._store(self._create_measure("two"), self.site_c, "2026-03-10", 1, 1)
        Site = self.env["dist.site"].with_user(self.user_viewer)
        self.assertEqual(
            Site.search([("program_id", "=", self.program.id)]),
            self.site_a | self.site_b,
        )
        Value = self.env["dist.measure.value"].with_user(self.user_viewer)
        self.assertEqual(Value.search([]).site_id, self.site_a)
        with self.assertRaises(AccessError):
            self.site_c.with_user(self.user_viewer).read(["name"])

    def test_foreign_company_in_the_context_is_refused(self):
        Site = self.env["dist.site"].with_user(self.user_viewer)
        with self.assertRaises(AccessError):
            Site.with_context(
                allowed_company_ids=[self.company.id, self.company_c.id]
            ).search([])

    def test_program_of_several_companies_is_seen_from_each(self):
        reader = self._create_user("viewer", "reader_c", company=self.company_c)
        Program = self.env["dist.program"]
        self.assertIn(self.program, Program.with_user(reader).search([]))
        own = Program.create(
            {"name": "Own", "code": "OWN", "company_id": self.company.id}
        )
        self.env.flush_all()
        self.assertNotIn(own, Program.with_user(reader).search([]))

    def test_target_of_a_foreign_site_is_hidden(self):
        target = self.env["dist.measure.target"].create(
            {
                "measure_id": self._create_measure().id,
                "program_id": self.program.id,
                "site_id": self.site_c.id,
                "target": 1,
            }
        )
        self.assertFalse(
            self.env["dist.measure.target"]
            .with_user(self.user_viewer)
            .search([("id", "=", target.id)])
        )
