"""What the parts of the mapping engine share: targets, findings, forms of text."""

import re
import unicodedata
from dataclasses import dataclass, field

KEY_SEPARATOR = "|"
PAIR_SEPARATOR = "; "
MAX_CODE, MAX_CHAR, MAX_TEXT, MAX_KEY = 64, 128, 10_000, 255
TRUE_VALUES = frozenset({"1", "true", "t", "yes", "y"})
SCIENTIFIC = re.compile(r"^[+-]?\d+([.,]\d+)?E\+?\d+$", re.IGNORECASE)
ROW_NUMBER = re.compile(r"[1-9]\d{0,5}")
PLAIN_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)(E-\d{1,3})?$", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """A field that a loader accepts.

    :param type: code, char, text, number, date, boolean, reference, selection or
        attributes, which are pairs such as ``Color: Red; Size: M``
    :param reference: code of the object whose legacy key is expected
    """

    label: object
    type: str = "char"
    required: bool = False
    reference: str = ""
    choices: tuple = ()
    size: int = 0


@dataclass(frozen=True)
class Issue:
    """Something about one row that a person has to look at."""

    rule: str
    severity: str
    field: str
    message: str
    #: the legacy value that has no target, for the steward's list
    value: str = ""


@dataclass
class MappedRow:
    line: int
    key: str
    values: dict
    legacy: dict
    issues: list = field(default_factory=list)


class MappingError(ValueError):
    """The mapping can't be used; ``problems`` lists everything that is wrong."""

    def __init__(self, problems):
        self.problems = [str(problem) for problem in problems]
        super().__init__("\n".join(self.problems))


class ConversionError(ValueError):
    """A cell can't become what the field needs."""

    def __init__(self, rule, message, value=""):
        super().__init__(str(message))
        self.rule = rule
        self.value = value


def clean_code(text):
    """Return a code without padding, invisible characters and leading apostrophe."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(text.split()).removeprefix("'")


def normalize_key(text):
    """Return the comparable form of a key: case, space and invisible signs dropped.

    >>> normalize_key("  s000\\u200b  a ")
    'S000 A'
    """
    return clean_code(text).upper()


def as_list(value, empty=False):
    """Return a value or a list of them as a list.

    :param empty: whether the empty text is a value
    """
    if value is None or (value == "" and not empty):
        return []
    return list(value) if isinstance(value, list) else [value]


def is_true(value):
    return str(value).lower() in TRUE_VALUES


def as_text(value):
    """Return a cell as text, whole floats without their ``.0``."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def attribute_pairs(text):
    """Return ``[(attribute, value)]``; a part that is missing is empty.

    >>> attribute_pairs("Color: Red; Size: 4:3")
    [('Color', 'Red'), ('Size', '4:3')]
    """
    parts = [part.partition(":") for part in text.split(";") if part.strip()]
    return [(name.strip(), value.strip()) for name, _colon, value in parts]


def plain_number(number):
    """Return a decimal as text without exponent and trailing zeros.

    >>> plain_number(decimal.Decimal("1.50E+2")), plain_number(decimal.Decimal("0.00"))
    ('150', '0')
    """
    return format(number.normalize(), "f") if number else "0"
