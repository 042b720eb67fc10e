"""What comes out: a wave for each site, a day for each wave, and why."""

from dataclasses import dataclass, field


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
    :param objective: what all wishes together cost, see :func:`cost_of`
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
