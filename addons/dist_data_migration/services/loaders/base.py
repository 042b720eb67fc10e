"""Loaders turn mapped rows into Odoo records, idempotently.

A new object needs a subclass of :class:`Loader` with a ``key``, its ``model`` and
``targets``, decorated with :func:`register`, and a ``dist.migration.object`` record
that names the key. Subclasses usually implement ``prepare`` only.

Loaders run as superuser in the cycle's company (see ``dist.migration.cycle``): they
must never take model or field names from the file.
"""

from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: ``{key: loader class}``
LOADERS = {}


def register(cls):
    """Make a loader known under its ``key``."""
    LOADERS[cls.key] = cls
    return cls


@dataclass(frozen=True)
class Row:
    """One valid staging row."""

    id: int
    line: int
    key: str
    data: dict
    legacy: dict


@dataclass(frozen=True)
class Outcome:
    """What became of a row.

    :param status: create, update, same or fail
    """

    row_id: int
    status: str
    res_id: int = 0
    message: str = ""


class LoadError(ValueError):
    """The row can't be loaded; the message is shown beside it."""


class Loader:
    """Creates or updates one record per row.

    :param cycle: ``dist.migration.cycle`` record, as superuser in its company
    :param migration_object: ``dist.migration.object`` record
    """

    key = ""
    model = ""
    targets = {}
    #: object whose loader also loads the rows of this one (order lines)
    parent = ""
    chunk_size = 200
    #: set when the record is created, afterwards the users' own
    create_only = frozenset()

    def __init__(self, cycle, migration_object):
        self.cycle = cycle
        self.env = cycle.env
        self.object = migration_object
        self._references = {}

    # -- to implement ---------------------------------------------------------

    def prepare(self, row):
        """Return the values of the record for a row.

        :raise LoadError: the row can't be loaded
        """
        raise NotImplementedError

    def company_id(self):
        """Return the company of new records; none when the object is shared."""
        return False if self.object.is_shared else self.cycle.company_id.id

    # -- engine -----------------------------------------------------------------

    def apply(self, rows):
        """Load rows and return their outcomes; called inside a savepoint.

        :raise Exception: anything; the caller rolls back and narrows the rows down
            until the one at fault stands alone
        """
        self.fetch_references(rows)
        known = self.find([row.key for row in rows])
        outcomes, fresh = [], []
        for row in rows:
            vals = self.prepare(row)
            record = known.get(row.key)
            if record is None:
                fresh.append((row, vals))
                continue
            changed = self.difference(record, vals)
            if changed:
                self.update_record(record, changed)
            status = "update" if changed else "same"
            outcomes.append(Outcome(row.id, status, record.id))
        if fresh:
            records = self.create_records([vals for _row, vals in fresh])
            outcomes += [
                Outcome(row.id, "create", record.id)
                for (row, _vals), record in zip(fresh, records, strict=True)
            ]
        self.remember(rows, outcomes)
        return outcomes

    def create_records(self, vals_list):
        return self.env[self.model].create(vals_list)

    def update_record(self, record, vals):
        return record.write(vals)

    def difference(self, record, vals):
        """Return the part of ``vals`` that the record does not have yet.

        Only such a part is written: a second load must not touch a record, nor its
        last change.
        """
        changed = {}
        for name, value in vals.items():
            field = record._fields[name]
            if field.type in ("one2many", "many2many") or name in self.create_only:
                continue
            current = field.convert_to_write(record[name], record)
            wanted = field.convert_to_write(
                field.convert_to_record(field.convert_to_cache(value, record), record),
                record,
            )
            if field.type == "float":
                if abs((current or 0.0) - (wanted or 0.0)) > 1e-9:
                    changed[name] = value
            elif current != wanted:
                changed[name] = value
        return changed

    # -- keys -----------------------------------------------------------------------

    def find(self, keys):
        """Return ``{legacy key: record}`` of what earlier loads created."""
        ids = self.cycle._legacy_ids(self.object.code, keys)
        records = (
            self.env[self.model].with_context(active_test=False).browse(ids.values())
        )
        existing = {record.id: record for record in records.exists()}
        return {key: existing[res] for key, res in ids.items() if res in existing}

    def remember(self, rows, outcomes):
        """Write the cross-reference of everything that was loaded."""
        by_id = {row.id: row for row in rows}
        self.cycle._remember_legacy(
            self.object,
            self.model,
            [
                (
                    by_id[outcome.row_id].key,
                    outcome.res_id,
                    by_id[outcome.row_id].legacy,
                )
                for outcome in outcomes
                if outcome.res_id
            ],
        )

    def fetch_references(self, rows):
        """Resolve all references of the rows with one query per object."""
        wanted = {}
        for name, target in self.targets.items():
            if target.reference:
                keys = wanted.setdefault(target.reference, set())
                keys.update(row.data[name] for row in rows if row.data.get(name))
        for code, keys in wanted.items():
            self._references[code] = self.cycle._legacy_ids(code, list(keys))

    def reference(self, row, name):
        """Return the id behind a reference field of the row, or False when empty.

        :raise LoadError: what it refers to has not been loaded
        """
        key = row.data.get(name)
        if not key:
            return False
        target = self.targets[name]
        res_id = self._references.get(target.reference, {}).get(key)
        if not res_id:
            raise LoadError(
                _lt(
                    "%(field)s %(key)s has not been loaded.",
                    field=str(target.label),
                    key=key,
                )
            )
        return res_id

    def warehouse(self, row):
        """Return the warehouse a row names by its code, or the cycle's."""
        code = row.data.get("warehouse")
        if not code:
            return self.cycle.warehouse_id
        warehouse = self.cycle._warehouse_by_code(code)
        if not warehouse:
            raise LoadError(
                _lt(
                    "%(company)s has no warehouse %(code)s.",
                    company=self.cycle.company_id.name,
                    code=code,
                )
            )
        return warehouse


def number(row, name, default=None):
    """Return a number field of a row as float."""
    value = row.data.get(name)
    return default if value is None else float(value)
