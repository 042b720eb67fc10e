"""What the calendar of a rollout holds against a go-live."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CalendarEntry:
    """Days on which some sites should not go live, and why.

    :param key: names the entry and its days: once one of them is another, so is the
        key, and a waiver of the old one holds no more
    :param effect: ``block`` or ``warn``
    :param sentence: says it to a person, the days included
    :param site_ids: ids of the sites it concerns
    :param company_id: id of the company whose settings it was read off
    """

    key: str
    effect: str
    sentence: str
    date_from: date
    date_to: date
    site_ids: frozenset = frozenset()
    company_id: int | None = None

    def holds_on(self, day):
        """Say whether a day lies within the entry.

        >>> entry = CalendarEntry("k", "warn", "", date(2026, 1, 2), date(2026, 1, 3))
        >>> [entry.holds_on(date(2026, 1, day)) for day in (1, 2, 3, 4)]
        [False, True, True, False]
        """
        return self.date_from <= day <= self.date_to
