from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_decision import DecisionCommon
from .common_raid import RaidCommon


@tagged("post_install", "-at_install")
class TestAssumption(RaidCommon):
    def _create_assumption(self, **values):
        return self._create("dist.assumption", name="Interface in March", **values)

    def test_false_assumption_becomes_an_issue_once(self):
        assumption = self._create_assumption(consequence="No labels")
        mine = assumption.with_user(self.user_consultant)
        with self.assertRaisesRegex(UserError, "Write down the evidence"):
            mine.action_refute()
        with self.assertRaisesRegex(UserError, "comes from an assumption proved"):
            mine.action_create_issue()
        mine.evidence = "The carrier says May"
        mine.action_refute()
        self.assertRecordValues(
            assumption, [{"state": "false", "settled_by_id": self.user_consultant.id}]
        )
        action = mine.action_create_issue()
        self.assertEqual(mine.action_create_issue(), action)
        issue = self.env["dist.issue"].browse(action["res_id"])
        self.assertEqual(issue.description, "No labels")
        with self.assertRaisesRegex(UserError, "settled already"):
            mine.action_validate()

    def test_doubtful_assumption_becomes_a_risk_once(self):
        mine = self._create_assumption().with_user(self.user_consultant)
        action = mine.action_create_risk()
        self.assertEqual(mine.action_create_risk(), action)
        self.assertEqual(mine.risk_id.name, "Interface in March")

    def test_validate_and_open_again(self):
        mine = self._create_assumption(evidence="Seen").with_user(self.user_consultant)
        mine.action_validate()
        self.assertEqual(mine.state, "validated")
        mine.action_reopen()
        self.assertFalse(mine.settled_at)
        with self.assertRaisesRegex(UserError, "It is open"):
            mine.action_reopen()

    def test_overdue(self):
        late = self._create_assumption(
            date_deadline=fields.Date.today() - timedelta(days=1)
        )
        self.assertTrue(late.is_overdue)
        found = self.env["dist.assumption"].search([("is_overdue", "=", True)])
        self.assertIn(late, found)
        self.assertNotIn(late, found.search([("is_overdue", "=", False)]))

    def test_results_are_protected(self):
        assumption = self._create_assumption().with_user(self.user_admin)
        risk = self._create_risk()
        for values in ({"state": "validated"}, {"risk_id": risk.id}):
            with self.subTest(values), self.assertRaises(AccessError):
                assumption.write(values)


@tagged("post_install", "-at_install")
class TestIssue(DecisionCommon, RaidCommon):
    def _create_issue(self, **values):
        return self._create("dist.issue", name="Labels without lot", **values)

    def test_steps(self):
        issue = self._create_issue()
        mine = issue.with_user(self.user_consultant)
        mine.action_start()
        self.assertEqual(issue.state, "in_progress")
        with self.assertRaisesRegex(UserError, "Write down the resolution"):
            mine.action_resolve()
        with self.assertRaisesRegex(UserError, "resolved before it is closed"):
            mine.action_close()
        mine.resolution = "New label"
        mine.action_resolve()
        self.assertTrue(issue.resolved_at)
        mine.action_close()
        self.assertEqual(issue.state, "closed")
        mine.action_reopen()
        self.assertRecordValues(issue, [{"state": "open", "resolved_at": False}])

    def test_escalation_climbs(self):
        issue = self._create_issue()
        mine = issue.with_user(self.user_consultant)
        mine.action_escalate()
        self.assertEqual(issue.escalation, "manager")
        self.assertEqual(issue.activity_ids.user_id, self.user_admin)
        mine.action_escalate()
        self.assertEqual(issue.escalation, "steering")
        self.assertEqual(issue.activity_ids.user_id, self.user_admin | self.members)
        with self.assertRaisesRegex(UserError, "with the steering committee already"):
            mine.action_escalate()

    def test_escalation_without_anybody_to_take_it(self):
        issue = self._create_issue()
        self.program.manager_id.active = False
        with self.assertRaisesRegex(UserError, "no active program manager"):
            issue.with_user(self.user_consultant).action_escalate()
        issue.sudo().escalation = "manager"
        self._body("steering").active = False
        with self.assertRaisesRegex(UserError, "no steering committee"):
            issue.with_user(self.user_consultant).action_escalate()

    def test_risk_of_another_program_is_refused(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        risk = self._create_risk(self.user_admin, program_id=other.id)
        with self.assertRaisesRegex(ValidationError, "belongs to another program"):
            self._create_issue(risk_id=risk.id)

    def test_worst_first(self):
        for severity in ("low", "critical", "high"):
            self._create_issue(severity=severity)
        issues = self.env["dist.issue"].search([("program_id", "=", self.program.id)])
        self.assertEqual(issues.mapped("severity"), ["critical", "high", "low"])

    def test_protected(self):
        issue = self._create_issue().with_user(self.user_admin)
        for values in ({"state": "closed"}, {"escalation": "steering"}):
            with self.subTest(values), self.assertRaises(AccessError):
                issue.write(values)
