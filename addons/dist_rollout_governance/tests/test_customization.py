from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_decision import DecisionCommon
from .test_requirement import ANSWERED

DOSSIER = {
    "business_case": "Saves two clerks.",
    "test_plan": "Automated.",
    "rollback": "Print by hand.",
    "support": "The central team.",
    "upgrade_impact": "Two days.",
    "retirement_review_on": "2099-01-01",
}


@tagged("post_install", "-at_install")
class TestCustomization(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.requirement = cls.env["dist.requirement"].create(
            {
                "name": "Labels",
                "program_id": cls.program.id,
                "process_id": cls.env["dist.process"].search([], limit=1).id,
                "classification": "customize",
                **ANSWERED,
            }
        )
        cls.requirement.action_classify()

    def _create(self, **values):
        return (
            self.env["dist.customization"]
            .with_user(self.user_consultant)
            .create(
                {
                    "name": "Labels",
                    "program_id": self.program.id,
                    "requirement_id": self.requirement.id,
                    "module_name": "dist_rollout_governance",
                    **DOSSIER,
                    **values,
                }
            )
        )

    def _approve(self, **values):
        dossier = self._create(**values)
        self._request(dossier)
        self._decide(dossier)
        return dossier

    def test_every_section_is_asked_for(self):
        for name in DOSSIER:
            dossier = self._create(**{name: False})
            label = dossier._fields[name]._description_string(self.env)
            with self.subTest(name), self.assertRaisesRegex(UserError, f"(?i){label}"):
                self._request(dossier)

    def test_no_rollback_no_approval(self):
        with self.assertRaisesRegex(UserError, "Rollback"):
            self._request(self._create(rollback=False))

    def test_lifecycle(self):
        dossier = self._create()
        with self.assertRaisesRegex(UserError, "approved first"):
            dossier.action_go_live()
        decision = self._request(dossier)
        self.assertEqual(decision.body_id.type, "design_authority")
        self._decide(dossier)
        self.assertEqual(dossier.state, "approved")
        with self.assertRaisesRegex(UserError, "back to draft"):
            dossier.rollback = "None"
        dossier.action_count_lines()
        self.assertGreater(dossier.line_count, 1000)
        dossier.action_go_live()
        self.assertEqual(dossier.state, "live")
        with self.assertRaisesRegex(UserError, "Uninstall its module"):
            dossier.action_retire()

    def test_module_that_is_not_there(self):
        dossier = self._approve(module_name="label_printer")
        self.assertEqual(dossier.module_state, "unknown")
        with self.assertRaisesRegex(UserError, "not installed"):
            dossier.action_go_live()
        with self.assertRaisesRegex(UserError, "not on this server"):
            dossier.action_count_lines()
        dossier.action_retire()

    def test_new_release_asks_for_the_review_once(self):
        dossier = self._approve()
        cron = self.env.ref("dist_rollout_governance.ir_cron_customization_review")

        def run():
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            return len(dossier.activity_ids)

        Release = self.env["dist.odoo.release"].with_user(self.user_admin)
        self.assertEqual(run(), 0)
        Release.create({"name": "19.0", "released_on": "2025-09-18"})
        self.assertEqual(run(), 0, "it runs here already")
        Release.create({"name": "20.0", "released_on": "2026-09-18"})
        self.assertEqual(run(), 1)
        self.assertEqual(run(), 1, "once a release")
        self.assertIn("20.0", dossier.activity_ids.note)
        Release.create({"name": "21.0", "released_on": "2027-09-18"})
        self.assertEqual(run(), 2)

    def test_bad_input(self):
        adopted = self.requirement.copy({"classification": "adopt"})
        for values in (
            {"requirement_id": adopted.id},
            {"module_name": "../etc/passwd"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create(**values)
        for version in ("20", "saas~20.1", "", "next"):
            with self.subTest(version), self.assertRaises(ValidationError):
                self.env["dist.odoo.release"].create(
                    {"name": version or "0.0", "released_on": "2026-01-01"}
                )
        with self.assertRaises(AccessError):
            self._create(state="approved")
        with self.assertRaises(AccessError):
            self._create(line_count=1)

    def test_opened_from_the_requirement(self):
        action = self.requirement.action_open_customization()
        self.assertEqual(
            action["context"]["default_requirement_id"], self.requirement.id
        )
        dossier = self._create()
        self.assertEqual(
            self.requirement.action_open_customization()["res_id"], dossier.id
        )

    def test_other_company(self):
        self._create(site_id=self.site_a.id)
        viewer = self._create_user("viewer", "viewer_c", company=self.company_c)
        self.assertEqual(
            self.env["dist.customization"].with_user(viewer).search_count([]), 0
        )
