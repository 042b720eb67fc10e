from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common_decision import DecisionCommon


@tagged("post_install", "-at_install")
class TestDecision(DecisionCommon):
    def _proposed(self, **values):
        decision = self._create_decision(**values)
        decision.action_propose()
        return decision.sudo()

    def test_third_of_five_votes_decides(self):
        decision = self._proposed()
        self.assertEqual(decision.requester_id, self.user_consultant)
        self.assertEqual(decision.open_seat_count, 5)
        self._vote(decision, self.member_1)
        self._vote(decision, self.member_2)
        self.assertEqual(decision.state, "proposed")
        self._vote(decision, self.member_3, "against")
        self.assertEqual(decision.state, "approved")
        self.assertTrue(decision.decided_at)
        self.assertEqual((decision.for_count, decision.against_count), (2, 1))

    def test_vote_of_others_is_refused(self):
        decision = self._proposed()
        for user in (
            self.user_governance,
            self.user_admin,
            self.env.ref("base.user_admin"),
        ):
            with (
                self.subTest(user.login),
                self.assertRaisesRegex(AccessError, "Only the voting members"),
            ):
                decision.with_user(user)._vote("for")
        for user in (self.user_viewer, self.user_consultant, self.manager_a):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._vote(decision, user)
        self.assertFalse(decision.vote_ids)

    def test_secretary_has_no_vote(self):
        body = self._body("steering")
        body.member_ids = [
            Command.create({"user_id": self.user_governance.id, "role": "secretary"})
        ]
        decision = self._proposed()
        with self.assertRaisesRegex(AccessError, "Only the voting members"):
            self._vote(decision, self.user_governance)

    def test_requester_does_not_vote(self):
        self.member_1.group_ids += self.env.ref(
            "dist_rollout_governance.group_consultant"
        )
        decision = self._create_decision(self.member_1)
        decision.action_propose()
        decision = decision.sudo()
        self.assertNotIn(self.member_1, decision.voter_ids)
        with self.assertRaisesRegex(AccessError, "You proposed this"):
            self._vote(decision, self.member_1)

    def test_deputy_of_the_requester_does_not_vote(self):
        self.member_1.group_ids += self.env.ref(
            "dist_rollout_governance.group_consultant"
        )
        self._body("steering").member_ids[0].deputy_id = self.user_governance
        decision = self._create_decision(self.member_1)
        decision.action_propose()
        with self.assertRaisesRegex(AccessError, "Only the voting members"):
            self._vote(decision, self.user_governance)

    def test_person_votes_once(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        with self.assertRaisesRegex(UserError, "voted on this decision already"):
            self._vote(decision, self.member_1, "against")

    def test_deputy_votes_in_the_name_of_the_member(self):
        seat = self._body("steering").member_ids.filtered(
            lambda m: m.user_id == self.member_2
        )
        seat.deputy_id = self.user_governance
        decision = self._proposed()
        self.assertIn(
            decision,
            decision.with_user(self.user_governance).search([("can_vote", "=", True)]),
        )
        self._vote(decision, self.user_governance)
        vote = decision.vote_ids
        self.assertRecordValues(
            vote,
            [
                {
                    "user_id": self.user_governance.id,
                    "in_name_of_id": self.member_2.id,
                    "member_id": seat.id,
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "has voted in your name"):
            self._vote(decision, self.member_2)

    def test_member_who_is_a_deputy_too_votes_once(self):
        seat = self._body("steering").member_ids.filtered(
            lambda m: m.user_id == self.member_2
        )
        seat.deputy_id = self.member_3
        decision = self._proposed()
        self._vote(decision, self.member_3)
        self.assertFalse(decision.vote_ids.in_name_of_id)
        with self.assertRaisesRegex(UserError, "voted on this decision already"):
            self._vote(decision, self.member_3)
        self._vote(decision, self.member_2)
        self.assertEqual(len(decision.vote_ids), 2)

    def test_tie_waits_for_the_others(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        self._vote(decision, self.member_2, "against")
        self._vote(decision, self.member_3, "abstain")
        self.assertEqual(decision.state, "proposed")
        self._vote(decision, self.member_4, "against")
        self.assertEqual(decision.state, "rejected")

    def test_chair_decides_a_tie_of_all(self):
        for chair, other, state in (
            ("for", "against", "approved"),
            ("against", "for", "rejected"),
        ):
            with self.subTest(state):
                decision = self._proposed()
                self._vote(decision, self.member_1, chair)
                self._vote(decision, self.member_2, other)
                for user in (self.member_3, self.member_4, self.member_5):
                    self.assertEqual(decision.state, "proposed")
                    self._vote(decision, user, "abstain")
                self.assertEqual(decision.state, state)

    def test_tie_without_the_chair_is_rejected(self):
        decision = self._proposed()
        self._vote(decision, self.member_2)
        self._vote(decision, self.member_3, "against")
        for user in (self.member_1, self.member_4, self.member_5):
            self._vote(decision, user, "abstain")
        self.assertEqual(decision.state, "rejected")

    def test_vote_after_the_decision_is_refused(self):
        decision = self._decide(self._proposed())
        self.assertEqual(len(decision.vote_ids), 3)
        with self.assertRaisesRegex(UserError, "not open for votes.*Approved"):
            self._vote(decision, self.member_5)
        self.assertFalse(
            decision.search([("id", "=", decision.id), ("can_vote", "=", True)])
        )

    def test_vote_needs_a_choice(self):
        with self.assertRaisesRegex(UserError, "Choose for, against or abstain"):
            self._vote(self._proposed(), self.member_1, False)

    def test_my_decisions_to_take(self):
        decision = self._proposed()
        Decision = self.env["dist.decision"]
        mine = [("can_vote", "=", True)]
        self.assertIn(decision, Decision.with_user(self.member_1).search(mine))
        self.assertNotIn(
            decision, Decision.with_user(self.user_governance).search(mine)
        )
        self._vote(decision, self.member_1)
        self.assertNotIn(decision, Decision.with_user(self.member_1).search(mine))
        activities = decision.activity_ids
        self.assertNotIn(self.member_1, activities.user_id)
        self.assertIn(self.member_2, activities.user_id)
        self._decide(decision)
        self.assertFalse(decision.activity_ids)

    def test_mails_ask_the_members_and_tell_the_requester(self):
        decision = self._proposed()
        mails = self.env["mail.mail"].search(
            [("model", "=", "dist.decision"), ("res_id", "=", decision.id)]
        )
        self.assertEqual(
            mails.recipient_ids & self.members.partner_id, self.members.partner_id
        )
        self._decide(decision)
        told = (
            self.env["mail.mail"].search(
                [("model", "=", "dist.decision"), ("res_id", "=", decision.id)]
            )
            - mails
        )
        self.assertEqual(told.recipient_ids, self.user_consultant.partner_id)

    # -- membership in the middle of a vote -----------------------------------------

    def test_archived_member_leaves_the_body_without_quorum(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        (self.member_3 | self.member_4 | self.member_5).action_archive()
        decision.invalidate_recordset()
        self.assertEqual(decision.state, "proposed")
        self.assertIn("can't decide", decision.obstacle)
        self._vote(decision, self.member_2)
        self.assertEqual(decision.state, "proposed", "two votes are below the quorum")
        self._body("steering").member_ids = [
            Command.create({"user_id": self.user_governance.id})
        ]
        decision.invalidate_recordset()
        self.assertFalse(decision.obstacle)
        self._vote(decision, self.user_governance)
        self.assertEqual(decision.state, "approved")

    def test_vote_given_before_archiving_counts(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        self.member_1.action_archive()
        self._vote(decision, self.member_2)
        self._vote(decision, self.member_3)
        self.assertEqual(decision.state, "approved")

    def test_tie_is_settled_when_the_last_open_seat_goes(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        self._vote(decision, self.member_2, "against")
        self._vote(decision, self.member_3, "abstain")
        (self.member_4 | self.member_5).action_archive()
        decision._settle()
        self.assertEqual(decision.state, "approved", "the chair's vote decides")

    def test_expired_seat_does_not_vote(self):
        decision = self._proposed()
        seat = self._body("steering").member_ids[0]
        seat.date_to = fields.Date.add(fields.Date.today(), days=-1)
        with self.assertRaisesRegex(AccessError, "Only the voting members"):
            self._vote(decision, seat.user_id)

    def test_seat_with_votes_is_not_deleted(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        with self.assertRaisesRegex(ValidationError, "last day"):
            decision.vote_ids.member_id.unlink()

    # -- conditions and actions -------------------------------------------------------

    def test_conditions_of_votes_become_actions(self):
        decision = self._proposed()
        due = fields.Date.add(fields.Date.today(), days=-1)
        self._vote(
            decision, self.member_1, condition="Test the carrier", condition_due=due
        )
        self._vote(decision, self.member_2, "against", condition="ignored")
        self._vote(decision, self.member_3)
        action = decision.action_ids
        self.assertRecordValues(
            action,
            [
                {
                    "name": "Test the carrier",
                    "kind": "condition",
                    "responsible_id": self.user_consultant.id,
                    "is_overdue": True,
                    "state": "open",
                }
            ],
        )
        self.assertTrue(decision.has_overdue_condition)
        flagged = [("has_overdue_condition", "=", True)]
        self.assertIn(decision, decision.search(flagged))
        with self.assertRaisesRegex(UserError, "voted on and stay"):
            action.with_user(self.user_consultant).name = "Nothing"
        with self.assertRaisesRegex(UserError, "voted on and stay"):
            action.with_user(self.user_admin).unlink()
        action.with_user(self.user_consultant).action_done()
        decision.invalidate_recordset()
        self.assertFalse(decision.has_overdue_condition)
        self.assertNotIn(decision, decision.search(flagged))

    def test_conditions_of_the_draft_are_voted_on(self):
        decision = self._create_decision()
        Action = self.env["dist.action"].with_user(self.user_consultant)
        action = Action.create(
            {"kind": "condition", "decision_id": decision.id, "name": "Insurance"}
        )
        decision.action_propose()
        self.assertIn("Insurance", decision.sudo().content)
        with self.assertRaisesRegex(UserError, "voted on and stay"):
            action.name = "No insurance"
        with (
            self.assertRaisesRegex(UserError, "voted on and stay"),
            self.cr.savepoint(),
        ):
            Action.create(
                {"kind": "condition", "decision_id": decision.id, "name": "Late"}
            )
        self._decide(decision)
        follow_up = Action.create(
            {"decision_id": decision.id, "name": "Tell the sites"}
        )
        self.assertEqual(follow_up.program_id, self.program)
        decision.write({"action_ids": [Command.create({"name": "Write a note"})]})

    def test_site_manager_does_own_action(self):
        decision = self._proposed(site_id=self.site_a.id)
        self._decide(decision)
        action = (
            self.env["dist.action"]
            .with_user(self.user_consultant)
            .create(
                {
                    "decision_id": decision.id,
                    "name": "Count the stock",
                    "responsible_id": self.manager_a.id,
                }
            )
        )
        self.assertEqual(action.site_id, self.site_a)
        with self.assertRaises(AccessError):
            action.with_user(self.manager_b).action_done()
        with self.assertRaisesRegex(AccessError, "can report"):
            action.with_user(self.user_viewer).action_done()
        with self.assertRaises(AccessError):
            action.with_user(self.manager_a).write({"note": "x"})
        action.with_user(self.manager_a).action_done()
        self.assertRecordValues(
            action, [{"state": "done", "done_by_id": self.manager_a.id}]
        )
        with self.assertRaises(AccessError):
            action.with_user(self.manager_a).action_reopen()
        action.action_reopen()
        self.assertFalse(action.done_by_id)

    # -- doors ----------------------------------------------------------------------

    def test_states_and_votes_are_not_written(self):
        Decision = self.env["dist.decision"].with_user(self.user_admin)
        values = {"name": "Forged", "program_id": self.program.id}
        for forged in (
            {"state": "approved"},
            {"decided_at": "2026-01-01 00:00:00"},
            {"res_model": "dist.site", "res_id": self.site_a.id},
            {"requester_id": self.member_1.id},
            {"quorum": 1},
            {"content": "{}"},
        ):
            with self.subTest(forged), self.assertRaises(AccessError):
                Decision.create({**values, **forged})
            with self.subTest(forged), self.assertRaises(AccessError):
                self._create_decision(self.user_admin).write(forged)
        for context in ({"default_state": "approved"}, {"su": True}):
            decision = Decision.with_context(**context).create(values)
            self.assertEqual(decision.state, "draft")
        result = Decision.load(
            ["name", "program_id/.id", "state"],
            [["Imported", str(self.program.id), "Approved"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("can't be set directly", result["messages"][0]["message"])

    def test_votes_are_append_only(self):
        decision = self._proposed()
        self._vote(decision, self.member_1)
        vote = decision.vote_ids
        values = {
            "decision_id": decision.id,
            "program_id": self.program.id,
            "body_id": decision.body_id.id,
            "member_id": decision.body_id.member_ids[1].id,
            "user_id": self.member_2.id,
            "role": "member",
            "choice": "for",
            "voted_at": fields.Datetime.now(),
        }
        for user in (self.member_2, self.user_admin, self.env.user):
            Vote = self.env["dist.decision.vote"].with_user(user)
            with self.subTest(user.login), self.assertRaises(AccessError):
                Vote.create(values)
            with self.subTest(user.login), self.assertRaises(AccessError):
                vote.with_user(user).write({"choice": "against"})
            with self.subTest(user.login), self.assertRaises(AccessError):
                vote.with_user(user).unlink()
            with self.subTest(user.login), self.assertRaises(AccessError):
                vote.with_user(user).copy()
        with self.assertRaisesRegex(AccessError, "Votes can't be created"):
            self.env["dist.decision.vote"].sudo().create(values)
        for command in (
            Command.create(values),
            Command.update(vote.id, {"choice": "against"}),
            Command.delete(vote.id),
        ):
            with self.subTest(command), self.assertRaises(UserError):
                decision.with_user(self.user_admin).write({"vote_ids": [command]})

    def test_decided_is_frozen(self):
        decision = self._decide(self._proposed()).with_user(self.user_admin)
        for values in (
            {"name": "Other"},
            {"proposal": "Other"},
            {"valid_until": "2099-01-01"},
            {"body_id": self._body("pmo").id},
            {"active": False},
            {"date_deadline": "2099-01-01"},
        ):
            with (
                self.subTest(values),
                self.assertRaisesRegex(UserError, "no longer a draft"),
            ):
                decision.write(values)
        with self.assertRaisesRegex(UserError, "decision log"):
            decision.unlink()
        copy = decision.copy()
        self.assertRecordValues(
            copy, [{"state": "draft", "decided_at": False, "content": False}]
        )
        self.assertNotEqual(copy.number, decision.number)
        self.assertFalse(copy.vote_ids)
        copy.unlink()

    def test_due_date_moves_while_proposed(self):
        decision = self._proposed().with_user(self.user_consultant)
        self.assertEqual(
            decision.date_deadline, fields.Date.add(fields.Date.today(), days=10)
        )
        decision.date_deadline = fields.Date.add(fields.Date.today(), days=-1)
        self.assertTrue(decision.is_overdue)
        self.assertIn(decision, decision.search([("is_overdue", "=", True)]))

    def test_incomplete_proposals(self):
        yesterday = fields.Date.add(fields.Date.today(), days=-1)
        topology = self.env.ref("dist_rollout_governance.decision_activity_topology")
        for values, message in (
            ({"proposal": "  "}, "Write what is to be decided"),
            ({"body_id": False}, "Choose the body"),
            ({"valid_until": yesterday}, "expired already"),
            ({"date_deadline": yesterday}, "lies in the past"),
            (
                {"activity_id": topology.id, "body_id": self._body("pmo").id},
                "is decided by Steering Committee",
            ),
        ):
            decision = self._create_decision(**values)
            with self.subTest(values), self.assertRaisesRegex(UserError, message):
                decision.action_propose()
        with self.assertRaises(ValidationError):
            self._create_decision(name="x" * 257)
        with self.assertRaises(ValidationError):
            self._create_decision(proposal="x" * 10001)
        with self.assertRaisesRegex(UserError, "proposed already"):
            self._proposed().with_user(self.user_consultant).action_propose()

    def test_activity_gives_the_body(self):
        decision = self._create_decision()
        decision.activity_id = self.env.ref(
            "dist_rollout_governance.decision_activity_release_change"
        )
        self.assertEqual(decision.body_id, self._body("release_board"))

    def test_body_and_site_of_another_program(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        body = other._create_standard_bodies()[0]
        with self.assertRaisesRegex(ValidationError, "another program"):
            self._create_decision(body_id=body.id)
        with self.assertRaisesRegex(ValidationError, "another program"):
            self._create_decision(
                program_id=other.id, body_id=body.id, site_id=self.site_a.id
            )

    def test_withdraw(self):
        decision = self._proposed()
        with self.assertRaisesRegex(AccessError, "Only"):
            decision.with_user(self.member_1).action_withdraw()
        decision.with_user(self.user_consultant).action_withdraw()
        self.assertEqual(decision.state, "withdrawn")
        self.assertFalse(decision.activity_ids)
        with self.assertRaisesRegex(UserError, "nothing to withdraw"):
            decision.with_user(self.user_consultant).action_withdraw()
        other = self._proposed()
        other.with_user(self.user_admin).action_withdraw()
        self.assertEqual(other.state, "withdrawn")

    # -- who sees what ----------------------------------------------------------------

    def test_site_people_see_own_decisions(self):
        own = self._proposed(site_id=self.site_a.id)
        foreign = self._proposed(site_id=self.site_b.id)
        general = self._proposed()
        Decision = self.env["dist.decision"].with_user(self.manager_a)
        self.assertEqual(Decision.search([]) & (own | foreign | general), own)
        self.assertTrue(own.with_user(self.manager_a).read(["name", "for_count"]))
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager_a).read(["name"])
        self._vote(foreign, self.member_1)
        self._vote(own, self.member_1)
        votes = self.env["dist.decision.vote"].with_user(self.manager_a).search([])
        self.assertEqual(votes.decision_id, own)

    def test_companies_are_apart(self):
        foreign = self._proposed_of_c()
        self.env["dist.action"].create({"decision_id": foreign.id, "name": "Secret"})
        self._vote(foreign, self.member_1)
        for model in ("dist.decision", "dist.action", "dist.decision.vote"):
            with self.subTest(model):
                records = self.env[model].search([("site_id", "=", self.site_c.id)])
                self.assertTrue(records)
                Model = self.env[model].with_user(self.user_viewer)
                domain = [("id", "in", records.ids)]
                self.assertEqual(Model.search_count(domain), 0)
                self.assertEqual(Model._read_group(domain, [], ["__count"]), [(0,)])
        with self.assertRaises(AccessError):
            self._vote(foreign, self.user_governance)

    def _proposed_of_c(self):
        decision = self._create_decision(self.env.user, site_id=self.site_c.id)
        decision.action_propose()
        return decision

    def test_list_costs_the_same_for_any_number(self):
        decisions = self.env["dist.decision"]
        for number in range(12):
            decisions |= self._proposed(name=f"Decision {number}")
        self._vote(decisions[0], self.member_1)
        self.env.flush_all()
        names = [
            "for_count",
            "open_seat_count",
            "can_vote",
            "is_overdue",
            "has_overdue_condition",
            "obstacle",
        ]
        readers = decisions.with_user(self.member_2)
        for count in (2, 12):
            self.env.invalidate_all()
            with self.subTest(count=count), self.assertQueryCount(15):
                readers[:count].mapped(lambda record: [record[n] for n in names])
