from odoo.tests import tagged

from .common import TicketCommon

MAIL = """From: {sender}
To: {recipient}
Subject: {subject}
Message-ID: <{id}@example.com>
In-Reply-To: {reply_to}
Content-Type: text/plain; charset=utf-8

{body}
"""


@tagged("post_install", "-at_install")
class TestMail(TicketCommon):
    """A site writes to its team and hears from it, without opening Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.alias_domain_id = cls.env["mail.alias.domain"].create(
            {"name": "alder.example", "company_ids": [cls.company.id]}
        )
        cls.team_a.alias_name = "support-a"
        cls.team_a.alias_id.alias_domain_id = cls.company.alias_domain_id

    def _receive(self, **values):
        """Hand a mail to Odoo the way the mail server does."""
        self.env["mail.thread"].message_process(
            None,
            MAIL.format(
                **{
                    "sender": self.manager_a.email_formatted,
                    "recipient": "support-a@alder.example",
                    "reply_to": "",
                    **values,
                }
            ),
        )

    def _opened(self):
        return self.env["helpdesk.ticket"].search([("name", "=", "Scanner is dead")])

    def test_a_mail_opens_a_ticket_of_the_site(self):
        self._receive(id="new", subject="Scanner is dead", body="Since this morning.")
        ticket = self._opened()
        self.assertRecordValues(
            ticket,
            [
                {
                    "team_id": self.team_a.id,
                    "dist_site_id": self.site_a.id,
                    "dist_program_id": self.program.id,
                    "partner_id": self.manager_a.partner_id.id,
                    "dist_severity": "3",
                }
            ],
        )
        self.assertIn("Since this morning.", ticket.description)
        self.assertTrue(ticket.sla_deadline)

    def test_answers_go_out_and_come_back(self):
        self._receive(id="first", subject="Scanner is dead", body="Again.")
        ticket = self._opened()
        answer = (
            ticket.with_user(self.agent)
            # kept in the queue, to be looked at
            .with_context(mail_notify_force_send=False)
            .message_post(
                body="Charge it.",
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                partner_ids=ticket.partner_id.ids,
            )
        )
        mail = self.env["mail.mail"].search([("mail_message_id", "=", answer.id)])
        self.assertIn(self.manager_a.partner_id, mail.recipient_ids)
        self.assertIn("Charge it.", mail.body_html)
        self._receive(
            id="second",
            reply_to=answer.message_id,
            subject="Re: Scanner is dead",
            body="It works.",
        )
        self.assertEqual(len(self._opened()), 1)
        self.assertFalse(
            self.env["helpdesk.ticket"].search([("name", "=like", "Re:%")])
        )
        last = ticket.message_ids.sorted("id")[-1]
        self.assertEqual(last.author_id, self.manager_a.partner_id)
        self.assertIn("It works.", last.body)
