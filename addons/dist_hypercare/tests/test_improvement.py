from datetime import date, timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


@tagged("post_install", "-at_install")
class TestImprovement(RolloutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._create_measure(
            "pick_hours", direction="lower", kind="duration"
        )

    def _improvement(self, user=None, **values):
        return (
            self.env["dist.improvement"]
            .with_user(user or self.user_consultant)
            .create({"name": "Scan", "program_id": self.program.id, **values})
        )

    def test_order_changes_with_the_weights(self):
        """Weights 3, 2, 2, 1: (15+2+2+1)/8 = 2.5 and (3+10+10+1)/8 = 3."""
        valuable = self._improvement(value=5, control=1, adoption=1, effort=5)
        controlled = self._improvement(value=1, control=5, adoption=5, effort=5)
        self.assertEqual((valuable.score, controlled.score), (2.5, 3.0))
        backlog = self.env["dist.improvement"].search(
            [("program_id", "=", self.program.id)]
        )
        self.assertEqual(backlog, controlled | valuable)
        self.program.write({"weight_control": 0, "weight_adoption": 0})
        self.assertEqual((valuable.score, controlled.score), (4.0, 1.0))
        self.assertEqual(
            backlog.search([("id", "in", backlog.ids)]).ids,
            [valuable.id, controlled.id],
        )

    def test_little_effort_counts(self):
        """All 3 but effort 1: (9+6+6+5)/8 = 3.25."""
        self.assertEqual(self._improvement(effort=1).score, 3.25)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
            self.env.cr.savepoint(),
        ):
            self._improvement(effort=6)

    def test_release_train(self):
        self.assertEqual(
            self._improvement(date_release="2026-08-15").release_train, "2026 Q3"
        )

    def test_days_of_zero_and_companies_count(self):
        """4 of 8 and 0 of 8 are 25 %; a company's figure is that of its sites."""
        Value = self.env["dist.measure.value"]
        rate = self._create_measure("mean_rate", kind="ratio")
        self._store(rate, self.site_a, date(2026, 3, 2), 4, 8)
        self._store(rate, self.site_a, date(2026, 3, 3), 0, 8)
        mean = Value._mean_of(rate, self.site_a, False, date(2026, 3, 3))
        self.assertAlmostEqual(mean, 25)
        zero = Value._mean_of(rate, self.site_a, date(2026, 3, 3), date(2026, 3, 3))
        self.assertEqual(zero, 0)
        self.assertIsNone(Value._mean_of(rate, self.site_b, False, date(2026, 3, 3)))
        stock = self._create_measure("mean_stock", kind="level", grain="company")
        stock._upsert(
            SQL(
                "(VALUES (%s, '2026-03-02'::date, 300, NULL::numeric, 1))",
                self.site_a.company_id.id,
            ),
            "reconciliation",
        )
        mean = Value._mean_of(stock, self.site_a, False, date(2026, 3, 3))
        self.assertEqual(mean, 300)

    def test_sums_are_stated_for_a_day(self):
        """10 + 20 on one day and 30 on another are 30 a day."""
        total = self._create_measure("mean_sum", kind="sum")
        self._store(total, self.site_a, date(2026, 3, 2), 10)
        self._store(total, self.site_b, date(2026, 3, 2), 20)
        self._store(total, self.site_a, date(2026, 3, 9), 30)
        sites = self.site_a | self.site_b
        mean = self.env["dist.measure.value"]._mean_of(
            total, sites, False, date(2026, 3, 9)
        )
        self.assertEqual(mean, 30)

    def test_measure_before_and_after(self):
        """Before: (20+10)/(5+5) = 3 hours; after: 8/4 = 2; lower is better."""
        self._store(self.measure, self.site_a, date(2026, 3, 2), 20, 5)
        self._store(self.measure, self.site_b, date(2026, 3, 3), 10, 5)
        self._store(self.measure, self.site_a, date(2026, 5, 2), 8, 4)
        improvement = self._improvement(
            measure_id=self.measure.id, date_release="2026-04-01"
        )
        with freeze_time("2026-03-10"):
            improvement.action_start()
        with freeze_time("2026-05-10"):
            improvement.action_finish()
        self.assertRecordValues(
            improvement,
            [
                {
                    "value_before": 3.0,
                    "value_after": 2.0,
                    "value_change": -1.0,
                    "benefit": "better",
                    "state": "done",
                }
            ],
        )

    def test_without_values_the_benefit_is_not_known(self):
        improvement = self._improvement(
            measure_id=self.measure.id, date_release="2026-04-01"
        )
        improvement.action_start()
        improvement.action_finish()
        self.assertEqual(improvement.benefit, "unknown")

    def test_refusals(self):
        improvement = self._improvement(owner_id=False)
        with self.assertRaises(UserError) as raised:
            improvement.action_start()
        self.assertIn("Name the owner", str(raised.exception))
        self.assertIn("Choose the release", str(raised.exception))
        with self.assertRaises(UserError):
            improvement.action_finish()
        with self.assertRaises(AccessError):
            improvement.write({"value_before": 5})
        with self.assertRaises(AccessError):
            improvement.with_user(self.user_viewer).action_reject()
        improvement.action_reject()
        with self.assertRaises(UserError):
            improvement.action_reject()
        # whoever works at a site may propose, for the own site
        self._improvement(self.manager_a, site_id=self.site_a.id)
        with self.assertRaises(AccessError):
            self._improvement(self.manager_a, site_id=self.site_b.id)

    def test_waits_for_the_end_of_hypercare(self):
        wave = self.env["dist.wave"].create(
            {
                "name": "Pilot",
                "program_id": self.program.id,
                "site_ids": [fields.Command.set(self.site_a.ids)],
                "gate_ids": [fields.Command.create({"site_id": self.site_a.id})],
                "state": "hypercare",
            }
        )
        wave._create_hypercare()
        values = {"date_release": "2026-04-01", "goal": "productivity"}
        held = self._improvement(site_id=self.site_a.id, **values)
        with self.assertRaisesRegex(UserError, "A Site A is in hypercare"):
            held.action_start()
        self._improvement(site_id=self.site_b.id, **values).action_start()
        held.goal = "stabilization"
        held.action_start()


@tagged("post_install", "-at_install")
class TestBenefit(RolloutCommon):
    def test_before_go_live_and_now(self):
        """Before: (8+4)/(4+2) = 2 days; now: 3/3 = 1; 1 day is worth 1000."""
        measure = self._create_measure("close_days", direction="lower", kind="duration")
        today = fields.Date.today()
        self.site_a.cutover_at = fields.Datetime.now() - timedelta(days=60)
        for days, numerator, denominator in (
            (70, 8, 4),
            (62, 4, 2),
            (40, 99, 1),
            (5, 3, 3),
        ):
            self._store(
                measure,
                self.site_a,
                today - timedelta(days=days),
                numerator,
                denominator,
            )
        benefit = (
            self.env["dist.benefit"]
            .with_user(self.user_consultant)
            .create(
                {
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "driver": "close",
                    "measure_id": measure.id,
                    "unit_value": 1000,
                }
            )
        )
        self.assertRecordValues(
            benefit,
            [
                {
                    "baseline": 2.0,
                    "current": 1.0,
                    "improvement": 1.0,
                    "annual_benefit": 1000.0,
                    "is_known": True,
                }
            ],
        )
        benefit.write({"is_entered": True, "baseline_entered": 0.5})
        self.assertEqual((benefit.improvement, benefit.annual_benefit), (-0.5, -500.0))
        with self.assertRaises(UserError):
            benefit.unit_value = -1
        mine = benefit.with_user(self.manager_a)
        self.assertEqual(mine.current, 1.0)
        with self.assertRaises(AccessError):
            mine.write({"unit_value": 1})
        with self.assertRaises(AccessError):
            benefit.with_user(self.manager_b).read(["current"])

    def test_nothing_is_not_zero(self):
        measure = self._create_measure("close_days")
        benefit = self.env["dist.benefit"].create(
            {"program_id": self.program.id, "measure_id": measure.id, "unit_value": 10}
        )
        self.assertEqual((benefit.is_known, benefit.annual_benefit), (False, 0))
