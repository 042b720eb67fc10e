from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .access_matrix import MATRIX
from .common_samples import SampleCommon

OWNERS = ("site_id", "company_id")
# What is part of these belongs to no one company
WHOLE = ("dist.program", "res.users")


@tagged("post_install", "-at_install")
class TestNoLeak(SampleCommon):
    """What a reader may not see is neither shown nor counted, and can't be inferred.

    Each model with a site or a company has a record of each site. ``readers`` are the
    manager of ``site_a``, two roles of the company of ``site_a`` and ``site_b``, and a
    viewer of the company of ``site_c``, each with their own sites.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reader_c = cls._create_user("viewer", "reader_c", company=cls.company_c)
        own_company = cls.site_a | cls.site_b
        cls.readers = {
            cls.manager_a: cls.site_a,
            cls.user_viewer: own_company,
            cls.user_consultant: own_company,
            reader_c: cls.site_c,
        }
        for reader in cls.readers:
            reader.group_ids = [Command.link(cls.env.ref("base.group_allow_export").id)]
        for site, make in cls.samples.items():
            make.use([site])
        cls.models = [model for model in MATRIX if cls._has_owner(model)]
        for model in cls.models:
            for make in cls.samples.values():
                make.record(model)
        cls.env.flush_all()

    @classmethod
    def _has_owner(cls, model):
        """Say whether records have a site or company, or are part of one that has."""
        fields = cls.env[model]._fields
        if any(name in fields and fields[name].store for name in OWNERS):
            return True
        return any(
            fields[name].comodel_name not in WHOLE
            and cls._has_owner(fields[name].comodel_name)
            for name in getattr(cls.env[model], "_immutable_fields", ())
            if name in fields and fields[name].type == "many2one"
        )

    def _records(self, model, sites):
        return self.env[model].union(*(self.samples[s].record(model) for s in sites))

    def _cases(self, may_read=True):
        """Yield ``(Model as the reader, own records, foreign records)``."""
        for model in self.models:
            for reader, sites in self.readers.items():
                Model = self.env[model].with_user(reader)
                if Model.has_access("read") != may_read:
                    continue
                own = self._records(model, sites)
                foreign = self._records(model, self.samples) - own
                yield Model.with_context(active_test=False), own, foreign

    def _case(self, Model):
        return self.subTest(model=Model._name, reader=Model.env.user.login)

    def test_models_without_right(self):
        for Model, own, foreign in self._cases(may_read=False):
            with self._case(Model):
                for record in own | foreign:
                    with self.assertRaises(AccessError):
                        record.with_env(Model.env).read(["display_name"])
                with self.assertRaises(AccessError):
                    Model.search_count([])

    def test_search(self):
        for Model, own, foreign in self._cases():
            with self._case(Model):
                found = Model.search([])
                self.assertFalse(found & foreign)
                if Model.env.user != self.manager_a:
                    self.assertEqual(found & (own | foreign), own)
                self.assertEqual(Model.search_count([]), len(found))
                self.assertFalse(Model.search_count([("id", "in", foreign.ids)]))
                for name in (*OWNERS, "create_uid"):
                    if name in Model._fields:
                        self.assertEqual(set(Model.search([], order=name)), set(found))
                shown = Model.name_search("", [("id", "in", foreign.ids)], limit=None)
                self.assertFalse(shown)

    def test_groups(self):
        for Model, _own, foreign in self._cases():
            with self._case(Model):
                count = Model.search_count([])
                [total] = Model.formatted_read_group([], [], ["__count"])
                self.assertEqual(total["__count"], count)
                for name in {*OWNERS} & Model._fields.keys():
                    groups = Model._read_group([], [name], ["id:recordset", "__count"])
                    self.assertEqual(sum(number for *_, number in groups), count)
                    for _value, records, _number in groups:
                        self.assertFalse(records & foreign)
                    shown = Model.formatted_read_group([], [name], ["__count"])
                    seen = {group[name][0] for group in shown if group[name]}
                    self.assertEqual(seen, {value.id for value, *_ in groups if value})

    def test_read(self):
        for Model, _own, foreign in self._cases():
            with self._case(Model):
                for record in foreign.with_env(Model.env):
                    with self.assertRaises(AccessError):
                        record.read(["display_name"])
                    with self.assertRaises(AccessError):
                        record.web_read({"display_name": {}})
                    with self.assertRaises(AccessError):
                        record.export_data(["display_name"])

    def test_dotted_domain(self):
        for Model, _own, foreign in self._cases():
            with self._case(Model):
                for name in {*OWNERS} & Model._fields.keys():
                    found = Model.search([(f"{name}.name", "!=", "x")])
                    self.assertFalse(found & foreign)

    def test_domain_of_a_parent(self):
        """No parent is found by what its list holds of others."""
        for Model, _own, foreign in self._cases():
            with self._case(Model):
                for name, field in self._lists_of(Model._name):
                    Parent = Model.env[field.model_name]
                    if not Parent.has_access("read"):
                        continue
                    of_foreign = [(name, "any", [("id", "in", foreign.ids)])]
                    self.assertFalse(Parent.search(of_foreign), field)
                    if (
                        Model._rec_name
                        and Model._fields[Model._rec_name].type == "char"
                    ):
                        path = f"{name}.{Model._rec_name}"
                        for text in foreign.mapped(Model._rec_name):
                            self.assertFalse(Parent.search([(path, "=", text)]), path)

    def _lists_of(self, model):
        for parent in MATRIX:
            for name, field in self.env[parent]._fields.items():
                if field.type == "one2many" and field.comodel_name == model:
                    yield name, field

    def test_chatter(self):
        for model in self.models:
            if "message_ids" in self.env[model]._fields:
                for record in self._records(model, self.samples):
                    record.message_post(body="secret")
                    record.activity_schedule(
                        "mail.mail_activity_data_todo", user_id=self.env.uid
                    )
        for Model, _own, foreign in self._cases():
            with self._case(Model):
                if "message_ids" not in Model._fields:
                    continue
                ids = foreign.ids
                Message = Model.env["mail.message"]
                about = [("model", "=", Model._name), ("res_id", "in", ids)]
                self.assertFalse(Message.search(about))
                self.assertFalse(Message.search([*about, ("body", "ilike", "secret")]))
                Activity = Model.env["mail.activity"]
                about = [("res_model", "=", Model._name), ("res_id", "in", ids)]
                self.assertFalse(Activity.search(about))
                found = Model.search([("message_ids.body", "ilike", "secret")])
                self.assertFalse(found & foreign)
                for record in foreign.with_env(Model.env):
                    with self.assertRaises(AccessError):
                        record.message_post(body="x")
                    with self.assertRaises(AccessError):
                        record.read(["message_follower_ids"])
                with self.assertRaises(AccessError):
                    self.env["mail.message"].search(
                        [("model", "=", Model._name), ("res_id", "in", ids)]
                    ).with_env(Model.env).read(["body"])
