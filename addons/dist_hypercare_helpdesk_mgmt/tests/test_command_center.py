from odoo.tests import tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestCommandCenter(TicketCommon):
    def test_open_tickets_by_severity(self):
        stop = self._ticket("Stop", dist_impact="site", dist_urgency="now")
        self._ticket("Mild")
        done = self._ticket("Done")
        done.stage_id = self.stage_done
        wave = self.wave.with_user(self.user_command_center)
        section = wave.command_center_data()["sections"][0]
        self.assertEqual(section["name"], "Open Tickets (S1 Critical: 1, S3 Medium: 1)")
        self.assertEqual(
            [entry["name"].split(" - ")[1] for entry in section["entries"]],
            ["Stop", "Mild"],
        )
        action = wave.command_center_action(section["entries"][0]["target_of_click"])
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("helpdesk.ticket", stop.id)
        )
        action = wave.command_center_action(section["target_of_click"])
        found = self.env["helpdesk.ticket"].search(action["domain"])
        self.assertEqual(set(found.mapped("name")), {"Stop", "Mild"})
