from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.dist_rollout_governance.tests.common import GROUPS

from ..models.dist_wave_plan import DistWavePlan
from ..services import wave_planner
from .common_calendar import CalendarCommon

READERS = dict.fromkeys(
    ["viewer", "governance", "command_center", "steward", "finance"], "r"
)
MATRIX = {
    "dist.wave.plan": {**READERS, "consultant": "crwu", "admin": "crwu"},
    "dist.wave.plan.line": {**READERS, "consultant": "rw", "admin": "rw"},
}
OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


class WavePlanCases:
    """Twelve sites in a program without waves, planned by one of the engines."""

    method = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave.unlink()
        cls.regions = cls.env["dist.region"].create(
            [{"name": "North", "code": "N"}, {"name": "South", "code": "S"}]
        )
        cls.sites = cls.site_a | cls.site_b | cls.site_c
        for number in range(9):
            cls.sites |= cls._create_site(
                f"S{number}",
                manager_id=cls.manager_a.id,
                order_lines_per_day=300 * number,
                sku_count=1000 * number,
                integration_count=number % 6,
                region_id=cls.regions[number % 2].id,
            )
        cls.plan = cls._create_plan()

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.object(DistWavePlan, "_engine", lambda plan: self.method)
        )

    @classmethod
    def _create_plan(cls, **values):
        return (
            cls.env["dist.wave.plan"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "program_id": cls.program.id,
                    "capacity": 3,
                    "first_go_live": date(2090, 3, 30),
                    "time_limit": 3,
                    "template_id": cls.template.id,
                    **values,
                }
            )
        )

    def _lines(self, plan=None):
        return (plan or self.plan).sudo().line_ids

    def _line(self, site):
        return self._lines().filtered(lambda line: line.site_id == site)

    def _waves(self):
        return self.env["dist.wave"].search([("program_id", "=", self.program.id)])

    def test_twelve_sites_three_a_wave(self):
        self.plan.action_propose()
        self.assertEqual(self.plan.state, "proposed")
        lines = self._lines()
        self.assertEqual(lines.site_id, self.sites.sorted())
        self.assertEqual(len(lines), 12, "every site once")
        by_wave = lines.grouped("wave_number")
        self.assertEqual(sorted(by_wave), [1, 2, 3, 4, 5])
        self.assertEqual(len(by_wave[1]), 1, "the pilot alone")
        self.assertTrue(all(len(group) <= 3 for group in by_wave.values()))
        self.assertTrue(all(line.reason for line in lines))
        self.assertEqual(self.plan.method, self.method)
        self.assertEqual(self.plan.has_gap, self.method == "cp_sat")
        self.assertIn("12 sites in 5 waves.", self.plan.summary)
        self.assertEqual("unknown" in self.plan.summary, self.method == "greedy")

    def test_days_keep_clear_of_the_calendar(self):
        self.plan.action_propose()
        days = sorted(set(self._lines().mapped("go_live")))
        # not within five days before and three after the end of March
        self.assertEqual(days[0], date(2090, 4, 4))
        for day, following in zip(days, days[1:], strict=False):
            self.assertGreaterEqual((following - day).days, 14)
        entries = self.program._calendar_entries(self.sites, days[0], days[-1])
        for day in days:
            self.assertFalse([entry for entry in entries if entry.holds_on(day)])

    def test_apply_creates_waves_once(self):
        self.plan.action_propose()
        action = self.plan.action_apply()
        waves = self._waves()
        self.assertEqual(self.env["dist.wave"].search(action["domain"]), waves)
        self.assertEqual(len(waves), 5)
        self.assertEqual(waves.site_ids, self.sites.sorted())
        self.assertEqual(set(waves.mapped("state")), {"draft"})
        self.assertEqual(waves.template_id, self.template)
        for wave in waves:
            self.assertEqual(wave._calendar_obstacles(), [])
        before = [(wave.name, wave.site_ids, wave.planned_go_live) for wave in waves]
        self.plan.action_apply()
        after = self._waves()
        self.assertEqual(
            [(wave.name, wave.site_ids, wave.planned_go_live) for wave in after],
            before,
        )
        self.assertEqual(self.plan.state, "applied")

    def test_propose_after_apply_leaves_all_in_place(self):
        self.plan.action_propose()
        self.plan.action_apply()
        before = {line.site_id: line.wave_number for line in self._lines()}
        self.plan.action_propose()
        self.assertEqual(
            {line.site_id: line.wave_number for line in self._lines()}, before
        )
        self.assertTrue(all(line.wave_id for line in self._lines()))
        self.plan.action_apply()
        self.assertEqual(len(self._waves()), 5)

    def test_site_that_was_moved_stays(self):
        self.plan.action_propose()
        line = self._lines().filtered(lambda line: line.wave_number == 2)[0]
        # as the board does it when a card is dropped
        line.with_user(self.user_consultant).wave_number = 5
        self.assertTrue(line.is_locked)
        self.assertEqual(line.reason, "Moved here by hand.")
        day = self._lines().filtered(lambda other: other.wave_number == 5)[0].go_live
        self.assertEqual(line.go_live, day)
        self.plan.action_propose()
        self.assertEqual(line.wave_number, 5)
        self.assertIn("Somebody has put it in wave 5", line.reason)
        by_wave = self._lines().grouped("wave_number")
        self.assertTrue(all(len(group) <= 3 for group in by_wave.values()))

    def test_started_waves_are_not_touched(self):
        wave = self._create_wave(
            name="Running", site_ids=[fields.Command.set(self.site_a.ids)]
        )
        wave.state = "planned"
        wave.with_user(self.user_consultant).action_open_gates()
        draft = self._create_wave(
            name="Half full",
            site_ids=[fields.Command.set(self.site_b.ids)],
            planned_go_live=date(2090, 4, 10),
        )
        self.plan.action_propose()
        self.assertEqual(self._line(self.site_a).wave_number, 1)
        self.assertEqual(self._line(self.site_b).wave_number, 2)
        self.assertEqual(self._line(self.site_b).reason, "It is in this wave already.")
        self.plan.action_apply()
        self.assertEqual(wave.site_ids, self.site_a)
        self.assertEqual(wave.state, "preparing")
        self.assertEqual(len(draft.site_ids), 3, "the draft was filled")
        self.assertIn(self.site_b, draft.site_ids)
        self.assertEqual(draft.planned_go_live, date(2090, 4, 10))
        self.assertEqual(self._waves().site_ids, self.sites.sorted())
        with self.assertRaisesRegex(UserError, "is in Half full already"):
            self._line(self.site_b).with_user(self.user_consultant).wave_number = 3

    def test_site_that_was_placed_in_the_meantime(self):
        self.plan.action_propose()
        self._create_wave(site_ids=[fields.Command.set(self.site_a.ids)])
        with self.assertRaisesRegex(UserError, "A Site A is in Wave 1 by now"):
            self.plan.action_apply()
        self.plan.action_propose()
        self.plan.action_apply()
        self.assertEqual(self._waves().site_ids, self.sites.sorted())

    def test_draft_that_was_started_in_the_meantime(self):
        draft = self._create_wave(
            name="Draft", site_ids=[fields.Command.set(self.site_a.ids)]
        )
        second = self._create_wave(
            name="Second",
            site_ids=[fields.Command.set(self.site_b.ids)],
            planned_go_live=date(2090, 4, 10),
        )
        self.plan.action_propose()
        self.assertFalse(
            self._lines().filtered(lambda line: line.wave_number == 1)
            - self._line(self.site_a),
            "nobody joins the pilot",
        )
        second.state = "planned"
        second.with_user(self.user_consultant).action_open_gates()
        with self.assertRaisesRegex(UserError, "Second takes no sites any more"):
            self.plan.action_apply()
        self.assertEqual(draft.site_ids, self.site_a)

    def test_pilots(self):
        self.plan.pilot_site_ids = self.site_b
        self.plan.action_propose()
        pilots = self._lines().filtered(lambda line: line.wave_number == 1)
        self.assertEqual(pilots.site_id, self.site_b)
        self.assertEqual(pilots.reason, "It was named as a pilot.")

    def test_number_of_waves_gives_the_capacity(self):
        plan = self._create_plan(capacity=0, wave_count=4)
        plan.action_propose()
        by_wave = self._lines(plan).grouped("wave_number")
        self.assertLessEqual(max(by_wave), 4)
        self.assertTrue(all(len(group) <= 4 for group in by_wave.values()))

    def test_center_before_branches_of_its_region(self):
        center = self.sites[-1]
        center.type = "dc"
        branches = self.sites[3:-1].filtered(
            lambda site: site.region_id == center.region_id
        )
        branches.type = "branch"
        self.plan.action_propose()
        for branch in branches:
            self.assertLessEqual(
                self._line(center).wave_number, self._line(branch).wave_number
            )

    def test_supplier_by_the_warehouses(self):
        supplier = self._create_warehouse("WS1", self.sites[-1])
        supplied = self._create_warehouse("WS2", self.sites[3])
        supplied.resupply_wh_ids = supplier
        self.plan.action_propose()
        self.assertLessEqual(
            self._line(self.sites[-1]).wave_number,
            self._line(self.sites[3]).wave_number,
        )

    def test_what_is_not_possible_is_said(self):
        self.plan.wave_count = 3
        self.plan.action_propose()
        self.assertEqual(self.plan.state, "draft")
        self.assertIn("Raise the sites per wave to 6", self.plan.summary)
        self.assertFalse(self._lines())
        with self.assertRaisesRegex(UserError, "There is no proposal"):
            self.plan.action_apply()
        self.plan.capacity = 6
        self.plan.action_propose()
        self.assertEqual(self.plan.state, "proposed")


@tagged("post_install", "-at_install")
class TestWavePlanGreedy(WavePlanCases, CalendarCommon):
    method = "greedy"

    def test_matrix(self):
        for model, rights in MATRIX.items():
            for role in [*GROUPS, "nobody"]:
                user = getattr(self, f"user_{role}")
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in rights.get(role, ""),
                        )

    def test_consultants_plan(self):
        self.plan.action_propose()
        for user in (self.user_viewer, self.user_governance, self.manager_a):
            plan = self.plan.with_user(user)
            for step in ("action_propose", "action_apply"):
                with self.subTest(user=user.login, step=step):
                    with self.assertRaises(AccessError):
                        getattr(plan, step)()
        with self.assertRaises(AccessError):
            self._lines()[0].with_user(self.user_viewer).wave_number = 2
        self.assertFalse(self._waves())

    def test_outcome_is_protected(self):
        self.plan.action_propose()
        for values in ({"state": "applied"}, {"schedule": {}}, {"gap": 0.5}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.plan.write(values)
        with self.assertRaises(AccessError):
            self._lines()[0].with_user(self.user_consultant).reason = "x"

    def test_own_companies_only(self):
        self.plan.action_propose()
        Line = self.env["dist.wave.plan.line"]
        domain = [("plan_id", "=", self.plan.id)]
        seen = Line.with_user(self.user_viewer).search(domain)
        self.assertEqual(len(seen), 11)
        self.assertNotIn(self.site_c, seen.sudo().site_id)
        company = self.env["res.company"].create({"name": "Stranger"})
        stranger = self._create_user("viewer", "stranger", company=company)
        self.assertFalse(
            self.env["dist.wave.plan"].with_user(stranger).search_count([])
        )

    def test_board_shows_every_wave_and_one_more(self):
        self.plan.action_propose()
        action = self.plan.action_open_board()
        groups = (
            self.env["dist.wave.plan.line"]
            .with_user(self.user_consultant)
            .with_context(**action["context"], read_group_expand=True)
            .formatted_read_group(action["domain"], ["wave_number"], ["__count"])
        )
        self.assertEqual([group["wave_number"] for group in groups], [1, 2, 3, 4, 5, 6])
        self.assertEqual(groups[-1]["__count"], 0)

    def test_bad_input(self):
        for values in (
            {"capacity": 0},
            {"capacity": -1},
            {"wave_count": 1000},
            {"time_limit": 0},
            {"time_limit": 600},
            {"distance_days": -1},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create_plan(**values)
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        with self.assertRaises(ValidationError):
            self._create_plan(
                program_id=other.id,
                pilot_site_ids=[fields.Command.set(self.site_a.ids)],
            )
        with self.assertRaisesRegex(UserError, "has no sites"):
            self._create_plan(program_id=other.id).action_propose()
        self.plan.action_propose()
        with self.assertRaises(ValidationError):
            self._lines()[0].with_user(self.user_consultant).wave_number = 0

    def test_form(self):
        form = Form(self.env["dist.wave.plan"].with_user(self.user_consultant))
        form.name = "Rollout"
        form.program_id = self.program
        self.assertEqual(form.distance_days, 14)
        form.save()

    def test_every_note_has_its_sentence(self):
        """Whatever the planner says, a person can read."""
        Plan = self.env["dist.wave.plan"]
        self.assertEqual(set(Plan._problem_sentences()), wave_planner.PROBLEMS)
        self.assertEqual(set(Plan._wish_sentences()), wave_planner.WISHES)
        self.assertEqual(set(Plan._reason_sentences()), wave_planner.REASONS)


@tagged("post_install", "-at_install")
class TestWavePlanSolver(WavePlanCases, CalendarCommon):
    method = "cp_sat"
