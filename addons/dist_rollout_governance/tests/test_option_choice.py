from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_decision import DecisionCommon

# 5 criteria × 4 options: (weight, scores of the options in their order)
SCORES = [
    (5, "3542"),
    (4, "2453"),
    (3, "5423"),
    (2, "4333"),
    (1, "0555"),
]
TOTALS = [3 * 5 + 2 * 4 + 5 * 3 + 4 * 2, 25 + 16 + 12 + 6 + 5, 20 + 20 + 6 + 6 + 5, 41]


@tagged("post_install", "-at_install")
class TestOptionChoice(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Criterion = cls.env["dist.option.criterion"]
        extra = Criterion.search([("kind", "=", "topology")])[5:]
        extra.active = False
        cls.choice = (
            cls.env["dist.option.choice"]
            .with_user(cls.user_consultant)
            .create({"program_id": cls.program.id, "kind": "topology"})
        )

    def _score(self, choice=None):
        choice = choice or self.choice
        criteria = choice.score_ids.criterion_id.sorted("sequence")
        for criterion, (weight, scores) in zip(criteria, SCORES, strict=True):
            lines = choice.score_ids.filtered(
                lambda s, c=criterion: s.criterion_id == c
            ).sorted(lambda s: s.candidate_id.id)
            lines[0].weight = weight
            for line, score in zip(lines, scores, strict=True):
                line.score = score

    def _candidate(self, code):
        return self.choice.candidate_ids.filtered(lambda c: c.option_id.code == code)

    def test_shipped_options_and_criteria(self):
        Option = self.env["dist.option"]
        Criterion = self.env["dist.option.criterion"].with_context(active_test=False)
        self.assertEqual(
            Option.search([("kind", "=", "topology")]).mapped("code"),
            ["single_global", "regional_hub", "country_specific", "hybrid"],
        )
        self.assertEqual(
            Option.search([("kind", "=", "hosting")]).mapped("code"),
            ["odoo_online", "odoo_sh", "self_managed"],
        )
        self.assertEqual(Criterion.search_count([("kind", "=", "topology")]), 7)
        self.assertEqual(Criterion.search_count([("kind", "=", "hosting")]), 6)
        for option in Option.search([]):
            self.assertTrue(option.best_fit and option.advantages and option.risks)

    def test_weights_and_scores_give_a_rank(self):
        self.assertEqual(len(self.choice.candidate_ids), 4)
        self.assertEqual(len(self.choice.score_ids), 20)
        self.assertEqual(self.choice.missing_count, 20)
        self._score()
        self.assertEqual(self.choice.missing_count, 0)
        candidates = self.choice.candidate_ids.sorted("id")
        self.assertEqual(candidates[:3].mapped("total"), TOTALS[:3])
        self.assertEqual(candidates.mapped("rank"), [3, 1, 2, 4])
        self.assertEqual(candidates[1].share, round(100 * 64 / 75))
        weights = {(line.criterion_id, line.weight) for line in self.choice.score_ids}
        self.assertEqual(len(weights), 5, "a weight holds for every option")

    def test_equal_totals_share_a_rank(self):
        self.choice.score_ids.score = "3"
        self.assertEqual(self.choice.candidate_ids.mapped("rank"), [1, 1, 1, 1])
        self.choice.chosen_id = self._candidate("hybrid")
        self.assertFalse(self.choice.against_ranking)

    def test_choosing_against_the_ranking_needs_a_rationale(self):
        self._score()
        hybrid = self._candidate("hybrid")
        with self.assertRaisesRegex(ValidationError, "Regional hub instances ranks"):
            self.choice.chosen_id = hybrid
        with self.assertRaisesRegex(ValidationError, "Write down why"):
            self.choice.write({"chosen_id": hybrid.id, "rationale": "   "})
        self.choice.write({"chosen_id": hybrid.id, "rationale": "Two acquisitions."})
        self.assertTrue(self.choice.against_ranking)
        with self.assertRaisesRegex(ValidationError, "Write down why"):
            self.choice.rationale = False

    def test_ranking_that_changes_afterwards_asks_at_the_request(self):
        self._score()
        self.choice.chosen_id = self._candidate("regional_hub")
        lines = self._candidate("hybrid").score_ids
        lines.score = "5"
        with self.assertRaisesRegex(UserError, "Write down why"):
            self.choice.action_request_decision()

    def test_incomplete_comparison(self):
        with self.assertRaisesRegex(UserError, "20 scores are missing.*\n.*Choose"):
            self.choice.action_request_decision()

    def test_approval_sets_the_topology(self):
        self._score()
        self.choice.chosen_id = self._candidate("regional_hub")
        decision = self._request(self.choice)
        self.assertEqual(decision.body_id.type, "steering")
        self.assertIn("Regional hub", decision.proposal)
        self.assertFalse(self.program.topology_id)
        self._decide(decision)
        self.assertEqual(self.program.topology_id.code, "regional_hub")
        self.assertFalse(self.program.hosting_id)
        log = self.program.message_ids.filtered(lambda m: "Regional hub" in m.body)
        self.assertIn(self.member_1.name, log[0].body)
        self.assertIn(decision.number, log[0].body)
        for values in (
            {"rationale": "Later"},
            {"chosen_id": self._candidate("hybrid").id},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "stays as it"):
                self.choice.write(values)
        with self.assertRaisesRegex(UserError, "stays as it"):
            self.choice.score_ids[0].score = "1"
        with self.assertRaisesRegex(UserError, "stays as it"):
            self.choice.score_ids[0].unlink()

    def test_rejection_sets_nothing(self):
        self._score()
        self.choice.chosen_id = self._candidate("regional_hub")
        self._request(self.choice)
        self._decide(self.choice, approve=False)
        self.assertFalse(self.program.topology_id)
        self.choice.score_ids[0].score = "1"

    def test_new_comparison_takes_the_place_of_the_old_one(self):
        self._score()
        self.choice.chosen_id = self._candidate("regional_hub")
        self._request(self.choice)
        self._decide(self.choice)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.choice.create({"program_id": self.program.id, "kind": "topology"})
        self.choice.action_archive()
        self.env.flush_all()
        again = self.choice.create({"program_id": self.program.id, "kind": "topology"})
        self.assertFalse(again.decision_id)
        self.assertEqual(self.program.topology_id.code, "regional_hub")

    def test_hosting(self):
        choice = self.choice.create({"program_id": self.program.id, "kind": "hosting"})
        self.assertEqual(len(choice.candidate_ids), 3)
        choice.score_ids.score = "4"
        choice.chosen_id = choice.candidate_ids[1]
        self._request(choice)
        self._decide(choice)
        self.assertEqual(self.program.hosting_id.code, "odoo_sh")

    def test_result_is_not_written_directly(self):
        hub = self._candidate("regional_hub").option_id
        for name in ("topology_id", "hosting_id"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.program.with_user(self.user_admin).write({name: hub.id})
            with self.subTest(name), self.assertRaises(AccessError):
                self.env["dist.program"].with_user(self.user_consultant).create(
                    {"name": "Forged", "code": "FRG", name: hub.id}
                )

    def test_chosen_option_of_another_comparison(self):
        other = self.choice.create({"program_id": self.program.id, "kind": "hosting"})
        with self.assertRaisesRegex(ValidationError, "not one of this comparison"):
            self.choice.chosen_id = other.candidate_ids[0]

    def test_wrong_weights(self):
        for weight in (-1, 11):
            with (
                self.subTest(weight=weight),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.choice.score_ids[0].weight = weight
                self.env.flush_all()

    def test_reader_scores_nothing(self):
        for user in (self.user_viewer, self.member_1):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.choice.score_ids[0].with_user(user).score = "5"

    def test_program_opens_its_comparisons(self):
        action = self.program.with_user(self.user_viewer).action_open_option_choices()
        self.assertEqual(action["domain"], [("program_id", "=", self.program.id)])
        rights = self.program.with_user(self.user_viewer).action_open_decision_rights()
        self.assertEqual(rights["context"], {"raci_program_id": self.program.id})
