from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestGateSignoff(WaveCommon):
    """The site manager, the weakest role, signs the readiness gate."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate_a, cls.gate_b = cls._open_gates()

    def test_site_manager_signs(self):
        self._pass_lines(self.gate_a)
        gate = self.gate_a.with_user(self.manager_a)
        self.assertTrue(gate.can_sign)
        action = gate.action_open_signoff()
        wizard = (
            self.env["dist.signoff.wizard"]
            .with_user(self.manager_a)
            .with_context(**action["context"])
            .create({"signature": self.signature, "confirmed": True})
        )
        receipt = wizard.action_confirm()
        row = (
            self.env["dist.signoff"].with_user(self.manager_a).browse(receipt["res_id"])
        )
        self.assertEqual(row.role_name, "Site Manager")
        self.assertEqual(gate.state, "signed")
        self.assertEqual(gate.signed_at, row.signed_at)
        lines = {line["key"].split(" ", 1)[1]: line for line in row._content()["lines"]}
        self.assertEqual(lines["Stock"]["result"], "passed")
        self.assertEqual(
            lines["Documents"]["evidence"][0]["sha1"],
            self.gate_a.line_ids[1].evidence_attachment_ids.checksum,
        )
        self.assertFalse(row.chain_id.sudo()._run_check())

    def test_red_lines_keep_from_signing_and_are_named(self):
        gate = self.gate_a.with_user(self.manager_a)
        with self.assertRaisesRegex(
            UserError, "(?s)Stock: there is no.*Documents: nob"
        ):
            gate.action_open_signoff()
        with self.assertRaises(UserError):
            self._sign_gate(self.gate_a)

    def test_line_turns_red_between_dialog_and_signature(self):
        self._pass_lines(self.gate_a)
        self.gate_a.with_user(self.manager_a).action_open_signoff()
        self._store(self.measure, self.site_a, self.site_a._local_day(), 9, 100)
        with self.assertRaisesRegex(UserError, "Stock: is 9 %"):
            self._sign_gate(self.gate_a)

    def test_not_ready_is_an_equal_choice(self):
        gate = self.gate_a.with_user(self.manager_a)
        action = gate.action_open_not_ready()
        self.assertEqual(action["context"]["default_verdict"], "refuse")
        gate._sign("site_manager", "Ada Lovelace", None, "refuse", "Scanners missing")
        self.assertEqual(gate.state, "not_ready")
        self._pass_lines(self.gate_a)
        self._sign_gate(self.gate_a)
        self.assertEqual(gate.state, "signed")

    def test_only_the_sites_team_signs(self):
        self._pass_lines(self.gate_a)
        for user in (self.manager_b, self.user_consultant, self.user_governance):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self._sign_gate(self.gate_a, user)
        self.site_a.deputy_ids = self.manager_b
        self._sign_gate(self.gate_a, self.manager_b)

    def test_nobody_signs_what_he_attested(self):
        self._store(self.measure, self.site_a, self.site_a._local_day(), 0, 100)
        document = self._create_document(self.manager_a)
        self.gate_a.line_ids[1].with_user(self.manager_a)._attest("passed", document)
        with self.assertRaisesRegex(UserError, "You attested “Documents” yourself"):
            self._sign_gate(self.gate_a)
        self.site_a.deputy_ids = self.manager_b
        self._sign_gate(self.gate_a, self.manager_b)

    def test_change_of_a_line_makes_it_stale(self):
        self._pass_lines(self.gate_a)
        self._sign_gate(self.gate_a)
        line = self.gate_a.line_ids[0]
        line.with_user(self.user_consultant).threshold = 5
        self.assertEqual(self.gate_a.signoff_state, "stale")
        self.assertIn("Stock / threshold: 0.50 → 5.00", self.gate_a.signoff_difference)

    def test_red_fact_makes_it_stale_but_a_moving_green_figure_does_not(self):
        self._pass_lines(self.gate_a, 0.2)
        self._sign_gate(self.gate_a)
        today = self.site_a._local_day()
        self._store(self.measure, self.site_a, today, 0.3, 100)
        self.assertEqual(self.gate_a.signoff_state, "signed")
        self._store(self.measure, self.site_a, today, 9, 100)
        self.gate_a.invalidate_recordset()
        self.assertEqual(self.gate_a.signoff_state, "stale")
        self.assertIn("result: passed → failed", self.gate_a.signoff_difference)

    def test_removed_evidence_makes_it_stale(self):
        self._pass_lines(self.gate_a)
        self._sign_gate(self.gate_a)
        self.gate_a.line_ids[1].evidence_attachment_ids.sudo().unlink()
        self.env.invalidate_all()
        self.assertEqual(self.gate_a.signoff_state, "stale")

    def test_signer_revokes(self):
        self._pass_lines(self.gate_a)
        self._sign_gate(self.gate_a)
        gate = self.gate_a.with_user(self.manager_a)
        self.assertEqual(gate.action_revoke()["context"]["default_verdict"], "revoke")
        gate._revoke_signoff("site_manager", "Too early")
        self.assertEqual(gate.state, "open")

    def test_gate_forged_by_sql_is_found(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dist_gate SET state = 'signed' WHERE id = %s", [self.gate_b.id]
        )
        self.env.invalidate_all()
        chain = self.env["dist.signoff.chain"]._of_program(self.program)
        self.assertIn("says it is signed", chain._run_check()[0])

    def test_signed_gate_is_not_deleted_and_copies_unsigned(self):
        self._pass_lines(self.gate_a)
        self._sign_gate(self.gate_a)
        with self.assertRaisesRegex(UserError, "has sign-offs"):
            self.gate_a.with_user(self.user_admin).unlink()
        self.assertEqual(self.gate_a.copy_data()[0].get("state"), None)

    def test_line_is_attested_in_preparation_only(self):
        self.wave.sudo().state = "hypercare"
        line = self.gate_a.line_ids[1].with_user(self.manager_a)
        with self.assertRaisesRegex(UserError, "while its wave is in preparation"):
            line.action_attest()

    def test_gate_is_signed_in_preparation_only(self):
        self._pass_lines(self.gate_a)
        self.wave.sudo().state = "hypercare"
        self.assertFalse(self.gate_a.with_user(self.manager_a).can_sign)
        with self.assertRaisesRegex(UserError, "while its wave is in preparation"):
            self._sign_gate(self.gate_a)
