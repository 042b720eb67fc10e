"""Grouping of changed days into few windows, one grouped query each."""

from datetime import timedelta


def day_windows(site_days, max_days=31):
    """Group ``(site, day)`` pairs into ``(first day, last day, sites)`` windows.

    Consecutive days with the same set of sites share a window of at most
    ``max_days``. Every pair is covered exactly once, so the cost of a run follows
    the days that changed and not the days that exist. Newest windows come first:
    people look at today before they look at last month.

    :param site_days: iterable of (site id, date)
    :return: list of (date, date, sorted tuple of site ids)
    """
    sites_by_day = {}
    for site, day in site_days:
        sites_by_day.setdefault(day, set()).add(site)
    windows = []
    for day in sorted(sites_by_day):
        sites = tuple(sorted(sites_by_day[day]))
        if windows and _extends(windows[-1], day, sites, max_days):
            windows[-1] = (windows[-1][0], day, sites)
        else:
            windows.append((day, day, sites))
    return windows[::-1]


def _extends(window, day, sites, max_days):
    first, last, window_sites = window
    return (
        sites == window_sites
        and day == last + timedelta(days=1)
        and (day - first).days < max_days
    )
