from datetime import date, timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common_raid import RaidCommon

START = date(2090, 3, 1)


@tagged("post_install", "-at_install")
class TestMilestone(RaidCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.design = cls._create_milestone("Design", START, workstream="process")
        cls.load = cls._create_milestone(
            "Load", START + timedelta(days=10), workstream="data"
        )
        cls.test = cls._create_milestone(
            "Test", START + timedelta(days=20), workstream="testing"
        )
        cls.first = cls._depend(cls.design, cls.load, lag=10)
        cls.second = cls._depend(cls.load, cls.test, lag=10)

    def _slip(self, milestone, days):
        milestone.with_user(self.user_consultant).forecast_date += timedelta(days=days)

    def test_slipping_predecessor_marks_the_successor_at_risk(self):
        self.assertEqual(self.load.state, "on_track")
        self.assertEqual(self.first.slack_days, 0)
        self._slip(self.design, 3)
        self.assertRecordValues(
            self.load,
            [
                {
                    "state": "at_risk",
                    "delay_days": 3,
                    "earliest_date": START + timedelta(days=13),
                    "slip_days": 0,
                }
            ],
        )
        self.assertTrue(self.first.is_late)
        self.assertEqual(self.first.slack_days, -3)
        self.assertIn("3 days after the forecast", self.load.message_ids[:1].body)

    def test_delay_passes_on_and_back(self):
        self._slip(self.design, 3)
        self.assertEqual((self.test.state, self.test.delay_days), ("at_risk", 3))
        self.assertTrue(self.second.is_late)
        self._slip(self.load, 3)
        self.assertEqual(self.load.state, "on_track", "its forecast says so now")
        self.assertEqual(self.test.state, "at_risk")
        self._slip(self.design, -3)
        self._slip(self.load, -3)
        self.assertEqual(self.test.state, "on_track")
        self.assertFalse(self.second.is_late)

    def test_slack_takes_up_a_delay(self):
        self._slip(self.test, 5)
        self._slip(self.design, 3)
        self.assertEqual(self.load.state, "at_risk")
        self.assertEqual(self.test.state, "on_track")
        self.assertEqual(self.second.slack_days, 2)

    def test_latest_predecessor_counts(self):
        other = self._create_milestone("Train", START + timedelta(days=15))
        self._depend(other, self.test, lag=10)
        self.assertEqual(self.test.delay_days, 5)
        self._slip(self.design, 3)
        self.assertEqual(self.test.delay_days, 5, "not the sum")

    def test_lag_and_deletion(self):
        mine = self.first.with_user(self.user_consultant)
        mine.lag_days = 14
        self.assertEqual(self.load.delay_days, 4)
        mine.unlink()
        self.assertEqual(self.load.state, "on_track")
        self.assertFalse(self.load.earliest_date)

    def test_reached_milestone(self):
        today = fields.Date.today()
        done = self._create_milestone("Done", today - timedelta(days=9))
        after = self._create_milestone("After", today + timedelta(days=1))
        self._depend(done, after)
        mine = done.with_user(self.user_consultant)
        mine.action_reach()
        self.assertEqual((done.state, done.slip_days), ("done", 9))
        self.assertEqual(after.state, "on_track")
        with self.assertRaisesRegex(UserError, "reached already"):
            mine.action_reach()
        with self.assertRaisesRegex(UserError, "its baseline stays"):
            done.with_user(self.user_admin).action_rebaseline()
        with self.assertRaisesRegex(ValidationError, "can't be reached in the future"):
            after.with_user(self.user_consultant).actual_date = today + timedelta(2)

    def test_overdue_predecessor_passes_on_day_by_day(self):
        """What was not reached by its day puts the next one at risk in the job."""
        today = fields.Date.today()
        before = self._create_milestone("Before", today)
        after = self._create_milestone("After", today)
        self._depend(before, after)
        self.assertEqual(after.state, "on_track")
        self.env.cr.execute(
            "UPDATE dist_milestone SET forecast_date = %s WHERE id IN %s",
            [today - timedelta(days=2), (before.id, after.id)],
        )
        self.env.invalidate_all()
        self.assertTrue(before.is_overdue)
        self.assertIn(
            before, self.env["dist.milestone"].search([("is_overdue", "=", True)])
        )
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_milestone_propagate"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((after.state, after.delay_days), ("at_risk", 2))

    def test_archived_milestone_does_not_count(self):
        self._slip(self.design, 3)
        self.design.with_user(self.user_consultant).active = False
        self.assertEqual(self.load.state, "on_track")

    def test_same_baseline_in_text_is_no_change(self):
        """As an import sends it that brings an entry once more."""
        milestone = self.design.with_user(self.user_consultant)
        day = str(milestone.baseline_date)
        milestone.write({"baseline_date": day, "name": "Designed"})
        self.assertEqual(milestone.name, "Designed")
        for other in ("2090-04-02", False, ""):
            with self.subTest(other), self.assertRaises(AccessError):
                milestone.write({"baseline_date": other})

    def test_new_baseline(self):
        self._slip(self.design, 3)
        self.assertEqual(self.design.slip_days, 3)
        with self.assertRaises(AccessError):
            self.design.with_user(self.user_consultant).baseline_date = date(2090, 4, 1)
        with self.assertRaisesRegex(UserError, "set by program administrators"):
            self.design.with_user(self.user_consultant).action_rebaseline()
        self.design.with_user(self.user_admin).action_rebaseline()
        self.assertEqual(self.design.slip_days, 0)

    def test_circle_is_refused_with_its_path(self):
        with self.assertRaisesRegex(
            ValidationError, "close a circle: Design → Load → Test → Design"
        ):
            self._depend(self.test, self.design)
        with self.assertRaisesRegex(ValidationError, "circle: Design → Design"):
            self._depend(self.design, self.design)

    def test_circle_in_one_call(self):
        a, b = (self._create_milestone(name, START) for name in "AB")
        with self.assertRaisesRegex(ValidationError, "close a circle"):
            self.env["dist.dependency"].with_user(self.user_consultant).create(
                [
                    {"predecessor_id": a.id, "successor_id": b.id},
                    {"predecessor_id": b.id, "successor_id": a.id},
                ]
            )

    def test_circle_through_another_company_names_nothing(self):
        hidden = self._create(
            "dist.milestone",
            self.env.user,
            name="Secret",
            baseline_date=START,
            site_id=self.site_c.id,
        )
        self._depend(self.test, hidden, user=self.env.user)
        with self.assertRaises(ValidationError) as caught:
            self.env["dist.dependency"].with_user(self.user_consultant).sudo().create(
                {"predecessor_id": hidden.id, "successor_id": self.design.id}
            )
        self.assertIn("(a milestone of another company)", str(caught.exception))
        self.assertNotIn("Secret", str(caught.exception))

    def test_bad_input(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            self._depend(self.design, self.load)
        for lag in (-366, 366):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self._depend(self.design, self.test, lag=lag)
        with self.assertRaisesRegex(ValidationError, "between the years"):
            self._create_milestone("Old", "1990-01-01")
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        foreign = self._create_milestone(
            "Foreign", START, self.user_admin, program_id=other.id
        )
        with self.assertRaisesRegex(ValidationError, "belong to different programs"):
            self._depend(foreign, self.test)
        for values in (
            {"state": "done"},
            {"earliest_date": START},
            {"program_id": other.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.load.with_user(self.user_admin).write(values)
        with self.assertRaisesRegex(UserError, "has dependencies"):
            self.load.with_user(self.user_admin).unlink()

    def test_kinds(self):
        external = self._create_milestone("Carrier", START, workstream="external")
        self.assertEqual(self.first.kind, "cross")
        self.assertEqual(self._depend(external, self.test).kind, "external")
        same = self._create_milestone("Test 2", START, workstream="testing")
        self.assertEqual(self._depend(same, self.test).kind, "internal")

    def test_consultant_plans_in_the_form(self):
        with Form(self.env["dist.milestone"].with_user(self.user_consultant)) as form:
            form.name = "Go-live"
            form.program_id = self.program
            form.baseline_date = START
        self.assertEqual(form.record.forecast_date, START)

    def test_pass_over_a_long_chain_asks_a_fixed_number_of_queries(self):
        chain = [self.test]
        for number in range(30):
            day = START + timedelta(days=30 + number)
            chain.append(self._create_milestone(f"Step {number}", day))
            self._depend(chain[-2], chain[-1], lag=1)
        self.env.flush_all()
        self._slip(self.design, 30)
        self.assertEqual(chain[-1].state, "at_risk")
        propagate = self.env["dist.milestone"]._propagate
        self.env.flush_all()
        with self.assertQueryCount(3):
            propagate(self.program)
