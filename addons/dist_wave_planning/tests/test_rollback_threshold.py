from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestRollbackThreshold(WaveCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave.manager_id = cls.user_consultant
        cls.threshold = cls._create_threshold()

    @classmethod
    def _create_threshold(cls, **values):
        return (
            cls.env["dist.wave.rollback.threshold"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "wave_id": cls.wave.id,
                    "site_id": cls.site_a.id,
                    "measure_id": cls.measure.id,
                    "operator": "<=",
                    "threshold": 2,
                    **values,
                }
            )
        )

    def _measure(self, variance, site=None):
        site = site or self.site_a
        self._store(self.measure, site, site._local_day(), variance, 100)
        self.wave._evaluate_thresholds()

    def _cut_over(self):
        self._open_gates()
        self.wave.sudo().state = "cutover"

    def test_crossed_while_the_wave_can_go_back(self):
        self._measure(3)
        self.assertEqual(self.threshold.result, "failed")
        self.assertFalse(self.threshold.is_crossed, "the wave is not in cutover yet")
        self._cut_over()
        self.assertTrue(self.threshold.is_crossed)
        self.assertEqual(self.wave.recommendation, "roll_back")
        self.assertIn("Crossed", self.wave.board)

    def test_carry_on_while_all_hold(self):
        self._cut_over()
        self.assertFalse(self.wave.recommendation, "no evidence recommends nothing")
        self._measure(1)
        self.wave.invalidate_recordset(["recommendation", "board"])
        self.assertEqual(self.wave.recommendation, "carry_on")

    def test_without_thresholds_nothing_is_recommended(self):
        self.threshold.unlink()
        self._cut_over()
        self.assertFalse(self.wave.recommendation)

    def test_wave_lead_is_told_once(self):
        self._cut_over()
        self._measure(3)
        self._measure(4)
        activities = self.wave.activity_ids
        self.assertEqual(len(activities), 1)
        self.assertEqual(activities.user_id, self.user_consultant)
        self.assertIn("is 3 %, must be at most 2", activities.note.replace("3.0", "3"))

    def test_job_follows_the_measures_in_hypercare(self):
        self._open_gates()
        self.wave.sudo().state = "hypercare"
        self._store(self.measure, self.site_a, self.site_a._local_day(), 5, 100)
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_wave_planning.ir_cron_gate_evaluate"
            ).method_direct_trigger()
        self.assertTrue(self.threshold.is_crossed)

    def test_same_for_all_sites(self):
        wave = self.wave.with_user(self.user_consultant)
        wave.action_spread_thresholds()
        wave.action_spread_thresholds()
        self.assertEqual(wave.threshold_ids.site_id, self.site_a + self.site_b)
        self.assertEqual(len(wave.threshold_ids), 2)
        self.assertEqual(wave.threshold_ids.mapped("threshold"), [2, 2])
        wave.threshold_ids.unlink()
        with self.assertRaisesRegex(UserError, "thresholds of one site first"):
            wave.action_spread_thresholds()

    def test_agreed_on_before_the_cutover(self):
        self._cut_over()
        for change in (
            lambda: self.threshold.write({"threshold": 99}),
            self.threshold.unlink,
            lambda: self._create_threshold(site_id=self.site_b.id),
        ):
            with self.assertRaisesRegex(UserError, "agreed on before"):
                change()

    def test_another_threshold_is_evaluated_at_once(self):
        self._measure(3)
        self.threshold.threshold = 5
        self.assertEqual(self.threshold.result, "passed")

    def test_site_of_the_wave_only(self):
        with self.assertRaisesRegex(UserError, "is not a site of"):
            self.env["dist.wave.rollback.threshold"].create(
                {
                    "wave_id": self.wave.id,
                    "site_id": self.site_c.id,
                    "measure_id": self.measure.id,
                }
            )

    def test_site_manager_sees_own(self):
        self._create_threshold(site_id=self.site_b.id)
        Threshold = self.env["dist.wave.rollback.threshold"]
        self.assertEqual(Threshold.with_user(self.manager_a).search([]), self.threshold)
