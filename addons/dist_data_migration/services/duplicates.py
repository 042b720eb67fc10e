"""Which rows of an extract may be the same thing twice.

Plain Python, no ORM. How it works:

1. Names are normalized: case, accents, punctuation and the usual legal forms don't
   count, so "ACME GmbH" and "Acme Gmbh." are the same.
2. Rows are compared only within blocks: same country and zip, or same country and
   first letters. Large blocks are sorted and compared with their neighbours alone, so
   that the cost grows with the number of rows, not with its square.
3. Two names are alike from a similarity of :data:`THRESHOLD` percent on (rapidfuzz,
   words in any order). Different numbers ("Bolt M6", "Bolt M8") and different
   countries or zips never are the same thing.
4. An exact code that exists once in the world, such as a tax ID or a barcode, makes a
   pair by itself.

How to use: ``find_groups([Candidate(...), ...])`` returns groups of two and more.
"""

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz

THRESHOLD = 90.0
#: names of this many first letters are compared
PREFIX = 4
#: beyond this size a block is compared with neighbours only
BLOCK, WINDOW = 100, 20
#: chains of pairs are cut here: a steward can't judge a larger group
MAX_GROUP = 50
LEGAL_FORMS = frozenset(
    "ab ag as bv co corp gmbh inc kg lda limited llc ltd ltda nv oy oyj plc pty sa "
    "sarl sas sl spa srl".split()
)
_SPLIT = re.compile(r"[^\w]+|_+")


@dataclass(frozen=True)
class Candidate:
    """One row as the comparison sees it.

    :param codes: values that stand for one thing in the world, such as a tax ID
    :param filled: number of fields with a value
    :param used: number of rows that refer to it
    """

    id: int
    name: str
    country: str = ""
    zip: str = ""
    codes: tuple = ()
    filled: int = 0
    used: int = 0
    line: int = 0


@dataclass(frozen=True)
class Group:
    """Rows that may be one, the proposed survivor first.

    :param similarity: ``{candidate id: percent}`` of likeness to the survivor
    """

    members: tuple
    similarity: dict
    reason: str


def normalize_name(name):
    """Return the words of a name that count.

    >>> normalize_name("ACME GmbH") == normalize_name("Acme Gmbh.") == "acme"
    True
    >>> normalize_name("GmbH & Co. KG")
    'gmbh co kg'
    """
    text = unicodedata.normalize("NFKD", name.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    words = [word for word in _SPLIT.split(text) if word]
    kept = [word for word in words if word not in LEGAL_FORMS]
    return " ".join(kept or words)


def similarity(left, right):
    """Return how alike two normalized names are, in percent."""
    if re.findall(r"\d+", left) != re.findall(r"\d+", right):
        return 0.0
    return fuzz.token_sort_ratio(left, right)


def find_groups(candidates):
    """Return the :class:`Group` list of all candidates that may be the same."""
    names = {one.id: normalize_name(one.name) for one in candidates}
    by_id = {one.id: one for one in candidates}
    pairs = set(_pairs_by_code(candidates))
    for left, right in _pairs_by_name(candidates, names):
        if _may_be_same(by_id[left], by_id[right]):
            if similarity(names[left], names[right]) >= THRESHOLD:
                pairs.add((left, right))
    clusters = _clusters(sorted(pairs))
    return [
        _group([by_id[member] for member in cluster], names) for cluster in clusters
    ]


def _may_be_same(left, right):
    for name in ("country", "zip"):
        mine, other = getattr(left, name), getattr(right, name)
        if mine and other and mine.casefold() != other.casefold():
            return False
    return True


def _pairs_by_code(candidates):
    by_code = {}
    for one in candidates:
        for code in one.codes:
            by_code.setdefault(code, []).append(one.id)
    for ids in by_code.values():
        for other in ids[1:MAX_GROUP]:
            yield _pair(ids[0], other)


def _pairs_by_name(candidates, names):
    """Yield pairs of one block, each once."""
    blocks = {}
    for one in candidates:
        name = names[one.id]
        if not name:
            continue
        blocks.setdefault(("name", name[:PREFIX]), []).append(one.id)
        if one.zip:
            place = (one.country.casefold(), one.zip.casefold())
            blocks.setdefault(("zip", *place), []).append(one.id)
    seen = set()
    for ids in blocks.values():
        for pair in _block_pairs(sorted(ids, key=lambda one: (names[one], one))):
            if pair not in seen:
                seen.add(pair)
                yield pair


def _block_pairs(ids):
    window = len(ids) if len(ids) <= BLOCK else WINDOW
    for position, left in enumerate(ids):
        for right in ids[position + 1 : position + 1 + window]:
            yield _pair(left, right)


def _pair(left, right):
    return (left, right) if left < right else (right, left)


def _clusters(pairs):
    """Return connected candidates, each cluster sorted."""
    root = {}

    def find(one):
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for left, right in pairs:
        root[find(right)] = find(left)
    clusters = {}
    for one in sorted(root):
        clusters.setdefault(find(one), []).append(one)
    return [members[:MAX_GROUP] for members in clusters.values()]


def _group(members, names):
    members.sort(key=lambda one: (-one.filled, -one.used, one.line, one.id))
    best = members[0]
    likeness = {
        one.id: round(fuzz.token_sort_ratio(names[best.id], names[one.id]), 1)
        for one in members
    }
    return Group(tuple(members), likeness, "code" if _has_code(members) else "name")


def _has_code(members):
    codes = [code for one in members for code in one.codes]
    return len(codes) != len(set(codes))
