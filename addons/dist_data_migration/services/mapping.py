"""Mapping engine: from the cells of a legacy file to the fields of an object.

A mapping is data. It says which file and which columns feed which object, with a
small set of declarative transforms; there is no expression language, so a mapping
can be read by the data owner, kept under version control and used again.

Grammar (YAML or JSON; every scalar is text)::

    name: Northwind
    source_system: NORTHWIND
    objects:
      - object: product               # code of a dist.migration.object
        file: Products.csv
        encoding: cp1252              # optional, detected otherwise
        delimiter: ";"                # optional, detected otherwise
        sheet: Items                  # optional, first sheet otherwise
        key: [ProductID]              # the legacy key, composite when several
        allow_numeric_keys: true      # XLSX only: whole numbers are fine as keys
        join:                         # columns of another file, as "alias.Column"
          - {file: Orders.csv, as: orders, match: {OrderID: OrderID}}
        where:                        # all must hold, rows that don't are left out
          - {column: ShippedDate, is: empty}
          - {column: Status, in: [1, 2]}
        fields:
          name: ProductName           # short form of {column: ProductName}
          active: {column: Discontinued, true: [0], false: [1]}
          country: {column: Country, map: {UK: GB}, default: FR}
          date: {column: OrderDate, date_format: m/d/yyyy}
          price: {column: UnitPrice, decimal: ",", thousands: "."}
          discount: {column: Discount, scale: 100}
          quantity: {column: Ordered, minus: [Received, Cancelled]}
          order: {column: [OrderID, LineNo]}
          attributes: {column: [Color, Size]}   # each cell named by its column
          city: {lookup: {file: Cities.csv, match: {CityID: ID}, value: Name}}
          type: {constant: consu}
        legacy:                       # kept beside the record, never converted
          pack_size: {column: QuantityPerUnit, kind: pack_size}

What can't be converted becomes an :class:`Issue` of the row, never a guess.

How to use: ``MappingSpec.parse(data, catalogue)`` once, then one :class:`RowMapper`
per object, ``mapper.map(line, cells)`` per row. Nothing here knows the ORM.
"""

import datetime
import decimal
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field

import yaml
from stdnum import ean

from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

KEY_SEPARATOR = "|"
PAIR_SEPARATOR = "; "
MAX_CODE, MAX_CHAR, MAX_TEXT, MAX_KEY = 64, 128, 10_000, 255
MAX_DOCUMENT = 1_000_000
MIN_YEAR, MAX_YEAR = 1900, 2100
MAX_NUMBER = decimal.Decimal(10) ** 15
TRUE_VALUES = frozenset({"1", "true", "t", "yes", "y"})
FALSE_VALUES = frozenset({"0", "false", "f", "no", "n", ""})
FIELD_OPTIONS = frozenset(
    {
        "column",
        "constant",
        "default",
        "date_format",
        "decimal",
        "thousands",
        "true",
        "false",
        "scale",
        "map",
        "lookup",
        "separator",
        "allow_numbers",
        "minus",
    }
)
OBJECT_OPTIONS = frozenset(
    {
        "object",
        "file",
        "encoding",
        "delimiter",
        "sheet",
        "key",
        "allow_numeric_keys",
        "join",
        "where",
        "fields",
        "legacy",
    }
)
SCIENTIFIC = re.compile(r"^[+-]?\d+([.,]\d+)?E\+?\d+$", re.IGNORECASE)
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


def load_document(text):
    """Parse YAML or JSON text; all scalars stay text.

    YAML would otherwise read Norway's ``NO`` as false and ``007`` as 7.

    :raise MappingError: not a document, or not a mapping at the top
    """
    if len(text) > MAX_DOCUMENT:
        raise MappingError([_lt("The mapping is larger than 1 MB.")])
    try:
        data = yaml.load(text.replace("\t", " "), Loader=_TextLoader)
    except yaml.YAMLError as error:
        raise MappingError(
            [_lt("The mapping is neither YAML nor JSON: %(error)s", error=str(error))]
        ) from error
    if not isinstance(data, dict):
        raise MappingError([_lt("The mapping is empty.")])
    return data


class _TextLoader(yaml.BaseLoader):
    """Reads scalars as text, and no aliases: nested ones grow without bounds."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError(str(_lt("aliases are not possible here")))
        return super().compose_node(parent, index)


def dump_document(data):
    """Return YAML text that :func:`load_document` reads back unchanged."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=88)


def document_hash(data):
    """Return the SHA-256 of the canonical JSON form."""
    canonical = json.dumps(
        data, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def normalize_key(text):
    """Return the comparable form of a key: case, space and invisible signs dropped.

    >>> normalize_key("  s000\\u200b  a ")
    'S000 A'
    """
    return clean_code(text).upper()


def clean_code(text):
    """Return a code without padding, invisible characters and leading apostrophe."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(text.split()).removeprefix("'")


def _as_list(value):
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, list) else [value]


def _is_true(value):
    return str(value).lower() in TRUE_VALUES


class MappingSpec:
    """A parsed and checked mapping.

    :param data: the document, as :func:`load_document` returns it
    :param catalogue: ``{object code: {field: Target}}``
    :raise MappingError: listing every problem at once
    """

    def __init__(self, data, catalogue):
        self.data = data
        self.name = data.get("name") or ""
        self.source_system = normalize_key(data.get("source_system") or "")
        self.catalogue = catalogue
        self.objects = [ObjectSpec(item, catalogue) for item in data["objects"]]

    @classmethod
    def parse(cls, data, catalogue):
        problems = []
        unknown = set(data) - {"name", "source_system", "objects"}
        if unknown:
            problems.append(
                _lt("Unknown entries: %(names)s.", names=", ".join(sorted(unknown)))
            )
        if not data.get("source_system"):
            problems.append(_lt("The mapping needs a source_system."))
        objects = data.get("objects")
        if not isinstance(objects, list) or not objects:
            raise MappingError([*problems, _lt("The mapping has no objects.")])
        for item in objects:
            problems += ObjectSpec.check(item, catalogue)
        codes = [item.get("object") for item in objects if isinstance(item, dict)]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            problems.append(_lt("The object %(code)s is mapped twice.", code=code))
        if problems:
            raise MappingError(problems)
        return cls(data, catalogue)

    def files(self):
        """Return the names of all files the mapping reads, in order, once each."""
        names = []
        for spec in self.objects:
            names += [spec.file, *spec.side_files()]
        return list(dict.fromkeys(names))


class ObjectSpec:
    """How one object is fed."""

    def __init__(self, data, catalogue):
        self.data = data
        self.object = data["object"]
        self.file = data["file"]
        self.encoding = data.get("encoding") or None
        self.delimiter = data.get("delimiter") or None
        self.sheet = data.get("sheet") or None
        self.key = _as_list(data["key"])
        self.allow_numeric_keys = _is_true(data.get("allow_numeric_keys", ""))
        self.join = data.get("join") or []
        self.where = data.get("where") or []
        self.targets = catalogue[self.object]
        self.fields = {
            name: _field_options(options)
            for name, options in (data.get("fields") or {}).items()
        }
        self.legacy = {
            name: _field_options(options)
            for name, options in (data.get("legacy") or {}).items()
        }

    @staticmethod
    def check(item, catalogue):
        """Return everything that is wrong with one entry of ``objects``."""
        if not isinstance(item, dict):
            return [_lt("Each object must have entries such as object, file, key.")]
        code = item.get("object") or "-"
        if code not in catalogue:
            problems = [
                _lt("unknown object; known are %(names)s.", names=", ".join(catalogue))
            ]
        else:
            shapes = list(_check_shapes(item))
            problems = [*_check_entries(item), *shapes]
            if not shapes:
                problems += _check_fields(item.get("fields") or {}, catalogue[code])
                problems += _check_legacy(item.get("legacy") or {})
                problems += _check_conditions(item)
        return [f"{code}: {problem}" for problem in problems]

    def side_files(self):
        """Return the files this object only looks things up in."""
        names = [join["file"] for join in self.join]
        for options in [*self.fields.values(), *self.legacy.values()]:
            if "lookup" in options:
                names.append(options["lookup"]["file"])
        return names

    def side_columns(self, filename):
        """Return ``{match columns: wanted columns}`` for one look-up file."""
        wanted = {}
        for join in self.join:
            if join["file"] == filename:
                wanted.setdefault(tuple(join["match"].values()), None)
        for options in [*self.fields.values(), *self.legacy.values()]:
            lookup = options.get("lookup")
            if lookup and lookup["file"] == filename:
                wanted.setdefault(tuple(lookup["match"].values()), None)
        return wanted

    def all_lookups(self):
        """Return the look-ups of all fields and legacy attributes."""
        options = [*self.fields.values(), *self.legacy.values()]
        return [part["lookup"] for part in options if "lookup" in part]

    def columns(self):
        """Return every column of the own file that is read."""
        aliases = tuple(f"{join['as']}." for join in self.join)
        return [
            name
            for name in self.all_columns()
            if not aliases or not name.startswith(aliases)
        ]

    def all_columns(self):
        """Return every column that is read, joined ones as ``alias.Column``."""
        names = list(self.key)
        for options in [*self.fields.values(), *self.legacy.values()]:
            names += _as_list(options.get("column"))
            names += _as_list(options.get("minus"))
            names += list((options.get("lookup") or {}).get("match") or {})
        for join in self.join:
            names += list(join["match"])
        names += [condition["column"] for condition in self.where]
        return list(dict.fromkeys(names))


def _field_options(options):
    return options if isinstance(options, dict) else {"column": options}


def _check_entries(item):
    for needed in ("file", "key"):
        if not item.get(needed):
            yield _lt("the entry %(name)s is missing.", name=needed)
    unknown = set(item) - OBJECT_OPTIONS
    if unknown:
        yield _lt("unknown entries %(names)s.", names=", ".join(sorted(unknown)))


def _check_shapes(item):
    """Entries of the wrong kind, which the other checks could not look into."""
    for name in ("fields", "legacy"):
        if not isinstance(item.get(name) or {}, dict):
            yield _lt("the entry %(name)s must be pairs.", name=name)
    for name in ("join", "where"):
        if not isinstance(item.get(name) or [], list):
            yield _lt("the entry %(name)s must be a list.", name=name)
    for name in ("file", "encoding", "delimiter", "sheet"):
        if not isinstance(item.get(name) or "", str):
            yield _lt("the entry %(name)s must be text.", name=name)


def _check_legacy(legacy):
    for name, options in legacy.items():
        problem = _check_options(_field_options(options))
        if problem:
            yield _lt(
                "the legacy attribute %(name)s: %(problem)s",
                name=name,
                problem=str(problem),
            )


def _check_fields(fields, targets):
    for name, options in fields.items():
        options = _field_options(options)
        unknown = set(options) - FIELD_OPTIONS
        problem = _check_options(options)
        if name not in targets:
            yield _lt(
                "the field %(name)s can't be loaded; possible are %(all)s.",
                name=name,
                all=", ".join(targets),
            )
        elif unknown:
            yield _lt(
                "the field %(name)s has unknown options %(all)s.",
                name=name,
                all=", ".join(sorted(unknown)),
            )
        elif problem:
            yield _lt(
                "the field %(name)s: %(problem)s", name=name, problem=str(problem)
            )
        elif "minus" in options and targets[name].type != "number":
            yield _lt("the field %(name)s is no number to take off from.", name=name)
    for name, target in targets.items():
        if target.required and name not in fields:
            yield _lt("the field %(name)s is required.", name=name)


def _check_conditions(item):
    for condition in item.get("where") or []:
        if not isinstance(condition, dict) or "column" not in condition:
            yield _lt("each where needs a column.")
        elif not {"is", "in", "not_in"} & set(condition):
            yield _lt("each where needs one of is, in, not_in.")
    for join in item.get("join") or []:
        if (
            not isinstance(join, dict)
            or not {"file", "as", "match"} <= set(join)
            or not isinstance(join["match"], dict)
        ):
            yield _lt("each join needs file, as and match.")


def _check_options(options):
    """Return a sentence about options that can't work, or nothing."""
    if not {"column", "constant", "lookup"} & set(options):
        return _lt("one of column, constant, lookup is needed.")
    if "date_format" in options:
        try:
            compile_date_format(options["date_format"])
        except ValueError:
            return _lt("the date format is not made of d, m, yyyy and separators.")
    if "scale" in options and not PLAIN_NUMBER.match(str(options["scale"])):
        return _lt("the scale is not a number.")
    lookup = options.get("lookup")
    if lookup is not None and (
        not isinstance(lookup, dict)
        or not {"file", "match", "value"} <= set(lookup)
        or not isinstance(lookup["match"], dict)
    ):
        return _lt("lookup needs file, match and value.")
    if "minus" in options and not isinstance(options["minus"], str | list):
        return _lt("minus needs a column or a list of columns.")
    if "map" in options and not isinstance(options["map"], dict):
        return _lt("map needs pairs of values.")
    return None


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
                issues.append(_number_as_code(name, value))
            part = normalize_key(as_text(value))
            if SCIENTIFIC.match(part):
                issues.append(_damaged_code(name, part))
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
        columns = _as_list(options["column"])
        if len(columns) == 1:
            return row[columns[0]]
        separator = options.get("separator", KEY_SEPARATOR)
        return separator.join(as_text(row[name]).strip() for name in columns)

    def _named_cells(self, options, row):
        """Return cells as pairs; one that holds pairs already stays as it is."""
        if "column" not in options:
            return self._raw(options, row)
        pairs = []
        for name in _as_list(options["column"]):
            cell = as_text(row[name]).strip()
            if cell and cell.upper() != "NULL":
                pairs.append(cell if ":" in cell else f"{name}: {cell}")
        return PAIR_SEPARATOR.join(pairs)

    def _less(self, name, value, converter, row):
        """Take other columns off a number: ordered less received is outstanding."""
        columns = _as_list(converter.options.get("minus"))
        if value is None or not columns:
            return value
        total = decimal.Decimal(value)
        for column in columns:
            if as_text(row[column]).strip():
                part, _warnings = converter.convert(row[column])
                total -= decimal.Decimal(part or 0)
        return plain_number(total)

    def _map_field(self, name, converter, row, mapped):
        try:
            raw = (
                self._named_cells(converter.options, row)
                if converter.target.type == "attributes"
                else self._raw(converter.options, row)
            )
            value, warnings = converter.convert(raw)
            value = self._less(name, value, converter, row)
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


def _number_as_code(name, value):
    message = _lt(
        "%(name)s holds the number %(value)s where a code is expected; leading zeros "
        "may be lost. Format the column as text and export again.",
        name=name,
        value=as_text(value),
    )
    return Issue("damaged_code", "error", name, str(message))


def _damaged_code(name, value):
    message = _lt(
        "%(name)s holds %(value)s: a spreadsheet has turned the code into a number. "
        "Export it again as text.",
        name=name,
        value=value,
    )
    return Issue("damaged_code", "error", name, str(message))


def _holds(condition, row):
    text = as_text(row[condition["column"]]).strip()
    if "is" in condition:
        empty = not text or text.upper() == "NULL"
        return empty == (condition["is"] == "empty")
    if "in" in condition:
        return text in _as_list(condition["in"])
    return text not in _as_list(condition["not_in"])


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
            if not _is_true(self.options.get("allow_numbers", "")):
                raise ConversionError(
                    "damaged_code",
                    _number_as_code(str(self.target.label), value).message,
                )
        text = clean_code(as_text(value))
        if SCIENTIFIC.match(text) and not isinstance(value, int | float):
            raise ConversionError(
                "damaged_code", _damaged_code(str(self.target.label), text).message
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
        if re.search(r"[\r\n\x0b\x0c\u2028\u2029]", text):
            raise ConversionError(
                "format",
                _lt(
                    "%(field)s runs over several lines; a closing quote may be "
                    "missing in the file.",
                    field=str(self.target.label),
                ),
            )
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
        true = {str(item).lower() for item in _as_list(self.options.get("true"))}
        false = {str(item).lower() for item in _as_list(self.options.get("false"))}
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
        group = self.options.get("thousands", "")
        plain = text.replace("\u00a0", " ")
        negative = plain.startswith("(") and plain.endswith(")")
        if negative:
            plain = plain[1:-1].strip()
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
        parts = {name: int(number) for name, number in match.groupdict().items()}
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


_DATE_FORMATS = {}


def compile_date_format(pattern):
    """Return a regular expression for formats such as ``m/d/yyyy``.

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
        digits = {"y": r"\d{4}" if len(token) > 2 else r"\d{2}"}.get(
            token[0], r"\d{1,2}" if len(token) == 1 else r"\d{2}"
        )
        parts.append(f"(?P<{name}>{digits})")
    if sorted(found) != ["day", "month", "year"]:
        raise ValueError(pattern)
    time = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?Z?)?"
    compiled = re.compile("^" + "".join(parts) + time + "$")
    _DATE_FORMATS[pattern] = compiled
    return compiled
