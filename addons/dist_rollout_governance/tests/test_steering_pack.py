import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.base.models.ir_actions_report import IrActionsReport

from ..services.canonical import sha256_text
from .common_blueprint import BlueprintCommon


@tagged("post_install", "-at_install")
class TestSteeringPack(BlueprintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse_a.delivery_steps = "ship_only"
        cls._release(cls._create_delivery_blueprint())
        cls.user_governance.company_ids |= cls.company_c
        for number in range(10):
            cls.env["dist.risk"].create(
                {
                    "name": f"Risk {number} <b>",
                    "program_id": cls.program.id,
                    "probability": 1 + number % 5,
                }
            )

    def _state(self, user=None, companies=None):
        companies = companies or self.company | self.company_c
        program = self.program.with_user(user or self.user_governance).with_context(
            allowed_company_ids=companies.ids
        )
        action = program.action_create_steering_pack()
        return self.env["dist.steering.pack"].browse(action["res_id"])

    def test_states_what_the_program_is(self):
        decision = self._create_decision()
        decision.action_propose()
        pack = self._state()
        self.assertEqual(pack.sha256, sha256_text(pack.content))
        self.assertTrue(pack.is_intact)
        sections = {section["code"]: section for section in pack._sections()}
        self.assertEqual(
            sections["drift"]["rows"][0], [self.site_a.display_name, "1", "0", "0"]
        )
        self.assertEqual(len(sections["risks"]["rows"]), 8)
        self.assertEqual(sections["risks"]["left_out"], 2)
        self.assertEqual(sections["decisions"]["rows"][0][0], decision.display_name)
        self.assertIn(
            "Uncovered drift", [row[0] for row in sections["measures"]["rows"]]
        )

    def test_page_escapes_what_people_typed(self):
        page = str(self._state().page)
        self.assertIn("Risk 4 &lt;b&gt;", page)
        self.assertNotIn("<b>", page)

    def test_printed(self):
        pack = self._state()
        report = self.env.ref("dist_rollout_governance.action_report_steering_pack")
        document, _type = report._render_qweb_html(report.report_name, pack.ids)
        self.assertIn(pack.sha256, document.decode())
        self.assertIn(self.site_a.display_name, document.decode())

    def test_missing_printer_shows_a_page(self):
        pack = self._state(companies=self.company).with_user(self.user_viewer)
        with patch.object(
            IrActionsReport, "get_wkhtmltopdf_state", lambda self: "install"
        ):
            action = pack.action_print()
        self.assertIn("wkhtmltopdf is not installed", action["params"]["message"])
        self.assertIn("/report/html/", action["params"]["next"]["url"])
        with patch.object(IrActionsReport, "get_wkhtmltopdf_state", lambda self: "ok"):
            self.assertEqual(pack.action_print()["type"], "ir.actions.report")

    def test_nobody_changes_what_was_stated(self):
        pack = self._state()
        for user in (self.user_admin, self.user_governance, self.env.user):
            with self.subTest(user.login), self.assertRaises(AccessError):
                pack.with_user(user).write({"content": "{}"})
            with self.subTest(user.login), self.assertRaises(AccessError):
                pack.with_user(user).unlink()
        with self.assertRaises(AccessError):
            self.env["dist.steering.pack"].create({"program_id": self.program.id})
        self.env.cr.execute(
            "UPDATE dist_steering_pack SET content = %s WHERE id = %s",
            [json.dumps({"sections": []}), pack.id],
        )
        pack.invalidate_recordset()
        self.assertFalse(pack.is_intact)

    def test_made_of_what_its_author_sees(self):
        pack = self._state(self.user_consultant, self.company)
        self.assertNotIn(self.site_c.display_name, pack.content)
        self.assertEqual(pack.company_ids, self.company)

    def test_only_for_those_who_see_all_of_its_companies(self):
        pack = self._state()
        self.assertEqual(pack.company_ids, self.company | self.company_c)
        Pack = self.env["dist.steering.pack"]
        self.assertFalse(Pack.with_user(self.user_viewer).search([]))
        both = (self.company | self.company_c).ids
        self.assertEqual(
            Pack.with_user(self.user_governance)
            .with_context(allowed_company_ids=both)
            .search([]),
            pack,
        )
        with self.assertRaises(AccessError):
            self._state(self.user_viewer, self.company)
        with self.assertRaises(AccessError):
            Pack.with_user(self.manager_a).search([])
