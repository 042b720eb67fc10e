from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common_blueprint import BlueprintCommon


@tagged("post_install", "-at_install")
class TestDeviation(BlueprintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse_a.delivery_steps = "ship_only"
        cls.blueprint = cls._release(cls._create_delivery_blueprint())
        cls.element = cls.blueprint.element_ids
        cls.finding = cls._finding(cls.site_a)
        cls.tomorrow = fields.Date.today() + timedelta(days=1)

    def _create(self, user=None, **values):
        return (
            self.env["dist.deviation"]
            .with_user(user or self.user_consultant)
            .create(
                {
                    "name": "Deliver in one step",
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "element_id": self.element.id,
                    "reason": "The branch has no output area.",
                    "valid_until": self.tomorrow,
                    **values,
                }
            )
        )

    def _approve(self, **values):
        deviation = self._create(**values)
        self._request(deviation)
        self._decide(deviation)
        self.assertEqual(deviation.state, "approved")
        return deviation

    def _drift(self):
        measure = self.env["dist.measure"]._get("drift_uncovered")
        return (
            self.env["dist.measure.value"]
            .search([("measure_id", "=", measure.id), ("site_id", "=", self.site_a.id)])
            .value
        )

    def test_covered_while_in_force(self):
        self.assertEqual(self.finding.status, "uncovered")
        self.assertEqual(self._drift(), 1)
        deviation = self._approve()
        self.assertEqual(self.finding.status, "covered")
        self.assertEqual(self.finding.deviation_id, deviation)
        self.assertEqual(self._drift(), 0)
        with self.frozen_time(days=2):
            with self.enter_registry_test_mode():
                self.env.ref(
                    "dist_rollout_governance.ir_cron_decision_expire"
                ).method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(deviation.state, "expired")
            self.assertEqual(self.finding.status, "uncovered")
            self.assertFalse(self.finding.deviation_id)
            self.assertTrue(deviation.activity_ids)

    def frozen_time(self, days):
        return freeze_time(fields.Datetime.now() + timedelta(days=days))

    def test_expiry_goes_by_the_date(self):
        self._approve()
        with self.frozen_time(days=2):
            # the job that marks the decision has not run yet
            self.blueprint.sudo()._evaluate()
            self.assertEqual(self.finding.status, "uncovered")

    def test_only_the_value_that_was_decided(self):
        deviation = self._approve(covers="value", finding_id=self.finding.id)
        self.assertEqual(self.finding.status, "covered")
        self.warehouse_a.delivery_steps = "pick_pack_ship"
        self.blueprint.sudo()._evaluate()
        self.assertEqual(self.finding.status, "uncovered", "another departure")
        self.warehouse_a.delivery_steps = "ship_only"
        self.blueprint.sudo()._evaluate()
        self.assertEqual(self.finding.deviation_id, deviation)

    def test_preference_needs_the_design_authority(self):
        deviation = self._create(classification="preference")
        decision = self._request(deviation)
        self.assertEqual(decision.body_id.type, "design_authority")
        self.assertEqual(decision.activity_id.code, "deviation_process")
        self.assertEqual(deviation.state, "proposed")
        self.assertEqual(self.finding.status, "uncovered", "not decided yet")
        self._decide(deviation, approve=False)
        self.assertEqual(deviation.state, "rejected")
        self.assertEqual(self.finding.status, "uncovered")

    def test_legal_needs_the_reference(self):
        for name in ("legal", "regulatory"):
            deviation = self._create(classification=name, valid_until=False)
            self.assertEqual(deviation.kind, "legal_localization")
            with self.assertRaisesRegex(UserError, "law or regulation"):
                self._request(deviation)
            deviation.legal_reference = "Code de commerce L441-9"
            self.assertEqual(
                self._request(deviation).activity_id.code, "deviation_legal"
            )

    def test_what_a_request_asks_for(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        for values, message in [
            ({"reason": False}, "Give the reason"),
            ({"valid_until": False}, "only the law has no end"),
            ({"valid_until": yesterday}, "passed already"),
            ({"covers": "value"}, "Choose the finding"),
        ]:
            with self.subTest(values), self.assertRaisesRegex(UserError, message):
                self._request(self._create(**values))

    def test_element_without_exception(self):
        self.element.sudo().is_mandatory = True
        with self.assertRaisesRegex(UserError, "without exception"):
            self._request(self._create())
        self._request(
            self._create(classification="legal", legal_reference="Law 1, 2 §3")
        )

    def test_closing_ends_the_cover(self):
        deviation = self._approve()
        deviation.with_user(self.user_consultant).action_close()
        self.assertEqual(self.finding.status, "uncovered")

    def test_other_sites_are_not_covered(self):
        self.warehouse_b.delivery_steps = "ship_only"
        self._approve()
        self.blueprint.sudo()._evaluate()
        self.assertEqual(self._finding(self.site_b).status, "uncovered")

    def test_deviation_moves_along_with_versions(self):
        deviation = self._approve(covers="value", finding_id=self.finding.id)
        second = self.env["dist.blueprint"].browse(
            self.blueprint.with_user(self.user_consultant).action_new_version()[
                "res_id"
            ]
        )
        second.element_ids.with_user(self.user_consultant).standard = "Other words."
        self._release(second)
        self.assertEqual(deviation.element_id, second.element_ids)
        self.assertEqual(self._finding(self.site_a).deviation_id, deviation)
        self.assertIn("has changed", deviation.activity_ids[-1].summary)

    def test_decided_is_locked(self):
        deviation = self._approve()
        for values in ({"reason": "x"}, {"valid_until": "2099-01-01"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "draft"):
                deviation.write(values)
        deviation.review_months = 3
        with self.assertRaises(AccessError):
            deviation.state = "draft"
        with self.assertRaises(AccessError):
            self._create(state="approved")
        with self.assertRaises(AccessError):
            self._create(approved_values='["pick_ship"]')

    def test_review(self):
        deviation = self._approve(review_months=1, valid_until="2099-01-01")
        self.assertTrue(deviation.next_review_on)
        cron = self.env.ref("dist_rollout_governance.ir_cron_deviation_review")
        with self.frozen_time(days=40):
            for _run in range(2):
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(len(deviation.activity_ids), 1)
            self.assertTrue(deviation.is_overdue)
            self.assertIn(deviation, deviation.search([("is_overdue", "=", True)]))
            deviation.with_user(self.user_consultant).action_review()
            self.assertFalse(deviation.is_overdue)

    def test_site_manager_asks_consultant_requests(self):
        action = self.finding.with_user(self.manager_a).action_request_deviation()
        form = Form(
            self.env["dist.deviation"]
            .with_user(self.manager_a)
            .with_context(**action["context"])
        )
        form.reason = "No output area."
        form.valid_until = self.tomorrow
        deviation = form.save()
        self.assertEqual(deviation.covers, "value")
        self.assertEqual(deviation.rule_code, self.finding.rule_id.code)
        with self.assertRaises(AccessError):
            deviation.action_request_decision()
        self._request(deviation)
        with self.assertRaises(AccessError):
            self._create(user=self.manager_a, site_id=self.site_b.id)

    def test_own_sites_and_companies_only(self):
        deviation = self._create()
        self._create(site_id=self.site_b.id)
        self.env.flush_all()
        Deviation = self.env["dist.deviation"]
        self.assertEqual(Deviation.with_user(self.manager_a).search([]), deviation)
        viewer_c = self._create_user("viewer", "viewer_c", company=self.company_c)
        self.assertEqual(Deviation.with_user(viewer_c).search_count([]), 0)

    def test_bad_input(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        foreign = self._create_site(
            "F", program_id=other.id, manager_id=self.manager_a.id
        )
        for values in (
            {"cost": -1},
            {"review_months": -1},
            {"review_months": 600},
            {"site_id": foreign.id},
            {"site_id": self.site_b.id, "finding_id": self.finding.id},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create(**values)

    def test_covered_needs_no_second_deviation(self):
        self._approve()
        with self.assertRaisesRegex(UserError, "needs no deviation"):
            self.finding.with_user(self.user_consultant).action_request_deviation()
