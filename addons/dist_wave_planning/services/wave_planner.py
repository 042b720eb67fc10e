"""Which site goes live in which wave, and when: a proposal that people change.

Plain Python: a :class:`Problem` in, a :class:`Plan` out. Two engines share the
constraints, the explanations and the dates:

- ``cp_sat``: the solver of OR-Tools, when it is installed. It says how far its plan is
  from the best there can be.
- ``greedy``: fills one wave after the other. It knows nothing about the gap.

What always holds: every site goes live once; no wave has more sites or more effort
than it can take; fixed and locked sites stay where they are; nobody but the pilot is in
the pilot wave; a distribution center is in the wave of its branches or before it; a
wave that is closed to others gets no site. What is wished for: simple sites first, high
volume late, neighbours together, the same effort in each wave.

Nothing here is text for a person. A :class:`Note` is a code with its values; whoever
shows it has the words.
"""

import math
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

# What a site costs in each wave it goes live later: the simpler, the dearer.
VOLUME_WEIGHT = 50
# What another wave costs that takes sites of the same group.
GROUP_WEIGHTS = {"area": 60, "company": 30, "type": 20}
# What a point of difference between the heaviest and the lightest wave costs; the more
# sites there are to move for it, the more.
SPREAD_WEIGHT = 2
SITES_PER_SPREAD = 10
# A pilot is neither trivial nor the hardest: the middle of a medium complexity.
MODERATE_COMPLEXITY = 45
DEGREES_OF_AN_AREA = 2
HORIZON_DAYS = 3 * 366
SOFT_DAYS = 14
# Every code a note may have.
PROBLEMS = frozenset(
    {
        "no_such_wave",
        "wave_closed",
        "wave_too_full",
        "wave_too_hard",
        "pilot_elsewhere",
        "too_many_pilots",
        "before_supplier",
        "too_few_places",
        "site_too_hard",
        "too_little_effort",
        "no_plan",
        "no_plan_in_time",
        "site_left_over",
    }
)
WISHES = frozenset(
    {
        "area_split",
        "nearby_split",
        "effort_uneven",
        "no_free_day",
        "day_with_warning",
        "given_day_blocked",
    }
)
REASONS = frozenset(
    {
        "fixed",
        "locked",
        "pilot_named",
        "pilot_moderate",
        "simple_early",
        "simple_late",
        "complex_early",
        "complex_late",
        "with_supplier",
        "after_supplier",
        "supplies",
        "same_area",
        "near_by",
        "same_company",
        "same_type",
        "high_volume_late",
    }
)


@dataclass(frozen=True)
class Note:
    """Something to tell a person: a code and the values of its sentence."""

    code: str
    values: dict = field(default_factory=dict)

    def __post_init__(self):
        if self.code not in PROBLEMS | WISHES | REASONS:
            raise ValueError(f"there is no sentence for {self.code}")


@dataclass(frozen=True)
class Site:
    """A site to place.

    :param complexity: 0 to 100
    :param volume: lines of a normal day
    :param type: ``dc``, ``regional`` or ``branch``
    :param fixed_wave: the wave it is in already
    :param locked_wave: the wave a person has put it in
    :param supplier_keys: the sites that supply it; without any, a branch is supplied by
        the distribution centers of its region
    """

    key: int
    name: str
    complexity: float = 0.0
    volume: int = 0
    region: str = ""
    company: str = ""
    type: str = "regional"
    latitude: float | None = None
    longitude: float | None = None
    is_pilot: bool = False
    fixed_wave: int | None = None
    locked_wave: int | None = None
    supplier_keys: tuple = ()

    @property
    def given_wave(self):
        return self.fixed_wave or self.locked_wave

    @property
    def effort(self):
        """The effort it takes, in points; a site without a profile takes one."""
        return max(round(self.complexity), 1)

    @property
    def area(self):
        """The region, or the square of the map without one; empty: unknown."""
        if self.region or self.latitude is None or self.longitude is None:
            return self.region
        square = (self.latitude, self.longitude)
        return "{}/{}".format(*(math.floor(x / DEGREES_OF_AN_AREA) for x in square))


@dataclass(frozen=True)
class Wave:
    """A wave to fill.

    :param capacity: number of sites, fixed ones included
    :param effort_capacity: points of effort it can take; None: any
    :param go_live: its day, when it has one
    :param is_open: whether sites may join
    """

    number: int
    capacity: int
    effort_capacity: int | None = None
    go_live: date | None = None
    is_open: bool = True


@dataclass(frozen=True)
class Blocked:
    """Days on which no go-live is proposed; ``site_keys`` None: of no site.

    Soft ones are avoided where a day nearby is free, and told otherwise.
    """

    date_from: date
    date_to: date
    site_keys: frozenset | None = None
    reason: str = ""
    is_soft: bool = False

    def hits(self, day, keys):
        return self.date_from <= day <= self.date_to and (
            self.site_keys is None or not self.site_keys.isdisjoint(keys)
        )


@dataclass(frozen=True)
class Problem:
    """What is asked of the planner.

    :param pilot_first: whether the first wave is the pilot's alone
    :param first_go_live: no wave without a day goes live before it; None: no days
    :param time_limit: seconds the solver may take
    :param workers: threads of the solver. More than one is faster and gives another
        plan of the same worth each time.
    """

    sites: tuple
    waves: tuple
    pilot_first: bool = True
    first_go_live: date | None = None
    distance_days: int = 14
    blocked: tuple = ()
    time_limit: float = 20.0
    workers: int = 1
    seed: int = 1

    @cached_property
    def numbers(self):
        return [wave.number for wave in self.waves]

    @cached_property
    def wave_of(self):
        return {wave.number: wave for wave in self.waves}

    @cached_property
    def site_of(self):
        return {site.key: site for site in self.sites}

    @cached_property
    def pilot_wave(self):
        return self.numbers[0] if self.pilot_first and self.waves else None

    @cached_property
    def pilots(self):
        """Keys of the sites in the pilot wave.

        Those that are in it or named for it; else the one of moderate complexity that
        waits for no other.
        """
        if self.pilot_wave is None:
            return frozenset()
        given = frozenset(
            site.key
            for site in self.sites
            if site.given_wave == self.pilot_wave
            or (site.is_pilot and not site.given_wave)
        )
        if given or not self.wave_of[self.pilot_wave].is_open:
            return given
        free = [site for site in self.sites if not site.given_wave]
        free = [site for site in free if not self.suppliers[site.key]] or free
        if not free:
            return frozenset()
        moderate = min(
            free,
            key=lambda site: (
                abs(site.complexity - MODERATE_COMPLEXITY),
                site.volume,
                site.key,
            ),
        )
        return frozenset([moderate.key])

    @cached_property
    def suppliers(self):
        """``{site: the sites that go live with or before it}``."""
        centers = defaultdict(list)
        for site in self.sites:
            if site.type == "dc" and site.region:
                centers[site.region].append(site.key)
        suppliers = {}
        for site in self.sites:
            keys = [key for key in site.supplier_keys if key in self.site_of]
            if not keys and site.type == "branch":
                keys = centers[site.region]
            suppliers[site.key] = tuple(key for key in keys if key != site.key)
        return suppliers

    @cached_property
    def costs(self):
        """``{site: what each wave it waits costs}``."""
        most = max((site.volume for site in self.sites), default=0) or 1
        costs = {
            site.key: round(
                100 - site.complexity + VOLUME_WEIGHT * (1 - site.volume / most)
            )
            for site in self.sites
        }
        return {key: max(cost, 1) for key, cost in costs.items()}

    @cached_property
    def spread_weight(self):
        return SPREAD_WEIGHT + len(self.sites) // SITES_PER_SPREAD

    @cached_property
    def urgency(self):
        """``{site: how soon the greedy engine takes it}``.

        A center is as urgent as the most urgent of those that wait for it: otherwise
        its own complexity would keep all of them back.
        """
        urgency = dict(self.costs)
        for _round in self.sites:
            changed = False
            for key, suppliers in self.suppliers.items():
                for supplier in suppliers:
                    if urgency[supplier] < urgency[key]:
                        urgency[supplier] = urgency[key]
                        changed = True
            if not changed:
                break
        return urgency

    def candidates(self, site):
        """Return the numbers of the waves a site may go into."""
        if site.given_wave:
            return [site.given_wave]
        if site.key in self.pilots:
            return [self.pilot_wave]
        return [
            wave.number
            for wave in self.waves
            if wave.is_open and wave.number != self.pilot_wave
        ]

    @cached_property
    def groups(self):
        """``{(kind, name): keys of its sites}`` of what is better kept together."""
        groups = defaultdict(list)
        for site in self.sites:
            for kind in GROUP_WEIGHTS:
                if name := getattr(site, kind):
                    groups[kind, name].append(site.key)
        return {group: keys for group, keys in groups.items() if len(keys) > 1}


@dataclass(frozen=True)
class Placement:
    """Where a site goes, and why."""

    key: int
    wave: int
    reasons: tuple


@dataclass(frozen=True)
class Plan:
    """A proposal, or why there is none.

    :param problems: notes on what can't be met; then there are no placements
    :param wishes: notes on wishes that were not met
    :param objective: what all wishes together cost, see :func:`_objective`
    :param bound: what they cost at least in any plan; None: nobody knows
    """

    method: str
    placements: tuple = ()
    go_lives: dict = field(default_factory=dict)
    problems: tuple = ()
    wishes: tuple = ()
    objective: int | None = None
    bound: float | None = None

    @property
    def is_feasible(self):
        return not self.problems

    @property
    def gap(self):
        """How far the plan may be from the best one, as a share of it, or None."""
        if self.objective is None or self.bound is None:
            return None
        return max(self.objective - self.bound, 0) / max(abs(self.objective), 1)

    def wave_of(self, key):
        return next(place.wave for place in self.placements if place.key == key)

    def sites_of(self, number):
        return [place.key for place in self.placements if place.wave == number]


def available_methods():
    """Return the engines there are, the best one first."""
    return ["cp_sat", "greedy"] if _cp_model() else ["greedy"]


def propose(problem, method=None):
    """Return a plan.

    :param method: ``cp_sat`` or ``greedy``; None: the best one there is

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
    greedy, stuck = _greedy(problem)
    objective = bound = None
    chosen = greedy
    if method == "cp_sat":
        chosen, objective, bound, proven = _solve(problem, greedy)
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
        objective = _objective(problem, chosen)
    go_lives, notes = _schedule(problem, chosen)
    return Plan(
        method,
        placements=tuple(
            Placement(
                site.key, chosen[site.key], tuple(_reasons(problem, chosen, site))
            )
            for site in problem.sites
        ),
        go_lives=go_lives,
        wishes=(*_unmet(problem, chosen), *notes),
        objective=objective,
        bound=bound,
    )


# -- what can't be met -----------------------------------------------------------------


def diagnose(problem):
    """Return notes on what keeps every plan from being possible, as far as it shows.

    Each names the constraint and carries the figures that say what to change.
    """
    return [
        *_given_problems(problem),
        *_pilot_problems(problem),
        *_order_problems(problem),
        *_capacity_problems(problem),
    ]


def _given_problems(problem):
    given = defaultdict(list)
    for site in problem.sites:
        if site.given_wave and site.given_wave not in problem.wave_of:
            values = {"site": site.name, "wave": site.given_wave}
            yield Note("no_such_wave", values)
        elif site.given_wave:
            given[site.given_wave].append(site)
    for number, sites in sorted(given.items()):
        wave = problem.wave_of[number]
        locked = [site for site in sites if not site.fixed_wave]
        if not wave.is_open:
            for site in locked:
                yield Note("wave_closed", {"site": site.name, "wave": number})
        # what is in the wave already is nobody's fault
        elif locked and len(sites) > wave.capacity:
            yield Note(
                "wave_too_full",
                {"wave": number, "sites": len(sites), "capacity": wave.capacity},
            )
        elif locked and wave.effort_capacity is not None:
            effort = sum(site.effort for site in sites)
            if effort > wave.effort_capacity:
                yield Note(
                    "wave_too_hard",
                    {
                        "wave": number,
                        "effort": effort,
                        "capacity": wave.effort_capacity,
                    },
                )


def _pilot_problems(problem):
    if problem.pilot_wave is None:
        return
    wave = problem.wave_of[problem.pilot_wave]
    for site in problem.sites:
        if site.is_pilot and site.given_wave not in (None, problem.pilot_wave):
            yield Note("pilot_elsewhere", {"site": site.name, "wave": site.given_wave})
    free = [key for key in problem.pilots if not problem.site_of[key].given_wave]
    if free and len(problem.pilots) > wave.capacity:
        yield Note(
            "too_many_pilots",
            {"pilots": len(problem.pilots), "capacity": wave.capacity},
        )
    if free and wave.effort_capacity is not None:
        effort = sum(problem.site_of[key].effort for key in problem.pilots)
        if effort > wave.effort_capacity:
            yield Note(
                "wave_too_hard",
                {
                    "wave": wave.number,
                    "effort": effort,
                    "capacity": wave.effort_capacity,
                },
            )


def _order_problems(problem):
    """Notes on sites that are held before what supplies them."""
    place = {}
    for site in problem.sites:
        numbers = problem.candidates(site)
        place[site.key] = numbers if numbers else [0]
    for site in problem.sites:
        for supplier in problem.suppliers[site.key]:
            # both are given: nothing that is still to plan can help
            other = problem.site_of[supplier]
            if site.fixed_wave and other.fixed_wave:
                continue
            if max(place[site.key]) < min(place[supplier]):
                yield Note(
                    "before_supplier",
                    {
                        "site": site.name,
                        "wave": max(place[site.key]),
                        "supplier": other.name,
                    },
                )


def _capacity_problems(problem):
    free = [
        site
        for site in problem.sites
        if not site.given_wave and site.key not in problem.pilots
    ]
    given = defaultdict(list)
    for site in problem.sites:
        if site.given_wave:
            given[site.given_wave].append(site)
    waves = [
        wave
        for wave in problem.waves
        if wave.is_open and wave.number != problem.pilot_wave
    ]
    places = sum(max(wave.capacity - len(given[wave.number]), 0) for wave in waves)
    if places < len(free):
        yield Note(
            "too_few_places",
            {
                "sites": len(free),
                "places": places,
                "capacity": _capacity_needed(len(free), waves, given),
                "more": math.ceil(
                    (len(free) - places)
                    / max((wave.capacity for wave in waves), default=1)
                )
                if waves
                else 1,
            },
        )
    limits = [wave.effort_capacity for wave in waves]
    if not waves or None in limits:
        return
    for site in free:
        if site.effort > max(limits):
            yield Note(
                "site_too_hard",
                {"site": site.name, "effort": site.effort, "capacity": max(limits)},
            )
    room = sum(
        max(wave.effort_capacity - sum(s.effort for s in given[wave.number]), 0)
        for wave in waves
    )
    effort = sum(site.effort for site in free)
    if effort > room:
        yield Note("too_little_effort", {"effort": effort, "capacity": room})


def _capacity_needed(count, waves, given):
    """Return the sites per wave with which all of them would find a place."""
    if not waves:
        return count
    taken = sum(len(given[wave.number]) for wave in waves)
    return math.ceil((count + taken) / len(waves))


# -- greedy ----------------------------------------------------------------------------


def _greedy(problem):
    """Return ``({site: wave}, key of a site that found no place or None)``.

    One wave after the other takes the site that is most urgent and best fits those
    already in it, up to an even share of the effort that is left.
    """
    board = _Board(problem)
    for site in problem.sites:
        candidates = problem.candidates(site)
        if site.given_wave or site.key in problem.pilots:
            board.put(site, candidates[0])
    waves = [
        wave
        for wave in problem.waves
        if wave.is_open and wave.number != problem.pilot_wave
    ]
    for rank, wave in enumerate(waves):
        board.take_due(wave)
        later = waves[rank + 1 :]
        least = len(board.waiting) - sum(board.room(other) for other in later)
        share = sum(site.effort for site in board.waiting) / (len(later) + 1)
        taken = effort = 0
        while site := board.best(wave):
            # over the half of a site, the next wave comes nearer to the share
            if taken >= max(least, 1) and effort + site.effort / 2 > share:
                break
            board.put(site, wave.number)
            taken, effort = taken + 1, effort + site.effort
    # an even share may have left somebody over where there is still room
    for site in sorted(board.waiting, key=board.rank):
        for wave in waves:
            if board.may_join(site, wave):
                board.put(site, wave.number)
                break
    stuck = next(iter(sorted(site.key for site in board.waiting)), None)
    return board.place, stuck


class _Board:
    """The waves while the greedy engine fills them."""

    def __init__(self, problem):
        self.problem = problem
        self.place = {}
        self.count = defaultdict(int)
        self.effort = defaultdict(int)
        self.members = defaultdict(int)
        self.waiting = list(problem.sites)
        self.latest = self._latest()

    def _latest(self):
        """The last wave a site may be in because of given ones that it supplies."""
        last = max(self.problem.numbers, default=0)
        latest = {
            site.key: site.given_wave
            or (
                last if site.key not in self.problem.pilots else self.problem.pilot_wave
            )
            for site in self.problem.sites
        }
        for _round in self.problem.sites:
            changed = False
            for key, suppliers in self.problem.suppliers.items():
                for supplier in suppliers:
                    if latest[supplier] > latest[key]:
                        latest[supplier] = latest[key]
                        changed = True
            if not changed:
                break
        return latest

    def put(self, site, number):
        self.waiting.remove(site)
        self.place[site.key] = number
        self.count[number] += 1
        self.effort[number] += site.effort
        for kind in GROUP_WEIGHTS:
            if name := getattr(site, kind):
                self.members[number, kind, name] += 1

    def room(self, wave):
        return max(wave.capacity - self.count[wave.number], 0)

    def rank(self, site):
        return (-self.problem.urgency[site.key], site.complexity, site.key)

    def may_join(self, site, wave):
        number = wave.number
        if self.count[number] >= wave.capacity or number > self.latest[site.key]:
            return False
        if (
            wave.effort_capacity is not None
            and self.effort[number] + site.effort > wave.effort_capacity
        ):
            return False
        return all(
            self.place.get(supplier, number + 1) <= number
            for supplier in self.problem.suppliers[site.key]
        )

    def take_due(self, wave):
        """Take what must not wait any longer."""
        for site in sorted(self.waiting, key=self.rank):
            if self.latest[site.key] == wave.number != max(self.problem.numbers):
                if self.may_join(site, wave):
                    self.put(site, wave.number)

    def best(self, wave):
        """Return the waiting site that costs least in the wave, or None."""
        free = [site for site in self.waiting if self.may_join(site, wave)]
        return max(
            free, key=lambda site: (self._worth(site, wave), -site.key), default=None
        )

    def _worth(self, site, wave):
        together = sum(
            weight
            for kind, weight in GROUP_WEIGHTS.items()
            if self.members[wave.number, kind, getattr(site, kind)]
        )
        return self.problem.urgency[site.key] + together


# -- solver ----------------------------------------------------------------------------


def _cp_model():
    """Return the solver's module, or None where OR-Tools is not installed."""
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        return None
    return cp_model


def _solve(problem, hint):
    """Return ``(places or None, objective, bound, whether None is proven)``."""
    cp_model = _cp_model()
    model = cp_model.CpModel()
    inside = {
        (site.key, number): model.new_bool_var(f"{site.key}/{number}")
        for site in problem.sites
        for number in problem.candidates(site)
    }
    for site in problem.sites:
        model.add_exactly_one(
            inside[site.key, number] for number in problem.candidates(site)
        )
    loads = _add_capacities(problem, model, inside)
    _add_order(problem, model, inside)
    waiting = sum(
        problem.costs[key] * number * variable
        for (key, number), variable in inside.items()
    )
    # true of every plan, and what the solver takes long to find out by itself
    model.add(waiting >= _least_waiting(problem))
    model.minimize(
        waiting
        + sum(_group_costs(problem, model, inside, hint))
        + problem.spread_weight * _spread(problem, model, loads, hint)
    )
    for (key, number), variable in inside.items():
        model.add_hint(variable, hint.get(key) == number)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = problem.time_limit
    solver.parameters.num_workers = problem.workers
    solver.parameters.random_seed = problem.seed
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, None, None, status == cp_model.INFEASIBLE
    places = {
        key: number
        for (key, number), variable in inside.items()
        if solver.boolean_value(variable)
    }
    return places, round(solver.objective_value), solver.best_objective_bound, True


def _least_waiting(problem):
    """Return what waiting costs at least: the dearest sites first, wave by wave.

    No plan is cheaper, since only the number of places is looked at.
    """
    left = {wave.number: wave.capacity for wave in problem.waves if wave.is_open}
    cost, free = 0, []
    for site in problem.sites:
        numbers = problem.candidates(site)
        if len(numbers) == 1:
            cost += problem.costs[site.key] * numbers[0]
            left[numbers[0]] = left.get(numbers[0], 0) - 1
        else:
            free.append(problem.costs[site.key])
    left.pop(problem.pilot_wave, None)
    places = (n for n in sorted(left) for _place in range(max(left[n], 0)))
    return cost + sum(
        price * number
        for price, number in zip(sorted(free, reverse=True), places, strict=False)
    )


def _add_capacities(problem, model, inside):
    """Keep each wave within its capacity and return ``{wave: its effort}``."""
    loads = {}
    for wave in problem.waves:
        members = [
            (problem.site_of[key], variable)
            for (key, number), variable in inside.items()
            if number == wave.number
        ]
        effort = sum(site.effort * variable for site, variable in members)
        free = any(not site.given_wave for site, _variable in members)
        if free:
            model.add(sum(variable for _site, variable in members) <= wave.capacity)
        if free and wave.effort_capacity is not None:
            model.add(effort <= wave.effort_capacity)
        loads[wave.number] = effort
    return loads


def _add_order(problem, model, inside):
    """Put suppliers in the wave of those they supply, or before it."""
    for site in problem.sites:
        for supplier in problem.suppliers[site.key]:
            other = problem.site_of[supplier]
            if site.fixed_wave and other.fixed_wave:
                continue
            for number in problem.candidates(site):
                # as strong as the sums of the numbers and tighter when relaxed
                model.add(
                    sum(
                        inside[site.key, before]
                        for before in problem.candidates(site)
                        if before <= number
                    )
                    <= sum(
                        inside[supplier, before]
                        for before in problem.candidates(other)
                        if before <= number
                    )
                )


def _group_costs(problem, model, inside, hint):
    """Yield what each wave costs that has a site of a group."""
    for (kind, name), keys in sorted(problem.groups.items()):
        taken = {hint.get(key) for key in keys}
        for number in problem.numbers:
            members = [inside[key, number] for key in keys if (key, number) in inside]
            if members:
                used = model.new_bool_var(f"{kind}/{name}/{number}")
                for member in members:
                    model.add_implication(member, used)
                model.add_hint(used, number in taken)
                yield GROUP_WEIGHTS[kind] * used


def _spread(problem, model, loads, hint):
    """Return the difference between the heaviest and the lightest open wave."""
    numbers = _balanced_waves(problem)
    if len(numbers) < 2:
        return 0
    total = sum(site.effort for site in problem.sites)
    most = model.new_int_var(0, total, "most")
    least = model.new_int_var(0, total, "least")
    hinted = _effort_spread(problem, hint)
    model.add_hint(least, hinted[0])
    model.add_hint(most, hinted[1])
    for number in numbers:
        model.add(loads[number] <= most)
        model.add(loads[number] >= least)
    return most - least


def _balanced_waves(problem):
    """Return the waves that should take the same effort: those still to be filled."""
    return [
        wave.number
        for wave in problem.waves
        if wave.is_open and wave.number != problem.pilot_wave
    ]


def _objective(problem, place):
    """Return the figure the solver minimizes, for any placement."""
    cost = sum(problem.costs[key] * number for key, number in place.items())
    for (kind, _name), keys in problem.groups.items():
        cost += GROUP_WEIGHTS[kind] * len({place[key] for key in keys})
    return cost + problem.spread_weight * _effort_spread(problem, place)[2]


def _effort_spread(problem, place):
    """Return (least, most, their difference) of the efforts of the waves to fill."""
    efforts = dict.fromkeys(_balanced_waves(problem), 0)
    for key, number in place.items():
        if number in efforts:
            efforts[number] += problem.site_of[key].effort
    if not efforts:
        return 0, 0, 0
    least, most = min(efforts.values()), max(efforts.values())
    return least, most, most - least


# -- days ------------------------------------------------------------------------------


def _schedule(problem, place):
    """Return ``({wave: go-live}, notes)``: the first free day of each wave.

    Waves keep the days they have. The others go live in their order, at the distance
    asked for from every other wave.
    """
    days = {wave.number: wave.go_live for wave in problem.waves if wave.go_live}
    notes = []
    if not problem.first_go_live:
        return days, notes
    earliest = problem.first_go_live
    for wave in problem.waves:
        keys = [key for key, number in place.items() if number == wave.number]
        if wave.go_live:
            if keys and wave.is_open:
                notes += _day_notes(problem, wave, keys)
            earliest = max(
                earliest, wave.go_live + timedelta(days=problem.distance_days)
            )
            continue
        if not keys:
            continue
        day, blocked = _free_day(problem, earliest, keys, days.values())
        if not day:
            notes.append(Note("no_free_day", {"wave": wave.number}))
            continue
        if blocked:
            values = {"wave": wave.number, "day": day, "reason": blocked.reason}
            notes.append(Note("day_with_warning", values))
        days[wave.number] = day
        earliest = day + timedelta(days=max(problem.distance_days, 1))
    return days, notes


def _day_notes(problem, wave, keys):
    for blocked in problem.blocked:
        if blocked.hits(wave.go_live, keys):
            values = {
                "wave": wave.number,
                "day": wave.go_live,
                "reason": blocked.reason,
            }
            yield Note("given_day_blocked", values)


def _free_day(problem, earliest, keys, taken):
    """Return the first day that is free for the sites, and the warning it has.

    A day without a warning is preferred when it is near.
    """
    second = None
    taken = list(taken)
    for offset in range(HORIZON_DAYS):
        day = earliest + timedelta(days=offset)
        near = any(abs((day - other).days) < problem.distance_days for other in taken)
        hits = [blocked for blocked in problem.blocked if blocked.hits(day, keys)]
        if near or any(not blocked.is_soft for blocked in hits):
            continue
        if not hits:
            return day, None
        if second is None:
            second = (day, hits[0])
        if (day - second[0]).days >= SOFT_DAYS:
            break
    return second or (None, None)


# -- words -----------------------------------------------------------------------------


def _reasons(problem, place, site):
    """Yield the notes that say why a site is in its wave."""
    number = place[site.key]
    if site.fixed_wave:
        yield Note("fixed", {"wave": number})
        return
    if site.locked_wave:
        yield Note("locked", {"wave": number})
        return
    if site.key in problem.pilots:
        code = "pilot_named" if site.is_pilot else "pilot_moderate"
        yield Note(code, {"complexity": round(site.complexity)})
        return
    yield _complexity_reason(problem, place, site)
    yield from _supply_reasons(problem, place, site)
    for kind in GROUP_WEIGHTS:
        name = getattr(site, kind)
        others = sum(
            place[key] == number
            for key in problem.groups.get((kind, name), ())
            if key != site.key
        )
        # two of a type say nothing: there are only three
        if others and (kind != "type" or others > 2):
            code = "same_area" if kind == "area" else f"same_{kind}"
            if kind == "area" and not site.region:
                code = "near_by"
            yield Note(code, {"name": name, "count": others})
    yield from _volume_reasons(problem, place, site)


def _complexity_reason(problem, place, site):
    free = [s for s in problem.sites if s.key not in problem.pilots]
    middle = statistics.median(s.complexity for s in free)
    early = place[site.key] <= statistics.median(place[s.key] for s in free)
    values = {"complexity": round(site.complexity)}
    if site.complexity <= middle:
        return Note("simple_early" if early else "simple_late", values)
    return Note("complex_early" if early else "complex_late", values)


def _supply_reasons(problem, place, site):
    number = place[site.key]
    for supplier in problem.suppliers[site.key]:
        code = "with_supplier" if place[supplier] == number else "after_supplier"
        values = {"site": problem.site_of[supplier].name, "wave": place[supplier]}
        yield Note(code, values)
    supplied = sum(
        site.key in suppliers and place[key] >= number
        for key, suppliers in problem.suppliers.items()
    )
    if supplied:
        yield Note("supplies", {"count": supplied})


def _volume_reasons(problem, place, site):
    volumes = sorted(s.volume for s in problem.sites)
    high = volumes[int(len(volumes) * 0.75)]
    late = place[site.key] > statistics.median(problem.numbers)
    if site.volume and site.volume >= high and site.volume > volumes[0] and late:
        yield Note("high_volume_late", {"volume": site.volume})


def _unmet(problem, place):
    """Yield notes on the wishes the placement does not meet."""
    sizes = [wave.capacity for wave in problem.waves]
    for (kind, name), keys in sorted(problem.groups.items()):
        waves = sorted({place[key] for key in keys})
        if kind == "area" and len(waves) > math.ceil(len(keys) / max(sizes)):
            code = "area_split" if problem.site_of[keys[0]].region else "nearby_split"
            values = {"name": name, "waves": ", ".join(map(str, waves))}
            yield Note(code, values)
    least, most, difference = _effort_spread(problem, place)
    if most and difference > most / 3:
        yield Note("effort_uneven", {"least": least, "most": most})
