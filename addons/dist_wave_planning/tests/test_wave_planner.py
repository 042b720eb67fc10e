import doctest
import random
import sys
import unittest.mock
from dataclasses import replace
from datetime import date, timedelta

from odoo.tests import TransactionCase, tagged

from ..services import wave_planner
from ..services.wave_planner import Blocked, Problem, Site, Wave, propose

FIRST = date(2090, 1, 9)


def sites(count=12, **values):
    """Return sites of rising complexity, in two regions and two companies."""
    return [
        Site(
            number,
            f"Site {number}",
            complexity=min(8.0 * number, 100.0),
            volume=40 * number,
            region=("North", "South")[number % 2],
            company=("One", "Two")[number % 3 == 0],
            **values,
        )
        for number in range(1, count + 1)
    ]


def waves(count, capacity=3, **values):
    return [Wave(number, capacity, **values) for number in range(1, count + 1)]


def problem(all_sites=None, all_waves=None, **values):
    return Problem(
        tuple(all_sites or sites()),
        tuple(all_waves or waves(5)),
        **{"first_go_live": FIRST, "time_limit": 5.0, "workers": 1, **values},
    )


class PlannerCases:
    """What holds whichever engine plans."""

    method = None

    def _propose(self, *args, **values):
        return propose(problem(*args, **values), self.method)

    def _codes(self, notes):
        return [note.code for note in notes]

    def _assert_valid(self, asked, plan):
        """Check every constraint by itself, apart from the engines."""
        self.assertFalse(plan.problems)
        self.assertEqual(
            sorted(place.key for place in plan.placements),
            sorted(site.key for site in asked.sites),
            "every site once",
        )
        for wave in asked.waves:
            members = [asked.site_of[key] for key in plan.sites_of(wave.number)]
            if any(not site.fixed_wave for site in members):
                self.assertLessEqual(len(members), wave.capacity)
                if wave.effort_capacity is not None:
                    self.assertLessEqual(
                        sum(site.effort for site in members), wave.effort_capacity
                    )
        for site in asked.sites:
            if site.given_wave:
                self.assertEqual(plan.wave_of(site.key), site.given_wave)
            for supplier in asked.suppliers[site.key]:
                self.assertLessEqual(plan.wave_of(supplier), plan.wave_of(site.key))
        if asked.pilot_wave:
            self.assertEqual(frozenset(plan.sites_of(asked.pilot_wave)), asked.pilots)
        days = sorted(plan.go_lives.values())
        for day, following in zip(days, days[1:], strict=False):
            self.assertGreaterEqual((following - day).days, asked.distance_days)

    def test_twelve_sites_three_a_wave(self):
        asked = problem()
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(plan.method, self.method)
        # the pilot is neither the simplest nor the hardest
        self.assertEqual(plan.sites_of(1), [6])
        self.assertTrue(all(len(plan.sites_of(number)) <= 3 for number in range(1, 6)))
        self.assertLess(plan.wave_of(1), plan.wave_of(12), "simple sites come first")
        self.assertTrue(all(place.reasons for place in plan.placements))

    def test_named_pilots(self):
        asked = problem(
            [replace(site, is_pilot=site.key in (2, 9)) for site in sites()]
        )
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(plan.sites_of(1), [2, 9])
        reasons = [place.reasons for place in plan.placements if place.wave == 1]
        self.assertEqual({notes[0].code for notes in reasons}, {"pilot_named"})

    def test_without_a_pilot(self):
        asked = problem(all_waves=waves(4), pilot_first=False)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(len(plan.sites_of(1)), 3)

    def test_fixed_and_locked_sites_stay(self):
        given = sites()
        given[11] = replace(given[11], fixed_wave=2)
        given[0] = replace(given[0], locked_wave=5)
        given[3] = replace(given[3], fixed_wave=1)
        asked = problem(given, [Wave(1, 3, is_open=False), *waves(5)[1:]])
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(plan.sites_of(1), [4], "nobody joins a wave that is closed")
        self.assertEqual(plan.wave_of(12), 2)
        self.assertEqual(plan.wave_of(1), 5)
        reasons = {place.key: place.reasons[0].code for place in plan.placements}
        self.assertEqual((reasons[12], reasons[1]), ("fixed", "locked"))

    def test_center_before_its_branches(self):
        given = sites()
        # the center is the hardest of all, the branches are the simplest
        given[11] = replace(given[11], type="dc", region="West")
        for index in (0, 1, 2, 3):
            given[index] = replace(given[index], type="branch", region="West")
        asked = problem(given)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        codes = {
            note.code
            for place in plan.placements
            if place.key == 1
            for note in place.reasons
        }
        self.assertTrue(codes & {"with_supplier", "after_supplier"})

    def test_supplier_that_is_named(self):
        given = sites()
        given[0] = replace(given[0], supplier_keys=(12,))
        given[11] = replace(given[11], supplier_keys=(11,))
        asked = problem(given)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)

    def test_center_is_in_time_for_a_branch_that_is_locked(self):
        given = sites()
        given[11] = replace(given[11], type="dc", region="West")
        given[0] = replace(given[0], type="branch", region="West", locked_wave=2)
        asked = problem(given)
        self._assert_valid(asked, propose(asked, self.method))

    def test_effort(self):
        asked = problem(all_waves=waves(8, effort_capacity=130))
        self._assert_valid(asked, propose(asked, self.method))

    def test_neighbours_go_together(self):
        given = [Site(n, f"Site {n}", 40.0, 100, region="ABC"[n % 3]) for n in range(9)]
        asked = problem(given, waves(3), pilot_first=False)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        for number in (1, 2, 3):
            regions = {asked.site_of[key].region for key in plan.sites_of(number)}
            self.assertEqual(len(regions), 1)
        self.assertFalse(plan.wishes)

    def test_neighbours_by_coordinates(self):
        given = [
            Site(n, f"Site {n}", 40.0, 100, latitude=10.0 * (n % 3), longitude=1.0)
            for n in range(9)
        ]
        plan = self._propose(given, waves(3), pilot_first=False)
        for number in (1, 2, 3):
            self.assertEqual(len({key % 3 for key in plan.sites_of(number)}), 1)
        self.assertIn("near_by", self._codes(plan.placements[0].reasons))

    def test_days(self):
        blocked = (
            Blocked(FIRST, FIRST + timedelta(days=4)),
            Blocked(date(2090, 1, 28), date(2090, 2, 28), frozenset([99])),
            Blocked(date(2090, 1, 28), date(2090, 1, 30), reason="Fair", is_soft=True),
        )
        asked = problem(blocked=blocked)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(plan.go_lives[1], date(2090, 1, 14))
        self.assertEqual(plan.go_lives[2], date(2090, 1, 31), "near and no warning")
        for day in plan.go_lives.values():
            self.assertFalse(blocked[0].hits(day, [1]))

    def test_warning_that_lasts_is_told(self):
        blocked = (
            Blocked(FIRST, FIRST + timedelta(days=90), reason="Fair", is_soft=True),
        )
        plan = self._propose(blocked=blocked)
        self.assertEqual(plan.go_lives[1], FIRST)
        self.assertIn("day_with_warning", self._codes(plan.wishes))

    def test_no_free_day_is_told(self):
        plan = self._propose(blocked=(Blocked(FIRST, date(2099, 1, 1)),))
        self.assertFalse(plan.go_lives)
        self.assertIn("no_free_day", self._codes(plan.wishes))

    def test_days_that_are_given(self):
        given = [Wave(1, 3, go_live=date(2090, 6, 1)), *waves(5)[1:]]
        blocked = (Blocked(date(2090, 5, 30), date(2090, 6, 2)),)
        asked = problem(all_waves=given, blocked=blocked)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(plan.go_lives[1], date(2090, 6, 1))
        self.assertEqual(plan.go_lives[2], date(2090, 6, 15))
        self.assertIn("given_day_blocked", self._codes(plan.wishes))

    def test_what_is_not_possible_is_named(self):
        def changed(index, **values):
            given = sites()
            given[index] = replace(given[index], **values)
            return given

        branch = sites()
        branch[0] = replace(branch[0], type="branch", region="W", locked_wave=2)
        branch[1] = replace(branch[1], type="dc", region="W", locked_wave=3)
        full = [replace(s, locked_wave=2 if s.key < 5 else None) for s in sites()]
        pilots = [replace(site, is_pilot=site.key < 5) for site in sites()]
        for code, args in (
            ("too_few_places", (None, waves(4))),
            ("no_such_wave", (changed(0, locked_wave=9), None)),
            ("wave_too_full", (full, None)),
            ("too_many_pilots", (pilots, None)),
            ("pilot_elsewhere", (changed(0, is_pilot=True, locked_wave=3), None)),
            ("before_supplier", (branch, None)),
            (
                "wave_closed",
                (
                    changed(0, locked_wave=2),
                    [Wave(1, 3), Wave(2, 3, is_open=False), *waves(6)[2:]],
                ),
            ),
            ("site_too_hard", (None, waves(9, effort_capacity=90))),
            ("too_little_effort", (None, waves(5, effort_capacity=100))),
        ):
            with self.subTest(code):
                plan = self._propose(*args)
                self.assertIn(code, self._codes(plan.problems))
                self.assertFalse(plan.placements)
                self.assertFalse(plan.is_feasible)

    def test_figures_say_what_to_change(self):
        [note] = self._propose(all_waves=waves(4)).problems
        self.assertEqual(
            note.values, {"sites": 11, "places": 9, "capacity": 4, "more": 1}
        )
        self.assertTrue(self._propose(all_waves=waves(5)).is_feasible)
        self.assertTrue(self._propose(all_waves=waves(4, 4)).is_feasible)

    def test_effort_that_does_not_fit_together(self):
        given = [Site(n, f"Site {n}", 60.0) for n in range(1, 5)]
        plan = self._propose(given, waves(3, effort_capacity=100), pilot_first=False)
        codes = {"cp_sat": "no_plan", "greedy": "site_left_over"}
        self.assertEqual(self._codes(plan.problems), [codes[self.method]])

    def test_same_question_same_answer(self):
        first, second = self._propose(), self._propose()
        self.assertEqual(first.placements, second.placements)

    def test_many_at_random(self):
        for seed in range(6):
            draw = random.Random(seed)
            given = [
                Site(
                    number,
                    f"Site {number}",
                    complexity=draw.uniform(0, 100),
                    volume=draw.randrange(3000),
                    region=draw.choice("ABCD"),
                    company=draw.choice("XY"),
                    type=draw.choice(("dc", "regional", "branch", "branch", "branch")),
                )
                for number in range(1, 25)
            ]
            asked = problem(given, waves(9, 4), time_limit=2.0)
            with self.subTest(seed=seed):
                self._assert_valid(asked, propose(asked, self.method))


@tagged("post_install", "-at_install")
class TestGreedyPlanner(PlannerCases, TransactionCase):
    """The engine needs no database; the class is for the runner's sake."""

    method = "greedy"

    def test_doctests(self):
        self.assertFalse(doctest.testmod(wave_planner.proposal).failed)

    def test_gap_is_unknown(self):
        self.assertIsNone(self._propose().gap)

    def test_is_taken_without_the_solver(self):
        with unittest.mock.patch.dict(sys.modules, {"ortools.sat.python": None}):
            self.assertEqual(wave_planner.available_methods(), ["greedy"])
            self.assertEqual(propose(problem()).method, "greedy")


@tagged("post_install", "-at_install")
class TestSolverPlanner(PlannerCases, TransactionCase):
    method = "cp_sat"

    def test_gap_and_bound(self):
        plan = self._propose(time_limit=30.0)
        self.assertIsNotNone(plan.gap)
        self.assertLessEqual(plan.bound, plan.objective)

    def test_is_no_worse_than_greedy(self):
        self.assertLessEqual(
            self._propose().objective, propose(problem(), "greedy").objective
        )

    def test_too_little_time_leaves_the_greedy_plan(self):
        asked = problem(sites(120), waves(41), time_limit=0.001)
        plan = propose(asked, self.method)
        self._assert_valid(asked, plan)
        self.assertEqual(plan.method, "greedy")
        self.assertIsNone(plan.gap)

    def test_is_the_first_choice(self):
        self.assertEqual(wave_planner.available_methods()[0], "cp_sat")
