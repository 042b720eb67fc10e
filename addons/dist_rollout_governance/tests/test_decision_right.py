from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_decision import DecisionCommon

SHIPPED = {
    "deviation_process": "design_authority",
    "deviation_integration": "design_authority",
    "deviation_reporting": "design_authority",
    "deviation_legal": "design_authority",
    "customization": "design_authority",
    "blueprint_release": "design_authority",
    "phase_close": "steering",
    "topology": "steering",
    "hosting": "steering",
    "scope_change": "steering",
    "gate_waiver": "steering",
    "go_live": "steering",
    "risk_acceptance": "steering",
    "budget_change": "steering",
    "master_data_change": "data_council",
    "pricing_exception": "program_board",
    "intercompany_rule": "program_board",
    "uat_signoff": "program_board",
    "emergency_workaround": "pmo",
    "release_change": "release_board",
}


@tagged("post_install", "-at_install")
class TestDecisionRight(DecisionCommon):
    def _activity(self, code):
        return self.env["dist.decision.activity"]._of_code(code)

    def test_shipped_matrix_routes_everything(self):
        # other addons ship activities of their own
        activities = self.env["dist.decision.activity"].search([])
        shipped = {
            activity.code
            for activity in activities
            if activity.get_external_id()[activity.id].startswith(
                "dist_rollout_governance."
            )
        }
        self.assertEqual(shipped, set(SHIPPED))
        for code, body_type in SHIPPED.items():
            with self.subTest(code):
                routed = self._activity(code)._route(self.program)
                self.assertEqual(routed.type, body_type)
                self.assertEqual(routed.program_id, self.program)

    def test_matrix_columns(self):
        activity = self._activity("deviation_integration")
        self.assertEqual(activity.design_authority, "A")
        self.assertEqual(activity.release_board, "C")
        self.assertFalse(activity.steering)
        self.assertIn("Solution Architect (R)", activity.roles)

    def test_program_has_rights_of_its_own(self):
        activity = self._activity("deviation_integration")
        self.env["dist.decision.right"].with_user(self.user_admin).create(
            {
                "activity_id": activity.id,
                "program_id": self.program.id,
                "body_type": "steering",
                "letter": "A",
            }
        )
        self.assertEqual(activity._route(self.program).type, "steering")
        own = activity.with_context(raci_program_id=self.program.id)
        self.assertEqual((own.steering, own.design_authority), ("A", ""))
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        other._create_standard_bodies()
        self.assertEqual(activity._route(other).type, "design_authority")

    def test_nobody_to_route_to(self):
        bare = self.env["dist.program"].create({"name": "Bare", "code": "BARE"})
        activity = self._activity("topology")
        with self.assertRaisesRegex(UserError, "Create the standard bodies"):
            activity._route(bare)
        activity.right_ids.unlink()
        with self.assertRaisesRegex(UserError, "Nobody is accountable"):
            activity._route(self.program)
        with self.assertRaisesRegex(UserError, "has the code nonsense"):
            self._activity("nonsense")

    def test_archived_body_is_not_routed_to(self):
        self._body("steering").active = False
        with self.assertRaisesRegex(UserError, "Create the standard bodies"):
            self._activity("topology")._route(self.program)

    def test_one_body_is_accountable(self):
        activity = self._activity("topology")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.env["dist.decision.right"].create(
                {
                    "activity_id": activity.id,
                    "body_type": "release_board",
                    "letter": "A",
                }
            )
        for values in (
            {"letter": "R"},
            {"letter": "R", "role": "x", "body_type": "release_board"},
            {"letter": "A", "role": "Sponsor", "program_id": self.program.id},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.env["dist.decision.right"].create(
                    {"activity_id": activity.id, **values}
                )

    def test_only_the_administrator_changes_rights(self):
        right = self._activity("topology").right_ids[0]
        for user in (self.user_consultant, self.member_1):
            with self.subTest(user.login), self.assertRaises(AccessError):
                right.with_user(user).letter = "I"
        with self.assertRaises(AccessError):
            right.with_user(self.user_admin).program_id = self.program
