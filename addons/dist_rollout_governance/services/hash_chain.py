"""Arithmetic of the sign-off chain, and the readable difference of two contents."""

from .canonical import canonical_json, sha256_text

GENESIS = "0" * 64


def row_hash(previous_hash, payload_text):
    """Return the hash that links a row to the one before it.

    :param previous_hash: hash of the row before, :data:`GENESIS` for the first
    :param payload_text: the row's canonical JSON, exactly as stored
    """
    return sha256_text(previous_hash + payload_text)


def content_hash(content):
    """Return the hash of a content dict (see :func:`canonical_json`)."""
    return sha256_text(canonical_json(content))


def differences(signed, live, path=""):
    """Yield ``(path, signed value, live value)`` for every leaf that differs.

    Lists of dicts that carry a ``key`` are matched by it and not by position, so
    that one inserted line is one difference and not a shift of all that follow.
    A side that is missing is None.

    >>> list(differences({"a": 1, "l": [{"key": "x", "v": "1"}]},
    ...                  {"a": 1, "l": [{"key": "x", "v": "2"}]}))
    [('l / x / v', '1', '2')]
    """
    if isinstance(signed, dict) and isinstance(live, dict):
        for key in sorted(signed.keys() | live.keys()):
            yield from differences(signed.get(key), live.get(key), _join(path, key))
    elif _keyed(signed) and _keyed(live) and (signed or live):
        yield from differences(_by_key(signed), _by_key(live), path)
    elif signed != live:
        yield path, signed, live


def _join(path, key):
    return f"{path} / {key}" if path else key


def _keyed(value):
    return isinstance(value, list) and all(
        isinstance(item, dict) and "key" in item for item in value
    )


def _by_key(items):
    return {
        item["key"]: {name: value for name, value in item.items() if name != "key"}
        for item in items
    }


def chain_problems(rows, last_seq, head_hash, anchors):
    """Yield ``(kind, seq)`` for everything wrong with a chain's stored rows.

    Kinds: ``altered`` (payload or columns no longer give the stored hash),
    ``broken`` (does not continue the row before), ``gap`` (a number is missing),
    ``truncated`` (the head counter is ahead of the last row), ``head`` (the head
    hash is not the last row's), ``anchor`` (an anchored hash is not the row's: the
    chain was recomputed from there or before).

    :param rows: iterable of dicts ``seq``, ``previous_hash``, ``hash``,
        ``payload`` (text) and ``columns_match`` in the order of ``seq``
    :param anchors: dict of sequence number to hash, kept outside the rows
    """
    expected, previous = 1, GENESIS
    anchors = dict(anchors)
    for row in rows:
        if row["seq"] != expected:
            yield "gap", expected
        if row["previous_hash"] != previous:
            yield "broken", row["seq"]
        if (
            row_hash(row["previous_hash"], row["payload"]) != row["hash"]
            or not row["columns_match"]
        ):
            yield "altered", row["seq"]
        if anchors.pop(row["seq"], row["hash"]) != row["hash"]:
            yield "anchor", row["seq"]
        expected, previous = row["seq"] + 1, row["hash"]
    if expected != last_seq + 1:
        yield "truncated", last_seq
    elif previous != head_hash:
        yield "head", last_seq
    for seq in sorted(anchors):
        yield "anchor", seq
