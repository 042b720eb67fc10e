from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_subject import SubjectCommon

CRON = "dist_rollout_governance.ir_cron_decision_escalate"


@tagged("post_install", "-at_install")
class TestEscalation(SubjectCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # another person decides on the next level
        cls._body("program_board").member_ids.unlink()
        cls._appoint(
            cls._body("program_board"),
            cls.user_governance | cls.member_1 | cls.member_2,
        )

    def _run(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()

    def _wait(self, decision, hours):
        decision.level_since = fields.Datetime.now() - timedelta(hours=hours)

    def _mails(self, decision):
        return self.env["mail.mail"].search_count(
            [("model", "=", "dist.decision"), ("res_id", "=", decision.id)]
        )

    def test_undecided_goes_to_the_next_level(self):
        decision = self._request(self.subject)
        self.assertEqual(decision.level, 1)
        self.assertEqual(
            decision.escalates_at, decision.level_since + timedelta(hours=72)
        )
        self._vote(decision, self.member_3)
        self._wait(decision, 71)
        self._run()
        self.assertEqual(decision.level, 1)
        self._wait(decision, 73)
        mails = self._mails(decision)
        self._run()
        self.assertEqual(decision.level, 2)
        self.assertEqual(decision.body_id, self._body("program_board"))
        self.assertEqual(self._mails(decision), mails + 1)
        self.assertEqual(
            decision.activity_ids.user_id,
            self.user_governance | self.member_1 | self.member_2,
        )
        log = " ".join(decision.message_ids.mapped("body"))
        self.assertEqual(log.count("Design Authority did not decide in time"), 1)
        self._run()
        self.assertEqual(decision.level, 2, "a second run changes nothing")
        self.assertEqual(self._mails(decision), mails + 1)
        self.assertEqual(len(decision.activity_ids), 3)
        # the higher body decides afresh
        self.assertEqual(decision.for_count, 0)
        self.assertEqual(len(decision.vote_ids), 1)
        self._vote(decision, self.user_governance)
        self._vote(decision, self.member_1)
        self._vote(decision, self.member_2)
        self.assertEqual(decision.state, "approved")
        self.assertEqual(self.subject.outcomes, "approved ")

    def test_top_of_the_ladder(self):
        decision = self._request(self.subject)
        for level, body in ((2, "program_board"), (3, "steering")):
            self._wait(decision, 1000)
            self._run()
            self.assertEqual((decision.level, decision.body_id.type), (level, body))
        self._wait(decision, 1000)
        self._run()
        self.assertTrue(decision.level_exhausted)
        self.assertFalse(decision.escalates_at)
        todo = decision.activity_ids.filtered(lambda a: a.user_id == self.user_admin)
        self.assertEqual(len(todo), 1)
        self._run()
        self.assertEqual(
            len(decision.activity_ids.filtered(lambda a: a.user_id == self.user_admin)),
            1,
        )
        self._decide(decision)
        self.assertEqual(decision.state, "approved")

    def test_level_without_another_body_is_left_out(self):
        self.subject.activity = "uat_signoff"
        decision = self._request(self.subject)
        self.assertEqual(decision.body_id.type, "program_board")
        self._wait(decision, 100)
        self._run()
        self.assertEqual((decision.level, decision.body_id.type), (2, "steering"))
        self._wait(decision, 100)
        self._run()
        self.assertTrue(decision.level_exhausted, "level 3 is the same body")

    def test_ladder_of_the_program(self):
        self.env["dist.escalation.level"].with_user(self.user_admin).create(
            [
                {"program_id": self.program.id, "level": 1, "hours": 1},
                {
                    "program_id": self.program.id,
                    "level": 2,
                    "hours": 1,
                    "body_type": "pmo",
                },
            ]
        )
        decision = self._request(self.subject)
        self._wait(decision, 2)
        self._run()
        self.assertEqual(decision.body_id.type, "pmo")

    def test_changed_content_does_not_climb(self):
        decision = self._request(self.subject)
        self.subject.amount = 5
        self._wait(decision, 100)
        self._run()
        self.assertEqual(decision.level, 1)

    def test_quorum_of_the_higher_body(self):
        self._body("program_board").quorum = 2
        decision = self._request(self.subject)
        self.assertEqual(decision.quorum, 3)
        self._wait(decision, 100)
        self._run()
        self.assertEqual(decision.quorum, 2)

    def test_tie_is_settled_by_the_job(self):
        decision = self._request(self.subject)
        self._vote(decision, self.member_2)
        self._vote(decision, self.member_3, "against")
        self._vote(decision, self.member_4, "abstain")
        (self.member_1 | self.member_5).action_archive()
        self._run()
        self.assertEqual(decision.state, "rejected")
        self.assertEqual(self.subject.outcomes, "rejected ")
        self._run()
        self.assertEqual(self.subject.outcomes, "rejected ")

    def test_one_that_fails_does_not_stop_the_others(self):
        broken = self._request(self.subject)
        good = self._request(self._create_subject())
        broken.level_since = good.level_since = "2026-01-01 00:00:00"
        climb = type(broken)._climb

        def fail(decision, ladder):
            if decision == broken:
                raise ZeroDivisionError
            return climb(decision, ladder)

        self.patch(type(broken), "_climb", fail)
        with mute_logger(
            "odoo.addons.dist_rollout_governance.models.dist_decision_escalation"
        ):
            self._run()
        self.assertEqual((broken.level, good.level), (1, 2))

    def test_wrong_levels(self):
        Level = self.env["dist.escalation.level"]
        for values in (
            {"level": 0},
            {"level": 10},
            {"level": 4, "hours": 0},
            {"level": 4, "hours": 9000},
            {"level": 2, "hours": 5},
        ):
            with (
                self.subTest(values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                Level.create(values)
        with self.assertRaisesRegex(ValidationError, "leave the body empty"):
            Level.create(
                {"program_id": self.program.id, "level": 1, "body_type": "pmo"}
            )
        with self.assertRaises(AccessError):
            Level.with_user(self.user_consultant).create({"level": 5})
