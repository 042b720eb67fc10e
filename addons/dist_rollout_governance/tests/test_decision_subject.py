from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_subject import MODEL, SubjectCommon


@tagged("post_install", "-at_install")
class TestDecisionSubject(SubjectCommon):
    def test_request_routes_and_opens_the_decision(self):
        action = self.subject.action_request_decision()
        decision = self.subject.decision_id
        self.assertEqual(action["res_id"], decision.id)
        self.assertRecordValues(
            decision,
            [
                {
                    "state": "proposed",
                    "body_id": self._body("design_authority").id,
                    "requester_id": self.user_consultant.id,
                    "res_model": MODEL,
                    "res_id": self.subject.id,
                }
            ],
        )
        self.assertEqual(self.subject.decision_state, "proposed")
        self.assertFalse(self.subject.decision_in_force)
        with self.assertRaisesRegex(UserError, "no approval in force"):
            self.subject._check_decided()
        self.assertEqual(decision.action_open_record()["res_id"], self.subject.id)
        self.assertEqual(self.subject.action_open_decision()["res_id"], decision.id)

    def test_approval_is_in_force_and_told_once(self):
        self._request(self.subject)
        decision = self._decide(self.subject)
        self.assertEqual(decision.state, "approved")
        self.assertEqual(self.subject.outcomes, "approved ")
        self.assertTrue(self.subject.decision_in_force)
        self.subject._check_decided()
        self.assertIn(
            self.subject,
            self.subject.search([("decision_in_force", "=", True)]),
        )
        self.assertNotIn(
            self.subject,
            self.subject.search([("decision_in_force", "=", False)]),
        )
        with self.assertRaisesRegex(UserError, "approved already"):
            self.subject.action_request_decision()

    def test_rejected_is_proposed_again(self):
        self._request(self.subject)
        first = self._decide(self.subject, approve=False)
        self.assertEqual(self.subject.outcomes, "rejected ")
        second = self._request(self.subject)
        self.assertNotEqual(first, second)
        self.assertEqual(second.state, "proposed")

    def test_changed_content_is_not_voted_on(self):
        decision = self._request(self.subject)
        self._vote(decision, self.member_1)
        self.subject.amount = 7
        self.assertTrue(decision.content_changed)
        self.assertIn("amount: 0 → 7", decision.content_difference)
        with self.assertRaisesRegex(UserError, "propose it again"):
            self._vote(decision, self.member_2)
        decision._settle()
        self.assertEqual(decision.state, "proposed")
        again = self._request(self.subject)
        self.assertEqual(decision.state, "withdrawn")
        self.assertEqual(self.subject.outcomes, "withdrawn ")
        self._decide(again)
        self.assertEqual(self.subject.outcomes, "withdrawn approved ")

    def test_change_after_the_decision_shows(self):
        self._request(self.subject)
        decision = self._decide(self.subject)
        self.assertFalse(decision.content_changed)
        self.subject.amount = 3
        decision.invalidate_recordset()
        self.assertTrue(decision.content_changed)
        self._request(self.subject)

    def test_second_request_is_refused(self):
        self._request(self.subject)
        with self.assertRaisesRegex(UserError, "with Design Authority already"):
            self.subject.action_request_decision()

    def test_obstacles_are_said(self):
        self.subject.name = False
        with self.assertRaisesRegex(UserError, "needs a name"):
            self.subject.action_request_decision()
        self.assertFalse(self.subject.decision_id)

    def test_reader_does_not_request(self):
        with self.assertRaises(AccessError):
            self.subject.with_user(self.user_viewer).action_request_decision()

    def test_link_is_protected(self):
        decision = self._request(self.subject)
        other = self._create_subject()
        with self.assertRaisesRegex(AccessError, "Latest Decision"):
            other.decision_id = decision
        with self.assertRaisesRegex(AccessError, "Latest Decision"):
            self._create_subject(decision_id=decision.id)
        forged = other.with_context(default_decision_id=decision.id).create(
            {"name": "x", "program_id": self.program.id}
        )
        self.assertFalse(forged.decision_id)
        self.assertFalse(self.subject.copy().decision_id)
        with self.assertRaisesRegex(UserError, "stays with it"):
            self.subject.unlink()
        other.unlink()

    def test_approval_ends_with_its_last_day(self):
        today = fields.Date.today()
        self.subject.last_day = today
        self._request(self.subject)
        decision = self._decide(self.subject)
        self.assertTrue(self.subject.decision_in_force)
        decision.valid_until = fields.Date.add(today, days=-1)
        self.env.flush_all()
        self.subject.invalidate_recordset()
        self.assertFalse(self.subject.decision_in_force, "not even before the job ran")
        in_force = self.subject.search([("decision_in_force", "=", True)])
        self.assertNotIn(self.subject, in_force)
        cron = self.env.ref("dist_rollout_governance.ir_cron_decision_expire")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(decision.state, "expired")
        self.assertEqual(self.subject.outcomes, "approved expired ")
        self._request(self.subject)

    def test_model_that_is_gone(self):
        decision = self._request(self.subject)
        decision.res_model = "dist.never"
        self.assertTrue(decision.content_changed)
        with self.assertRaisesRegex(UserError, "no longer"):
            decision.action_open_record()
        with self.assertRaisesRegex(UserError, "no longer exists"):
            self._vote(decision, self.member_1)

    def test_withdrawal_is_told(self):
        decision = self._request(self.subject)
        decision.with_user(self.user_consultant).action_withdraw()
        self.assertEqual(self.subject.outcomes, "withdrawn ")
