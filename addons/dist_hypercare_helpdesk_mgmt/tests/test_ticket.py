from datetime import datetime

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestTicket(TicketCommon):
    def test_a_stop_of_picking_is_severity_1_and_due_in_an_hour(self):
        """Written on Monday at 9:30, due at 10:30; at 16:30, due on Tuesday at 8:30."""
        ticket = self._ticket(dist_impact="process", dist_urgency="now")
        self.assertEqual(ticket.dist_severity, "1")
        self.assertEqual(ticket.dist_site_id, self.site_a)
        self.assertEqual(ticket.dist_wave_id, self.wave)
        self.assertEqual(ticket.dist_program_id, self.program)
        self._written(ticket, "2026-03-09 09:30:00")
        self.assertEqual(ticket.sla_deadline, datetime(2026, 3, 9, 10, 30))
        self._written(ticket, "2026-03-09 16:30:00")
        self.assertEqual(ticket.sla_deadline, datetime(2026, 3, 10, 8, 30))

    def test_matrix_is_data(self):
        self.assertEqual(self._ticket().dist_severity, "3")
        rule = self.env["dist.severity.rule"].search(
            [("impact", "=", "person"), ("urgency", "=", "week")]
        )
        with self.assertRaises(AccessError):
            rule.with_user(self.agent).severity = "1"
        rule.with_user(self.user_consultant).severity = "2"
        ticket = self._ticket(dist_impact="person", dist_urgency="week")
        self.assertEqual(ticket.dist_severity, "2")

    def test_another_severity_has_another_target(self):
        ticket = self._written(
            self._ticket(dist_impact="process", dist_urgency="now"),
            "2026-03-09 09:30:00",
        )
        ticket.dist_urgency = "today"
        self.assertEqual(ticket.dist_severity, "2")
        self.assertEqual(len(ticket.ticket_sla_ids), 1)
        # four hours, with the break from 12 to 13 h
        self.assertEqual(ticket.sla_deadline, datetime(2026, 3, 9, 14, 30))

    def test_reopened(self):
        ticket = self._ticket()
        ticket.stage_id = self.stage_work
        ticket.stage_id = self.stage_done
        self.assertFalse(ticket.dist_reopen_count)
        ticket.stage_id = self.stage_work
        self.assertEqual(ticket.dist_reopen_count, 1)
        self.assertTrue(ticket.dist_reopened_at)
        self.assertIn(
            ticket, ticket.search(ticket._open_domain()), "whatever the closing date"
        )
        with self.assertRaises(AccessError):
            ticket.dist_reopen_count = 0

    def test_enhancements_wait_for_the_end_of_hypercare(self):
        ticket = self._ticket("Nicer labels", dist_type="enhancement")
        with self.assertRaisesRegex(ValidationError, "A Site A is in hypercare"):
            ticket.stage_id = self.stage_work
        other = self._ticket(site=self.site_b, dist_type="enhancement")
        other.stage_id = self.stage_work
        ticket.action_send_to_backlog()
        ticket.action_send_to_backlog()
        improvement = ticket.sudo().dist_improvement_id
        self.assertRecordValues(
            improvement,
            [{"name": "Nicer labels", "site_id": self.site_a.id, "state": "backlog"}],
        )
        self.assertEqual(improvement.ticket_ids.ids, ticket.ids)
        self.assertEqual(
            self.env["dist.improvement"].search_count([("name", "=", "Nicer labels")]),
            1,
        )
        with self.assertRaisesRegex(UserError, "no enhancement"):
            self._ticket().action_send_to_backlog()
        # sudo: the exit itself is tested elsewhere
        self.wave.hypercare_ids.sudo().state = "exited"
        ticket.stage_id = self.stage_work

    def test_who_sees_and_works_on_what(self):
        own = self._ticket()
        other = self._ticket(site=self.site_b)
        loose = self.env["helpdesk.ticket"].create(
            {"name": "Elsewhere", "description": "Elsewhere"}
        )
        Ticket = self.env["helpdesk.ticket"]
        ids = (own | other | loose).ids

        def seen(user):
            return Ticket.with_user(user).search([("id", "in", ids)]).ids

        self.assertEqual(set(seen(self.user_viewer)), set((own | other).ids))
        self.assertEqual(set(seen(self.user_command_center)), set((own | other).ids))
        self.assertEqual(seen(self.manager_a), own.ids)
        self.assertEqual(seen(self.user_nobody), [])
        self.assertEqual(seen(self.manager_c), [])
        with self.assertRaises(AccessError):
            own.with_user(self.manager_a).name = "Mine"
        with self.assertRaises(AccessError):
            own.with_user(self.user_viewer).name = "Mine"
        own.with_user(self.user_command_center).dist_urgency = "now"
        self.assertEqual(own.dist_severity, "2")

    def test_team_of_a_site_once(self):
        self.sites.with_user(self.user_consultant).action_create_helpdesk_team()
        self.assertEqual(len(self.site_a.helpdesk_team_ids), 1)
        with self.assertRaises(AccessError):
            self.site_a.with_user(self.manager_a).action_create_helpdesk_team()

    def test_expired_workaround_opens_a_ticket(self):
        workaround = self.env["dist.workaround"].create(
            {
                "name": "By hand",
                "reason": "Printer",
                "risk": "Mistakes",
                "risk_level": "high",
                "removal": "Repair",
                "state": "authorized",
                "date_expiry": "2026-03-09 10:00:00",
                "program_id": self.program.id,
                "site_id": self.site_a.id,
                "owner_id": self.manager_a.id,
            }
        )
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_hypercare.ir_cron_workaround_expire"
            ).method_direct_trigger()
        self.assertRecordValues(
            workaround.ticket_ids,
            [
                {
                    "dist_site_id": self.site_a.id,
                    "team_id": self.team_a.id,
                    "dist_severity": "2",
                    "partner_id": self.manager_a.partner_id.id,
                }
            ],
        )

    def test_open_tickets_are_handed_over(self):
        ticket = self._ticket()
        done = self._ticket("Done")
        done.stage_id = self.stage_done
        handover = self.env["dist.hypercare.handover"].create(
            {"hypercare_id": self.wave.hypercare_ids.id}
        )
        handover.with_user(self.user_command_center).action_collect_items()
        items = handover.item_ids.filtered(
            lambda item: item.res_model == "helpdesk.ticket"
        )
        self.assertEqual(items.mapped("res_id"), ticket.ids)
