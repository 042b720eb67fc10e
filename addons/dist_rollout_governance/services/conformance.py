"""Conformance of live configuration with the blueprint: words, formats, comparison.

A rule looks at the records of a site through one field, or counts them. The operators
a field offers follow from the kind of its values.
"""

import json
import re

# field types of Odoo by the kind of value a rule compares
VALUE_TYPES = {
    "selection": "selection",
    "boolean": "boolean",
    "integer": "number",
    "float": "number",
    "monetary": "number",
    "char": "text",
    "many2one": "record",
    "date": "date",
}
OPERATORS = {
    "selection": ("equals", "differs", "is_set", "is_not_set"),
    "boolean": ("equals",),
    "number": ("equals", "differs", "at_least", "at_most"),
    "text": ("equals", "differs", "format", "is_set", "is_not_set"),
    "record": ("equals", "differs", "is_set", "is_not_set"),
    "date": ("max_age", "is_set", "is_not_set"),
    "count": ("equals", "at_least", "at_most"),
}
PLACEHOLDERS = {"A": "[A-Z]", "a": "[a-z]", "9": "[0-9]", "?": ".", "*": ".*"}


def format_pattern(mask):
    r"""Return the anchored regular expression of a format.

    ``A`` is a capital letter, ``a`` a small one, ``9`` a digit, ``?`` any character,
    ``*`` any text, a backslash makes the next character literal; every other
    character stands for itself. Valid for PostgreSQL and Python alike.

    >>> format_pattern("AA-99*")
    '^[A-Z][A-Z]\\-[0-9][0-9].*$'
    >>> format_pattern(r"\A.9")
    '^A\\.[0-9]$'
    """
    parts = []
    literal = False
    for char in mask:
        if literal or char not in PLACEHOLDERS and char != "\\":
            parts.append(char if char.isalnum() else "\\" + char)
            literal = False
        elif char == "\\":
            literal = True
        else:
            parts.append(PLACEHOLDERS[char])
    return "^" + re.sub(r"(\.\*)+", ".*", "".join(parts)) + "$"


def count_conforms(operator, expected, count):
    """Say whether a number of records is what a rule expects.

    >>> count_conforms("at_most", 2, 3), count_conforms("equals", 0, 0)
    (False, True)
    """
    if operator == "at_least":
        return count >= expected
    if operator == "at_most":
        return count <= expected
    return count == expected


def pack_values(values):
    """Return values as one text that two runs can compare, whatever their order.

    >>> pack_values(["b", "a", "b"]), unpack_values('["a", "b"]')
    ('["a", "b"]', ['a', 'b'])
    """
    return json.dumps(sorted(set(map(str, values))), ensure_ascii=False)


def unpack_values(text):
    """Return the values of :func:`pack_values`; nothing of an empty text."""
    return json.loads(text) if text else []


def version_differences(old, new):
    """Compare two versions of a blueprint.

    :param old, new: dicts code → dict label → text
    :return: list of ``(code, kind, [(label, before, after)])`` in the order of the
        codes; kind is ``added``, ``removed`` or ``changed``

    >>> version_differences({"a": {"Name": "x"}}, {"a": {"Name": "y"}})
    [('a', 'changed', [('Name', 'x', 'y')])]
    >>> version_differences({}, {"c": {"Name": "z"}})
    [('c', 'added', [('Name', '', 'z')])]
    """
    result = []
    for code in sorted(old.keys() | new.keys()):
        before, after = old.get(code, {}), new.get(code, {})
        changes = [
            (label, before.get(label, ""), after.get(label, ""))
            for label in {**before, **after}
            if before.get(label, "") != after.get(label, "")
        ]
        if code not in old:
            result.append((code, "added", changes))
        elif code not in new:
            result.append((code, "removed", changes))
        elif changes:
            result.append((code, "changed", changes))
    return result
