from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestSession(TicketCommon):
    def _session(self, day):
        session = (
            self.env["dist.hypercare.session"]
            .with_user(self.user_command_center)
            .create({"wave_id": self.wave.id, "date": day})
        )
        session.action_open()
        return session

    def _tickets(self, session):
        return {
            (item.name.split(" - ")[1], item.reason, item.severity)
            for item in session.item_ids
            if item.kind == "ticket"
        }

    def test_new_reopened_missed_and_still_open_tickets(self):
        stop = self._ticket("Stop", dist_impact="site", dist_urgency="now")
        mild = self._ticket("Mild")
        back = self._ticket("Back")
        self._ticket("Elsewhere", site=self.site_b)
        self._written(stop | mild | back, "2026-03-09 09:00:00")
        with freeze_time("2026-03-09 09:30:00"):
            back.stage_id = self.stage_done
            first = self._session("2026-03-09")
        self.assertEqual(
            self._tickets(first), {("Stop", "new", "1"), ("Mild", "new", "3")}
        )
        with freeze_time("2026-03-09 09:40:00"):
            with self.assertRaisesRegex(UserError, "Stop.* has severity 1"):
                first.action_close()
            first.item_ids.filtered(
                lambda item: item.severity == "1"
            ).decision = "Call the vendor"
            first.action_close()
        with freeze_time("2026-03-10 09:00:00"):
            back.stage_id = self.stage_work
            second = self._session("2026-03-10")
        # the target of the mild one is two days away: nothing new about it
        self.assertEqual(
            self._tickets(second),
            {("Stop", "breached", "1"), ("Back", "reopened", "3")},
        )
