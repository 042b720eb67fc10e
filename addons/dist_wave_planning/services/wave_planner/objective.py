"""What a placement costs; both engines are judged by it."""

from .problem import GROUP_WEIGHTS


def balanced_waves(problem):
    """Return the waves that should take the same effort: those still to be filled."""
    return [
        wave.number
        for wave in problem.waves
        if wave.is_open and wave.number != problem.pilot_wave
    ]


def cost_of(problem, place):
    """Return the figure the solver minimizes, for any placement."""
    cost = sum(problem.costs[key] * number for key, number in place.items())
    for (kind, _name), keys in problem.groups.items():
        cost += GROUP_WEIGHTS[kind] * len({place[key] for key in keys})
    return cost + problem.spread_weight * effort_spread(problem, place)[2]


def effort_spread(problem, place):
    """Return (least, most, their difference) of the efforts of the waves to fill."""
    efforts = dict.fromkeys(balanced_waves(problem), 0)
    for key, number in place.items():
        if number in efforts:
            efforts[number] += problem.site_of[key].effort
    if not efforts:
        return 0, 0, 0
    least, most = min(efforts.values()), max(efforts.values())
    return least, most, most - least
