from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_decision import DecisionCommon

ANSWERED = {
    "is_differentiating": "yes",
    "is_recurring": "yes",
    "is_unsolvable": "yes",
    "test_rationale": "Customers ask for it in every tender.",
}


@tagged("post_install", "-at_install")
class TestRequirement(DecisionCommon):
    @classmethod
    def _create(cls, user=None, **values):
        return (
            cls.env["dist.requirement"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "name": "Customer labels",
                    "program_id": cls.program.id,
                    "process_id": cls.env["dist.process"].search([], limit=1).id,
                    **values,
                }
            )
        )

    def test_standard_is_classified_and_done(self):
        for name in ("adopt", "configure", "process_change"):
            requirement = self._create(classification=name)
            requirement.action_classify()
            with self.assertRaisesRegex(UserError, "nobody has to decide"):
                requirement.action_request_decision()
            requirement.action_complete()
            self.assertEqual(requirement.state, "done")

    def test_class_is_asked_for(self):
        with self.assertRaisesRegex(UserError, "Choose the class"):
            self._create().action_classify()

    def test_customize_needs_three_answers(self):
        requirement = self._create(classification="customize")
        with self.assertRaisesRegex(UserError, "three questions"):
            requirement.action_classify()
        requirement.write({**ANSWERED, "test_rationale": False})
        with self.assertRaisesRegex(UserError, "rationale"):
            requirement.action_classify()
        requirement.write({**ANSWERED, "is_recurring": "no"})
        with self.assertRaisesRegex(UserError, "Choose another class"):
            requirement.action_classify()
        requirement.write(ANSWERED)
        requirement.action_classify()
        self.assertEqual(requirement.state, "classified")

    def test_each_class_asks_for_what_defends_it(self):
        for name, missing, values in [
            ("retire", "replaces the legacy", {"replacement_process": "Scan"}),
            ("localize", "law or regulation", {"legal_reference": "CGI art. 289"}),
            ("policy", "owner of the policy", {"policy_owner_id": self.env.uid}),
        ]:
            with self.subTest(name):
                requirement = self._create(classification=name)
                with self.assertRaisesRegex(UserError, missing):
                    requirement.action_classify()
                requirement.write(values)
                requirement.action_classify()
                self.assertEqual(requirement.state, "classified")

    def test_design_authority_decides_a_customization(self):
        requirement = self._create(classification="customize", **ANSWERED)
        with self.assertRaisesRegex(UserError, "classified first"):
            requirement.action_request_decision()
        requirement.action_classify()
        with self.assertRaisesRegex(UserError, "has to be decided"):
            requirement.action_complete()
        decision = self._request(requirement)
        self.assertEqual(decision.body_id.type, "design_authority")
        with self.assertRaisesRegex(UserError, "being decided"):
            requirement.action_reset()
        self._decide(requirement)
        self.assertEqual(requirement.state, "approved")
        requirement.action_complete()

    def test_integration_goes_to_the_design_authority(self):
        requirement = self._create(classification="integrate")
        requirement.action_classify()
        decision = self._request(requirement)
        self.assertEqual(decision.activity_id.code, "deviation_integration")
        self.assertEqual(decision.body_id.type, "design_authority")

    def test_rejected_goes_back_to_draft(self):
        requirement = self._create(classification="customize", **ANSWERED)
        requirement.action_classify()
        self._request(requirement)
        self._decide(requirement, approve=False)
        self.assertEqual(requirement.state, "rejected")
        requirement.action_reset()
        requirement.classification = "adopt"
        requirement.action_classify()

    def test_classified_is_locked(self):
        requirement = self._create(classification="adopt")
        requirement.action_classify()
        with self.assertRaisesRegex(UserError, "back to draft"):
            requirement.classification = "configure"
        requirement.effort_days = 3

    def test_state_is_protected(self):
        with self.assertRaises(AccessError):
            self._create(state="approved")
        with self.assertRaises(AccessError):
            self._create().state = "approved"

    def test_bad_input(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        foreign = self._create_site(
            "F", program_id=other.id, manager_id=self.manager_a.id
        )
        for values in (
            {"effort_days": -1},
            {"effort_days": 20_000},
            {"affected_site_ids": [Command.set(foreign.ids)]},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create(**values)

    def test_site_people_see_what_affects_their_site(self):
        mine = self._create(affected_site_ids=[Command.set(self.site_a.ids)])
        self._create(affected_site_ids=[Command.set(self.site_b.ids)])
        self.env.flush_all()
        Requirement = self.env["dist.requirement"].with_user(self.manager_a)
        self.assertEqual(Requirement.search([]), mine)
        with self.assertRaises(AccessError):
            mine.with_user(self.manager_a).action_classify()

    def test_other_company_sees_no_entry_of_a_site(self):
        self._create(site_id=self.site_a.id)
        user = self._create_user("viewer", "viewer_c", company=self.company_c)
        Requirement = self.env["dist.requirement"].with_user(user)
        self.assertEqual(Requirement.search_count([]), 0)
