"""Quarter and year ends of a fiscal year, whatever day it ends on."""

import calendar
from datetime import date
from typing import NamedTuple

MONTHS_OF_A_QUARTER = 3


class PeriodEnd(NamedTuple):
    """The last day of a fiscal quarter, or of the year: then ``kind`` is ``year``."""

    day: date
    kind: str


def period_ends(first, last, year_end_month, year_end_day=31):
    """Return the quarter and year ends from ``first`` to ``last``, both included.

    A fiscal year that ends with a month has quarters that end with months; one that
    ends in the middle of a month has quarters that end on the same day.

    :param year_end_month: 1 to 12
    :param year_end_day: the day in that month; a later day than it has is its last

    >>> for end in period_ends(date(2026, 1, 1), date(2026, 12, 31), 3, 31):
    ...     print(end.day, end.kind)
    2026-03-31 year
    2026-06-30 quarter
    2026-09-30 quarter
    2026-12-31 quarter
    >>> [str(end.day) for end in period_ends(date(2027, 7, 1), date(2028, 3, 1), 2, 28)]
    ['2027-08-31', '2027-11-30', '2028-02-29']
    >>> [str(end.day) for end in period_ends(date(2026, 4, 5), date(2026, 7, 5), 4, 5)]
    ['2026-04-05', '2026-07-05']
    >>> period_ends(date(2026, 2, 1), date(2026, 3, 30), 12)
    []
    """
    with_month = year_end_day >= calendar.monthrange(2001, year_end_month)[1]
    ends = []
    for year in range(first.year, last.year + 1):
        for month in range(1, 13):
            if (month - year_end_month) % MONTHS_OF_A_QUARTER:
                continue
            length = calendar.monthrange(year, month)[1]
            day = date(year, month, length if with_month else min(year_end_day, length))
            if first <= day <= last:
                kind = "year" if month == year_end_month else "quarter"
                ends.append(PeriodEnd(day, kind))
    return ends
