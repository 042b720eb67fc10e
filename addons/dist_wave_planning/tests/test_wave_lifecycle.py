from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..models.dist_wave import NEXT_STEP, STATES, STEPS
from ..models.dist_wave_lesson import HEADINGS
from .common import WaveCommon

ACTIONS = {
    "plan": "action_plan",
    "prepare": "action_open_gates",
    "declare_ready": "action_declare_ready",
    "reopen": "action_reopen",
    "go": "action_decide_go",
    "start_cutover": "action_start_cutover",
    "start_hypercare": "action_start_hypercare",
    "stabilize": "action_stabilize",
    "close": "action_close",
    "roll_back": "action_roll_back",
    "replan": "action_replan",
}


@tagged("post_install", "-at_install")
class TestWaveLifecycle(WaveCommon):
    """Each step, from the states it starts from and from all the others."""

    def _consultant(self):
        return self.wave.with_user(self.user_consultant)

    def _ready(self):
        for gate in self._open_gates():
            self._pass_lines(gate)
            self._sign_gate(gate)

    def _live(self):
        self._ready()
        self._decide_wave()
        (self.site_a | self.site_b).cutover_at = fields.Datetime.now() - timedelta(
            hours=1
        )
        self._start_hypercare()

    def _stabilize(self, wave):
        """End hypercare, whatever another addon watches after go-live."""
        with patch.object(type(wave), "_stabilize_obstacles", lambda wave: []):
            wave.action_stabilize()

    def _write_lessons(self):
        self.env["dist.wave.lesson"].with_user(self.user_consultant).create(
            [
                {"wave_id": self.wave.id, "heading": heading, "lesson": label}
                for heading, label in HEADINGS
            ]
        )

    def test_every_step_is_refused_from_other_states(self):
        self.assertEqual(STEPS.keys(), ACTIONS.keys())
        for step, action in ACTIONS.items():
            user = (
                self.user_governance
                if step in ("go", "roll_back")
                else self.user_consultant
            )
            for state, _label in STATES:
                if state in STEPS[step][0]:
                    continue
                self.wave.state = state
                with (
                    self.subTest(step=step, state=state),
                    self.assertRaisesRegex(UserError, "this step is taken when it is"),
                ):
                    getattr(self.wave.with_user(user), action)()
                self.assertEqual(self.wave.state, state)

    def test_every_state_has_a_next_step(self):
        self.assertEqual({state for state, _label in STATES} - {*NEXT_STEP}, {"closed"})

    def test_whole_life(self):
        self._live()
        wave = self._consultant()
        self._stabilize(wave)
        with self.assertRaisesRegex(UserError, "learned about: Data Quality, Training"):
            wave.action_close()
        self._write_lessons()
        wave.action_close()
        self.assertEqual(wave.state, "closed")

    def test_states_are_not_written(self):
        for state, _label in STATES[1:]:
            with self.subTest(state), self.assertRaises(AccessError):
                self._consultant().state = state

    def test_ready_names_what_is_missing_and_goes_back(self):
        self._ready()
        self.wave.support_staffing = False
        with self.assertRaisesRegex(UserError, "who supports the sites"):
            self._consultant().action_declare_ready()
        self.wave.support_staffing = "Two people"
        self._consultant().action_declare_ready()
        self.assertEqual(self.wave.state, "ready")
        self._consultant().action_reopen()
        self.assertEqual(self.wave.state, "preparing")

    def test_calendar_keeps_a_wave_from_being_planned(self):
        self.wave.planned_go_live = date(2090, 3, 31)
        with self.assertRaisesRegex(UserError, "or request a waiver"):
            self._consultant().action_plan()

    def test_cutover_waits_for_its_window_and_for_the_decision(self):
        self.wave.cutover_start = fields.Datetime.now() + timedelta(days=1)
        self._ready()
        self._decide_wave()
        with self.assertRaisesRegex(UserError, "The cutover window opens at"):
            self._consultant().action_start_cutover()
        self.wave.cutover_start = False
        self.wave.gate_ids.line_ids[0].threshold = 0.1
        with self.assertRaisesRegex(UserError, "Signed, Content Changed Since"):
            self._consultant().action_start_cutover()
        self.wave.name = "Wave of another name"
        with self.assertRaisesRegex(UserError, "go decision no longer holds"):
            self._consultant().action_start_cutover()

    def test_cutover_window_ends_after_it_starts(self):
        with self.assertRaisesRegex(ValidationError, "ends before it starts"):
            self.wave.write(
                {
                    "cutover_start": "2026-04-02 08:00:00",
                    "cutover_end": "2026-04-01 08:00:00",
                }
            )

    def test_fallback_is_decided_and_the_wave_planned_again(self):
        self._live()
        action = self.wave.with_user(self.user_governance).action_roll_back()
        self.assertEqual(action["context"]["default_verdict"], "refuse")
        row = self._decide_wave(verdict="refuse", statement="Scanners are dead")
        self.assertEqual(self.wave.state, "rolled_back")
        self.assertFalse(self.wave.decided_at)
        self.assertFalse(row.chain_id.sudo()._run_check())
        with self.assertRaisesRegex(UserError, "still ahead"):
            self._consultant().action_replan()
        self.wave.planned_go_live = date(2090, 12, 31)
        with self.assertRaisesRegex(UserError, "Choose another day"):
            self._consultant().action_replan()
        self.wave.planned_go_live = date(2090, 5, 16)
        self._consultant().action_replan()
        self._consultant().action_open_gates()
        with self.assertRaisesRegex(UserError, "Signed, Content Changed Since"):
            self._consultant().action_declare_ready()

    def test_pilot_first(self):
        self.wave.strategy = "pilot"
        self._live()
        site = self._create_site("D", manager_id=self.manager_a.id)
        second = self._create_wave(
            name="Wave 2",
            site_ids=[fields.Command.set(site.ids)],
            planned_go_live=date(2026, 6, 1),
        )
        second.state = "preparing"
        gate = self.env["dist.gate"].create({"wave_id": second.id, "site_id": site.id})
        self._pass_lines(gate)
        self._sign_gate(gate)
        second.state = "ready"
        with self.assertRaisesRegex(UserError, "The pilot Wave 1 is not stabilized"):
            second.with_user(self.user_governance).action_decide_go()
        self._stabilize(self._consultant())
        second.with_user(self.user_governance).action_decide_go()

    def test_lessons_reach_the_backlog_and_the_next_gates(self):
        lesson = (
            self.env["dist.wave.lesson"]
            .with_user(self.user_consultant)
            .create(
                {
                    "wave_id": self.wave.id,
                    "heading": "training",
                    "lesson": "The night shift was forgotten.",
                    "follow_up": "Night shift trained",
                    "for_next_wave": True,
                }
            )
        )
        line = lesson.template_line_id
        self.assertEqual(line.template_id, self.template)
        self.assertEqual((line.name, line.workstream), (lesson.follow_up, "people"))
        lesson.action_create_improvement()
        lesson.action_create_improvement()
        task = self.program.project_id.task_ids.filtered("dist_is_improvement")
        self.assertEqual(lesson.task_id.sudo(), task)
        self.assertEqual(task.name, "Night shift trained")
        lesson.write({"follow_up": "Night shift trained twice"})
        self.assertEqual(self.template.line_ids.mapped("name").count("Stock"), 1)
        self.assertEqual(lesson.template_line_id, line)
        with self.assertRaisesRegex(AccessError, "Improvement of Lesson"):
            lesson.task_id = False
