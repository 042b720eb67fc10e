"""Percentiles of durations that were counted in buckets.

Durations are kept as number, sum and counts in fixed buckets. Such counts add up over
days and sites, which percentiles do not: these are computed from the sums on reading.
"""

#: lower bounds of the buckets 1, 2, …, in the unit of the measure; below is bucket 0.
#: Delays are negative where something came early.
BOUNDS = [
    -720.0, -336.0, -168.0, -72.0, -24.0, -12.0, -8.0, -4.0, -2.0, -1.0, -0.5, 0.0, 0.5,
    1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 36.0, 48.0, 72.0, 96.0, 120.0,
    168.0, 240.0, 336.0, 504.0, 720.0, 1440.0, 2880.0,
]  # fmt: skip


def percentile(counts, share):
    """Return the duration below which a share of the cases lies.

    Within a bucket the cases are taken to lie evenly; the first and the last one have
    one bound only and answer with it.

    :param counts: ``{bucket: number of cases}``
    :param share: between 0 and 1
    :return: the duration, or None without cases

    >>> from bisect import bisect
    >>> percentile({bisect(BOUNDS, 0.2): 2, bisect(BOUNDS, 1.5): 2}, 0.5)
    0.5
    >>> percentile({bisect(BOUNDS, 1.5): 4}, 0.75)
    1.75
    >>> percentile({bisect(BOUNDS, -3.0): 4}, 0.5)
    -3.0
    """
    total = sum(counts.values())
    if not total:
        return None
    wanted, seen = total * share, 0
    for bucket in sorted(counts):
        if counts[bucket] and seen + counts[bucket] >= wanted:
            low = BOUNDS[bucket - 1] if bucket else BOUNDS[0]
            high = BOUNDS[bucket] if bucket < len(BOUNDS) else low
            return low + (high - low) * (wanted - seen) / counts[bucket]
        seen += counts[bucket]
    return BOUNDS[-1]
