from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.tests import Form, freeze_time, new_test_user, tagged

from .common_readiness import ReadinessCommon

CODES = ("scanners_untested", "printers_untested", "devices_untested")


@tagged("post_install", "-at_install")
class TestDeviceCheck(ReadinessCommon):
    """Devices are tested by the site's own people; the gate follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sites._create_device_checks()
        cls.checks = cls.env["dist.device.check"].search(
            [("site_id", "=", cls.site_a.id)]
        )
        cls.scanner = cls.checks.filtered(lambda check: check.kind == "scanner")
        cls.helper = new_test_user(
            cls.env, "helper", groups="dist_rollout_governance.group_super_user"
        )
        cls.site_a.super_user_ids = [Command.link(cls.helper.id)]

    @classmethod
    def _pass_all(cls):
        for site in cls.sites:
            cls.env["dist.device.check"].search([("site_id", "=", site.id)]).with_user(
                site.manager_id
            ).action_pass()

    def _as(self, user, check=None):
        return (check or self.scanner).with_user(user)

    # -- the checklist --------------------------------------------------------------

    def test_checklist_is_created_once(self):
        items = self.env["dist.device.check.item"].search([])
        self.assertEqual(
            self.checks.item_id, items.filtered(lambda item: not item.site_type)
        )
        self.assertEqual(self.checks.owner_id, self.manager_a)
        self.assertFalse(self.sites._create_device_checks())
        self.scanner.active = False
        self.assertFalse(self.site_a._create_device_checks())

    def test_checklist_by_type_and_program(self):
        center = self._create_site("DC", manager_id=self.manager_a.id, type="dc")
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        self.env["dist.device.check.item"].create(
            {"name": "Foreign", "kind": "scale", "program_id": other.id}
        )
        checks = center._create_device_checks()
        failover = self.env.ref("dist_wave_planning.device_check_item_network_failover")
        self.assertIn(failover, checks.item_id)
        self.assertNotIn(failover, self.checks.item_id)
        self.assertNotIn("Foreign", checks.mapped("name"))

    def test_new_item_comes_with_the_next_call(self):
        item = self.env["dist.device.check.item"].create(
            {"name": "Conveyor", "kind": "workstation"}
        )
        action = self.site_a.with_user(
            self.user_consultant
        ).action_create_device_checks()
        found = self.env["dist.device.check"].search(action["domain"])
        self.assertEqual((found - self.checks).item_id, item)

    def test_creation_takes_the_right_to_write_sites(self):
        with self.assertRaises(AccessError):
            self.site_a.with_user(self.manager_a).action_create_device_checks()

    # -- testing --------------------------------------------------------------------

    def test_site_people_test_on_the_floor(self):
        for user in (self.helper, self.manager_a, self.user_consultant):
            self.scanner.sudo()._forget_result()
            check = self._as(user)
            check.action_pass()
            self.assertEqual(check.result, "passed")
            self.assertEqual(check.tested_by_id, user)
            self.assertEqual(
                check.valid_until,
                self.site_a._local_day() + timedelta(days=check.valid_days),
            )

    def test_failure_says_what_does_not_work(self):
        check = self._as(self.manager_a)
        action = check.action_fail()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.manager_a)
            .with_context(**action["context"])
        )
        with self.assertRaisesRegex(UserError, "Say what does not work"):
            wizard.save().action_confirm()
        wizard.finding = "Reads no lot"
        wizard.image = self.signature
        wizard.save().action_confirm()
        self.assertRecordValues(
            check,
            [{"result": "failed", "finding": "Reads no lot", "valid_until": False}],
        )
        self.assertTrue(check.image)
        self.assertEqual(self.scanner.activity_ids.user_id, self.manager_a)
        check.action_pass()
        self.assertRecordValues(check, [{"result": "passed", "finding": False}])

    def test_others_do_not_test(self):
        for user in (self.manager_b, self.user_viewer, self.user_nobody):
            with self.subTest(user.login):
                for step in ("action_pass", "action_fail"):
                    with self.assertRaises(AccessError):
                        getattr(self._as(user), step)()
        self.assertEqual(self.scanner.result, "untested")

    def test_results_are_set_by_the_buttons_alone(self):
        for values in (
            {"result": "passed"},
            {"tested_by_id": self.user_admin.id},
            {"tested_at": "2026-01-01 00:00:00"},
            {"valid_until": "2099-01-01"},
            {"finding": "x"},
            {"item_id": False},
            {"site_id": self.site_b.id},
        ):
            for user in (self.manager_a, self.user_admin):
                with self.subTest(values=values, user=user.login):
                    with self.assertRaises(AccessError):
                        self._as(user).write(values)
        answer = (
            self.env["dist.device.check"]
            .with_user(self.manager_a)
            .load(
                ["name", "kind", "program_id", "site_id", "result"],
                [["Mine", "Scanner", "Test Program", "A", "Passed"]],
            )
        )
        self.assertFalse(answer["ids"])
        with self.assertRaises(AccessError):
            self.env["dist.device.check"].with_user(self.manager_a).create(
                {
                    "name": "Mine",
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "result": "passed",
                }
            )

    def test_site_people_bend_no_check(self):
        for values in ({"active": False}, {"kind": "scale"}, {"valid_days": 0}):
            with self.subTest(values):
                with self.assertRaisesRegex(AccessError, "Only consultants"):
                    self._as(self.manager_a).write(values)
                self._as(self.user_consultant).write(values)

    def test_site_people_add_their_own(self):
        form = Form(self.env["dist.device.check"].with_user(self.manager_a))
        form.name = "Scanner of the cold room"
        form.program_id = self.program
        form.site_id = self.site_a
        form.location = "Cold room"
        check = form.save()
        self.assertEqual((check.kind, check.result), ("scanner", "untested"))
        with self.assertRaises(AccessError):
            check.copy({"site_id": self.site_b.id})
        with self.assertRaisesRegex(AccessError, "Only consultants"):
            check.copy({"valid_days": 0})

    def test_exchanged_device_is_untested(self):
        check = self._as(self.manager_a)
        check.action_pass()
        check.serial = "S-1"
        self.assertEqual(check.result, "passed")
        check.serial = "S-2"
        self.assertRecordValues(
            check, [{"result": "untested", "tested_at": False, "valid_until": False}]
        )

    def test_archived_check_is_not_tested(self):
        self.scanner.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            self._as(self.manager_a).action_pass()

    def test_passed_test_expires(self):
        check = self._as(self.manager_a)
        self.scanner.valid_days = 5
        check.action_pass()
        last = check.valid_until
        self.assertEqual(check.status, "passed")
        with freeze_time(Datetime.to_datetime(last) + timedelta(hours=12)):
            check.invalidate_recordset(["status"])
            self.assertEqual(check.status, "passed")
        with freeze_time(Datetime.to_datetime(last) + timedelta(days=1, hours=12)):
            check.invalidate_recordset(["status"])
            self.assertEqual(check.status, "expired")

    def test_test_without_expiry(self):
        self.scanner.valid_days = 0
        self._as(self.manager_a).action_pass()
        self.assertFalse(self.scanner.valid_until)

    # -- the gate -------------------------------------------------------------------

    def test_untested_devices_fail_their_lines(self):
        for code in CODES:
            with self.subTest(code):
                values = self._values(code)
                self.assertGreater(values[self.site_a], 0)
                self.assertEqual(self._line(code, self.site_a).result, "failed")

    def test_failed_device(self):
        self._pass_all()
        kinds = {
            "scanners_untested": "mobile",
            "printers_untested": "label",
            "devices_untested": "network",
        }
        for code, kind in kinds.items():
            checks = self.checks.filtered(lambda check, k=kind: check.kind == k)

            def make_wrong(checks=checks):
                for check in checks:
                    check.with_user(self.manager_a)._fail("Broken")
                return checks

            with self.subTest(code):
                self._check_level(code, make_wrong)

    def test_expired_device(self):
        self._pass_all()

        def make_wrong():
            self.scanner.sudo().valid_until = self.site_a._local_day() - timedelta(
                days=1
            )
            return self.scanner

        self._check_level("scanners_untested", make_wrong)
        self.scanner.sudo().valid_until = self.site_a._local_day()
        self.assertEqual(self._values("scanners_untested")[self.site_a], 0)

    def test_site_without_device_has_nothing_to_test(self):
        self.scanner.active = False
        self.checks.filtered(lambda check: check.kind == "mobile").active = False
        self.assertEqual(self._values("scanners_untested")[self.site_a], 0)

    def test_site_without_checks_has_no_evidence(self):
        self.checks.active = False
        for code in CODES:
            with self.subTest(code):
                self.assertNotIn(self.site_a, self._values(code))
                self.assertEqual(self._line(code, self.site_a).result, "no_evidence")

    def test_result_is_queued_for_the_gate(self):
        self.env["dist.measure.queue"].search([]).unlink()
        self._as(self.manager_a).action_pass()
        _last, pending = self.env["dist.measure.queue"]._pending()
        self.assertEqual(
            pending, {"level": [(self.site_a.id, self.site_a._local_day())]}
        )

    # -- forms ----------------------------------------------------------------------

    def test_counts_on_site_and_wave(self):
        self._as(self.manager_a).action_pass()
        site = self.site_a.with_user(self.manager_a)
        self.assertEqual(site.device_check_count, len(self.checks))
        self.assertEqual(site.device_open_count, len(self.checks) - 1)
        action = site.action_open_device_checks()
        self.assertEqual(
            self.env["dist.device.check"].search(action["domain"]), self.checks
        )
        wave = self._gate(self.site_a).wave_id.with_user(self.user_consultant)
        self.assertEqual(wave.device_check_count, len(self.checks))
        self.assertEqual(wave.device_passed_count, 1)
        action = wave.action_open_device_checks()
        self.assertEqual(
            self.env["dist.device.check"].search(action["domain"]), self.checks
        )

    def test_site_people_see_their_own(self):
        Check = self.env["dist.device.check"]
        for user, sites in (
            (self.helper, self.site_a),
            (self.manager_b, self.site_b),
            (self.user_viewer, self.site_a | self.site_b),
        ):
            with self.subTest(user.login):
                self.assertEqual(Check.with_user(user).search([]).site_id, sites)
