"""From a problem to a plan."""

from .greedy import fill_greedily
from .note import Note
from .objective import cost_of
from .obstacles import diagnose
from .plan import Placement, Plan
from .reasons import reasons_for, unmet_wishes
from .schedule import schedule
from .solver import cp_model_module, solve


def available_methods():
    """Return the engines there are, the best one first."""
    return ["cp_sat", "greedy"] if cp_model_module() else ["greedy"]


def propose(problem, method=None):
    """Return a plan.

    :param method: ``cp_sat`` or ``greedy``; None: the best one there is

    >>> from .problem import Problem, Site, Wave
    >>> sites = [Site(n, f"Site {n}", complexity=10 * n) for n in range(1, 6)]
    >>> waves = [Wave(1, 2), Wave(2, 2), Wave(3, 2)]
    >>> plan = propose(Problem(tuple(sites), tuple(waves)), "greedy")
    >>> [plan.sites_of(number) for number in (1, 2, 3)]
    [[4], [1, 2], [3, 5]]
    >>> propose(Problem(tuple(sites), tuple(waves[:2])), "greedy").problems[0].code
    'too_few_places'
    """
    method = method or available_methods()[0]
    problems = diagnose(problem)
    if problems:
        return Plan(method, problems=tuple(problems))
    greedy, stuck = fill_greedily(problem)
    objective = bound = None
    chosen = greedy
    if method == "cp_sat":
        chosen, objective, bound, proven = solve(problem, greedy)
        if chosen is None and (proven or stuck):
            code = "no_plan" if proven else "no_plan_in_time"
            return Plan(method, problems=(Note(code),))
        if chosen is None:
            # too little time to look at what it was given to start from
            method, chosen = "greedy", greedy
    elif stuck:
        name = problem.site_of[stuck].name
        return Plan(method, problems=(Note("site_left_over", {"site": name}),))
    if method == "greedy":
        objective = cost_of(problem, chosen)
    go_lives, notes = schedule(problem, chosen)
    return Plan(
        method,
        placements=tuple(
            Placement(
                site.key, chosen[site.key], tuple(reasons_for(problem, chosen, site))
            )
            for site in problem.sites
        ),
        go_lives=go_lives,
        wishes=(*unmet_wishes(problem, chosen), *notes),
        objective=objective,
        bound=bound,
    )
