import re
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_matrix import DIALOGS, MATRIX, OPERATIONS, cells
from .common_doors import ACCESS_ERROR, DoorsCommon
from .test_protected import CONTEXTS

QUIET = ("odoo.http", "odoo.sql_db")
# How access errors begin: an import shows their text only
REFUSED = "not allowed|append-only|system alone|can't be created|by somebody else"
PLAIN = {"char": "x", "text": "x", "html": "x", "integer": 3, "date": "2090-01-01"}


def guarded_fields(model):
    """Return the names of the protected and of the immutable fields of a model."""
    protected = getattr(model, "_protected_fields", frozenset())
    if "decision_id" in model._fields and hasattr(model, "action_request_decision"):
        protected |= {"decision_id"}
    immutable = getattr(model, "_immutable_fields", frozenset())
    return sorted(protected), sorted(immutable & model._fields.keys())


@tagged("post_install", "-at_install")
class TestAccessDoors(DoorsCommon):
    """The matrix of rights holds at every door.

    What is refused ends in an access error and changes no row; what is allowed may
    fail on a business rule, but not on a right.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.arguments = {
            make: {model: cls._arguments(make, model) for model in MATRIX}
            for make in set(cls.makes.values())
        }

    @classmethod
    def _arguments(cls, make, model):
        """Return the arguments of each operation; reads and writes are harmless."""
        name, value = cls._harmless(make, model)
        return {
            "create": {"vals_list": [make.values(model)]},
            "read": {"fields": [name]},
            "write": {"vals": {name: value}},
            "unlink": {},
        }

    @classmethod
    def _harmless(cls, make, model):
        """Return a field and a value that anybody with the right may write."""
        record = make.record(model)
        protected, immutable = guarded_fields(record)
        is_written = "w" in MATRIX[model]["admin"]
        for name, field in record._fields.items():
            if field.type not in PLAIN or not field.store:
                continue
            if name in {"id", *protected, *immutable}:
                continue
            if not is_written or not (field.readonly or field.related):
                return name, PLAIN[field.type]
        # nothing else to write: a link, to what it links to already
        return record._rec_name, record[record._rec_name].id

    def _assert_cell(self, error, allowed):
        if allowed:
            self.assertNotEqual(error, ACCESS_ERROR)
        else:
            self.assertEqual(error, ACCESS_ERROR)

    def _is_open(self, model, operation):
        """Rows of append-only models are made by an action, not by create."""
        return operation == "read" or not hasattr(self.env[model], "_append_rows")

    def _undone(self, door, *arguments, **keywords):
        """Go through a door and undo what that did; a refusal has done nothing."""
        with self.env.cr.savepoint() as savepoint:
            error = door(*arguments, **keywords)
            rows = self._rows(arguments[0]) if error == ACCESS_ERROR else None
            savepoint.rollback()
        return error, rows

    @mute_logger(*QUIET)
    def test_calls(self):
        rows = {model: self._rows(model) for model in MATRIX}
        for role, user in self.users.items():
            self._enter(user)
            make = self.makes[role]
            for model, _role, operation, allowed in cells(MATRIX, [role]):
                allowed = allowed and self._is_open(model, operation)
                for name, door in self._doors().items():
                    with self.subTest(
                        door=name, role=role, model=model, operation=operation
                    ):
                        error, rows_after = self._undone(
                            door,
                            model,
                            operation,
                            make.record(model).ids,
                            **self.arguments[make][model][operation],
                        )
                        self._assert_cell(error, allowed)
                        if not allowed:
                            self.assertEqual(rows_after, rows[model])

    @mute_logger(*QUIET)
    def test_dialogs(self):
        for role, user in self.users.items():
            self._enter(user)
            for model, _role, operation, allowed in cells(DIALOGS, [role]):
                for name, door in self._doors().items():
                    with self.subTest(door=name, role=role, model=model):
                        error, _rows = self._undone(
                            door, model, operation, [], vals_list=[{}]
                        )
                        self._assert_cell(error, allowed)

    @mute_logger(*QUIET)
    def test_import(self):
        """Each role imports a new row and one it knows by its external ID."""
        for model in MATRIX:
            if self.env[model]._auto:
                for role in self.users:
                    self._import_as(role, model)

    def _import_as(self, role, model):
        make, rights = self.makes[role], MATRIX[model].get(role, "")
        record = make.record(model)
        name, value = self._harmless(make, model)
        known = {"id": self._external_id(record), name: value}
        for letter, values in (("c", make.values(model)), ("w", known)):
            values = {k: v for k, v in values.items() if not isinstance(v, list)}
            allowed = letter in rights and self._is_open(model, OPERATIONS[letter])
            with self.subTest(model=model, role=role, letter=letter):
                rows = self._rows(model)
                with self.env.cr.savepoint() as savepoint:
                    ids, text = self._import(self.users[role], model, values)
                    rows_after = self._rows(model)
                    savepoint.rollback()
                if allowed:
                    self.assertNotRegex(text, REFUSED)
                else:
                    self.assertFalse(ids)
                    self.assertRegex(text, REFUSED)
                    self.assertEqual(rows_after, rows)


@tagged("post_install", "-at_install")
class TestProtectedDoors(DoorsCommon):
    """The strongest role sets no protected field, whatever it tries.

    The contexts are those a client might hope for, and every key that the addon's own
    code reads or sets.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sources = Path(__file__).parents[1].glob("[mw]*s/*.py")
        keys = {
            key
            for path in sources
            for found in re.findall(
                r'context(?:\.get\(|\[)"(\w+)"|with_context\((\w+)=', path.read_text()
            )
            for key in found
            if key
        }
        values = {"lang": "en_US", "allowed_company_ids": cls.company.ids}
        cls.contexts = [*CONTEXTS, *({key: values.get(key, True)} for key in keys)]

    def _guarded(self):
        """Yield ``(record, field, value)`` of each protected field."""
        for model in MATRIX:
            for name in guarded_fields(self.env[model])[0]:
                record = self.make.record(model)
                field = record._fields[name]
                yield record, field, self._other_value(record, field)

    def test_orm(self):
        for record, field, value in self._guarded():
            values = self.make.values(record._name)
            for context in [*self.contexts, {f"default_{field.name}": value}]:
                own = record.with_user(self.user_admin).with_context(**context)
                with self.subTest(field=str(field), context=context):
                    with self.assertRaises(AccessError):
                        own.write({field.name: value})
                    # nothing is what a new record has anyhow, or its default
                    if value:
                        with self.assertRaises(AccessError):
                            own.create({**values, field.name: value})

    def test_default_of_the_context(self):
        for record, field, value in self._guarded():
            with self.subTest(field=str(field)):
                own = record.browse().with_user(self.user_admin)
                values = self.make.values(record._name)
                with self.env.cr.savepoint() as savepoint:
                    plain = own.create(values)
                    expected = plain[field.name]
                    savepoint.rollback()
                with self.env.cr.savepoint() as savepoint:
                    key = {f"default_{field.name}": value}
                    tricked = own.with_context(**key).create(values)
                    found = tricked[field.name]
                    savepoint.rollback()
                if field.name not in ("number", "version"):
                    self.assertEqual(found, expected)
                else:
                    self.assertNotEqual(found, value)

    @mute_logger(*QUIET)
    def test_calls(self):
        self._enter(self.user_admin)
        for record, field, value in self._guarded():
            model, vals = record._name, {field.name: value}
            new = [{**self.make.values(model), **vals}]
            for name, door in self._doors().items():
                with self.subTest(field=str(field), door=name):
                    error = door(model, "write", record.ids, vals=vals)
                    self.assertEqual(error, ACCESS_ERROR)
                    if value:
                        error = door(model, "create", [], vals_list=new)
                        self.assertEqual(error, ACCESS_ERROR)

    def test_import(self):
        """New rows and known ones, with another value and with an empty cell."""
        for record, field, value in self._guarded():
            if field.type == "many2many":
                Model = self.env[field.comodel_name]
                value = Model.search([("id", "not in", record[field.name].ids)])[:1].id
            known = {"id": self._external_id(record)}
            rows = []
            # nothing is what a new record has anyhow, or its default
            if value:
                rows.append({**self.make.values(record._name), field.name: value})
            if value or field.type == "boolean":
                rows.append({**known, field.name: value})
            if record[field.name]:
                rows.append({**known, field.name: ""})
            for row in rows:
                with self.subTest(field=str(field), row=row):
                    before = self._rows(record._name)
                    ids, text = self._import(self.user_admin, record._name, row)
                    self.assertFalse(ids)
                    self.assertIn("can't be set directly", text)
                    self.assertEqual(self._rows(record._name), before)

    def test_commands_of_a_parent(self):
        for record, field, value in self._guarded():
            for parent, name in self._parents(record):
                vals = {field.name: value}
                commands = [Command.update(record.id, vals)]
                if value:
                    new = {**self.make.values(record._name), **vals}
                    commands.append(Command.create(new))
                for command in commands:
                    with (
                        self.subTest(field=str(field), parent=name, command=command[0]),
                        self.assertRaises(AccessError),
                    ):
                        parent.with_user(self.user_admin).write({name: [command]})

    def _parents(self, record):
        """Yield the records of the suite that list a record, and in which field."""
        for model in MATRIX:
            for name, field in self.env[model]._fields.items():
                if field.type == "one2many" and field.comodel_name == record._name:
                    parent = record[field.inverse_name]
                    if not field.readonly and parent._name == model and parent:
                        yield parent, name

    def test_immutable(self):
        for model in MATRIX:
            for name in guarded_fields(self.env[model])[1]:
                record = self.make.record(model)
                value = self._other_value(record, record._fields[name])
                for context in self.contexts:
                    own = record.with_user(self.user_admin).with_context(**context)
                    with (
                        self.subTest(model=model, field=name, context=context),
                        self.assertRaises(AccessError),
                    ):
                        own.write({name: value})
