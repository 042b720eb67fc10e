"""Loaders turn mapped rows into Odoo records, idempotently.

A new object needs a subclass of :class:`Loader` with a ``key``, its ``model`` and
``targets``, decorated with :func:`register`, and a ``dist.migration.object`` record
that names the key. Subclasses usually implement ``prepare`` only.

Loaders run as superuser in the cycle's company (see ``dist.migration.cycle``): they
must never take model or field names from the file.
"""

from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from .errors import LoadError
from .lookups import Lookups
from .take_back import TakeBack

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


#: fields that can be empty; a number or a yes/no always says something
FILLABLE = ("char", "text", "html", "many2one", "date", "datetime", "selection")


class Loader(TakeBack, Lookups):
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
    #: field whose rows follow each other, for loaders that join them
    grouped_by = ""
    #: rows are loaded all together or not at all
    whole = False
    #: further models that ``take_back`` knows how to take back
    helpers = ()
    #: module that brings the model, where this addon doesn't depend on it
    module = ""
    #: set when the record is created, afterwards the users' own
    create_only = frozenset()
    #: ``((model, field), …)``: records that may point here and are nobody else's
    #: reason to disappear; a record in use is archived instead of deleted
    used_by = ()

    def __init__(self, cycle, migration_object):
        self.cycle = cycle
        self.env = cycle.env
        self.object = migration_object
        self._references = {}
        self._subordinate = frozenset()

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

    def refused(self, rows):
        """Return ``{row id: message}`` of rows that refer to what was not loaded.

        They often are many: when products fail, so does their stock. Looking first
        costs little, an error in :meth:`apply` rolls back a chunk.
        """
        self.fetch_references(rows)
        found = {}
        for row in rows:
            try:
                for name, target in self.targets.items():
                    if target.reference:
                        self.reference(row, name)
            except LoadError as error:
                found[row.id] = str(error)
        return found

    def apply(self, rows):
        """Load rows and return their outcomes; called inside a savepoint.

        :raise Exception: anything; the caller rolls back and narrows the rows down
            until the one at fault stands alone
        """
        self.check_model()
        self.fetch_references(rows)
        known = self.find([row.key for row in rows])
        outcomes, fresh = [], []
        for row in rows:
            vals = self.prepare(row)
            record = known.get(row.key)
            if record is not None:
                vals = self.respect_precedence(row, record, vals)
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

    def check_model(self):
        """Raise unless the app that brings the model is installed."""
        if self.module and self.model not in self.env:
            raise LoadError(
                _lt(
                    "%(object)s need the module %(module)s, which is not installed.",
                    object=self.object.name,
                    module=self.module,
                )
            )

    def respect_precedence(self, row, record, vals):
        """Return the values that this legacy system may set on a shared record.

        Where the record is known to a system with precedence, that one's values
        stay; this one's only fill what is empty.
        """
        if row.key not in self._subordinate:
            return vals
        return {
            name: value
            for name, value in vals.items()
            if name != "company_id"
            and record._fields[name].type in FILLABLE
            and not record[name]
        }

    def create_records(self, vals_list):
        return self.env[self.model].create(vals_list)

    def skip_image_sizes(self, records):
        """Leave out the sizes of an image that new records don't have.

        Odoo makes them out of nothing, four for each record.
        """
        for field in records._fields.values():
            is_size = field.type == "binary" and field.store and field.related
            # what is related to another record may well be there
            if is_size and "." not in field.related:
                self.env.remove_to_compute(field, records)

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
            if field.type == "one2many" or name in self.create_only:
                continue
            if field.type == "many2many":
                # loaders give the whole set: [Command.set(ids)]
                if set(value[0][2]) != set(record[name].ids):
                    changed[name] = value
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
        """Return ``{legacy key: record}`` of what earlier loads created.

        A key that the steward has tied to another legacy system's finds the record
        that one became.
        """
        ids = self.cycle._legacy_ids(self.object.code, keys)
        ids, self._subordinate = self.cycle._adopt_links(self.object, keys, ids)
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
        self.note_created(by_id, outcomes)

    def note_created(self, by_id, outcomes):
        """Write down what can be taken back later."""
        self.cycle._note_created(
            self.object,
            self.model,
            [
                (by_id[outcome.row_id].key, outcome.res_id)
                for outcome in outcomes
                if outcome.res_id and outcome.status == "create"
            ],
            revived=[line.res_id for line in outcomes if line.status == "update"],
        )

    # -- references -------------------------------------------------------------------

    def fetch_references(self, rows):
        """Resolve the references of the rows with one query per object.

        What is known from an earlier chunk is not asked for again.
        """
        wanted = {}
        for name, target in self.targets.items():
            if target.reference:
                keys = wanted.setdefault(target.reference, set())
                keys.update(row.data[name] for row in rows if row.data.get(name))
        for code, keys in wanted.items():
            known = self._references.setdefault(code, {})
            unknown = keys - known.keys()
            if unknown:
                known.update(self.cycle._legacy_ids(code, list(unknown)))

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


def number(row, name, default=None):
    """Return a number field of a row as float."""
    value = row.data.get(name)
    return default if value is None else float(value)
