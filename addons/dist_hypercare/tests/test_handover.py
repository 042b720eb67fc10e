from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .test_hypercare import HypercareExitCommon


@tagged("post_install", "-at_install")
class TestHandover(HypercareExitCommon):
    """The exit needs the handover, and both keys."""

    _signs_handovers = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead = cls.user_command_center

    def _open(self):
        action = self.care_a.with_user(self.lead).action_open_handover()
        return (
            self.env[action["res_model"]].with_user(self.lead).browse(action["res_id"])
        )

    def _complete(self, handover):
        handover.write(
            {
                "run_owner_id": self.user_viewer.id,
                "support_model": "First level: service desk, 8 to 18 h",
                "knowledge": "https://example.com/articles",
            }
        )

    def test_exit_needs_the_handover(self):
        self._clean_days(self.site_a, 5)
        self._evaluate(5)
        self.assertEqual(self.care_a.state, "eligible")
        with self.assertRaisesRegex(UserError, "handover to run is not signed"):
            self._sign(self.care_a, self.lead, "support_lead")
        handover = self._open()
        self.assertEqual(self._open(), handover, "there is one")
        with self.assertRaises(UserError) as raised:
            handover._sign("support_lead", "Lead", self.signature)
        for sentence in ("support model", "run owner", "knowledge"):
            self.assertIn(sentence, str(raised.exception))
        self._complete(handover)
        handover._sign("support_lead", "Lead", self.signature)
        self.assertEqual(handover.signoff_state, "signed")
        self._sign(self.care_a, self.lead, "support_lead")
        handover.support_model = "Nobody"
        handover.invalidate_recordset(["signoff_state"])
        self.assertEqual(handover.signoff_state, "stale")
        with self.assertRaisesRegex(UserError, "handover to run is not signed"):
            self._sign(self.care_a, self.user_governance, "steering")
        handover.support_model = "First level: service desk, 8 to 18 h"
        self._sign(self.care_a, self.user_governance, "steering")
        self.assertEqual(self.care_a.state, "exited")
        with self.assertRaisesRegex(UserError, "the handover stands"):
            handover._sign("support_lead", "Lead", verdict="revoke", statement="No")

    def test_open_items_are_accepted_by_the_run_owner(self):
        issue = self.env["dist.issue"].create(
            {
                "name": "Slow labels",
                "program_id": self.program.id,
                "site_id": self.site_a.id,
            }
        )
        handover = self._open()
        self._complete(handover)
        handover.action_collect_items()
        handover.action_collect_items()
        item = handover.item_ids
        self.assertEqual(
            (item.res_model, item.res_id, item.name),
            ("dist.issue", issue.id, issue.name),
        )
        with self.assertRaisesRegex(UserError, "“Slow labels” is not accepted"):
            handover._sign("support_lead", "Lead", self.signature)
        with self.assertRaises(AccessError):
            item.action_accept()
        with self.assertRaises(AccessError):
            item.write({"accepted_at": "2026-03-10 10:00:00"})
        item.with_user(self.user_viewer).action_accept()
        self.assertEqual(item.accepted_by_id, self.user_viewer)
        handover._sign("support_lead", "Lead", self.signature)
        self.assertEqual(handover.signoff_state, "signed")

    def test_who_signs(self):
        handover = self._open()
        self._complete(handover)
        for user in (self.user_governance, self.manager_a, self.user_consultant):
            with self.assertRaises(AccessError):
                handover.with_user(user)._sign("support_lead", "Me", self.signature)
        handover.run_owner_id = self.lead
        with self.assertRaisesRegex(UserError, "run owner yourself"):
            handover._sign("support_lead", "Lead", self.signature)
        for user in (self.manager_b, self.user_nobody):
            with self.assertRaises(AccessError):
                handover.with_user(user).read(["support_model"])

    def test_committee_decides_instead_of_a_member(self):
        body = self.env["dist.body"].create(
            {
                "name": "Steering",
                "type": "steering",
                "program_id": self.program.id,
                "quorum": 1,
                "member_ids": [
                    Command.create(
                        {"user_id": self.user_governance.id, "role": "chair"}
                    )
                ],
            }
        )
        self._clean_days(self.site_a, 5)
        handover = self._open()
        self._complete(handover)
        handover._sign("support_lead", "Lead", self.signature)
        with freeze_time("2026-03-15 10:00:00"):
            care = self.care_a.with_user(self.lead)
            with self.assertRaises(AccessError):
                self.care_a.with_user(self.user_viewer).action_request_decision()
            care.action_request_decision()
            decision = care.sudo().decision_id
            self.assertEqual(decision.body_id, body)
            care._sign("support_lead", "Lead", self.signature)
            self.assertEqual(care.state, "eligible")
            decision.with_user(self.user_governance)._vote("for")
        self.assertEqual(decision.state, "approved")
        self.assertEqual(self.care_a.state, "exited")

    def test_without_clean_days_nothing_is_proposed(self):
        self.env["dist.body"].create(
            {"name": "Steering", "type": "steering", "program_id": self.program.id}
        )
        with (
            freeze_time("2026-03-15 10:00:00"),
            self.assertRaisesRegex(UserError, "more clean days are needed"),
        ):
            self.care_a.with_user(self.lead).action_request_decision()

    def test_forecast(self):
        """3 clean days in 4 ended days; 2 are missing: 2 × 4 ÷ 3 = 2.67, so 3."""
        self._clean_days(self.site_a, 3)
        self._evaluate(4)
        with freeze_time("2026-03-14 09:00:00"):
            self.assertEqual(self.care_a.recent_clean_days, 3)
            self.assertEqual(str(self.care_a._forecast()), "2026-03-16")
            self.assertFalse(self.care_b._forecast())
        self._clean_days(self.site_a, 2, first=3)
        self._evaluate(5)
        with freeze_time("2026-03-15 09:00:00"):
            self.assertEqual(str(self.care_a._forecast()), "2026-03-15")

    def test_exit_of_the_pilot_unlocks_the_next_wave(self):
        self.wave.strategy = "pilot"
        following = self.env["dist.wave"].create(
            {"name": "Second", "program_id": self.program.id}
        )
        obstacles = following._pilot_obstacles()
        self.assertIn("The pilot Pilot is not stabilized yet.", obstacles)
        self.assertIn("A Site A has not been exited from hypercare.", obstacles)
        # the exits themselves are tested above
        self.hypercare.write({"state": "exited"})
        self.assertEqual(
            following._pilot_obstacles(), ["The pilot Pilot is not stabilized yet."]
        )
        self.wave.state = "stabilized"
        self.assertFalse(following._pilot_obstacles())
