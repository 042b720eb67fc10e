from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestWaveCommunication(WaveCommon):
    """Each state of a wave is told once to the people the plan lists."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.listed = cls.env["res.partner"].create(
            [
                {"name": "Key Customer", "email": "customer@example.com"},
                {"name": "Carrier", "email": "carrier@example.com"},
            ]
        )
        for event in ("preparing", "go", "hypercare", "closed"):
            cls._plan(f"wave_{event}")

    @classmethod
    def _plan(cls, event, user=None, **values):
        message = (
            cls.env["dist.communication"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "name": event,
                    "program_id": cls.program.id,
                    "event_code": event,
                    "partner_ids": [fields.Command.set(cls.listed.ids)],
                    "subject": "{{ wave }}: {{ event }}",
                    "body": "<p>{{ sites }} on {{ date }}</p>",
                    **values,
                }
            )
        )
        message.action_plan()
        return message

    def _logs(self, event):
        return self.env["dist.communication.log"].search(
            [("event_code", "=", event), ("program_id", "=", self.program.id)]
        )

    def _move_to_hypercare(self):
        for gate in self._open_gates():
            self._pass_lines(gate)
            self._sign_gate(gate)
        self._decide_wave()
        (self.site_a | self.site_b).cutover_at = fields.Datetime.now() - timedelta(
            hours=1
        )
        self._start_hypercare()

    def test_cutover_of_a_wave_is_told_once_to_the_listed_people(self):
        self._move_to_hypercare()
        log = self._logs("wave_hypercare")
        self.assertEqual(len(log), 1)
        self.assertEqual(log.recipient_count, 2)
        self.assertEqual(
            log.subject, "Wave 1: Rollout wave: cutover done, hypercare starts"
        )
        self.assertIn("Site A, Site B on 2026-05-12", log.body)
        notified = self.env["mail.message"].search(
            [
                ("model", "=", "dist.program"),
                ("res_id", "=", self.program.id),
                ("subject", "=", log.subject),
            ]
        )
        self.assertEqual(len(notified), 1)
        self.assertEqual(notified.notified_partner_ids, self.listed)
        self.wave.sudo().state = "go"
        self.wave.sudo().state = "hypercare"
        self.assertEqual(len(self._logs("wave_hypercare")), 1)

    def test_each_state_has_its_message(self):
        self._open_gates()
        self.assertEqual(len(self._logs("wave_preparing")), 1)
        self.assertFalse(self._logs("wave_go"))
        self._move_to_hypercare()
        self.assertEqual(len(self._logs("wave_go")), 1)
        self.wave.sudo().state = "closed"
        self.assertEqual(len(self._logs("wave_closed")), 1)

    def test_go_taken_back_and_decided_again_is_told_once(self):
        for gate in self._open_gates():
            self._pass_lines(gate)
            self._sign_gate(gate)
        self._decide_wave()
        self.wave.with_user(self.user_governance)._revoke_signoff(
            "steering", "The carrier is on strike"
        )
        self._decide_wave()
        self.assertEqual(len(self._logs("wave_go")), 1)
        self.assertEqual(len(self._logs("wave_preparing")), 1)

    def test_rolled_back_step_tells_nobody(self):
        self._open_gates()
        messages = self.env["mail.message"].search_count([])
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.wave.sudo().state = "go"
            raise ZeroDivisionError
        self.assertFalse(self._logs("wave_go"))
        self.assertEqual(self.env["mail.message"].search_count([]), messages)

    def test_message_of_a_site_outside_the_wave_is_not_sent(self):
        message = self._plan("wave_go", self.env.user, site_id=self.site_c.id)
        self.wave.sudo().state = "go"
        self.assertFalse(message.sudo().log_ids)
        self.assertEqual(len(self._logs("wave_go")), 1)

    def test_second_wave_is_another_occasion(self):
        second = self._create_wave(
            name="Wave 2", site_ids=[fields.Command.set(self.site_c.ids)]
        )
        (self.wave | second).sudo().state = "go"
        self.assertEqual(len(self._logs("wave_go")), 2)

    def test_rename_of_a_wave_tells_nobody(self):
        self.wave.name = "Wave One"
        self.assertFalse(self._logs("wave_preparing"))
