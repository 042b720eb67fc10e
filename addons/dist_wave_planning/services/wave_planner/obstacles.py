"""What keeps every plan from being possible, as far as it shows without solving."""

import math
from collections import defaultdict

from .note import Note


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
