from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .test_hypercare import START, HypercareExitCommon


class SessionCommon(HypercareExitCommon):
    """The command center holds a session of the wave on the fifth day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.user_command_center
        cls.session = (
            cls.env["dist.hypercare.session"]
            .with_user(cls.lead)
            .create({"wave_id": cls.wave.id, "date": START + timedelta(days=4)})
        )

    def _issue(self, name="Labels", site=None, **values):
        return self.env["dist.issue"].create(
            {
                "name": name,
                "program_id": self.program.id,
                "site_id": (site or self.site_a).id,
                **values,
            }
        )

    def _subjects(self, session=None):
        items = (session or self.session).sudo().item_ids
        return {(item.kind, item.reason, item.severity, item.name) for item in items}


@tagged("post_install", "-at_install")
class TestSession(SessionCommon):
    def test_agenda_of_every_register(self):
        self._day(self.site_a, 3, 80, 97, 99)
        self._evaluate(4)
        self._issue("Labels", severity="critical")
        self._issue("Old", severity="low", date_deadline=date(2026, 3, 1))
        foreign = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        self.env["dist.issue"].create({"name": "Other", "program_id": foreign.id})
        with freeze_time("2026-03-14 08:00:00"):
            self.session.action_open()
        self.assertEqual(self.session.state, "open")
        subjects = self._subjects()
        self.assertIn(("issue", "new", "1", "Labels"), subjects)
        self.assertIn(("issue", "breached", "4", "Old"), subjects)
        self.assertIn(
            (
                "criterion",
                "breached",
                "2",
                "Order fill rate: is 80 %, must be at least 95 %.",
            ),
            subjects,
        )
        self.assertNotIn("Other", {subject[-1] for subject in subjects})
        count = self.session.item_count
        self.session.action_build_agenda()
        self.assertEqual(self.session.item_count, count, "nothing stands there twice")

    def test_severity_1_without_decision_keeps_it_open(self):
        self._issue("Labels", severity="critical")
        self._issue("Printer", severity="medium")
        self.session.action_open()
        with self.assertRaisesRegex(UserError, "“Labels” has severity 1") as raised:
            self.session.action_close()
        self.assertNotIn("Printer", str(raised.exception))
        item = self.session.item_ids.filtered(lambda one: one.name == "Labels")
        item.write(
            {
                "decision": "Print by hand\nuntil the driver is there",
                "owner_id": self.user_consultant.id,
                "date_deadline": "2026-03-15",
            }
        )
        self.session.action_close()
        self.assertEqual(self.session.state, "closed")
        self.assertRecordValues(
            item.sudo().action_id,
            [
                {
                    "name": "Print by hand",
                    "responsible_id": self.user_consultant.id,
                    "date_deadline": date(2026, 3, 15),
                    "site_id": self.site_a.id,
                }
            ],
        )

    def test_closed_is_frozen(self):
        self._issue("Printer", severity="high")
        self.session.action_open()
        self.session.action_close()
        item = self.session.item_ids[:1]
        for attempt in (
            lambda: self.session.write({"note": "More"}),
            lambda: item.write({"decision": "More"}),
            lambda: item.create({"session_id": self.session.id, "name": "More"}),
            lambda: item.unlink(),
            self.session.action_build_agenda,
            self.session.with_user(self.user_admin).unlink,
        ):
            with self.assertRaises(UserError):
                attempt()

    def test_states_are_set_by_the_buttons(self):
        for values in ({"state": "open"}, {"closed_at": "2026-03-14 10:00:00"}):
            with self.assertRaises(AccessError):
                self.session.write(values)
        with self.assertRaisesRegex(UserError, "is not open"):
            self.session.action_close()
        self.session.action_open()
        with self.assertRaisesRegex(UserError, "open or closed already"):
            self.session.action_open()

    def test_next_session_tells_new_from_old_and_asks_for_overdue_actions(self):
        with freeze_time("2026-03-14 08:00:00"):
            issue = self._issue("Labels", severity="high")
            self.env.cr.execute(
                "UPDATE dist_issue SET create_date = '2026-03-14 08:00' WHERE id = %s",
                [issue.id],
            )
            issue.invalidate_recordset()
            self.session.action_open()
            self.session.item_ids.write(
                {
                    "decision": "Call the vendor",
                    "owner_id": self.lead.id,
                    "date_deadline": "2026-03-14",
                }
            )
            self.session.action_close()
        with freeze_time("2026-03-16 08:00:00"):
            later = self.session.create(
                {"wave_id": self.wave.id, "date": date(2026, 3, 16)}
            )
            later.action_open()
        self.assertIn(("issue", "aged", "2", "Labels"), self._subjects(later))
        self.assertIn(
            ("action", "breached", "3", "Call the vendor"), self._subjects(later)
        )

    def test_item_opens_its_record(self):
        issue = self._issue("Labels", severity="high")
        self.session.action_open()
        item = self.session.item_ids.filtered(lambda one: one.kind == "issue")
        action = item.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("dist.issue", issue.id)
        )
        other = item.create({"session_id": self.session.id, "name": "Shift plan"})
        with self.assertRaisesRegex(UserError, "stands for itself"):
            other.action_open_record()

    def test_minutes(self):
        self._issue("Labels", severity="high")
        self.session.action_open()
        with self.assertRaisesRegex(UserError, "Close the session first"):
            self.session.action_send_minutes()
        self.session.action_close()
        self.session.action_send_minutes()
        self.assertTrue(self.session.minutes_sent_at)
        html = self.env["ir.actions.report"]._render_qweb_html(
            "dist_hypercare.report_session", self.session.ids
        )[0]
        self.assertIn(b"Labels", html)
        mail = self.env["mail.mail"].search(
            [("model", "=", "dist.hypercare.session"), ("res_id", "=", self.session.id)]
        )
        self.assertEqual(
            mail.recipient_ids, self.session.sudo()._minutes_recipients().partner_id
        )
        self.assertIn(self.lead.partner_id, mail.recipient_ids)

    def test_who_sees_and_changes_what(self):
        self._issue("Labels", severity="high")
        self._issue("Scale", site=self.site_b, severity="high")
        self.session.action_open()
        mine = self.env["dist.hypercare.session.item"].with_user(self.manager_a)
        self.assertEqual(
            mine.search([("session_id", "=", self.session.id)]).mapped("name"),
            ["Labels"],
        )
        for user in (self.user_viewer, self.manager_a):
            with self.assertRaises(AccessError):
                self.session.with_user(user).action_close()
            with self.assertRaises(AccessError):
                self.session.with_user(user).item_ids.write({"decision": "No"})
        with self.assertRaises(AccessError):
            self.session.with_user(self.user_nobody).read(["name"])
        outsider = self._create_user("viewer", "viewer_c", company=self.company_c)
        items = self.env["dist.hypercare.session.item"].with_user(outsider)
        self.assertFalse(items.search([("site_id", "=", self.site_a.id)]))

    def test_one_session_a_day(self):
        self.assertEqual(
            self.session.name, f"Pilot {fields.Date.to_string(self.session.date)}"
        )
        with self.assertRaises(UserError):
            self.session.item_ids.create(
                {
                    "session_id": self.session.id,
                    "name": "Elsewhere",
                    "site_id": self._create_site("D", manager_id=self.manager_a.id).id,
                }
            )
