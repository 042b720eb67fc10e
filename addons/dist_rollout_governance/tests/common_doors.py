import base64
import json

from odoo.fields import Command
from odoo.tests import HttpCase
from odoo.tools import SQL

from .access_matrix import MATRIX, SITE_PEOPLE
from .common import GROUPS
from .common_samples import SampleCommon, Samples

ACCESS_ERROR = "odoo.exceptions.AccessError"


class DoorsCommon(SampleCommon, HttpCase):
    """The doors of the server: calls of the web client, the API, and the import.

    ``users`` by role, ``nobody`` included, in one company. ``makes`` by role: samples
    of ``site_a`` in which the role sees every record that its rights are about. Each
    door answers with the name of the exception, or None.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: getattr(cls, f"user_{role}") for role in [*GROUPS, "nobody"]}
        cls.make = cls.samples[cls.site_a]
        cls.makes = dict.fromkeys(cls.users, cls.make)
        # a governance member plans the meetings of the own bodies
        cls.make.record("dist.body").member_ids = [
            Command.create({"user_id": cls.user_governance.id})
        ]
        released = Samples(cls.site_a, cls.member_1.id)
        released.record("dist.conformance.finding")
        released.record("dist.blueprint").state = "released"
        for role in SITE_PEOPLE:
            cls.makes[role] = cls._make_of_site_people(cls.users[role], released)
        for make in set(cls.makes.values()):
            for model in MATRIX:
                make.record(model)

    @classmethod
    def _make_of_site_people(cls, user, released):
        """Return samples in which the people of the site see every record."""
        cls.site_a.deputy_ids = [Command.link(user.id)]
        make = Samples(cls.site_a, cls.member_1.id)
        make.use([cls.program, cls.site_a])
        make.use(
            released.record(model)
            for model in (
                "dist.blueprint",
                "dist.blueprint.element",
                "dist.conformance.rule",
                "dist.conformance.finding",
            )
        )
        own = cls.env["dist.observation"].with_user(user)
        make.use([own.create(make.values(own._name)).with_env(cls.env)])
        return make

    def _enter(self, user):
        """Log a user in, for the web client and with a key for the API."""
        user.password = f"{user.login}_password"
        self.authenticate(user.login, user.password)
        # sudo: the key is the user's own; making it asks for a password in the client
        self.key = (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate("rpc", "test", False)
        )

    def _doors(self):
        """Return ``{name: function(model, method, ids, **arguments)}``."""
        return {"web": self._call_kw, "json2": self._json2}

    def _call_kw(self, model, method, ids, **arguments):
        args = [arguments.pop("vals_list")] if method == "create" else [ids]
        params = {"model": model, "method": method, "args": args, "kwargs": arguments}
        url = f"/web/dataset/call_kw/{model}/{method}"
        answer = self.url_open(url, json={"params": params}).json()
        return answer["error"]["data"]["name"] if "error" in answer else None

    def _json2(self, model, method, ids, **arguments):
        if method != "create":
            arguments["ids"] = ids
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
            },
        )
        if answer.status_code == 200:
            return None
        name = answer.json()["name"]
        self.assertEqual(answer.status_code == 403, name == ACCESS_ERROR)
        return name

    def _import(self, user, model, values):
        """Import one row of values as a user; return its ids and the messages."""
        columns, row = [], []
        for name, value in values.items():
            field = self.env[model]._fields.get(name)
            is_link = field is not None and field.type in ("many2one", "many2many")
            columns.append(f"{name}/.id" if is_link else name)
            row.append(f'"{value}"')
        content = "\n".join([",".join(columns), ",".join(row)])
        wizard = (
            self.env["base_import.import"]
            .with_user(user)
            .create(
                {
                    "res_model": model,
                    "file": base64.b64encode(content.encode()),
                    "file_type": "text/csv",
                    "file_name": "rows.csv",
                }
            )
        )
        wizard.file = content.encode()
        options = {"has_headers": True, "quoting": '"', "separator": ","}
        result = wizard.execute_import(columns, columns, options)
        messages = "\n".join(message["message"] for message in result["messages"])
        return result.get("ids"), messages

    def _external_id(self, record):
        """Return an external ID of a record; it is made when it is first asked for."""
        name = f"door_{record._table}_{record.id}"
        if not self.env.ref(f"__import__.{name}", raise_if_not_found=False):
            self.env["ir.model.data"].create(
                {
                    "module": "__import__",
                    "name": name,
                    "model": record._name,
                    "res_id": record.id,
                }
            )
        return f"__import__.{name}"

    def _rows(self, model):
        """Return what the model's table holds, as one text."""
        if not self.env[model]._auto:
            return None
        self.env.flush_all()
        [(rows,)] = self.env.execute_query(
            SQL(
                "SELECT md5(string_agg(t::text, '|' ORDER BY t.id)) FROM %s t",
                SQL.identifier(self.env[model]._table),
            )
        )
        return rows

    def _other_value(self, record, field):
        """Return a value, as a client sends it, that a field does not have."""
        match field.type:
            case "selection":
                options = field.get_values(self.env)
                return next(value for value in options if value != record[field.name])
            case "many2one":
                Model = self.env[field.comodel_name].with_context(active_test=False)
                return Model.search([("id", "!=", record[field.name].id)], limit=1).id
            case "many2many":
                return [Command.create({"name": "x"})]
            case "boolean":
                return not record[field.name]
            case "integer" | "float" | "monetary" | "many2one_reference":
                return 77
            case "date":
                return "2091-01-01"
            case "datetime":
                return "2091-01-01 10:00:00"
        return "Door"
