from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestPortal(TicketCommon, HttpCase):
    def test_people_of_a_site_write_and_follow_tickets(self):
        user = new_test_user(
            self.env,
            "portal_picker",
            password="portal_picker",
            groups="base.group_portal",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.site_a.super_user_ids = [Command.link(user.id)]
        self.authenticate("portal_picker", "portal_picker")
        page = self.url_open("/new/ticket")
        self.assertEqual(page.status_code, 200)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = self.url_open(
            "/submitted/ticket",
            data={
                "csrf_token": token,
                "subject": "Scanner is dead",
                "description": "It does not start",
            },
        )
        self.assertIn("Scanner is dead", answer.text)
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "Scanner is dead")])
        self.assertRecordValues(
            ticket,
            [
                {
                    "dist_site_id": self.site_a.id,
                    "team_id": self.team_a.id,
                    "dist_severity": "3",
                    "partner_id": user.partner_id.id,
                }
            ],
        )
        self.assertTrue(ticket.sla_deadline)
        self._ticket("Of somebody else")
        mine = self.env["helpdesk.ticket"].with_user(user).search([])
        self.assertEqual(mine.ids, ticket.ids)

    def test_who_works_at_two_sites_says_which(self):
        self.site_b.super_user_ids = [Command.link(self.manager_a.id)]
        self.env.flush_all()
        ticket = (
            self.env["helpdesk.ticket"]
            .with_user(self.manager_a)
            .sudo()
            .create({"name": "Which?", "description": "Which?"})
        )
        self.assertFalse(ticket.dist_site_id)
