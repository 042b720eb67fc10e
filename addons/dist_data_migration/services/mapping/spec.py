"""The parsed mapping: which file and which columns feed which object."""

from odoo.tools.translate import LazyTranslate

from .base import (
    PLAIN_NUMBER,
    ROW_NUMBER,
    MappingError,
    as_list,
    is_true,
    normalize_key,
)
from .converter import compile_date_format

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

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
        "line_break",
        "unit",
        "sign",
    }
)
OBJECT_OPTIONS = frozenset(
    {
        "object",
        "file",
        "encoding",
        "delimiter",
        "sheet",
        "header_row",
        "columns",
        "key",
        "allow_numeric_keys",
        "join",
        "where",
        "fields",
        "legacy",
    }
)


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
        #: options of ``reader.open_table``
        self.reading = reading_options(data)
        self.key = as_list(data["key"])
        self.allow_numeric_keys = is_true(data.get("allow_numeric_keys", ""))
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
            names += as_list(options.get("column"))
            names += as_list(options.get("minus"))
            names += as_list((options.get("sign") or {}).get("column"))
            names += list((options.get("lookup") or {}).get("match") or {})
        for join in self.join:
            names += list(join["match"])
        names += [condition["column"] for condition in self.where]
        return list(dict.fromkeys(names))


def reading_options(data):
    """Return the options of ``reader.open_table`` that one of ``objects`` sets."""
    reading = {name: data.get(name) for name in ("encoding", "delimiter", "sheet")}
    if data.get("header_row"):
        reading["header_row"] = int(data["header_row"])
    reading["columns"] = as_list(data.get("columns"))
    return {name: value for name, value in reading.items() if value}


def _field_options(options):
    return options if isinstance(options, dict) else {"column": options}


def _check_entries(item):
    for needed in ("file", "key"):
        if not item.get(needed):
            yield _lt("the entry %(name)s is missing.", name=needed)
    if len(item.get("delimiter") or ",") > 1:
        yield _lt("the delimiter is one character.")
    header_row = item.get("header_row")
    if header_row and not ROW_NUMBER.fullmatch(str(header_row)):
        yield _lt("the entry header_row must be the number of a row, from 1.")
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
    for name in as_list(item.get("columns")):
        if not isinstance(name, str) or "," in name:
            yield _lt("the entry columns must be a list of names without commas.")
            break


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
        elif "unit" in options and targets[name].type != "number":
            yield _lt("the field %(name)s is no number, it has no unit.", name=name)
        elif "sign" in options and targets[name].type != "number":
            yield _lt("the field %(name)s is no number, it has no sign.", name=name)
        elif "line_break" in options and targets[name].type != "char":
            yield _lt("the field %(name)s has no line breaks to replace.", name=name)
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
    sign = options.get("sign")
    if sign is not None and (
        not isinstance(sign, dict)
        or set(sign) != {"column", "negative", "positive"}
        or not isinstance(sign["column"], str)
    ):
        return _lt("sign needs a column, and what is negative and positive.")
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
