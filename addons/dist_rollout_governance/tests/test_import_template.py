from datetime import date, datetime

import openpyxl

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open, file_path

from odoo.addons.base.tests.common import BaseCommon

from ..services.import_templates import TEMPLATES

REGISTERS = sorted(TEMPLATES)
# As the import screen sends them.
OPTIONS = {
    "advanced": True,
    "date_format": "",
    "datetime_format": "",
    "encoding": "",
    "fallback_values": {},
    "float_decimal_separator": ".",
    "float_thousand_separator": ",",
    "has_headers": True,
    "import_set_empty_fields": [],
    "import_skip_records": [],
    "keep_matches": False,
    "limit": 2000,
    "name_create_enabled_fields": {},
    "quoting": '"',
    "separator": "",
    "sheet": "",
    "sheets": [],
    "skip": 0,
    "tracking_disable": True,
}
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@tagged("post_install", "-at_install")
class TestImportTemplate(BaseCommon):
    """Each template is imported as shipped, by a consultant, as the screen does it.

    What the examples name by a link is created first, with the names they use.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Alder Distribution France"}
        )
        cls.consultant = cls._create_user(
            "Connor Consultant", "dist_rollout_governance.group_consultant"
        )
        cls.manager = cls._create_user(
            "Luc Lyon", "dist_rollout_governance.group_site_manager"
        )
        cls.program = cls.env["dist.program"].create(
            {
                "name": "Alder Distribution Rollout",
                "code": "ALDER-IMPORT",
                "company_id": cls.company.id,
                "manager_id": cls.consultant.id,
            }
        )
        cls.site = cls._create(
            "dist.site",
            name="Lyon DC",
            code="LYO",
            company_id=cls.company.id,
            tz="Europe/Paris",
            manager_id=cls.manager.id,
        )
        cls._create(
            "dist.requirement",
            name="Customer labels on every carton",
            process_id=cls.env["dist.process"]
            .search([("code", "=", "fulfilment")], limit=1)
            .id,
            classification="customize",
        )
        for name in ("Lyon: test system ready", "Lyon: key users trained"):
            cls._create("dist.milestone", name=name, baseline_date="2027-03-01")
        blueprint = cls._create("dist.blueprint", name="Distribution Template")
        cls.env["dist.blueprint.element"].create(
            {"blueprint_id": blueprint.id, "code": "DELIVERY", "name": "Delivery"}
        )
        cls.env.flush_all()

    @classmethod
    def _create_user(cls, name, group):
        return new_test_user(
            cls.env,
            name.lower().replace(" ", "_"),
            name=name,
            groups=group,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _create(cls, model, **values):
        return cls.env[model].create({"program_id": cls.program.id, **values})

    def _register(self, model):
        return self.env[model].with_user(self.consultant)

    def _path(self, model):
        [template] = self._register(model).get_import_templates()
        self.assertTrue(template["label"])
        return template["template"].lstrip("/")

    def _import(self, model, lang="en_US"):
        """Import the template as shipped.

        :return: the fields its columns were taken for, and the outcome
        """
        with file_open(self._path(model), "rb") as stream:
            content = stream.read()
        wizard = (
            self.env["base_import.import"]
            .with_user(self.consultant)
            .with_context(lang=lang)
            .create(
                {
                    "res_model": model,
                    "file": content,
                    "file_name": "template.xlsx",
                    "file_type": MIMETYPE,
                }
            )
        )
        preview = wizard.parse_preview(dict(OPTIONS))
        self.assertNotIn("error", preview)
        headers = preview["headers"]
        names = [
            "/".join(preview["matches"].get(index, [])) for index in range(len(headers))
        ]
        options = preview["options"]
        trial = wizard.execute_import(names, headers, dict(options), dryrun=True)
        self.assertFalse(trial["messages"], model)
        return names, wizard.execute_import(names, headers, dict(options))

    def _records(self, model):
        return self.env[model].with_context(active_test=False).search([])

    def test_every_register_is_imported_and_updated(self):
        for model in REGISTERS:
            with self.subTest(model):
                before = self._records(model)
                names, result = self._import(model)
                columns = [column.name for column in TEMPLATES[model]]
                self.assertEqual(names, columns)
                self.assertFalse(result["messages"])
                record = self._records(model) - before
                self.assertEqual(len(record), 1)
                self.assertEqual(result["ids"], record.ids)
                self._check_content(record)
                # the second time it is the same entry
                _names, result = self._import(model)
                self.assertFalse(result["messages"])
                self.assertEqual(result["ids"], record.ids)
                self.assertEqual(self._records(model), before | record)
                self._check_content(record)

    def _check_content(self, record):
        """Assert that the record says what the example says."""
        for column in TEMPLATES[record._name]:
            value = record[column.name]
            if column.name == "id":
                [(_id, xml_id)] = record.get_external_id().items()
                self.assertEqual(xml_id.split(".")[1], column.example)
            elif record._fields[column.name].relational:
                self.assertEqual(bool(value), bool(column.example), column.name)
            elif record._fields[column.name].type == "html":
                self.assertIn(column.example, value)
            else:
                self.assertEqual(value or False, column.example or False, column.name)

    def test_a_change_in_the_file_changes_the_entry(self):
        _names, result = self._import("dist.risk")
        risk = self.env["dist.risk"].browse(result["ids"])
        risk.name = "Renamed in the meantime"
        self._import("dist.risk")
        self.assertEqual(risk.name, "Opening stock is wrong at go-live")

    def test_titles_are_found_in_another_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(
            ["base", "mail", "project"], ["fr_FR"]
        )
        for model in REGISTERS:
            with self.subTest(model):
                names, result = self._import(model, lang="fr_FR")
                self.assertEqual(names, [column.name for column in TEMPLATES[model]])
                self.assertFalse(result["messages"])

    def test_columns_can_be_typed(self):
        """No column is protected, read-only or computed."""
        for model in REGISTERS:
            register = self._register(model)
            for column in TEMPLATES[model][1:]:
                with self.subTest(f"{model}.{column.name}"):
                    field = register._fields[column.name]
                    self.assertNotIn(column.name, register._protected_fields)
                    self.assertFalse(field.readonly)
                    self.assertFalse(field.compute or field.related)
                    self.assertTrue(register._has_field_access(field, "write"))

    def test_required_fields_have_a_column(self):
        """Whoever fills in every required column can import."""
        for model in REGISTERS:
            with self.subTest(model):
                register = self._register(model)
                columns = {column.name for column in TEMPLATES[model]}
                given = register.default_get(list(register._fields))
                missing = {
                    name
                    for name, field in register._fields.items()
                    if field.required and field.store and not field.compute
                    if not field.related and name not in columns | given.keys()
                }
                self.assertFalse(missing)

    def test_examples_of_required_columns_are_given(self):
        for model in REGISTERS:
            for column in TEMPLATES[model][1:]:
                if self.env[model]._fields[column.name].required:
                    self.assertTrue(column.example, f"{model}.{column.name}")

    def test_sheets(self):
        """Two sheets without formulas; the first is read, the second explains it."""
        for model in REGISTERS:
            with self.subTest(model):
                book = openpyxl.load_workbook(file_path(self._path(model)))
                entries, values = book.worksheets
                self.assertEqual(values.title, "Allowed values")
                self.assertEqual(entries.max_row, 2)
                self.assertEqual(entries["A1"].value, "id")
                self.assertFalse(
                    [c for s in book for row in s for c in row if c.data_type == "f"]
                )
                headers = [cell.value for cell in entries[1]]
                explained = [row[0].value for row in values]
                self.assertEqual(explained[-len(headers) :], headers)
                for column, cell in zip(TEMPLATES[model], entries[2], strict=True):
                    self._check_format(column, cell, values)

    def _check_format(self, column, cell, values):
        if isinstance(column.example, date):
            self.assertIsInstance(cell.value, datetime)
            self.assertEqual(cell.number_format, "yyyy-mm-dd")
        elif isinstance(cell.value, str):
            self.assertEqual(cell.number_format, "@", column.name)

    def test_options_are_listed(self):
        """Every option of a selection that the addon brings is on the second sheet."""
        book = openpyxl.load_workbook(file_path(self._path("dist.communication")))
        rows = {row[0].value: row for row in book["Allowed values"]}
        listed = [cell.value for cell in rows["Event"][3:] if cell.value]
        self.assertEqual(
            listed,
            [
                "Program started",
                "Phase closed",
                "Blueprint released",
                "Decision approved",
                "Site went live",
            ],
        )

    def test_every_template_has_its_register(self):
        """A model offers the file that exists, others offer none."""
        for model in REGISTERS:
            self.assertTrue(file_path(self._path(model)))
        self.assertFalse(self._register("dist.decision").get_import_templates())
