"""The first free day of each wave."""

from datetime import timedelta

from .note import Note

# How far to look, and how near a day without a warning must be to be preferred.
HORIZON_DAYS = 3 * 366
SOFT_DAYS = 14


def schedule(problem, place):
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
