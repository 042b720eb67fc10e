from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_decision import DecisionCommon


@tagged("post_install", "-at_install")
class TestMeeting(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.body = cls._body("steering")
        cls.yesterday = fields.Datetime.now() - timedelta(days=1)
        # the secretary of the body keeps its meetings
        cls.body.member_ids = [
            Command.create({"user_id": cls.user_governance.id, "role": "secretary"})
        ]
        cls.meeting = (
            cls.env["dist.meeting"]
            .with_user(cls.user_governance)
            .create({"body_id": cls.body.id, "date_start": cls.yesterday})
        )

    def _proposed(self, **values):
        decision = self._create_decision(**values)
        decision.action_propose()
        return decision.sudo()

    def _hold(self):
        self.meeting.present_ids = self.member_1 | self.member_2 | self.member_3
        self.meeting.action_hold()

    def test_agenda_from_open_proposals(self):
        first = self._proposed()
        self._proposed(body_id=self._body("pmo").id)
        self.meeting.action_build_agenda()
        self.assertEqual(self.meeting.item_ids.decision_id, first)
        self.assertIn(first.number, self.meeting.item_ids.name)
        second = self._proposed(name="Second")
        self.meeting.item_ids = [Command.create({"name": "Any other business"})]
        self.meeting.action_build_agenda()
        self.assertEqual(self.meeting.item_ids.decision_id, first | second)
        self.assertEqual(len(self.meeting.item_ids), 3)

    def test_meeting_from_agenda_to_minutes(self):
        decision = self._proposed()
        self.meeting.action_build_agenda()
        with self.assertRaisesRegex(UserError, "who is present"):
            self.meeting.action_hold()
        self._hold()
        self.assertEqual(self.meeting.seats_present, 3)
        self.assertTrue(self.meeting.has_quorum)
        self.assertEqual(self.meeting.open_item_count, 1)
        with self.assertRaisesRegex(UserError, "has no outcome.*\n.*minutes"):
            self.meeting.action_close()
        item = self.meeting.item_ids
        wizard = item.with_user(self.member_1).action_open_vote()
        self.assertEqual(wizard["context"]["default_decision_id"], decision.id)
        self._decide(decision)
        self.meeting.minutes = "<p>Approved after a short debate.</p>"
        self.env["dist.action"].with_user(self.user_consultant).create(
            {"meeting_id": self.meeting.id, "name": "Tell the carriers"}
        )
        self.assertEqual(self.meeting.action_ids.program_id, self.program)
        self.meeting.action_close()
        self.assertEqual(self.meeting.state, "closed")
        following = self.body.meeting_ids - self.meeting
        self.assertEqual(following.state, "planned")
        self.assertEqual(following.date_start, self.meeting.next_date)
        self.assertFalse(following.item_ids)
        self.meeting.action_send_minutes()
        self.assertTrue(self.meeting.minutes_sent_at)
        mail = self.env["mail.mail"].search(
            [("model", "=", "dist.meeting"), ("res_id", "=", self.meeting.id)]
        )
        self.assertIn("short debate", mail.body_html)
        self.assertIn("approved", mail.body_html)
        self.assertIn("Tell the carriers", mail.body_html)
        self.assertEqual(
            mail.recipient_ids, (self.members | self.user_governance).partner_id
        )

    def test_deferred_comes_back(self):
        decision = self._proposed()
        self.meeting.action_build_agenda()
        self._hold()
        self.meeting.minutes = "<p>Short.</p>"
        item = self.meeting.item_ids
        item.outcome = "deferred"
        with self.assertRaisesRegex(UserError, "has no outcome"):
            self.meeting.action_close()
        item.note = "The offer of the second carrier is missing."
        self.meeting.action_close()
        following = self.body.meeting_ids - self.meeting
        self.assertEqual(following.item_ids.decision_id, decision)
        self.assertFalse(following.item_ids.outcome)
        following.with_user(self.user_governance).action_build_agenda()
        self.assertEqual(len(following.item_ids), 1)

    def test_no_second_next_meeting(self):
        later = self.meeting.create(
            {
                "body_id": self.body.id,
                "date_start": self.yesterday + timedelta(days=10),
            }
        )
        self._hold()
        self.meeting.minutes = "<p>Short.</p>"
        self.meeting.action_close()
        self.assertEqual(self.body.meeting_ids, self.meeting | later)
        self.assertEqual(self.body.next_meeting, later.date_start)

    def test_on_demand_proposes_none(self):
        self.body.rhythm = "on_demand"
        self.assertFalse(self.meeting.next_date)
        for rhythm, days in (("weekly", 7), ("biweekly", 14)):
            self.body.rhythm = rhythm
            self.assertEqual(
                self.meeting.next_date, self.meeting.date_start + timedelta(days=days)
            )

    def test_closed_is_frozen(self):
        self._hold()
        self.meeting.minutes = "<p>Short.</p>"
        self.meeting.item_ids = [Command.create({"name": "Topic"})]
        self.meeting.action_close()
        for user in (self.user_governance, self.user_consultant, self.user_admin):
            meeting = self.meeting.with_user(user)
            with self.subTest(user.login), self.assertRaisesRegex(UserError, "final"):
                meeting.minutes = "<p>Other.</p>"
            with self.subTest(user.login), self.assertRaisesRegex(UserError, "final"):
                meeting.item_ids.note = "Other"
            with (
                self.subTest(user.login),
                self.assertRaisesRegex(UserError, "final"),
                self.cr.savepoint(),
            ):
                meeting.item_ids.create({"meeting_id": meeting.id, "name": "Late"})
        with self.assertRaisesRegex(UserError, "stays in the log"):
            self.meeting.with_user(self.user_admin).unlink()
        with self.assertRaises(AccessError):
            self.meeting.with_user(self.user_consultant).action_reopen()
        self.meeting.with_user(self.user_admin).action_reopen()
        self.assertEqual(self.meeting.state, "held")

    def test_state_is_not_written(self):
        with self.assertRaises(AccessError):
            self.meeting.with_user(self.user_admin).state = "closed"
        with self.assertRaises(AccessError):
            self.meeting.create(
                {
                    "body_id": self.body.id,
                    "date_start": "2026-02-02 10:00:00",
                    "state": "closed",
                }
            )

    def test_members_keep_own_bodies_only(self):
        outsider = self._create_user("governance", "outsider")
        with self.assertRaises(AccessError):
            self.meeting.with_user(outsider).location = "Room 1"
        with self.assertRaises(AccessError):
            self.meeting.with_user(outsider).create(
                {"body_id": self.body.id, "date_start": "2026-02-02 10:00:00"}
            )
        self.meeting.with_user(self.user_consultant).location = "Room 1"
        self.assertEqual(self.meeting.with_user(outsider).location, "Room 1")

    def test_wrong_meetings(self):
        future = self.meeting.create(
            {
                "body_id": self.body.id,
                "date_start": fields.Datetime.now() + timedelta(days=1),
                "present_ids": [Command.set(self.member_1.ids)],
            }
        )
        with self.assertRaisesRegex(UserError, "lies in the future"):
            future.action_hold()
        with self.assertRaisesRegex(UserError, "Close the meeting first"):
            future.action_send_minutes()
        with self.assertRaisesRegex(ValidationError, "lies before"):
            future.next_date = self.yesterday
        for values in ({"duration": 0}, {"duration": 25}):
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.meeting.write(values)
                self.env.flush_all()
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        foreign = self.env["dist.decision"].create(
            {"name": "Foreign", "program_id": other.id}
        )
        with self.assertRaisesRegex(ValidationError, "another program"):
            self.env["dist.meeting.item"].create(
                {"meeting_id": self.meeting.id, "decision_id": foreign.id}
            )

    def test_items_of_another_company_are_hidden(self):
        decision = self._create_decision(self.env.user, site_id=self.site_c.id)
        decision.action_propose()
        self.meeting.with_user(self.member_1).action_build_agenda()
        self.env.flush_all()
        item = self.env["dist.meeting.item"].search(
            [("meeting_id", "=", self.meeting.id)]
        )
        self.assertEqual(item.company_id, self.company_c)
        self.env.invalidate_all()
        self.assertFalse(self.meeting.with_user(self.user_viewer).item_ids)
        self.assertEqual(
            self.env["dist.meeting.item"]
            .with_user(self.user_viewer)
            .search_count([("meeting_id", "=", self.meeting.id)]),
            0,
        )
        self.assertEqual(self.meeting.sudo()._minutes_recipients(), self.members)
        self._hold()
        self.meeting.minutes = "<p>Short.</p>"
        with self.assertRaisesRegex(UserError, "has no outcome"):
            self.meeting.action_close()

    def test_report(self):
        self.meeting.item_ids = [Command.create({"name": "Carrier <b>x</b>"})]
        self._hold()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "dist_rollout_governance.report_minutes", self.meeting.ids
        )
        self.assertIn(b"Carrier &lt;b&gt;x&lt;/b&gt;", html)
