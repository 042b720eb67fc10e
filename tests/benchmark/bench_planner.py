"""A wave plan for 300 sites in 20 waves, with the solver.

There is no statement in SQL for this: the reference side is the greedy engine on the
same sites. The solver starts from its plan and has to end with one that is no worse, so
the ratio tells what the proof of the gap costs. The gap stands in the name: by at most
that share the best plan there can be is better than the one proposed.
"""

import random
import resource
import time

from odoo.addons.dist_wave_planning.services import wave_planner

SITES = 300
WAVES = 20
CAPACITY = 16
REGIONS = 10
TIME_LIMIT = 40
MOST_SECONDS = 60


def create_program(env):
    """Return a program of many sites: centers, warehouses and branches in regions."""
    draw = random.Random(1)
    program = env["dist.program"].create({"name": "Planner", "code": "PLANNER"})
    regions = env["dist.region"].create(
        [{"name": f"Region {n}", "code": f"PLAN{n}"} for n in range(REGIONS)]
    )
    env["dist.site"].create(
        [
            {
                "name": f"Site {number}",
                "code": f"S{number:03}",
                "program_id": program.id,
                "manager_id": env.uid,
                "region_id": regions[number % REGIONS].id,
                "type": _type(number),
                "order_lines_per_day": draw.randrange(3000),
                "sku_count": draw.randrange(10000),
                "integration_count": draw.randrange(6),
                "shift_count": draw.randrange(1, 4),
                "traceability": draw.choice(("none", "lot", "serial", "expiry")),
            }
            for number in range(SITES)
        ]
    )
    return program


def _type(number):
    if number < REGIONS:
        return "dc"
    return "branch" if number % 3 else "regional"


def plan_with(env, program, method):
    """Return a plan that was proposed by an engine, and the seconds it took."""
    plan = env["dist.wave.plan"].create(
        {
            "program_id": program.id,
            "wave_count": WAVES,
            "capacity": CAPACITY,
            "time_limit": TIME_LIMIT,
        }
    )
    sites = plan._sites_to_plan()
    start = time.perf_counter()
    problem = plan._problem(sites, WAVES)
    outcome = wave_planner.propose(problem, method)
    seconds = time.perf_counter() - start
    check(problem, outcome, method)
    return outcome, seconds


def check(problem, outcome, method):
    """Raise unless it is a plan of all sites within the capacities and in order."""
    if outcome.problems or outcome.method != method:
        raise ValueError(f"{method}: no plan: {outcome.problems}")
    place = {one.key: one.wave for one in outcome.placements}
    sizes = [list(place.values()).count(number) for number in problem.numbers]
    if len(place) != SITES or max(sizes) > CAPACITY:
        raise ValueError(f"{method}: the waves have {sizes} sites")
    for key, suppliers in problem.suppliers.items():
        if any(place[supplier] > place[key] for supplier in suppliers):
            raise ValueError(f"{method}: a branch goes live before its center")


def run(env):
    """Called by tools/bench.py."""
    program = create_program(env)
    greedy, greedy_seconds = plan_with(env, program, "greedy")
    solved, seconds = plan_with(env, program, "cp_sat")
    if solved.objective > greedy.objective:
        raise ValueError("the solver's plan is worse than the one it started from")
    if seconds > MOST_SECONDS:
        raise ValueError(f"the plan took {seconds:.0f} seconds")
    return [
        {
            "name": f"wave plan, {SITES} sites in {WAVES} waves "
            f"(gap {100 * solved.gap:.1f} %; reference: greedy)",
            "rows": SITES,
            "suite_seconds": seconds,
            "sql_seconds": greedy_seconds,
            "ratio": seconds / greedy_seconds,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    ]
