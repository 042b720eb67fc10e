from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_decision import DecisionCommon


@tagged("post_install", "-at_install")
class TestBody(DecisionCommon):
    def test_consultant_creates_the_standard_bodies_once(self):
        program = (
            self.env["dist.program"]
            .with_user(self.user_consultant)
            .create({"name": "New", "code": "NEW"})
        )
        program.action_create_bodies()
        self.assertEqual(program.body_count, 6)
        self.assertEqual(len(set(program.body_ids.mapped("type"))), 6)
        self.assertTrue(all(program.body_ids.mapped("mandate")))
        design = program.body_ids.filtered(lambda b: b.type == "design_authority")
        self.assertEqual(design.parent_id.type, "program_board")
        self.assertEqual(design.parent_id.parent_id.type, "steering")
        program.action_create_bodies()
        self.assertEqual(len(program.body_ids), 6)

    def test_missing_body_is_added_below_the_existing_one(self):
        program = self.env["dist.program"].create({"name": "Half", "code": "HLF"})
        own = self.env["dist.body"].create(
            {"program_id": program.id, "name": "Our Board", "type": "steering"}
        )
        program._create_standard_bodies()
        board = program.body_ids.filtered(lambda b: b.type == "program_board")
        self.assertEqual(board.parent_id, own)

    def test_only_the_administrator_appoints(self):
        body = self._body("steering")
        for user in (self.user_consultant, self.member_1, self.user_viewer):
            with self.subTest(user.login), self.assertRaises(AccessError):
                body.with_user(user).write({"quorum": 1})
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["dist.body.member"].with_user(user).create(
                    {"body_id": body.id, "user_id": self.user_governance.id}
                )
        seat = (
            self.env["dist.body.member"]
            .with_user(self.user_admin)
            .create({"body_id": body.id, "user_id": self.user_governance.id})
        )
        self.assertIn(self.user_governance.name, body.message_ids[0].body)
        with self.assertRaisesRegex(AccessError, "Person of Body Member"):
            seat.user_id = self.user_admin

    def test_quorum_out_of_range(self):
        for quorum in (0, -1, 100):
            with (
                self.subTest(quorum=quorum),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self._body("steering").quorum = quorum
                self.env.flush_all()

    def test_body_below_its_quorum_says_what_to_do(self):
        body = self._body("pmo")
        self.assertTrue(body.can_decide)
        (self.member_1 | self.member_2 | self.member_3).action_archive()
        body.invalidate_recordset()
        self.assertFalse(body.can_decide)
        self.assertEqual(body.seat_count, 2)
        self.assertIn("Appoint members", body.obstacle)
        blocked = self.env["dist.body"].search([("can_decide", "=", False)])
        self.assertIn(body, blocked)
        self.assertFalse(
            blocked & self.env["dist.body"].search([("can_decide", "=", True)])
        )

    def test_seat_votes_between_its_dates(self):
        body = self._body("pmo")
        seat = body.member_ids[0]
        today = fields.Date.today()
        for values, votes in (
            ({"date_from": today}, True),
            ({"date_to": today}, True),
            ({"date_from": fields.Date.add(today, days=1)}, False),
            ({"date_to": fields.Date.add(today, days=-1)}, False),
            ({"role": "secretary"}, False),
        ):
            with self.subTest(values):
                seat.write(
                    {"date_from": False, "date_to": False, "role": "member", **values}
                )
                body.invalidate_recordset()
                self.assertEqual(seat.user_id in body.voter_ids, votes)
                self.assertEqual(seat.is_current, votes)

    def test_member_without_the_role_has_no_vote(self):
        body = self._body("pmo")
        group = self.env.ref("dist_rollout_governance.group_governance_member")
        self.member_2.group_ids -= group
        body.invalidate_recordset()
        self.assertNotIn(self.member_2, body.voter_ids)
        self.assertEqual(body.seat_count, 4)

    def test_wrong_seats(self):
        body = self._body("pmo")
        for values, message in (
            ({"user_id": self.member_2.id}, "has a seat"),
            ({"user_id": self.user_governance.id, "role": "chair"}, "has a chair"),
            ({"user_id": self.user_viewer.id}, "Governance Member"),
            (
                {"user_id": self.user_governance.id, "deputy_id": self.user_nobody.id},
                "Governance Member",
            ),
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, message),
                self.cr.savepoint(),
            ):
                body.member_ids = [Command.create(values)]
        self.user_governance.active = False
        with self.assertRaisesRegex(ValidationError, "Governance Member"):
            body.member_ids = [Command.create({"user_id": self.user_governance.id})]

    def test_person_comes_back_after_a_term(self):
        body = self._body("pmo")
        today = fields.Date.today()
        body.member_ids[1].date_to = today
        body.member_ids = [
            Command.create(
                {
                    "user_id": body.member_ids[1].user_id.id,
                    "date_from": fields.Date.add(today, days=1),
                }
            )
        ]
        self.assertEqual(len(body.member_ids), 6)

    def test_bodies_do_not_escalate_in_a_circle(self):
        with self.assertRaisesRegex(ValidationError, "circle"):
            self._body("steering").parent_id = self._body("pmo")
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        with self.assertRaisesRegex(ValidationError, "another program"):
            self._body("pmo").parent_id = other._create_standard_bodies()[0]

    def test_standard_bodies_do_not_escalate_in_a_circle(self):
        template = self.env.ref("dist_rollout_governance.body_template_steering")
        with self.assertRaisesRegex(ValidationError, "circle"):
            template.parent_type = "pmo"

    def test_body_with_open_decisions_stays(self):
        self._create_decision().action_propose()
        with self.assertRaisesRegex(ValidationError, "decisions to take"):
            self._body("steering").action_archive()

    def test_body_list_costs_the_same_for_any_number(self):
        bodies = self.env["dist.body"].browse(self.bodies.ids)
        self.env.flush_all()
        names = ["seat_count", "can_decide", "obstacle", "pending_count"]
        for count in (1, 6):
            self.env.invalidate_all()
            with self.subTest(count=count), self.assertQueryCount(12):
                bodies[:count].mapped(lambda body: [body[name] for name in names])
