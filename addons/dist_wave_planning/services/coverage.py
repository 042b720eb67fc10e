"""Hours that somebody covers, and the gaps between them.

An interval is a pair ``(start, end)`` of anything that can be compared, its end not
included. An interval that ends where it starts covers nothing.
"""


def union(intervals):
    """Return the intervals in order, those that overlap or touch made one.

    >>> union([(5, 7), (1, 3), (2, 4), (7, 9), (11, 11)])
    [(1, 4), (5, 9)]
    >>> union([])
    []
    """
    merged = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def gaps(needed, covered):
    """Return the parts of ``needed`` that no interval of ``covered`` covers.

    >>> gaps([(0, 10)], [(2, 4), (3, 6), (9, 12)])
    [(0, 2), (6, 9)]
    >>> gaps([(0, 4), (8, 12)], [(3, 9)])
    [(0, 3), (9, 12)]
    >>> gaps([(0, 4)], [])
    [(0, 4)]
    >>> gaps([(0, 4)], [(0, 4)])
    []
    """
    found = []
    covered = union(covered)
    for start, end in union(needed):
        for cover_start, cover_end in covered:
            if cover_end <= start:
                continue
            if cover_start >= end:
                break
            if cover_start > start:
                found.append((start, cover_start))
            start = cover_end
            if start >= end:
                break
        if start < end:
            found.append((start, end))
    return found


def overlaps(one, other):
    """Say whether two intervals have a moment in common.

    >>> overlaps((1, 3), (2, 4)), overlaps((1, 3), (3, 4)), overlaps((1, 9), (2, 3))
    (True, False, True)
    """
    return max(one[0], other[0]) < min(one[1], other[1])
