from odoo.tests import freeze_time, tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


@tagged("post_install", "-at_install")
class TestReview(RolloutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pmo, cls.steering = cls.env["dist.body"].create(
            [
                {"name": name, "type": type_, "program_id": cls.program.id}
                for name, type_ in (("PMO", "pmo"), ("Steering", "steering"))
            ]
        )
        cls.cron = cls.env.ref("dist_hypercare.ir_cron_plan_reviews")

    def _run(self, moment):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
            self.cron.method_direct_trigger()

    def _planned(self):
        meetings = self.env["dist.meeting"].search(
            [("program_id", "=", self.program.id)], order="review, review_period"
        )
        return [
            (one.body_id, one.review, one.review_period, str(one.date_start))
            for one in meetings
        ]

    def test_once_per_period(self):
        self.site_a.cutover_at = "2026-03-01 12:00:00"
        # a Friday: the meetings are on the Monday after it
        self._run("2026-03-06 07:00:00")
        monday = "2026-03-09 09:00:00"
        march = [
            (self.steering, "readiness", "2026", monday),
            (self.pmo, "root_cause", "2026-03", monday),
        ]
        self.assertEqual(self._planned(), march)
        self._run("2026-03-30 07:00:00")
        self.assertEqual(self._planned(), march)
        self._run("2026-04-01 07:00:00")
        self.assertEqual(
            self._planned(),
            [*march, (self.pmo, "root_cause", "2026-04", "2026-04-02 09:00:00")],
        )
        self.assertEqual(len(self.pmo.meeting_ids[:1].item_ids), 3)

    def test_nothing_before_the_first_go_live(self):
        self._run("2026-03-06 07:00:00")
        self.assertFalse(self._planned())
