from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestEscalation(TicketCommon):
    def setUp(self):
        super().setUp()
        self.ticket = self._written(
            self._ticket(dist_impact="process", dist_urgency="now"),
            "2026-03-09 09:30:00",
        )
        self.env["dist.body"].create(
            {
                "name": "Steering",
                "type": "steering",
                "program_id": self.program.id,
                "member_ids": [Command.create({"user_id": self.user_governance.id})],
            }
        )

    def _run(self, moment):
        cron = self.env.ref("dist_hypercare_helpdesk_mgmt.ir_cron_ticket_escalate")
        with freeze_time(moment), self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.ticket.invalidate_recordset()
        return self.ticket.dist_escalation_level

    def test_up_the_ladder_after_the_breach(self):
        """Due at 10:30; level 2 holds 48 hours in the shipped ladder."""
        self.assertEqual(self._run("2026-03-09 10:20:00"), 1)
        self.assertEqual(self._run("2026-03-09 10:40:00"), 2)
        told = self.ticket.sudo().activity_ids
        self.assertEqual(told.user_id, self.user_admin, "the program manager")
        self.assertEqual(self._run("2026-03-11 10:30:00"), 2)
        self.assertEqual(self._run("2026-03-11 10:50:00"), 3)
        told = self.ticket.sudo().activity_ids
        self.assertEqual(told.user_id, self.user_admin | self.user_governance)
        self.assertEqual(self._run("2026-03-21 10:50:00"), 3, "there is no level 4")

    def test_what_is_solved_in_time_stays(self):
        with freeze_time("2026-03-09 10:00:00"):
            self.ticket.stage_id = self.stage_done
        self.assertEqual(self._run("2026-03-09 10:40:00"), 1)
