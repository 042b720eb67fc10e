from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestIntegration(ReadinessCommon):
    """Integrations, their tests, and the gate that asks for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls._create_integration()

    @classmethod
    def _create_integration(cls, user=None, **values):
        return (
            cls.env["dist.integration"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "name": "Parcel carrier",
                    "kind": "carrier",
                    "program_id": cls.program.id,
                    "tolerance": 2,
                    **values,
                }
            )
        )

    def _test(self, site=None, user=None, integration=None, **values):
        """Record a test as a person does, and return it."""
        integration = integration or self.carrier
        action = integration.with_user(
            user or self.user_consultant
        ).action_record_test()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(user or self.user_consultant)
            .with_context(**action["context"])
        )
        wizard.site_id = site or self.env["dist.site"]
        for name, value in {"volume": 100, **values}.items():
            setattr(wizard, name, value)
        wizard.save().action_confirm()
        return self.env["dist.integration.test"].search([], order="id desc", limit=1)

    # -- whom it serves -------------------------------------------------------------

    def test_scope(self):
        carrier = self.carrier.sudo()
        self.assertEqual(carrier.served_site_ids, self.sites)
        self.assertFalse(carrier.served_company_ids)
        new = self._create_site("N", manager_id=self.manager_a.id)
        self.assertIn(new, carrier.served_site_ids)
        carrier.write(
            {"scope": "company", "scope_company_ids": [Command.set(self.company_c.ids)]}
        )
        self.assertEqual(carrier.served_site_ids, self.site_c)
        self.assertEqual(carrier.served_company_ids, self.company_c)
        carrier.write(
            {"scope": "sites", "scope_site_ids": [Command.set(self.site_b.ids)]}
        )
        self.assertEqual(carrier.served_site_ids, self.site_b)

    def test_scope_says_whom(self):
        for scope in ("company", "sites"):
            with self.subTest(scope), self.assertRaises(ValidationError):
                self._create_integration(scope=scope)
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        with self.assertRaisesRegex(ValidationError, "another program"):
            self._create_integration(
                program_id=other.id,
                scope="sites",
                scope_site_ids=[Command.set(self.site_a.ids)],
            )

    def test_values_make_sense(self):
        with self.assertRaisesRegex(ValidationError, "workaround"):
            self._create_integration(dependence="workaround")
        self._create_integration(dependence="later", is_critical=False)
        for values in (
            {"dependence": "later"},
            {"tolerance": 101},
            {"volume_per_day": -1},
        ):
            with (
                self.subTest(values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create_integration(**values)
                self.env.flush_all()

    # -- tests ----------------------------------------------------------------------

    def test_site_manager_records_a_test(self):
        test = self._test(self.site_a, self.manager_a, exception_count=1, note="One")
        self.assertRecordValues(
            test,
            [
                {
                    "integration_id": self.carrier.id,
                    "site_id": self.site_a.id,
                    "company_id": self.site_a.company_id.id,
                    "tested_by_id": self.manager_a.id,
                    "result": "passed",
                    "volume": 100,
                    "exception_share": 1,
                    "valid_until": test.tested_on + timedelta(days=90),
                }
            ],
        )
        self.assertIn("1 exceptions in 100", self.carrier.message_ids[0].body)

    def test_own_site_is_proposed(self):
        carrier = self.carrier.with_user(self.manager_a)
        action = carrier.action_record_test()
        self.assertEqual(action["context"]["default_site_id"], self.site_a.id)

    def test_site_manager_speaks_for_own_sites(self):
        vals = {
            "environment": "test",
            "tested_on": self.today,
            "volume": 1,
            "result": "passed",
        }
        carrier = self.carrier.with_user(self.manager_a)
        for site in (self.site_b, self.env["dist.site"]):
            with self.subTest(site.code), self.assertRaises(AccessError):
                carrier._record_test(site.with_user(self.manager_a), vals)
        for user in (self.user_viewer, self.user_nobody):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.carrier.with_user(user)._record_test(
                    self.site_a.with_user(user), vals
                )
        self.assertFalse(self.carrier.test_ids)

    def test_test_of_a_site_that_is_not_served(self):
        only_b = self._create_integration(
            scope="sites", scope_site_ids=[Command.set(self.site_b.ids)]
        )
        vals = {
            "environment": "test",
            "tested_on": self.today,
            "volume": 1,
            "result": "passed",
        }
        with self.assertRaisesRegex(UserError, "does not serve"):
            only_b._record_test(self.site_a, vals)
        only_b.action_retire()
        with self.assertRaisesRegex(UserError, "retired"):
            only_b._record_test(self.site_b, vals)

    def test_figures_make_sense(self):
        for values in (
            {"volume": 0},
            {"exception_count": -1},
            {"exception_count": 101},
            {"tested_on": self.today + timedelta(days=3)},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._test(**values)

    def test_tests_are_append_only(self):
        test = self._test()
        for user in (self.user_admin, self.env.ref("base.user_root")):
            row = test.with_user(user)
            with self.subTest(user.login):
                for refused in (
                    lambda row=row: row.write({"result": "failed"}),
                    lambda row=row: row.unlink(),
                    lambda row=row: row.copy(),
                    lambda row=row: row.create(
                        {"integration_id": self.carrier.id, "result": "passed"}
                    ),
                ):
                    with self.assertRaises(AccessError):
                        refused()
        answer = test.with_user(self.user_admin).load(
            ["integration_id/.id", "result"], [[self.carrier.id, "Passed"]]
        )
        self.assertFalse(answer["ids"])

    def test_failure_is_put_before_the_owner(self):
        self._test(self.site_a, self.manager_a, result="failed")
        activity = self.carrier.activity_ids
        self.assertEqual(activity.user_id, self.user_consultant)
        self.assertEqual(self.carrier.status, "failed")

    def test_status_is_the_worst_of_the_sites(self):
        def status():
            self.carrier.invalidate_recordset(["status"])
            return self.carrier.status

        self.assertEqual(status(), "untested")
        self._test()
        self.assertEqual(status(), "passed")
        self._test(self.site_a, result="failed")
        self.assertEqual(status(), "failed")
        self._test(self.site_a)
        self.assertEqual(status(), "passed")
        self._test(self.site_b, tested_on=self.today - timedelta(days=400))
        self.assertEqual(status(), "passed")
        Integration = self.env["dist.integration"]
        self.assertIn(self.carrier, Integration.search([("status", "=", "passed")]))
        self.assertNotIn(self.carrier, Integration.search([("status", "!=", "passed")]))

    # -- activation -----------------------------------------------------------------

    def test_activation_asks_for_a_current_test_of_each_site(self):
        with self.assertRaisesRegex(UserError, "Site A.*Site B.*not tested"):
            self.carrier.action_activate()
        self.assertIn("not tested", self.carrier.obstacles)
        self._test(tested_on=self.today - timedelta(days=91))
        with self.assertRaisesRegex(UserError, "too old"):
            self.carrier.action_activate()
        self._test()
        self._test(self.site_b, result="failed")
        with self.assertRaisesRegex(UserError, "Site B: the last test failed"):
            self.carrier.action_activate()
        self._test(self.site_b)
        self.carrier.action_activate()
        self.assertEqual(self.carrier.state, "active")
        self.assertTrue(self.carrier.activated_at)
        self.assertFalse(self.carrier.obstacles)
        with self.assertRaises(UserError):
            self.carrier.action_activate()
        self.carrier.action_pause()
        with self.assertRaises(UserError):
            self.carrier.action_pause()
        self.carrier.action_activate()
        self.carrier.action_retire()
        for step in ("action_activate", "action_retire"):
            with self.subTest(step), self.assertRaises(UserError):
                getattr(self.carrier, step)()

    def test_activation_asks_for_owner_and_sites(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        empty = self._create_integration(program_id=other.id, owner_id=False)
        with self.assertRaisesRegex(UserError, "(?s)owner.*serves no site"):
            empty.action_activate()

    def test_steps_and_state_are_the_consultants(self):
        carrier = self.carrier.with_user(self.manager_a)
        for step in ("action_activate", "action_pause", "action_retire"):
            with self.subTest(step), self.assertRaises(AccessError):
                getattr(carrier, step)()
        for user in (self.user_consultant, self.user_admin):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.carrier.with_user(user).state = "active"
        with self.assertRaises(AccessError):
            self._create_integration(state="active")

    # -- the gate -------------------------------------------------------------------

    def test_untested_critical_integration_fails_the_line(self):
        self.assertEqual(
            self._values("integrations_untested"), dict.fromkeys(self.sites, 1)
        )
        line = self._line("integrations_untested", self.site_a)
        self.assertTrue(line.is_mandatory)
        self.assertEqual(line.result, "failed")
        self.assertEqual(self._opened(line), self.carrier)
        self._test()
        self.assertEqual(
            self._values("integrations_untested"), dict.fromkeys(self.sites, 0)
        )
        self.assertEqual(
            self._line("integrations_untested", self.site_a).result, "passed"
        )

    def test_failed_integration(self):
        self._test()

        def make_wrong():
            self._test(self.site_a, self.manager_a, result="failed")
            return self.carrier

        self._check_level("integrations_untested", make_wrong)

    def test_test_of_one_site_says_nothing_of_others(self):
        self._test(self.site_a)
        values = self._values("integrations_untested")
        self.assertEqual(values, {self.site_a: 0, self.site_b: 1, self.site_c: 1})

    def test_expired_test(self):
        self._test(tested_on=self.today - timedelta(days=89))
        self.assertEqual(self._values("integrations_untested")[self.site_a], 0)
        bank = self._create_integration(name="Bank", kind="bank")
        self._test(integration=bank, tested_on=self.today - timedelta(days=92))
        self.assertEqual(self._values("integrations_untested")[self.site_a], 1)

    def test_only_critical_ones_in_use_count(self):
        self._test()
        self._create_integration(name="BI", kind="bi", is_critical=False)
        self._create_integration(name="Old").action_retire()
        self._create_integration(name="Gone").active = False
        self.assertEqual(self._values("integrations_untested")[self.site_a], 0)

    def test_exceptions_over_tolerance(self):
        self._test(exception_count=2)

        def make_wrong():
            self._test(self.site_a, self.manager_a, exception_count=3)
            return self.carrier

        self._check_level("integrations_over_tolerance", make_wrong)

    def test_site_without_integration_has_no_evidence(self):
        self.carrier.write(
            {"scope": "sites", "scope_site_ids": [Command.set(self.site_b.ids)]}
        )
        for code in ("integrations_untested", "integrations_over_tolerance"):
            with self.subTest(code):
                self.assertEqual(set(self._values(code)), {self.site_b})
                self.assertEqual(self._line(code, self.site_a).result, "no_evidence")
        self.carrier.action_retire()
        self.env["dist.measure.value"].search([]).unlink()
        self.assertFalse(self._values("integrations_untested"))

    # -- the measure of exceptions ----------------------------------------------------

    def test_exceptions_are_measured_day_by_day(self):
        yesterday = self.today - timedelta(days=1)
        self._test(tested_on=yesterday, volume=50, exception_count=5)
        self._test(self.site_a, tested_on=yesterday, volume=150, exception_count=1)
        self._test(self.site_b, tested_on=self.today, volume=10)
        measure = self.env["dist.measure"]._get("integration_exceptions")
        _last, pending = self.env["dist.measure.queue"]._pending()
        self.assertIn((self.site_a.id, yesterday), pending[measure.topic])
        measure._compute_values(self.sites, yesterday, self.today)
        values = self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id), ("site_id", "in", self.sites.ids)]
        )
        self.assertEqual(
            {
                (value.site_id, value.day): (value.numerator, value.denominator)
                for value in values
            },
            {
                (self.site_a, yesterday): (6, 200),
                (self.site_b, yesterday): (5, 50),
                (self.site_b, self.today): (0, 10),
                (self.site_c, yesterday): (5, 50),
            },
        )
        for value in values:
            self.assertEqual(len(self._opened(value)), value.sample_size)

    # -- who sees what ----------------------------------------------------------------

    def test_people_see_what_serves_their_sites(self):
        only_b = self._create_integration(
            name="Only B", scope="sites", scope_site_ids=[Command.set(self.site_b.ids)]
        )
        only_c = self._create_integration(
            user=self.env.user,
            name="Only C",
            scope="sites",
            scope_site_ids=[Command.set(self.site_c.ids)],
        )
        test_b = self._test(self.site_b)
        test_all = self._test()
        Integration = self.env["dist.integration"]
        Test = self.env["dist.integration.test"]
        for user, integrations, tests in (
            (self.manager_a, self.carrier, test_all),
            (self.manager_b, self.carrier | only_b, test_all | test_b),
            (self.user_viewer, self.carrier | only_b, test_all | test_b),
            (self.manager_c, self.carrier | only_c, test_all),
        ):
            with self.subTest(user.login):
                self.assertEqual(
                    Integration.with_user(user).search([], order="id"), integrations
                )
                self.assertEqual(Test.with_user(user).search([]), tests)
        site = self.site_a.with_user(self.manager_a)
        self.assertEqual(site.served_integration_count, 1)
        action = site.action_open_integrations()
        self.assertEqual(
            Integration.with_user(self.manager_a).search(action["domain"]), self.carrier
        )
        wave = self._gate(self.site_b).wave_id.with_user(self.user_consultant)
        self.assertEqual(wave.integration_count, 2)
        self.assertEqual(
            Integration.search(wave.action_open_integrations()["domain"], order="id"),
            self.carrier | only_b,
        )
        self.assertEqual(
            Test.search(self.carrier.action_open_tests()["domain"]), test_all | test_b
        )
