from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import WaveCommon

GO_LIVE = date(2027, 5, 12)


@tagged("post_install", "-at_install")
class TestSiteOnboarding(WaveCommon):
    """A consultant adds sites with the standard template."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("dist_wave_planning.gate_template_standard")
        cls.wave.write(
            {
                "template_id": cls.template.id,
                "planned_go_live": GO_LIVE,
                "manager_id": cls.user_consultant.id,
            }
        )

    def _wizard(self, code="NEW", user=None, **values):
        return (
            self.env["dist.site.onboarding"]
            .with_user(user or self.user_consultant)
            .create(
                {
                    "program_id": self.program.id,
                    "code": code,
                    "name": f"Site {code}",
                    "manager_id": self.manager_a.id,
                    "tz": "Europe/Paris",
                    "wave_id": self.wave.id,
                    **values,
                }
            )
        )

    def _add(self, code="NEW", **values):
        wizard = self._wizard(code, **values)
        wizard.action_confirm()
        return wizard

    def _created(self, site):
        """Return all that was created for a site, a recordset for each model."""
        return [
            site.gate_ids,
            site.gate_ids.line_ids,
            self.env["project.task"].search([("dist_site_id", "=", site.id)]),
            *(
                self.env[model].search([("site_id", "=", site.id)])
                for model in ("dist.milestone", "dist.communication", "dist.risk")
            ),
        ]

    def _plan(self, kind):
        return self.template.plan_line_ids.filtered(lambda line: line.kind == kind)

    def test_counts_are_those_of_the_template(self):
        wizard = self._add()
        site = wizard.site_id
        self.assertEqual(self.wave.site_ids, self.site_a + self.site_b + site)
        counts = [len(records) for records in self._created(site)]
        expected = [
            len(self.template.line_ids),
            *(
                len(self._plan(kind))
                for kind in ("task", "milestone", "communication", "risk")
            ),
        ]
        self.assertEqual(counts, [1, *expected])
        self.assertNotIn(0, expected)
        shown = {line.name: line.created_count for line in wizard.line_ids}
        labels = ["Gate Lines", "Tasks", "Milestones", "Messages", "Risks"]
        self.assertEqual([shown[label] for label in labels], expected)
        checks = self.env["dist.device.check"].search([("site_id", "=", site.id)])
        self.assertEqual(shown["Device Checks"], len(checks))
        self.assertTrue(checks)
        self.assertEqual(wizard.message, "NEW Site NEW was added.")

    def test_days_are_counted_from_the_go_live(self):
        site = self._add().site_id
        tasks = self.env["project.task"].search([("dist_site_id", "=", site.id)])
        for task in tasks:
            self.assertEqual(
                task.date_deadline.date(),
                GO_LIVE + timedelta(days=task.dist_plan_line_id.days),
            )
        live = self.env["dist.milestone"].search(
            [("site_id", "=", site.id), ("name", "=", "Site live")]
        )
        self.assertEqual(live.baseline_date, GO_LIVE)

    def test_who_has_the_role_is_responsible(self):
        site = self._add().site_id
        tasks = self.env["project.task"].search([("dist_site_id", "=", site.id)])
        of_manager = tasks.filtered(
            lambda task: task.dist_plan_line_id.role == "site_manager"
        )
        self.assertTrue(of_manager)
        self.assertEqual(of_manager.user_ids, self.manager_a)
        of_owner = tasks.filtered(
            lambda task: task.dist_plan_line_id.role == "process_owner"
        )
        # the wave names no process owner
        self.assertEqual(of_owner.user_ids, self.wave.manager_id)

    def test_second_run_creates_nothing(self):
        first = self._add()
        before = self._created(first.site_id)
        second = self._add()
        self.assertEqual(second.site_id, first.site_id)
        self.assertEqual(self._created(first.site_id), before)
        self.assertFalse(any(second.line_ids.mapped("created_count")))
        self.assertIn("Nothing was created", second.message)

    def test_second_run_with_a_wave_of_its_own(self):
        first = self._add(wave_id=False, planned_go_live=GO_LIVE)
        waves = self.env["dist.wave"].search_count([])
        second = self._add(wave_id=False, planned_go_live=GO_LIVE)
        self.assertEqual(second.site_id, first.site_id)
        self.assertEqual(self.env["dist.wave"].search_count([]), waves)
        self.assertEqual(first.site_id.wave_ids.state, "draft")

    def test_second_run_creates_what_is_missing(self):
        site = self._add().site_id
        self.template.plan_line_ids.create(
            {"template_id": self.template.id, "name": "Late task", "days": -3}
        )
        wizard = self._add()
        self.assertEqual(sum(wizard.line_ids.mapped("created_count")), 1)
        self.assertIn("What it lacked was created", wizard.message)
        self.assertEqual(len(self._created(site)[2]), len(self._plan("task")))

    def test_a_site_that_is_there_is_taken(self):
        self.wave.site_ids -= self.site_b
        wizard = self._add("b ", name="Another name")
        self.assertEqual(wizard.site_id, self.site_b)
        self.assertEqual(self.site_b.name, "Site B")
        self.assertTrue(self.site_b.gate_ids)

    def test_no_reference_to_another_site(self):
        self._add("ONE")
        site = self._add("TWO").site_id
        for records in self._created(site):
            for name, field in records._fields.items():
                if not field.relational or not field.store:
                    continue
                linked = records.sudo().mapped(name)
                if field.comodel_name == "dist.site":
                    self.assertLessEqual(linked, site, f"{records._name}.{name}")
                elif "site_id" in linked._fields and linked._name != "res.users":
                    sites = linked.mapped("site_id")
                    self.assertLessEqual(sites, site, f"{records._name}.{name}")

    def test_blueprint_version_is_linked(self):
        blueprint = self.env["dist.blueprint"].create(
            {"name": "Template", "program_id": self.program.id}
        )
        blueprint.sudo().state = "released"
        site = self._add().site_id
        self.assertEqual(site.blueprint_id, blueprint)

    def test_gate_of_a_wave_in_preparation(self):
        self._open_gates()
        site = self._add().site_id
        self.assertEqual(site.gate_ids.wave_state, "preparing")
        self.assertEqual(len(self.wave.gate_ids), 3)

    def test_other_sites_of_the_wave_get_nothing(self):
        self._add()
        self.assertFalse(self.site_a.gate_ids)
        self.assertFalse(
            self.env["dist.milestone"].search([("site_id", "=", self.site_a.id)])
        )

    def test_warehouses(self):
        warehouse = self.env["stock.warehouse"].create({"name": "New", "code": "NEWW"})
        site = self._add(warehouse_ids=[fields.Command.set(warehouse.ids)]).site_id
        self.assertEqual(site.warehouse_ids, warehouse)

    def test_form_of_the_dialog(self):
        self.program.gate_template_id = self.template
        Wizard = self.env["dist.site.onboarding"].with_user(self.user_consultant)
        with Form(Wizard.with_context(default_program_id=self.program.id)) as form:
            self.assertEqual(form.template_id, self.template)
            form.code = "a"
            self.assertEqual(form.site_id, self.site_a)
            form.code = "FORM"
            self.assertFalse(form.site_id)
            form.name = "Form"
            form.manager_id = self.manager_a
            form.wave_id = self.wave
            self.assertEqual(form.planned_go_live, GO_LIVE)
        form.record.action_confirm()
        self.assertEqual(form.record.site_id.name, "Form")
        again = form.record.action_add_another()
        self.assertEqual(again["context"]["default_wave_id"], self.wave.id)
        self.assertEqual(
            form.record.action_open_site()["res_id"], form.record.site_id.id
        )
        line = form.record.line_ids[0]
        self.assertTrue(line.can_open)
        self.assertEqual(line.action_open()["res_model"], "dist.gate.line")

    # -- refusals -------------------------------------------------------------------

    def _assert_refused(self, sentence, **values):
        sites = self.env["dist.site"].search_count([])
        with self.assertRaisesRegex(UserError, sentence):
            self._add(**values)
        self.assertEqual(self.env["dist.site"].search_count([]), sites)

    def test_refused_when_the_wave_is_decided(self):
        self.wave.state = "go"
        self._assert_refused("Wave 1 is decided and takes no further site")

    def test_refused_when_another_company_has_the_code(self):
        self._assert_refused("taken by a site of another company", code="C")

    def test_refused_without_template(self):
        self.wave.template_id = False
        self._assert_refused("gate template that has lines", template_id=False)

    def test_refused_without_day(self):
        self.wave.planned_go_live = False
        self._assert_refused("planned go-live of the wave")
        self._assert_refused("planned go-live of the wave", wave_id=False)

    def test_refused_without_name_and_manager(self):
        self._assert_refused("Name the site", name=False)
        self._assert_refused("Name the site manager", manager_id=False)

    def test_refused_when_the_site_is_archived(self):
        self.site_b.active = False
        self._assert_refused("is archived", code="B")

    def test_refused_when_the_site_is_in_another_wave(self):
        other = self._create_wave(name="Other", site_ids=False)
        self._assert_refused(
            "planned in wave Wave 1 already", code="A", wave_id=other.id
        )

    def test_refused_in_a_wave_of_another_program(self):
        program = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        wave = self._create_wave(name="Other", program_id=program.id, site_ids=False)
        self._assert_refused("belongs to another program", wave_id=wave.id)

    def test_refused_with_a_draft_blueprint(self):
        blueprint = self.env["dist.blueprint"].create(
            {"name": "Template", "program_id": self.program.id}
        )
        self._assert_refused("released blueprint", blueprint_id=blueprint.id)

    def test_consultants_only(self):
        for user in (self.user_viewer, self.manager_a, self.user_governance):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._wizard(user=user)

    # -- size -----------------------------------------------------------------------

    def _statements(self, code):
        wizard = self._wizard(code)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard.action_confirm()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_sixtieth_site_takes_the_statements_of_the_third(self):
        self._add("WARM")
        third = self._statements("THIRD")
        self.env["dist.site"].create(
            [
                {
                    "name": f"Site {number}",
                    "code": f"S{number}",
                    "program_id": self.program.id,
                    "manager_id": self.manager_b.id,
                    "tz": "Europe/Paris",
                }
                for number in range(55)
            ]
        )
        self.wave.site_ids = self.program.site_ids - self.site_c
        self.wave._create_gates()
        sixtieth = self._statements("SIXTIETH")
        self.assertGreaterEqual(len(self.program.site_ids), 60)
        self.assertLessEqual(sixtieth, third + 5)
