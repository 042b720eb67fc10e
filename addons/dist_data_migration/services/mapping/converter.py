"""From a cell to what a field of the target takes."""

import datetime
import decimal
import re
import unicodedata

from stdnum import ean

from odoo.tools.translate import LazyTranslate

from .base import (
    KEY_SEPARATOR,
    MAX_CHAR,
    MAX_CODE,
    MAX_TEXT,
    PAIR_SEPARATOR,
    PLAIN_NUMBER,
    SCIENTIFIC,
    TRUE_VALUES,
    ConversionError,
    Issue,
    as_list,
    as_text,
    attribute_pairs,
    clean_code,
    is_true,
    normalize_key,
    plain_number,
)

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

MIN_YEAR, MAX_YEAR = 1900, 2100
MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
MAX_NUMBER = decimal.Decimal(10) ** 15
TYPOGRAPHIC_SPACE = re.compile("[\u00a0\u2009\u202f]")
TYPOGRAPHIC_MINUS = "\u2212"
NEGATIVE = re.compile(r"\((?P<bracketed>.+)\)$|(?P<minus_behind>.+)-$")
LINE_BREAK = re.compile(r"\s*(\r\n|[\r\n\x0b\x0c\u2028\u2029])\s*")
FALSE_VALUES = frozenset({"0", "false", "f", "no", "n", ""})


class Converter:
    """Converts cells for one target field by its declared options."""

    def __init__(self, target, options):
        self.target = target
        self.options = options
        self._map = {
            clean_code(key).upper(): value
            for key, value in (options.get("map") or {}).items()
        }
        self._convert = getattr(self, f"_to_{target.type}")

    def convert(self, value):
        """Return ``(value, [(rule, warning)])``; the value is text, bool or None.

        :raise ConversionError: the cell can't be converted
        """
        if isinstance(value, str) and value.strip().upper() == "NULL":
            value = ""
        if self._map:
            value = self._mapped(value)
        if isinstance(value, str) and not value.strip():
            value = self.options.get("default", "")
        self._warnings = []
        return self._convert(value), self._warnings

    def _mapped(self, value):
        key = normalize_key(as_text(value))
        if not key or key in self._map:
            return self._map.get(key, "")
        if "*" in self._map:
            return self._map["*"] or value
        raise ConversionError(
            "value_map",
            _lt(
                "The value %(value)s of %(field)s is not in the value map.",
                value=as_text(value),
                field=str(self.target.label),
            ),
            value=clean_code(as_text(value)),
        )

    def _to_code(self, value):
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not is_true(self.options.get("allow_numbers", "")):
                raise ConversionError(
                    "damaged_code",
                    number_as_code(str(self.target.label), value).message,
                )
        text = clean_code(as_text(value))
        if SCIENTIFIC.match(text) and not isinstance(value, int | float):
            raise ConversionError(
                "damaged_code", damaged_code(str(self.target.label), text).message
            )
        return self._limited(text, MAX_CODE)

    def _to_barcode(self, value):
        text = self._to_code(value)
        if text.isdigit() and len(text) in (8, 12, 13, 14) and not ean.is_valid(text):
            self._warnings.append(
                (
                    "barcode",
                    _lt("The check digit of barcode %(value)s is wrong.", value=text),
                )
            )
        elif _has_lost_zero(text):
            self._warnings.append(
                (
                    "damaged_code",
                    _lt(
                        "The barcode %(value)s would be valid with a leading zero: a "
                        "spreadsheet may have dropped it.",
                        value=text,
                    ),
                )
            )
        return text

    def _to_reference(self, value):
        text = as_text(value)
        return KEY_SEPARATOR.join(
            normalize_key(part) for part in text.split(KEY_SEPARATOR)
        )

    def _to_char(self, value):
        text = unicodedata.normalize("NFC", as_text(value)).strip()
        if LINE_BREAK.search(text):
            if "line_break" not in self.options:
                raise ConversionError(
                    "format",
                    _lt(
                        "%(field)s runs over several lines; a closing quote may be "
                        "missing in the file. If the lines belong together, say in the "
                        "mapping what stands between them.",
                        field=str(self.target.label),
                    ),
                )
            text = LINE_BREAK.sub(lambda _found: self.options["line_break"], text)
        if any(unicodedata.category(sign) == "Cf" for sign in text):
            self._warnings.append(
                (
                    "invisible",
                    _lt(
                        "%(field)s holds invisible characters.",
                        field=str(self.target.label),
                    ),
                )
            )
        return self._limited(text, self.target.size or MAX_CHAR)

    def _to_text(self, value):
        text = unicodedata.normalize("NFC", as_text(value)).strip()
        return self._limited(text, MAX_TEXT)

    def _limited(self, text, size):
        if len(text) > size:
            raise ConversionError(
                "format",
                _lt(
                    "%(field)s has %(length)s characters; at most %(size)s are "
                    "possible.",
                    field=str(self.target.label),
                    length=len(text),
                    size=size,
                ),
            )
        return text

    def _to_selection(self, value):
        text = as_text(value).strip()
        if text and text not in self.target.choices:
            raise ConversionError(
                "format",
                _lt(
                    "%(value)s is not possible for %(field)s; allowed are %(choices)s.",
                    value=text,
                    field=str(self.target.label),
                    choices=", ".join(self.target.choices),
                ),
            )
        return text

    def _to_attributes(self, value):
        text = unicodedata.normalize("NFC", as_text(value)).strip()
        pairs = attribute_pairs(text)
        names = [name.casefold() for name, _value in pairs]
        if not all(name and value for name, value in pairs) or len(names) != len(
            set(names)
        ):
            raise ConversionError(
                "format",
                _lt(
                    "%(value)s is no list of attributes such as “Color: Red; Size: M”.",
                    value=text,
                ),
            )
        return self._limited(
            PAIR_SEPARATOR.join(f"{name}: {value}" for name, value in pairs), MAX_TEXT
        )

    def _to_boolean(self, value):
        text = as_text(value).strip()
        true = {str(item).lower() for item in as_list(self.options.get("true"))}
        false = {str(item).lower() for item in as_list(self.options.get("false"))}
        if text.lower() in (true or TRUE_VALUES - false):
            return True
        if text.lower() in (false or FALSE_VALUES - true):
            return False
        raise ConversionError(
            "format",
            _lt(
                "%(value)s is neither yes nor no for %(field)s; declare its values "
                "in the mapping.",
                value=text or "-",
                field=str(self.target.label),
            ),
        )

    def _to_number(self, value):
        if isinstance(value, str) and not value.strip():
            return None
        if isinstance(value, bool | datetime.date | datetime.time):
            raise self._no_number(value)
        if isinstance(value, str):
            number = self._parse_number(value.strip())
        else:
            # the repr of a float is the shortest text that means the same number
            number = decimal.Decimal(repr(value))
        if not number.is_finite() or abs(number) >= MAX_NUMBER:
            raise self._no_number(value)
        if "scale" in self.options:
            number *= decimal.Decimal(self.options["scale"])
        return plain_number(number)

    def _parse_number(self, text):
        point = self.options.get("decimal", ".")
        group = TYPOGRAPHIC_SPACE.sub(" ", self.options.get("thousands", ""))
        plain = TYPOGRAPHIC_SPACE.sub(" ", text).replace(TYPOGRAPHIC_MINUS, "-")
        plain = self._without_unit(plain)
        # in brackets, or with the minus behind as some systems print it
        negative = NEGATIVE.match(plain)
        if negative:
            plain = (negative["bracketed"] or negative["minus_behind"]).strip()
            plain = self._without_unit(plain)
        if group and group in plain:
            grouped = (
                rf"^[+-]?\d{{1,3}}({re.escape(group)}\d{{3}})+({re.escape(point)}\d*)?$"
            )
            if not re.match(grouped, plain):
                raise self._no_number(text)
            plain = plain.replace(group, "")
        if point != ".":
            if "." in plain:
                raise self._no_number(text)
            plain = plain.replace(point, ".")
        if not PLAIN_NUMBER.match(plain) or (negative and plain[0] in "+-"):
            raise self._no_number(text)
        number = decimal.Decimal(plain)
        return -number if negative else number

    def _without_unit(self, text):
        """Take off a currency or unit that the mapping names, before or behind."""
        for unit in as_list(self.options.get("unit")):
            unit = re.escape(unit)
            text = re.sub(rf"^([+-]?)\s*{unit}\s*|\s*{unit}$", r"\1", text)
        return text

    def _no_number(self, value):
        return ConversionError(
            "format",
            _lt(
                "%(value)s is no number for %(field)s (expected like %(example)s).",
                value=as_text(value),
                field=str(self.target.label),
                example="1{}234{}5".format(
                    self.options.get("thousands", ""), self.options.get("decimal", ".")
                ),
            ),
        )

    def _to_date(self, value):
        if isinstance(value, datetime.datetime):
            value = value.date()
        if isinstance(value, datetime.date):
            return self._plausible(value, value.isoformat())
        text = as_text(value).strip()
        if not text:
            return None
        pattern = self.options.get("date_format") or "yyyy-mm-dd"
        match = compile_date_format(pattern).match(text)
        if not match or not isinstance(value, str):
            raise self._no_date(text, pattern)
        parts = {
            name: int(part) if part.isdigit() else _month(part)
            for name, part in match.groupdict().items()
        }
        if not parts["month"]:
            raise self._no_date(text, pattern)
        if parts["year"] < 100:
            # two digits: the century that POSIX and spreadsheets use
            parts["year"] += 2000 if parts["year"] < 69 else 1900
        try:
            return self._plausible(datetime.date(**parts), text)
        except ValueError as error:
            if isinstance(error, ConversionError):
                raise
            raise self._no_date(text, pattern) from error

    def _plausible(self, date, text):
        if not MIN_YEAR <= date.year <= MAX_YEAR:
            raise ConversionError(
                "format",
                _lt(
                    "The date %(value)s of %(field)s is not plausible.",
                    value=text,
                    field=str(self.target.label),
                ),
            )
        return date.isoformat()

    def _no_date(self, text, pattern):
        return ConversionError(
            "format",
            _lt(
                "%(value)s is no date of the form %(pattern)s for %(field)s.",
                value=text,
                pattern=pattern,
                field=str(self.target.label),
            ),
        )


def _has_lost_zero(barcode):
    """Return whether a number one digit short becomes a barcode with a zero.

    >>> _has_lost_zero("36000291452"), _has_lost_zero("12345")
    (True, False)
    """
    return (
        barcode.isdigit()
        and len(barcode) in (7, 11)
        and ean.is_valid(barcode.zfill(len(barcode) + 1))
    )


_DATE_FORMATS = {}


def compile_date_format(pattern):
    """Return a regular expression for formats such as ``m/d/yyyy``.

    ``mmm`` stands for the English abbreviation of a month, as in 08-APR-1998.

    A time of day behind the date is accepted and dropped: extracts of date columns
    often carry a constant midnight.

    :raise ValueError: the format lacks day, month or year
    """
    if pattern in _DATE_FORMATS:
        return _DATE_FORMATS[pattern]
    names = {"d": "day", "m": "month", "y": "year"}
    found, parts = [], []
    for token in re.findall(r"d+|m+|y+|.", pattern.lower()):
        name = names.get(token[0])
        if name is None:
            if token.isalnum():
                raise ValueError(pattern)
            parts.append(re.escape(token))
            continue
        found.append(name)
        parts.append(f"(?P<{name}>{_date_part(token)})")
    if sorted(found) != ["day", "month", "year"]:
        raise ValueError(pattern)
    time = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?Z?)?"
    compiled = re.compile("^" + "".join(parts) + time + "$")
    _DATE_FORMATS[pattern] = compiled
    return compiled


def _date_part(token):
    """Return the regular expression of a day, month or year such as ``dd``."""
    if token[0] == "y":
        return r"\d{4}" if len(token) > 2 else r"\d{2}"
    if token == "mmm":
        return "[A-Za-z]{3}"
    return r"\d{1,2}" if len(token) == 1 else r"\d{2}"


def _month(abbreviation):
    """Return the number of an English month, 0 for anything else.

    >>> _month("APR"), _month("xyz")
    (4, 0)
    """
    position = MONTHS.find(abbreviation.lower())
    return 0 if position % 3 else position // 3 + 1


def number_as_code(name, value):
    message = _lt(
        "%(name)s holds the number %(value)s where a code is expected; leading zeros "
        "may be lost. Format the column as text and export again.",
        name=name,
        value=as_text(value),
    )
    return Issue("damaged_code", "error", name, str(message))


def damaged_code(name, value):
    message = _lt(
        "%(name)s holds %(value)s: a spreadsheet has turned the code into a number. "
        "Export it again as text.",
        name=name,
        value=value,
    )
    return Issue("damaged_code", "error", name, str(message))
