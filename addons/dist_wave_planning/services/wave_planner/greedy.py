"""The engine without a solver: one wave after the other."""

from collections import defaultdict

from .problem import GROUP_WEIGHTS


def fill_greedily(problem):
    """Return ``({site: wave}, key of a site that found no place or None)``.

    One wave after the other takes the site that is most urgent and best fits those
    already in it, up to an even share of the effort that is left.
    """
    board = Board(problem)
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


class Board:
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
