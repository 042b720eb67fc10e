from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


@tagged("post_install", "-at_install")
class TestMeasureConfidence(RolloutCommon):
    """Answers on a scale of 0 to 10; 1 + 4 × answer ÷ 10 is what counts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls.env["survey.survey"].create({"title": "How are you?"})
        cls.question = cls.env["survey.question"].create(
            {
                "title": "How sure are you?",
                "survey_id": cls.survey.id,
                "question_type": "scale",
                "is_confidence": True,
            }
        )
        cls.measure = cls.env["dist.measure"]._get("user_confidence")

    def _answer(self, user, moment, value, **values):
        return self.env["survey.user_input"].create(
            {
                "survey_id": self.survey.id,
                "partner_id": user.partner_id.id,
                "state": "done",
                "end_datetime": moment,
                "user_input_line_ids": [
                    Command.create(
                        {
                            "question_id": self.question.id,
                            "answer_type": "scale",
                            "value_scale": value,
                        }
                    )
                ],
                **values,
            }
        )

    def _values(self, first, last):
        self.measure._compute_values(self.site_a | self.site_b, first, last)
        return {
            (one.site_id, one.day.day): (round(one.value, 2), one.sample_size)
            for one in self.env["dist.measure.value"].search(
                [("measure_id", "=", self.measure.id)]
            )
        }

    def test_latest_answer_of_each_person_stands_for_14_days(self):
        """10 → 5.0; on day 12: 5 → 3.0 and 2 → 1.8, mean 2.4."""
        deputy = self._create_user("site_manager", "deputy_a")
        self.site_a.deputy_ids = [Command.set(deputy.ids)]
        self._answer(self.manager_a, "2026-03-10 08:00:00", 10)
        self._answer(self.manager_a, "2026-03-12 08:00:00", 5)
        self._answer(deputy, "2026-03-12 09:00:00", 2)
        # counts nowhere: a test, one not finished, somebody of no site
        self._answer(deputy, "2026-03-12 10:00:00", 0, test_entry=True)
        self._answer(deputy, "2026-03-12 10:00:00", 0, state="in_progress")
        self._answer(self.user_viewer, "2026-03-12 10:00:00", 0)
        values = self._values(date(2026, 3, 9), date(2026, 3, 27))
        self.assertNotIn((self.site_a, 9), values)
        self.assertEqual(values[self.site_a, 10], (5.0, 1))
        self.assertEqual(values[self.site_a, 11], (5.0, 1))
        self.assertEqual(values[self.site_a, 12], (2.4, 2))
        self.assertEqual(values[self.site_a, 25], (2.4, 2))
        self.assertNotIn((self.site_a, 26), values)
        self.assertNotIn(self.site_b, {site for site, _day in values})

    def test_records_behind_a_value(self):
        self._answer(self.manager_a, "2026-03-10 08:00:00", 10)
        later = self._answer(self.manager_a, "2026-03-12 08:00:00", 5)
        action = self.measure._action_open_records(
            self.site_a, date(2026, 3, 13), date(2026, 3, 13)
        )
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, later.user_input_line_ids)

    def test_only_a_scale_asks_for_confidence(self):
        with self.assertRaises(ValidationError):
            self.question.question_type = "text_box"

    def test_ten_answers_of_3_4_fail_3_5(self):
        """Ten answers of 6: 1 + 4 × 6/10 = 3.4, below 3.5."""
        users = self.env["res.users"].union(
            *[self._create_user("super_user", f"user_{n}") for n in range(10)]
        )
        self.site_a.super_user_ids = [Command.set(users.ids)]
        for user in users:
            self._answer(user, "2026-03-12 08:00:00", 6)
        self._values(date(2026, 3, 12), date(2026, 3, 12))
        wave = self.env["dist.wave"].create(
            {
                "name": "Pilot",
                "program_id": self.program.id,
                "site_ids": [Command.set(self.site_a.ids)],
                "gate_ids": [Command.create({"site_id": self.site_a.id})],
                "state": "hypercare",
            }
        )
        wave._create_hypercare()
        criterion = wave.hypercare_ids.criterion_ids.filtered(
            lambda one: one.measure_id == self.measure
        )
        self.assertFalse(criterion.is_daily)
        with freeze_time("2026-03-13 09:00:00"):
            wave.hypercare_ids._evaluate()
        self.assertRecordValues(criterion, [{"result": "failed", "actual_value": 3.4}])
        self.assertFalse(
            wave.hypercare_ids.last_red_day, "it judges the exit, not the days"
        )
