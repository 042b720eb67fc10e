from datetime import date, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common_fake import FakeModelCommon

TODAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
@freeze_time("2026-03-10 12:00:00")
class TestCriterion(FakeModelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._create_measure("fill_rate")

    def _line(self, **values):
        return self._create_criterion(
            **{"measure_id": self.measure.id, "threshold": 95, **values}
        )

    def _store_day(self, age, percent, site=None):
        self._store(
            self.measure, site or self.site_a, TODAY - timedelta(days=age), percent, 100
        )

    def test_no_value_is_no_evidence(self):
        line = self._line()
        self._store_day(0, 99, self.site_b)
        line._evaluate()
        self.assertRecordValues(
            line, [{"result": "no_evidence", "evidence_day": False}]
        )
        self.assertEqual(line.actual_text, "–")
        with self.assertRaisesRegex(UserError, "has no value for A Site A yet"):
            line.action_open_records()

    def test_threshold_decides_at_its_edge(self):
        for operator, figure, expected in (
            (">=", 95, "passed"),
            (">=", 94.996, "passed"),
            (">=", 94.99, "failed"),
            ("<=", 95, "passed"),
            ("<=", 95.01, "failed"),
            ("=", 95.004, "passed"),
            ("=", 95.01, "failed"),
        ):
            with self.subTest(operator=operator, figure=figure):
                line = self._line(operator=operator)
                self._store_day(0, figure)
                line._evaluate()
                self.assertEqual(line.result, expected)

    def test_old_value_is_stale(self):
        line = self._line(max_age_days=2)
        self._store_day(3, 99)
        line._evaluate()
        self.assertEqual(line.result, "stale")
        self._store_day(2, 99)
        line._evaluate()
        self.assertEqual(line.result, "passed")

    def test_age_counts_in_the_sites_days(self):
        """At 02:00 UTC it is still yesterday in New York."""
        line = self._line(max_age_days=0, site_id=self.site_c.id)
        self._store_day(1, 99, self.site_c)
        with freeze_time("2026-03-10 02:00:00"):
            line._evaluate()
            self.assertEqual(line.result, "passed")
        with freeze_time("2026-03-10 12:00:00"):
            line._evaluate()
            self.assertEqual(line.result, "stale")

    def test_a_value_of_tomorrow_is_not_evidence(self):
        line = self._line()
        self._store_day(-1, 99)
        line._evaluate()
        self.assertEqual(line.result, "no_evidence")

    def test_value_without_denominator_is_not_evidence(self):
        line = self._line()
        self._store(self.measure, self.site_a, TODAY, 5, 0)
        line._evaluate()
        self.assertEqual(line.result, "no_evidence")

    def test_consecutive_days(self):
        line = self._line(consecutive_days=3)
        self._store_day(0, 99)
        self._store_day(2, 99)
        line._evaluate()
        self.assertEqual(line.result, "no_evidence", "a day is missing")
        self._store_day(1, 90)
        line._evaluate()
        self.assertEqual(line.result, "failed", "one of three days is red")
        self._store_day(1, 96)
        line._evaluate()
        self.assertEqual(line.result, "passed")

    def test_only_changes_are_written_and_returned(self):
        lines = self._line() | self._line(threshold=99.5)
        self._store_day(0, 99)
        self.assertEqual(lines._evaluate(), lines)
        self.assertEqual(lines.mapped("result"), ["passed", "failed"])
        self.assertFalse(lines._evaluate())
        self._store_day(0, 99.6)
        self.assertEqual(lines._evaluate(), lines[1])

    def test_one_statement_for_any_number(self):
        lines = self.env["dist.test.criterion"].create(
            [
                {"measure_id": self.measure.id, "site_id": site.id, "threshold": 95}
                for site in (self.site_a, self.site_b, self.site_c)
                for _copy in range(20)
            ]
        )
        self._store_day(0, 99)
        self.env.flush_all()
        with self.assertQueryCount(1):
            lines._evaluate()

    def test_definition_is_checked(self):
        with self.assertRaisesRegex(ValidationError, "needs a measure"):
            self._create_criterion()
        for values in (
            {"max_age_days": -1},
            {"consecutive_days": 0},
            {"valid_days": 0},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._line(**values)

    def test_texts(self):
        line = self._line()
        self.assertEqual(line.criterion_text, "at least 95 %")
        self._store_day(0, 97.125)
        line._evaluate()
        self.assertEqual(line.actual_text, "97.13 %")
