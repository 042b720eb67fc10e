from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Datetime
from odoo.tests import Form, freeze_time, tagged

from .common_readiness import ReadinessCommon

CODE = "performance_unproven"


@tagged("post_install", "-at_install")
class TestPerformanceTest(ReadinessCommon):
    """Loads that a wave asks for, and what was measured."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.env.ref(
            "dist_wave_planning.performance_scenario_order_entry"
        )
        cls.scenarios = cls.env["dist.performance.scenario"].search(
            [("is_standard", "=", True)]
        )
        cls.waves = {site: cls._gate(site).wave_id for site in cls.sites}

    @classmethod
    def _plan(cls, site=None, wave=None, scenario=None, **values):
        return (
            cls.env["dist.performance.test"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "program_id": cls.program.id,
                    "scenario_id": (scenario or cls.scenario).id,
                    "site_id": site.id if site else False,
                    "wave_id": wave.id if wave else False,
                    **values,
                }
            )
        )

    def _measure(self, test, value, user=None, **values):
        """Record a result as a person does."""
        user = user or self.user_consultant
        action = test.with_user(user).action_record_result()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
        )
        for name, one in {"value": value, **values}.items():
            setattr(wizard, name, one)
        wizard.save().action_confirm()
        return test

    def _prove_all(self):
        """Measure what the waves ask for, once for the whole program."""
        for scenario in self.scenarios:
            self._measure(self._plan(scenario=scenario), scenario.target)

    # -- a test ---------------------------------------------------------------------

    def test_terms_come_from_the_scenario(self):
        form = Form(self.env["dist.performance.test"].with_user(self.user_consultant))
        form.program_id = self.program
        form.scenario_id = self.scenario
        self.assertEqual(form.target, self.scenario.target)
        form.target = 4
        test = form.save()
        self.assertEqual(test.metric, self.scenario.metric)
        self.assertEqual(test.valid_days, self.scenario.valid_days)
        self.assertEqual(test.load_users, 20)
        self.assertEqual(test.target_text, "≤ 4 seconds")
        self.scenario.target = 9
        self.assertEqual(test.target, 4)

    def test_result_against_target(self):
        peak = self.env.ref("dist_wave_planning.performance_scenario_peak_day")
        for scenario, value, result in (
            (self.scenario, 3, "passed"),
            (self.scenario, 3.001, "passed"),
            (self.scenario, 3.01, "failed"),
            (peak, 600, "passed"),
            (peak, 599, "failed"),
        ):
            with self.subTest(scenario=scenario.name, value=value):
                test = self._measure(self._plan(scenario=scenario), value)
                self.assertEqual(test.result, result)
                self.assertEqual(bool(test.valid_until), result == "passed")
                self.assertEqual(bool(test.activity_ids), result == "failed")
                self.assertEqual(test.tested_by_id, self.user_consultant)

    def test_result_older_than_its_days_is_expired(self):
        test = self._plan(self.site_a)
        measured_at = self.now - timedelta(days=60)
        self._measure(test, 1, measured_at=measured_at)
        self.assertEqual(test.status, "passed")
        # a clock change may lie between
        measured_on = self.site_a._local_day(measured_at)
        self.assertEqual(test.valid_until, measured_on + timedelta(days=60))
        with freeze_time(Datetime.now() + timedelta(days=2)):
            test.invalidate_recordset(["status"])
            self.assertEqual(test.status, "expired")
        forever = self._plan(self.site_a, valid_days=0)
        self._measure(forever, 1, measured_at=self.now - timedelta(days=600))
        self.assertEqual(forever.status, "passed")

    def test_measured_once(self):
        test = self._measure(self._plan(self.site_a), 9)
        for values in ({"target": 10}, {"valid_days": 999}, {"load_users": 1}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "measured"):
                test.write(values)
        with self.assertRaisesRegex(UserError, "measured"):
            test.action_record_result()
        with self.assertRaisesRegex(UserError, "measured"):
            test.with_user(self.user_admin).unlink()
        action = test.with_user(self.user_consultant).action_repeat()
        again = self.env["dist.performance.test"].browse(action["res_id"])
        self.assertRecordValues(
            again,
            [
                {
                    "result": "untested",
                    "value": 0,
                    "target": 3,
                    "site_id": self.site_a.id,
                }
            ],
        )

    def test_figures_make_sense(self):
        test = self._plan()
        with self.assertRaisesRegex(UserError, "figure"):
            self._measure(test, 0)
        with self.assertRaisesRegex(UserError, "past"):
            self._measure(test, 1, measured_at=self.now + timedelta(hours=2))
        self.assertEqual(test.result, "untested")

    def test_results_are_set_by_the_dialog_alone(self):
        test = self._plan(self.site_a)
        for values in (
            {"result": "passed"},
            {"value": 1},
            {"tested_by_id": self.user_admin.id},
            {"measured_at": "2026-01-01 00:00:00"},
            {"valid_until": "2099-01-01"},
            {"site_id": self.site_b.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                test.with_user(self.user_admin).write(values)
        with self.assertRaises(AccessError):
            self._plan(result="passed")
        answer = (
            self.env["dist.performance.test"]
            .with_user(self.user_admin)
            .load(
                ["program_id", "scenario_id", "result"],
                [["Test Program", "Order entry", "Passed"]],
            )
        )
        self.assertFalse(answer["ids"])

    def test_site_manager_measures_at_the_own_site(self):
        own = self._plan(self.site_a)
        self._measure(own, 2, self.manager_a)
        self.assertEqual(own.tested_by_id, self.manager_a)
        for test in (
            self._plan(self.site_b),
            self._plan(),
            self._plan(wave=self.waves[self.site_a]),
        ):
            with self.subTest(test.display_name), self.assertRaises(AccessError):
                test.with_user(self.manager_a)._record_result(1, self.now)
        for user in (self.user_viewer, self.user_nobody):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._plan(self.site_a).with_user(user).action_record_result()

    def test_links_fit(self):
        with self.assertRaisesRegex(ValidationError, "not a site of"):
            self._plan(self.site_b, self.waves[self.site_a])
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        with self.assertRaisesRegex(ValidationError, "another program"):
            self._plan(wave=self.waves[self.site_a], program_id=other.id)

    def test_late(self):
        late = self._plan(date_planned=self.today - timedelta(days=2))
        self._plan(date_planned=self.today + timedelta(days=2))
        self._measure(self._plan(date_planned=self.today - timedelta(days=2)), 1)
        Test = self.env["dist.performance.test"]
        self.assertEqual(Test.search([("is_late", "=", True)]), late)
        self.assertTrue(late.is_late)
        self.assertNotIn(late, Test.search([("is_late", "=", False)]))

    # -- the gate -------------------------------------------------------------------

    def test_waves_ask_for_the_standard_scenarios(self):
        self.assertEqual(
            self.waves[self.site_a].performance_scenario_ids, self.scenarios
        )
        self.assertEqual(
            self._values(CODE), dict.fromkeys(self.sites, len(self.scenarios))
        )
        line = self._line(CODE, self.site_a)
        self.assertEqual(line.result, "failed")
        self.assertEqual(self._opened(line), self.scenarios)

    def test_failed_at_a_site(self):
        self._prove_all()

        def make_wrong():
            self._measure(self._plan(self.site_a), 99)
            return self.scenario

        self._check_level(CODE, make_wrong)

    def test_latest_measurement_counts(self):
        self._prove_all()
        self._measure(
            self._plan(self.site_a), 99, measured_at=self.now - timedelta(days=1)
        )
        self.assertEqual(self._values(CODE)[self.site_a], 0)

    def test_measurement_of_a_wave_counts_there(self):
        self._prove_all()
        self._measure(self._plan(wave=self.waves[self.site_a]), 99)
        self.assertEqual(
            self._values(CODE), {self.site_a: 1, self.site_b: 0, self.site_c: 0}
        )

    def test_expired_and_archived_measurements(self):
        self._prove_all()
        tests = self.env["dist.performance.test"].search(
            [("scenario_id", "=", self.scenario.id)]
        )
        tests.sudo().valid_until = self.today - timedelta(days=2)
        self.assertEqual(self._values(CODE)[self.site_a], 1)
        tests.sudo().valid_until = False
        self.assertEqual(self._values(CODE)[self.site_a], 0)
        tests.active = False
        self.assertEqual(self._values(CODE)[self.site_a], 1)

    def test_other_programs_do_not_count(self):
        self._prove_all()
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        self._measure(self._plan(program_id=other.id), 99)
        self.assertEqual(self._values(CODE)[self.site_a], 0)

    def test_wave_that_asks_for_nothing_gives_no_evidence(self):
        self.waves[self.site_a].performance_scenario_ids = False
        self.waves[self.site_b].active = False
        self.assertEqual(set(self._values(CODE)), {self.site_c})
        self.assertEqual(self._line(CODE, self.site_a).result, "no_evidence")

    # -- who sees what ----------------------------------------------------------------

    def test_people_see_what_counts_for_their_sites(self):
        everywhere = self._plan()
        of_a = self._plan(self.site_a)
        of_b = self._plan(self.site_b)
        wave_a = self._plan(wave=self.waves[self.site_a])
        # of a wave that the consultant does not see
        wave_c = wave_a.sudo().copy({"wave_id": self.waves[self.site_c].id})
        Test = self.env["dist.performance.test"]
        for user, tests in (
            (self.manager_a, everywhere | of_a | wave_a),
            (self.manager_b, everywhere | of_b),
            (self.manager_c, everywhere | wave_c),
            (self.user_viewer, everywhere | of_a | of_b | wave_a),
        ):
            with self.subTest(user.login):
                found = Test.with_user(user).search([], order="id")
                self.assertEqual(found, tests)
                self.assertTrue(all(found.mapped("display_name")))
        site = self.site_a.with_user(self.manager_a)
        self.assertEqual(site.performance_test_count, 1)
        self.assertEqual(
            Test.search(site.action_open_performance_tests()["domain"]), of_a
        )
        wave = self.waves[self.site_a].with_user(self.user_consultant)
        self.assertEqual(wave.performance_test_count, 3)
        self.assertEqual(
            Test.search(wave.action_open_performance_tests()["domain"], order="id"),
            everywhere | of_a | wave_a,
        )
        self.assertEqual(
            len(Test.search(self.scenario.action_open_tests()["domain"])), 5
        )
        self.assertTrue(wave.write({"performance_scenario_ids": [Command.clear()]}))
