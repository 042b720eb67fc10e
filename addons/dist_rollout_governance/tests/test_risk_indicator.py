from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common_raid import RaidCommon


@tagged("post_install", "-at_install")
class TestRiskIndicator(RaidCommon):
    """Crossing a threshold triggers a risk once and starts its contingency once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._create_measure("accuracy", kind="ratio")
        cls.risk = cls._create_risk(
            site_id=cls.site_a.id,
            contingency_ids=[
                fields.Command.create({"name": "Count again"}),
                fields.Command.create({"name": "Tell finance"}),
            ],
        )
        cls.indicator = cls._watch(cls.risk, cls.site_a)

    @classmethod
    def _watch(cls, risk, site, **values):
        return (
            cls.env["dist.risk.indicator"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "risk_id": risk.id,
                    "site_id": site.id,
                    "measure_id": cls.measure.id,
                    "operator": ">=",
                    "threshold": 95,
                    "max_age_days": 2,
                    **values,
                }
            )
            .with_env(cls.env)
        )

    def _set(self, value, site=None, days_ago=0):
        """Write a value as the job does, which evaluates nothing by itself."""
        site = site or self.site_a
        day = site._local_day() - timedelta(days=days_ago)
        self.env["dist.measure.value"].search(
            [("measure_id", "=", self.measure.id), ("site_id", "=", site.id)]
        ).unlink()
        row = SQL(
            "(VALUES (%s::int, %s::date, %s::numeric, 100::numeric, 1::int))",
            site.id,
            day,
            value,
        )
        self.measure._upsert(row, "computed")

    def _told(self, risk):
        return " ".join(body for body in risk.message_ids.mapped("body") if body)

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_risk_evaluate"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_crossing_in_the_job_triggers_once(self):
        self._set(99)
        self._run_cron()
        self.assertEqual(self.indicator.result, "passed")
        self.assertEqual(self.risk.state, "open")
        self._set(90)
        self._run_cron()
        self.assertEqual(self.indicator.result, "failed")
        self.assertRecordValues(
            self.risk, [{"state": "triggered", "trigger_count": 1, "task_count": 2}]
        )
        self.assertTrue(self.risk.triggered_at)
        self.assertIn(
            "A Site A: accuracy is 90 %, healthy is at least 95 %.",
            self._told(self.risk),
        )
        self.assertEqual(self.risk.activity_ids.user_id, self.user_consultant)
        tasks = self.program.project_id.task_ids
        self.assertEqual(len(tasks), 2)
        self.assertEqual(tasks.dist_site_id, self.site_a)
        self.assertEqual(tasks.user_ids, self.user_consultant)
        messages = len(self.risk.message_ids)
        self._run_cron()
        self._set(85)
        self._run_cron()
        self.assertEqual(self.program.project_id.task_ids, tasks)
        self.assertEqual(len(self.risk.activity_ids), 1)
        self.assertEqual(len(self.risk.message_ids), messages)
        self.assertEqual(self.risk.trigger_count, 1)

    def test_missing_and_old_evidence_trigger_nothing(self):
        self._run_cron()
        self.assertEqual(self.indicator.result, "no_evidence")
        self.assertEqual((self.risk.state, self.risk.blind_count), ("open", 1))
        self._set(10, days_ago=5)
        self._run_cron()
        self.assertEqual(self.indicator.result, "stale")
        self.assertEqual((self.risk.state, self.risk.blind_count), ("open", 1))
        self.assertEqual(self.risk.crossed_count, 0)

    def test_value_missing_in_between_is_no_new_crossing(self):
        self._set(90)
        self._run_cron()
        self.risk.with_user(self.user_consultant).action_mitigate()
        self._set(90, days_ago=5)
        self._run_cron()
        self.assertEqual(self.indicator.result, "stale")
        self._set(90)
        self._run_cron()
        self.assertEqual(self.indicator.result, "failed")
        self.assertEqual(self.risk.state, "mitigating")

    def test_new_crossing_after_standing_down_creates_no_second_task(self):
        self._set(90)
        self._run_cron()
        tasks = self.risk.contingency_ids.task_id
        self.risk.with_user(self.user_consultant).action_mitigate()
        self._run_cron()
        self.assertEqual(self.risk.state, "mitigating", "it is the same crossing")
        self._set(99)
        self._run_cron()
        self.assertTrue(self.indicator.is_armed)
        self._set(80)
        self._run_cron()
        self.assertEqual(self.risk.state, "triggered")
        self.assertEqual(self.risk.trigger_count, 2)
        self.assertEqual(self.risk.contingency_ids.task_id, tasks)
        self.assertEqual(self.program.project_id.task_ids, tasks)

    def test_closed_risk_is_not_triggered_until_it_is_opened_again(self):
        self._set(90)
        self._run_cron()
        first = self.risk.contingency_ids.task_id
        first.state = "1_done"
        mine = self.risk.with_user(self.user_consultant)
        mine.action_close()
        self._set(99)
        self._run_cron()
        self._set(90)
        self._run_cron()
        self.assertEqual(self.risk.state, "closed")
        mine.action_reopen()
        self.assertEqual(self.risk.state, "triggered", "the figure is still bad")
        second = self.risk.contingency_ids.task_id
        self.assertEqual(len(second), 2)
        self.assertFalse(first & second, "a new round has its own tasks")
        self.assertEqual(self.program.project_id.task_ids, first | second)

    def test_reopened_risk_waits_while_the_figure_is_good(self):
        self._set(90)
        self._run_cron()
        self.risk.contingency_ids.task_id.state = "1_done"
        self._set(99)
        self.risk.with_user(self.user_consultant).action_close()
        self.risk.with_user(self.user_consultant).action_reopen()
        self.assertEqual(self.risk.state, "open")
        self.assertFalse(self.risk.contingency_ids.task_id)

    def test_reconciliation_triggers_at_once(self):
        self._store(self.measure, self.site_a, self.site_a._local_day(), 10, 100)
        self.assertEqual(self.risk.state, "triggered")
        told = self.risk.message_ids.filtered(lambda m: "Triggered." in (m.body or ""))
        self.assertEqual(told.author_id, self.env.ref("base.partner_root"))

    def test_second_indicator_of_a_triggered_risk_adds_a_note(self):
        other = self._create_measure("late", direction="lower", kind="level")
        second = self._watch(
            self.risk, self.site_a, measure_id=other.id, operator="<=", threshold=3
        )
        self._set(90)
        self._run_cron()
        self._store(other, self.site_a, self.site_a._local_day(), 7)
        self.assertEqual(second.result, "failed")
        self.assertFalse(second.is_armed)
        self.assertEqual(self.risk.trigger_count, 1)
        self.assertEqual(self.risk.task_count, 2)
        self.assertIn("late is 7 %, healthy is at most 3 %", self._told(self.risk))

    def test_new_threshold_is_a_new_watch(self):
        self._set(90)
        self._run_cron()
        self.risk.with_user(self.user_consultant).action_mitigate()
        self.indicator.with_user(self.user_consultant).threshold = 85
        self._run_cron()
        self.assertEqual(self.indicator.result, "passed")
        self.indicator.with_user(self.user_consultant).threshold = 92
        self._run_cron()
        self.assertEqual(self.risk.state, "triggered")

    def test_attested_indicator(self):
        risk = self._create_risk(site_id=self.site_b.id)
        line = self._watch(
            risk, self.site_b, source="attested", measure_id=False, operator=False
        )
        document = self._create_document(self.manager_b)
        line.with_user(self.manager_b)._attest("failed", document)
        self.assertEqual(risk.state, "triggered")
        self.assertIn("attested as not healthy", self._told(risk))

    def test_program_risk_watches_all_sites_and_names_none_in_the_chatter(self):
        """Its chatter is read in every company, the figures are not."""
        risk = self._create_risk(name="Program risk")
        wizard = (
            self.env["dist.risk.indicator.wizard"]
            .with_user(self.user_consultant)
            .create(
                {
                    "risk_id": risk.id,
                    "measure_id": self.measure.id,
                    "operator": ">=",
                    "threshold": 95,
                }
            )
        )
        self.assertEqual(wizard.site_ids, self.site_a | self.site_b)
        wizard.action_confirm()
        self.env.invalidate_all()
        self._watch_all(risk)
        self.assertEqual(len(risk.indicator_ids), 3)
        self._set(10, self.site_c)
        self._run_cron()
        self.assertEqual(risk.state, "triggered")
        body = self._told(risk)
        self.assertIn("accuracy: not healthy any more", body)
        self.assertNotIn("Site C", body)
        self.assertNotIn("10 %", body)
        self.assertEqual(
            risk.with_user(self.user_viewer).indicator_count, 2, "own company only"
        )
        self.assertEqual(risk.with_user(self.user_viewer).crossed_count, 0)

    def _watch_all(self, risk):
        wizard = self.env["dist.risk.indicator.wizard"].create(
            {
                "risk_id": risk.id,
                "measure_id": self.measure.id,
                "operator": ">=",
                "threshold": 95,
            }
        )
        wizard.action_confirm()

    def test_wizard_changes_the_threshold_of_what_is_there(self):
        wizard = (
            self.env["dist.risk.indicator.wizard"]
            .with_user(self.user_consultant)
            .create(
                {
                    "risk_id": self.risk.id,
                    "measure_id": self.measure.id,
                    "operator": ">=",
                    "threshold": 80,
                }
            )
        )
        wizard.action_confirm()
        self.assertEqual(self.risk.indicator_ids, self.indicator)
        self.assertEqual(self.indicator.threshold, 80)

    def test_bad_input(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        foreign = self._create_site(
            "X", program_id=other.id, manager_id=self.manager_a.id
        )
        for site in (self.site_b, foreign):
            with self.assertRaisesRegex(ValidationError, "does not concern"):
                self._watch(self.risk, site)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            self._watch(self.risk, self.site_a)
        with self.assertRaisesRegex(ValidationError, "needs a measure"):
            self.indicator.with_user(self.user_consultant).measure_id = False
        for values in (
            {"result": "passed"},
            {"is_armed": False},
            {"crossed_at": fields.Datetime.now()},
            {"site_id": self.site_b.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.indicator.with_user(self.user_admin).write(values)

    def test_evaluation_does_not_grow_with_the_indicators(self):
        self._run_cron()
        evaluate = self.env["dist.risk.indicator"].search([])._evaluate
        before = self.env.cr.sql_log_count
        evaluate()
        cost = self.env.cr.sql_log_count - before
        for number in range(15):
            risk = self._create_risk(name=f"Risk {number}", site_id=self.site_b.id)
            self._watch(risk, self.site_b)
        self.env.flush_all()
        evaluate = self.env["dist.risk.indicator"].search([])._evaluate
        with self.assertQueryCount(cost):
            evaluate()
