"""What is to be planned: sites, waves, days that are not free, weights of wishes."""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
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
