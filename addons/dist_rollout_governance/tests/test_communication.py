from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_raid import RaidCommon


@tagged("post_install", "-at_install")
class TestCommunication(RaidCommon):
    _logger_name = "odoo.addons.dist_rollout_governance.models.dist_communication"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.env["res.partner"].create(
            {"name": "Key Customer", "email": "customer@example.com"}
        )
        cls.today = fields.Date.today()

    def _create_message(self, user=None, **values):
        return self._create(
            "dist.communication",
            user,
            **{
                "name": "Blueprint is out",
                "event_code": "blueprint_released",
                "partner_ids": [Command.set(self.partner.ids)],
                "subject": "{{ program }}: {{event}}",
                "body": "<p>For {{ sites }}, by {{&nbsp;owner }}</p>",
                **values,
            },
        )

    def _plan(self, user=None, **values):
        message = self._create_message(user, **values)
        message.with_user(user or self.user_consultant).action_plan()
        return message

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_communication_send"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _notified(self):
        return self.env["mail.message"].search(
            [("model", "=", "dist.program"), ("res_id", "=", self.program.id)],
            order="id desc",
            limit=1,
        )

    def test_event_is_told_once(self):
        message = self._plan()
        program = self.program.with_user(self.user_viewer)
        sent = program._communicate("blueprint_released", "blueprint/1")
        self.assertEqual(sent, message)
        self.assertFalse(program._communicate("blueprint_released", "blueprint/1"))
        self.assertFalse(program._communicate("phase_closed", "phase/1"))
        self.assertEqual(message.log_count, 1)
        self.assertTrue(program._communicate("blueprint_released", "blueprint/2"))
        log = message.log_ids[0]
        self.assertEqual(log.subject, "Test Program: Blueprint released")
        self.assertEqual(
            log.body,
            f"<p>For Site A, Site B, Site C, by {self.user_consultant.name}</p>",
        )
        self.assertIn("customer@example.com", log.recipients)
        notified = self._notified()
        self.assertEqual(notified.notified_partner_ids, self.partner)
        self.assertEqual(notified.author_id, self.user_consultant.partner_id)

    def test_draft_and_cancelled_messages_stay(self):
        message = self._create_message()
        self.program._communicate("blueprint_released", "blueprint/1")
        mine = message.with_user(self.user_consultant)
        mine.action_cancel()
        self.program._communicate("blueprint_released", "blueprint/1")
        self.assertFalse(message.log_ids)
        mine.action_plan()
        with self.assertRaisesRegex(UserError, "planned already"):
            mine.action_plan()
        mine.action_draft()
        self.assertFalse(message.planned_at)

    def test_plan_names_everything_that_is_missing(self):
        message = self._create_message(
            event_code=False, partner_ids=False, subject=False, body=False
        )
        with self.assertRaisesRegex(
            UserError, "(?s)Choose the event.*Write subject.*Name the audience"
        ):
            message.with_user(self.user_consultant).action_plan()
        message.trigger = "cadence"
        with self.assertRaisesRegex(UserError, "(?s)the cadence.*Set the day"):
            message.with_user(self.user_consultant).action_plan()

    def test_values_are_escaped_and_nothing_is_evaluated(self):
        self.program.name = "<script>alert(1)</script> {{ owner }}"
        message = self._plan(body="<p>{{ program }} {{ wave }}</p>")
        self.program._communicate(
            "blueprint_released", "x", values={"wave": "<img src=x>"}
        )
        body = message.log_ids.body
        self.assertNotIn("<script", body)
        self.assertNotIn("<img", body)
        self.assertIn("{{ owner }}", body, "a value is not a template")
        for text in ("{{ object.env }}", "{{ 7*7 }}", "{{ user }}", "{{}}"):
            with (
                self.subTest(text),
                self.assertRaisesRegex(ValidationError, "There is no placeholder"),
            ):
                self._create_message(subject=text)

    def test_audience(self):
        stakeholder = self._create("dist.stakeholder", partner_id=self.partner.id)
        reader_c = self._create_user("viewer", "reader_c", company=self.company_c)
        outsider = self._create_user(
            "viewer",
            "outsider",
            company=self.env["res.company"].create({"name": "Elsewhere"}),
        )
        message = self._create_message(
            stakeholder_ids=[Command.set(stakeholder.ids)],
            group_ids=[
                Command.set(self.env.ref("dist_rollout_governance.group_viewer").ids)
            ],
            to_site_teams=True,
        )
        people = message._audience(self.site_a)
        self.assertIn(self.partner, people)
        self.assertIn(self.manager_a.partner_id, people)
        self.assertNotIn(self.manager_b.partner_id, people)
        self.assertIn(self.user_viewer.partner_id, people)
        self.assertIn(reader_c.partner_id, people)
        self.assertNotIn(outsider.partner_id, people, "not of the program")
        self.assertEqual(len(people), len(set(people.ids)))
        message.sudo().write({"site_id": self.site_a.id})
        self.assertNotIn(reader_c.partner_id, message._audience(self.site_a))
        self.manager_a.active = False
        self.assertNotIn(self.manager_a.partner_id, message._audience(self.site_a))

    def test_owner_in_the_audience_is_told_too(self):
        self._plan(partner_ids=[Command.set(self.user_consultant.partner_id.ids)])
        self.program._communicate("blueprint_released", "x")
        self.assertEqual(
            self._notified().notified_partner_ids, self.user_consultant.partner_id
        )

    def test_date(self):
        message = self._plan(trigger="date", event_code=False, next_date=self.today)
        early = self._plan(
            trigger="date", event_code=False, next_date=self.today + timedelta(days=1)
        )
        self._run_cron()
        self._run_cron()
        self.assertEqual((message.state, message.log_count), ("done", 1))
        self.assertEqual((early.state, early.log_count), ("planned", 0))

    def test_cadence_does_not_make_up_for_missed_days(self):
        message = self._plan(
            trigger="cadence",
            cadence="weekly",
            event_code=False,
            next_date=self.today - timedelta(days=15),
        )
        monthly = self._plan(
            trigger="cadence",
            cadence="monthly",
            event_code=False,
            next_date=self.today - timedelta(days=70),
        )
        self._run_cron()
        self._run_cron()
        self.assertEqual((message.log_count, monthly.log_count), (1, 1))
        self.assertEqual(message.next_date, self.today + timedelta(days=6))
        self.assertGreater(monthly.next_date, self.today)

    def test_cutover_of_a_site(self):
        message = self._plan(event_code="site_cutover", body="<p>{{ sites }}</p>")
        self.site_b.cutover_at = fields.Datetime.now() - timedelta(days=30)
        self._run_cron()
        self.assertFalse(message.log_ids, "it went live before the plan")
        message.sudo().planned_at = fields.Datetime.now() - timedelta(hours=1)
        self.site_a.cutover_at = fields.Datetime.now()
        self._run_cron()
        self._run_cron()
        self.assertEqual(message.log_ids.mapped("body"), ["<p>Site A</p>"])
        self.assertEqual(message.log_ids.site_id, self.site_a)

    def test_channels(self):
        discussion = self._plan(channel="discussion")
        in_person = self._plan(channel="in_person")
        self.program._communicate("blueprint_released", "x")
        self.assertEqual((discussion.log_count, in_person.log_count), (1, 1))
        self.assertIn("Test Program: Blueprint", self._notified().subject)
        self.assertTrue(self._notified() in self.program.message_ids)
        self.assertEqual(in_person.activity_ids.user_id, self.user_consultant)
        self.assertIn("Key Customer", in_person.activity_ids.note)

    def test_mail_template(self):
        template = self.env["mail.template"].create(
            {
                "name": "Program news",
                "model_id": self.env["ir.model"]._get_id("dist.program"),
                "subject": "News of {{ object.name }}",
                "body_html": "<p>Dear <t t-out='object.manager_id.name'/></p>",
            }
        )
        message = self._plan(subject=False, body=False, mail_template_id=template.id)
        self.program._communicate("blueprint_released", "x")
        self.assertEqual(message.log_ids.subject, "News of Test Program")
        self.assertIn("Dear rollout_admin", message.log_ids.body)
        wrong = self.env["mail.template"].create(
            {"name": "Other", "model_id": self.env["ir.model"]._get_id("res.partner")}
        )
        with self.assertRaisesRegex(ValidationError, "no e-mail template of rollout"):
            message.with_user(self.user_consultant).mail_template_id = wrong

    def test_failure_keeps_nobody_from_the_step(self):
        good = self._plan()
        partner = self.partner.copy()
        bad = self._plan(name="Nobody", partner_ids=[Command.set(partner.ids)])
        partner.active = False
        with mute_logger(self._logger_name):
            sent = self.program._communicate("blueprint_released", "x")
        self.assertEqual(sent, good)
        self.assertFalse(bad.log_ids)
        self.assertIn("could not be sent", bad.activity_ids.summary)
        partner.active = True
        self.env.invalidate_all()
        self.assertEqual(self.program._communicate("blueprint_released", "x"), bad)

    def test_failed_delivery_leaves_no_log(self):
        message = self._plan()
        Message = type(self.env["dist.communication"])
        with (
            patch.object(Message, "_deliver_message", side_effect=ValueError("down")),
            mute_logger(self._logger_name),
        ):
            self.program._communicate("blueprint_released", "x")
        self.assertFalse(message.log_ids)
        self.assertEqual(message.activity_ids.user_id, self.user_consultant)

    def test_log_is_append_only(self):
        message = self._plan()
        self.program._communicate("blueprint_released", "x")
        log = message.log_ids
        for user in (self.user_admin, self.env.user):
            with self.assertRaises(AccessError):
                log.with_user(user).write({"recipients": "nobody"})
            with self.assertRaises(AccessError):
                log.with_user(user).unlink()
        with self.assertRaises(AccessError):
            log.sudo().create({"communication_id": message.id, "key": "y"})
        with self.assertRaisesRegex(UserError, "stays on record"):
            message.with_user(self.user_admin).unlink()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            log._append(message, "x", self.site_a, self.partner, "s", "b")

    def test_preview_sends_nothing(self):
        message = self._create_message()
        action = message.with_user(self.user_consultant).action_preview()
        self.assertEqual(
            action["context"]["default_subject"], "Test Program: Blueprint released"
        )
        self.assertEqual(action["context"]["default_recipients"], "Key Customer")
        self.assertFalse(message.log_ids)
        with self.assertRaises(AccessError):
            message.with_user(self.user_viewer).action_preview()

    def test_state_is_protected(self):
        message = self._create_message().with_user(self.user_admin)
        for values in ({"state": "planned"}, {"planned_at": fields.Datetime.now()}):
            with self.subTest(values), self.assertRaises(AccessError):
                message.write(values)

    def test_stakeholder_of_another_program(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        stakeholder = self._create(
            "dist.stakeholder",
            self.user_admin,
            program_id=other.id,
            partner_id=self.partner.id,
        )
        with self.assertRaisesRegex(ValidationError, "belongs to another program"):
            self._create_message(stakeholder_ids=[Command.set(stakeholder.ids)])

    def test_due_messages_are_found_with_few_queries(self):
        for number in range(10):
            self._plan(name=f"Cutover {number}", event_code="site_cutover")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(6):
            self.env["dist.communication"]._due_cutovers()
