"""Whether a level was taken when its day ended.

Levels can't be asked of the past: what stands for a day is the level taken nearest to
the end of it. Runs come hourly, so one within the last hours of the day is its closing
level.
"""

from datetime import datetime, time, timedelta

import pytz

#: hours before the end of a day within which a level counts as its closing level
CLOSING_HOURS = 2
#: hours after the end of a day within which a level taken late may still stand for it
LATE_HOURS = 6


def day_end(day, tz):
    """Return the naive UTC moment at which a day ends in a timezone.

    >>> from datetime import date
    >>> day_end(date(2026, 3, 10), "Pacific/Auckland")
    datetime.datetime(2026, 3, 10, 11, 0)
    """
    midnight = datetime.combine(day + timedelta(days=1), time.min)
    local = pytz.timezone(tz or "UTC").localize(midnight)
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def moment_of_taking(taken_at, day, tz, now):
    """Say when a level was taken: *open*, *closing*, *early* or *late*.

    >>> from datetime import date, datetime
    >>> ends = date(2026, 3, 10), "UTC"
    >>> moment_of_taking(datetime(2026, 3, 10, 9), *ends, datetime(2026, 3, 10, 10))
    'open'
    >>> moment_of_taking(datetime(2026, 3, 10, 9), *ends, datetime(2026, 3, 11, 10))
    'early'
    >>> moment_of_taking(datetime(2026, 3, 10, 23), *ends, datetime(2026, 3, 11, 10))
    'closing'
    >>> moment_of_taking(datetime(2026, 3, 11, 0), *ends, datetime(2026, 3, 11, 10))
    'late'
    """
    end = day_end(day, tz)
    if taken_at >= end:
        return "late"
    if now < end:
        return "open"
    if end - taken_at <= timedelta(hours=CLOSING_HOURS):
        return "closing"
    return "early"
