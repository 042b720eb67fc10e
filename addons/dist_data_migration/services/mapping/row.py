"""From the cells of a line to the values of a record."""

import decimal
import unicodedata

from odoo.tools.translate import LazyTranslate

from .base import (
    KEY_SEPARATOR,
    MAX_KEY,
    MAX_TEXT,
    PAIR_SEPARATOR,
    SCIENTIFIC,
    ConversionError,
    Issue,
    MappedRow,
    MappingError,
    as_list,
    as_text,
    normalize_key,
    plain_number,
)
from .converter import Converter, damaged_code, number_as_code

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


class LookupTable:
    """Rows of another file by key; the first row of a key wins.

    :param header: column names
    :param rows: iterable of ``(line, cells)``
    :param match: columns that make up the key
    """

    def __init__(self, header, rows, match):
        missing = [name for name in match if name not in header]
        if missing:
            raise MappingError(
                [_lt("Columns not found: %(names)s.", names=", ".join(missing))]
            )
        positions = [header.index(name) for name in match]
        self.header = header
        self._rows = {}
        for _line, cells in rows:
            key = tuple(normalize_key(as_text(cells[p])) for p in positions)
            self._rows.setdefault(key, cells)

    def find(self, values):
        """Return ``{column: cell}`` of the row, or None."""
        cells = self._rows.get(tuple(normalize_key(as_text(v)) for v in values))
        return cells and dict(zip(self.header, cells, strict=True))


class RowMapper:
    """Maps the rows of one object.

    :param spec: :class:`ObjectSpec`
    :param header: columns of the file
    :param lookups: ``{(file, match columns): LookupTable}``
    :raise MappingError: when the file lacks columns
    """

    def __init__(self, spec, header, lookups=None):
        missing = [name for name in spec.columns() if name not in header]
        if missing:
            raise MappingError(
                [
                    _lt(
                        "%(file)s has no column %(names)s; it has %(header)s.",
                        file=spec.file,
                        names=", ".join(missing),
                        header=", ".join(header),
                    )
                ]
            )
        self.spec = spec
        self.header = header
        self.lookups = lookups or {}
        self._check_other_files()
        self._converters = {
            name: Converter(spec.targets[name], options)
            for name, options in spec.fields.items()
        }

    def map(self, line, cells):
        """Return a :class:`MappedRow`, or None for a row that a filter leaves out."""
        row = dict(zip(self.header, cells, strict=True))
        self._add_joined(row)
        if not all(_holds(condition, row) for condition in self.spec.where):
            return None
        mapped = MappedRow(line, "", {}, {})
        mapped.key = self._key(row, mapped.issues)
        for name, converter in self._converters.items():
            self._map_field(name, converter, row, mapped)
        for name, options in self.spec.legacy.items():
            text = as_text(self._raw(options, row)).strip()
            if text:
                mapped.legacy[name] = unicodedata.normalize("NFC", text)[:MAX_TEXT]
        return mapped

    def _check_other_files(self):
        """Columns of other files must exist; a missing one must not read as empty."""
        joined = {
            f"{join['as']}.{name}"
            for join in self.spec.join
            for name in self.lookups[join["file"], tuple(join["match"].values())].header
        }
        known = joined | set(self.header)
        missing = [name for name in self.spec.all_columns() if name not in known]
        for lookup in self.spec.all_lookups():
            table = self.lookups[lookup["file"], tuple(lookup["match"].values())]
            if lookup["value"] not in table.header:
                missing.append(f"{lookup['file']}: {lookup['value']}")
        if missing:
            raise MappingError(
                [_lt("Columns not found: %(names)s.", names=", ".join(missing))]
            )

    def _add_joined(self, row):
        for join in self.spec.join:
            table = self.lookups[join["file"], tuple(join["match"].values())]
            found = table.find([row[name] for name in join["match"]]) or {}
            for name in table.header:
                row[f"{join['as']}.{name}"] = found.get(name, "")

    def _key(self, row, issues):
        parts = []
        for name in self.spec.key:
            value = row[name]
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if number and not self.spec.allow_numeric_keys:
                issues.append(number_as_code(name, value))
            part = normalize_key(as_text(value))
            if SCIENTIFIC.match(part):
                issues.append(damaged_code(name, part))
            parts.append(part)
        if any(parts):
            # a part may be empty: stock without a bin, an address without a suite
            return KEY_SEPARATOR.join(parts)[:MAX_KEY]
        names = " + ".join(self.spec.key)
        message = _lt("The legacy key %(name)s is empty.", name=names)
        issues.append(Issue("required", "error", names, str(message)))
        return ""

    def _raw(self, options, row):
        if "constant" in options:
            return options["constant"]
        if "lookup" in options:
            lookup = options["lookup"]
            table = self.lookups[lookup["file"], tuple(lookup["match"].values())]
            found = table.find([row[name] for name in lookup["match"]]) or {}
            return found.get(lookup["value"], "")
        columns = as_list(options["column"])
        if len(columns) == 1:
            return row[columns[0]]
        separator = options.get("separator", KEY_SEPARATOR)
        return separator.join(as_text(row[name]).strip() for name in columns)

    def _named_cells(self, options, row):
        """Return cells as pairs; one that holds pairs already stays as it is."""
        if "column" not in options:
            return self._raw(options, row)
        pairs = []
        for name in as_list(options["column"]):
            cell = as_text(row[name]).strip()
            if cell and cell.upper() != "NULL":
                pairs.append(cell if ":" in cell else f"{name}: {cell}")
        return PAIR_SEPARATOR.join(pairs)

    def _less(self, name, value, converter, row):
        """Take other columns off a number: ordered less received is outstanding."""
        columns = as_list(converter.options.get("minus"))
        if value is None or not columns:
            return value
        total = decimal.Decimal(value)
        for column in columns:
            if as_text(row[column]).strip():
                part, _warnings = converter.convert(row[column])
                total -= decimal.Decimal(part or 0)
        return plain_number(total)

    def _signed(self, value, converter, row):
        """Turn the sign of a number where another column says so, as debit and credit.

        :raise ConversionError: the other column says neither
        """
        sign = converter.options.get("sign")
        if value is None or not sign:
            return value
        said = as_text(row[sign["column"]]).strip()
        said = "" if said.upper() == "NULL" else said
        if said in as_list(sign["negative"], empty=True):
            return plain_number(-decimal.Decimal(value))
        if said in as_list(sign["positive"], empty=True):
            return value
        raise ConversionError(
            "format",
            _lt(
                "%(column)s holds “%(value)s”, which makes %(field)s neither positive "
                "nor negative.",
                column=sign["column"],
                value=said,
                field=str(converter.target.label),
            ),
        )

    def _map_field(self, name, converter, row, mapped):
        try:
            raw = (
                self._named_cells(converter.options, row)
                if converter.target.type == "attributes"
                else self._raw(converter.options, row)
            )
            value, warnings = converter.convert(raw)
            value = self._less(name, value, converter, row)
            value = self._signed(value, converter, row)
        except ConversionError as error:
            mapped.issues.append(
                Issue(error.rule, "error", name, str(error), error.value)
            )
            return
        mapped.issues += [
            Issue(rule, "warning", name, str(message)) for rule, message in warnings
        ]
        if value not in (None, ""):
            mapped.values[name] = value
        elif converter.target.required:
            message = missing_message(str(converter.target.label))
            mapped.issues.append(Issue("required", "error", name, message))


def missing_message(label):
    return str(_lt("%(field)s is missing.", field=label))


def _holds(condition, row):
    text = as_text(row[condition["column"]]).strip()
    if "is" in condition:
        empty = not text or text.upper() == "NULL"
        return empty == (condition["is"] == "empty")
    if "in" in condition:
        return text in as_list(condition["in"])
    return text not in as_list(condition["not_in"])
