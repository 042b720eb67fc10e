import ast
from datetime import datetime

from odoo.tests import HttpCase, tagged

from odoo.addons.dist_wave_planning.tests.common import WaveCommon


@tagged("post_install", "-at_install")
class TestTimeline(WaveCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].search([]).odoobot_state = "disabled"

    def test_day_of_the_go_live(self):
        self.assertRecordValues(
            self.wave,
            [
                {
                    "timeline_start": datetime(2026, 5, 12),
                    "timeline_end": datetime(2026, 5, 13),
                    "timeline_label": "Wave 1 · Draft",
                }
            ],
        )

    def test_cutover_window_goes_before_the_day(self):
        window = (datetime(2026, 5, 9, 18), datetime(2026, 5, 11, 6))
        self.wave.write({"cutover_start": window[0], "cutover_end": window[1]})
        self.assertEqual((self.wave.timeline_start, self.wave.timeline_end), window)

    def test_wave_without_day(self):
        self.wave.planned_go_live = False
        self.assertFalse(self.wave.timeline_start)
        self.assertFalse(self.wave.timeline_end)
        action = self.env.ref("dist_wave_planning_timeline.dist_wave_action_timeline")
        shown = self.env["dist.wave"].search(ast.literal_eval(action.domain))
        self.assertNotIn(self.wave, shown)

    def test_viewer_looks_at_the_timelines(self):
        self.env["dist.blackout"].create(
            {
                "name": "Stocktaking",
                "program_id": self.program.id,
                "date_from": "2026-06-01",
                "date_to": "2026-06-05",
            }
        )
        self.start_tour(
            "/odoo/rollout-wave-timeline",
            "dist_viewer_looks_at_waves",
            login=self.user_viewer.login,
        )
        self.start_tour(
            "/odoo/rollout-blackout-timeline",
            "dist_viewer_looks_at_blackouts",
            login=self.user_viewer.login,
        )
