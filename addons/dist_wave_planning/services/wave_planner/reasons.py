"""Why a site is in its wave, and which wishes were not met."""

import math
import statistics

from .note import Note
from .objective import effort_spread
from .problem import GROUP_WEIGHTS


def reasons_for(problem, place, site):
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


def unmet_wishes(problem, place):
    """Yield notes on the wishes the placement does not meet."""
    sizes = [wave.capacity for wave in problem.waves]
    for (kind, name), keys in sorted(problem.groups.items()):
        waves = sorted({place[key] for key in keys})
        if kind == "area" and len(waves) > math.ceil(len(keys) / max(sizes)):
            code = "area_split" if problem.site_of[keys[0]].region else "nearby_split"
            values = {"name": name, "waves": ", ".join(map(str, waves))}
            yield Note(code, values)
    least, most, difference = effort_spread(problem, place)
    if most and difference > most / 3:
        yield Note("effort_uneven", {"least": least, "most": most})
