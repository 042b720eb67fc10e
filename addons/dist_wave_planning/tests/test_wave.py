from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestWave(WaveCommon):
    def test_consultant_plans_a_wave_in_the_form(self):
        self.wave.active = False
        with Form(self.env["dist.wave"].with_user(self.user_consultant)) as form:
            form.name = "Form Wave"
            form.program_id = self.program
            form.planned_go_live = "2026-05-01"
            form.template_id = self.template
            form.site_ids.add(self.site_a)
            form.fallback = "The old system goes on."
        wave = form.record
        self.assertEqual(wave.state, "draft")
        wave.action_plan()
        self.assertEqual(wave.state, "planned")
        wave.action_open_gates()
        self.assertEqual(wave.state, "preparing")
        self.assertEqual(wave.gate_ids.site_id, self.site_a)

    def test_plan_and_gates_name_everything_that_is_missing(self):
        wave = self._create_wave(
            name="Empty",
            site_ids=False,
            template_id=False,
            planned_go_live=False,
            fallback=False,
        )
        self.assertIn("Add the sites", wave.obstacles)
        with self.assertRaisesRegex(
            UserError, "(?s)Add the sites.*planned go-live.*the fallback decision"
        ):
            wave.with_user(self.user_consultant).action_plan()
        wave.state = "planned"
        with self.assertRaisesRegex(
            UserError, "(?s)Add the sites.*gate template that has lines"
        ):
            wave.with_user(self.user_consultant).action_open_gates()

    def test_open_gates_twice_makes_nothing_twice(self):
        gates = self._open_gates()
        lines = gates.line_ids
        self.wave.with_user(self.user_consultant).action_open_gates()
        self.assertEqual(self.wave.gate_ids, gates)
        self.assertEqual(gates.line_ids, lines)
        self.assertEqual(len(lines), 6)

    def test_site_joins_after_the_gates_are_opened(self):
        self._open_gates()
        self.wave.site_ids = [fields.Command.link(self.site_c.id)]
        self.assertIn("C Site C has no readiness gate", self.wave.obstacles)
        self._open_gates()
        self.assertEqual(len(self.wave.gate_ids), 3)

    def test_no_site_joins_a_decided_wave(self):
        self._ready()
        self._decide_wave()
        with self.assertRaisesRegex(ValidationError, "can't join it any more"):
            self.wave.site_ids = [fields.Command.link(self.site_c.id)]

    def test_site_with_a_gate_does_not_leave(self):
        self._open_gates()
        with self.assertRaisesRegex(ValidationError, "has a readiness gate in Wave 1"):
            self.wave.site_ids = [fields.Command.unlink(self.site_a.id)]

    def test_site_is_in_one_open_wave(self):
        self.wave.active = False
        second = self._create_wave(name="Wave 2")
        with self.assertRaisesRegex(ValidationError, "planned in wave Wave 2 already"):
            self.wave.active = True
        self.assertEqual(second.site_ids, self.wave.site_ids)

    def test_site_of_another_program(self):
        program = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        site = self._create_site(
            "X", program_id=program.id, manager_id=self.manager_a.id
        )
        with self.assertRaisesRegex(ValidationError, "not part of program Test"):
            self.wave.site_ids = [fields.Command.link(site.id)]

    def test_wave_with_gates_is_not_deleted(self):
        self._open_gates()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.wave.with_user(self.user_admin).unlink()

    # -- go --------------------------------------------------------------------

    def test_go_names_every_red_line_and_missing_signature(self):
        gate_a, gate_b = self._open_gates()
        self._pass_lines(gate_a)
        self._sign_gate(gate_a)
        with self.assertRaises(UserError) as caught:
            self.wave.with_user(self.user_consultant).action_declare_ready()
        message = str(caught.exception)
        self.assertIn("B Site B: Stock: there is no evidence.", message)
        self.assertIn("B Site B: Documents: nobody has attested it.", message)
        self.assertIn("B Site B: a signature is missing or no longer holds", message)
        self.assertNotIn("Site A", message)
        self.assertNotIn("Nice", message, "an optional line keeps nobody back")
        with self.assertRaises(UserError):
            self._decide_wave()
        self.assertEqual(self.wave.state, "preparing")
        self.assertEqual(gate_b.state, "open")

    def test_go_is_decided_and_signed(self):
        self._ready()
        self.wave.with_user(self.user_consultant).action_declare_ready()
        action = self.wave.with_user(self.user_governance).action_decide_go()
        self.assertEqual(action["context"]["default_role"], "steering")
        row = self._decide_wave()
        self.assertEqual(self.wave.state, "go")
        self.assertEqual(self.wave.decided_at, row.signed_at)
        self.assertEqual([gate["key"] for gate in row._content()["gates"]], ["A", "B"])
        self.assertFalse(row.chain_id.sudo()._run_check())

    def test_go_after_a_line_turned_red(self):
        """The signature is there, the fact has changed since: no go."""
        self._ready()
        self.wave.with_user(self.user_consultant).action_declare_ready()
        self._store(self.measure, self.site_a, self.site_a._local_day(), 9, 100)
        with self.assertRaisesRegex(UserError, "Stock: is 9 %, must be at most 0.5 %"):
            self._decide_wave()

    def test_go_with_a_stale_signature(self):
        gates = self._ready()
        self.wave.with_user(self.user_consultant).action_declare_ready()
        gates[0].line_ids[0].threshold = 0.4
        with self.assertRaisesRegex(UserError, "Signed, Content Changed Since"):
            self._decide_wave()

    def test_no_go_is_recorded_with_its_reason(self):
        self._open_gates()
        action = self.wave.with_user(self.user_governance).action_decide_no_go()
        self.assertEqual(action["context"]["default_verdict"], "refuse")
        row = self._decide_wave(verdict="refuse", statement="Stock is wrong")
        self.assertEqual(row.statement, "Stock is wrong")
        self.assertEqual(self.wave.state, "preparing")

    def test_go_is_taken_back_before_hypercare_only(self):
        self._ready()
        self._decide_wave()
        wave = self.wave.with_user(self.user_governance)
        wave._revoke_signoff("steering", "The carrier is on strike")
        self.assertEqual(self.wave.state, "preparing")
        self._decide_wave()
        self._go_live()
        self._start_hypercare()
        with self.assertRaisesRegex(UserError, "before the cutover"):
            wave._revoke_signoff("steering", "Too late")

    def test_only_governance_decides(self):
        self._ready()
        self.wave.with_user(self.user_consultant).action_declare_ready()
        for user in (self.user_consultant, self.user_admin, self.manager_a):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._decide_wave(user)

    # -- hypercare and close ---------------------------------------------------

    def test_hypercare_starts_after_go_and_cutover(self):
        wave = self.wave.with_user(self.user_consultant)
        with self.assertRaisesRegex(UserError, "taken when it is Cutover"):
            wave.action_start_hypercare()
        self._ready()
        self._decide_wave()
        wave.action_start_cutover()
        with self.assertRaisesRegex(UserError, "A Site A has not gone live"):
            wave.action_start_hypercare()
        self.site_a.cutover_at = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "A Site A has not gone live"):
            wave.action_start_hypercare()
        self._go_live()
        wave.action_start_hypercare()
        self.assertEqual(wave.state, "hypercare")

    def test_steps_are_taken_by_consultants(self):
        for user in (self.user_viewer, self.user_governance, self.manager_a):
            wave = self.wave.with_user(user)
            for step in (
                "action_plan",
                "action_open_gates",
                "action_declare_ready",
                "action_reopen",
                "action_start_cutover",
                "action_start_hypercare",
                "action_stabilize",
                "action_close",
                "action_replan",
            ):
                with self.subTest(user=user.login, step=step):
                    with self.assertRaises(AccessError):
                        getattr(wave, step)()

    def test_obstacles_count_sites_the_reader_does_not_see(self):
        self.wave.site_ids = [fields.Command.link(self.site_c.id)]
        self._open_gates()
        gates = self.wave.gate_ids
        for gate in gates - gates.filtered(lambda gate: gate.site_id == self.site_c):
            self._pass_lines(gate)
            self._sign_gate(gate)
        with self.assertRaisesRegex(UserError, "C Site C: Stock"):
            self.wave.with_user(self.user_consultant).action_declare_ready()

    def _ready(self):
        gates = self._open_gates()
        for gate in gates:
            self._pass_lines(gate)
            self._sign_gate(gate)
        return gates

    def _go_live(self):
        (self.site_a | self.site_b).cutover_at = fields.Datetime.now() - timedelta(
            hours=1
        )
