"""Canonical JSON: one text for one content, so that its hash can be compared.

The form follows the idea of RFC 8785 (JSON Canonicalization Scheme) with one
restriction that removes its hardest part: floats are refused. Figures enter as
decimal text (:func:`decimal_text`), dates as ISO 8601.
"""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal


def canonical_json(content):
    """Return the canonical text of ``content``.

    :param content: dicts with text keys, lists, text, integers, booleans, None
    :raises TypeError: on a float or any other type, naming the offending value
    """
    _refuse_inexact(content)
    return json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )


def sha256_text(text):
    """Return the SHA-256 of a text as 64 hexadecimal digits (FIPS 180-4)."""
    return hashlib.sha256(text.encode()).hexdigest()


def decimal_text(number, digits=4):
    """Return a figure as decimal text with a fixed number of digits.

    >>> decimal_text(98.1), decimal_text(None), decimal_text(-0.0)
    ('98.1000', '', '0.0000')
    """
    if number is None or number is False:
        return ""
    rounded = round(Decimal(repr(number)), digits)
    return f"{rounded if rounded else abs(rounded):.{digits}f}"


def moment_text(moment):
    """Return a date or a UTC datetime as ISO 8601 text, '' when there is none."""
    if not moment:
        return ""
    if isinstance(moment, datetime):
        return moment.replace(microsecond=0).isoformat() + "Z"
    if isinstance(moment, date):
        return moment.isoformat()
    raise TypeError(f"{moment!r} is neither a date nor a datetime")


def _refuse_inexact(value, path="$"):
    """Walk the content and refuse what JSON can't hold in one exact form."""
    if value is None or isinstance(value, (str, bool, int)):
        return
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise TypeError(f"key {key!r} at {path} is not text")
            _refuse_inexact(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _refuse_inexact(item, f"{path}[{index}]")
    else:
        raise TypeError(f"{type(value).__name__} at {path} has no canonical form")
