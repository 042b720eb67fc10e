from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.dist_rollout_governance.tests.common_decision import DecisionCommon

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestGateWaiver(DecisionCommon, WaveCommon):
    """A red line keeps nobody back while a waiver of the committee is in force."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate, other = cls._open_gates()
        cls.other = other
        cls.line = cls.gate.line_ids[0]

    def _waiver(self, **values):
        return (
            self.env["dist.gate.waiver"]
            .with_user(self.user_consultant)
            .create(
                {
                    "line_id": self.line.id,
                    "reason": "The count is repeated on Monday.",
                    "compensating_action": "No picking from row C until then.",
                    "valid_until": fields.Date.today() + timedelta(days=5),
                    **values,
                }
            )
        )

    def _red_gate(self):
        """Make every line true but the stock, which is nine percent off."""
        self._pass_lines(self.gate, variance=9)

    def _approve(self, waiver):
        decision = self._request(waiver)
        self.assertEqual(decision.body_id.type, "steering")
        self._decide(waiver)

    def test_waived_by_decision_until_its_last_day(self):
        self._red_gate()
        self.assertFalse(self.gate.is_passed)
        with self.assertRaisesRegex(UserError, "Stock: is 9 %"):
            self._sign_gate(self.gate)
        waiver = self._waiver()
        self._approve(waiver)
        self.assertTrue(self.line.is_waived)
        self.assertEqual(self.line.result, "failed", "it stays red")
        self.assertTrue(self.gate.is_passed)
        self._sign_gate(self.gate)
        lines = self.gate.signoff_ids._content()["lines"]
        self.assertEqual([line.get("waived") for line in lines], [True, None, None])
        with freeze_time(fields.Datetime.now() + timedelta(days=6)):
            # no job has run since the last day of the waiver
            self.gate.invalidate_recordset()
            self.line.invalidate_recordset()
            self.assertFalse(self.line.is_waived)
            self.assertEqual(self.gate.signoff_state, "stale")
            with self.enter_registry_test_mode():
                self.env.ref(
                    "dist_rollout_governance.ir_cron_decision_expire"
                ).method_direct_trigger()
            self.assertFalse(self.gate.is_passed)

    def test_go_with_waiver_is_named_for_ever(self):
        self._red_gate()
        self._approve(self._waiver())
        self._sign_gate(self.gate)
        self._pass_lines(self.other)
        self._sign_gate(self.other)
        self.assertEqual(self.wave.recommendation, "go_waived")
        self.assertIn("Waived", self.wave.board)
        row = self._decide_wave()
        self.assertEqual(row._content()["waived"], ["A Stock"])

    def test_recommendation(self):
        self.assertEqual(self.wave.recommendation, "no_go")
        for gate in self.wave.gate_ids:
            self._pass_lines(gate)
            self._sign_gate(gate)
        self.wave.invalidate_recordset(["recommendation"])
        self.assertEqual(self.wave.recommendation, "go")

    def test_site_manager_waives_nothing(self):
        with self.assertRaises(AccessError):
            self.line.with_user(self.manager_a).action_request_waiver()
        with self.assertRaises(AccessError):
            self._waiver().with_user(self.manager_a).action_request_decision()

    def test_rejected_waiver_changes_nothing(self):
        self._red_gate()
        waiver = self._waiver()
        self._request(waiver)
        self._decide(waiver, approve=False)
        self.assertFalse(self.line.is_waived)
        self.assertFalse(self.gate.is_passed)

    def test_what_is_decided_is_locked(self):
        waiver = self._waiver()
        self._approve(waiver)
        with self.assertRaisesRegex(UserError, "was put to a decision"):
            waiver.valid_until = fields.Date.today() + timedelta(days=900)

    def test_nothing_to_waive(self):
        self._pass_lines(self.gate)
        with self.assertRaisesRegex(UserError, "nothing to waive"):
            self._waiver().action_request_decision()
        with self.assertRaisesRegex(ValidationError, "last day has passed"):
            self._waiver(valid_until=fields.Date.today() - timedelta(days=1))

    def test_own_sites_only(self):
        waiver = self._waiver()
        self.assertEqual(
            waiver.with_user(self.manager_a).search([]), waiver.with_user(1)
        )
        self.assertFalse(waiver.with_user(self.manager_b).search([]))


@tagged("post_install", "-at_install")
class TestSecondKey(WaveCommon):
    """Two keys are two persons, and each has to hold its key."""

    def _gate(self, second_key):
        self.template.second_key = second_key
        gate = self._open_gates()[0]
        self._pass_lines(gate)
        return gate

    def _second(self, gate, user):
        return gate.with_user(user)._sign(
            gate.second_key, "Second Person", self.signature
        )

    def test_finance_gives_the_second_key(self):
        gate = self._gate("finance_controller")
        self._sign_gate(gate)
        self.assertEqual((gate.state, gate.signoff_state), ("open", "partial"))
        with self.assertRaisesRegex(UserError, "Site Manager, Finance Controller"):
            self.wave.with_user(self.user_consultant).action_declare_ready()
        with self.assertRaisesRegex(AccessError, "given by: Finance Controller"):
            self._second(gate, self.user_governance)
        self._second(gate, self.user_finance)
        self.assertEqual(gate.state, "signed")

    def test_one_person_gives_one_key(self):
        self.wave.process_owner_id = self.manager_a
        gate = self._gate("process_owner")
        self._sign_gate(gate)
        with self.assertRaisesRegex(UserError, "by another person"):
            self._second(gate, self.manager_a)

    def test_who_prepared_the_evidence_gives_no_key(self):
        self.wave.process_owner_id = self.user_consultant
        gate = self._gate("process_owner")
        with self.assertRaisesRegex(UserError, "You attested"):
            self._second(gate, self.user_consultant)

    def test_keys_are_named_before_the_gates_open(self):
        self.template.second_key = "process_owner"
        self.wave.with_user(self.user_consultant).action_plan()
        with self.assertRaisesRegex(UserError, "Name the process owner"):
            self.wave.with_user(self.user_consultant).action_open_gates()
        self.template.second_key = "regional_lead"
        with self.assertRaisesRegex(UserError, "A Site A has no regional lead"):
            self.wave.with_user(self.user_consultant).action_open_gates()

    def test_regional_lead(self):
        region = self.env["dist.region"].create(
            {"name": "West", "code": "W", "lead_id": self.user_viewer.id}
        )
        (self.site_a | self.site_b).region_id = region
        gate = self._gate("regional_lead")
        self._sign_gate(gate)
        self._second(gate, self.user_viewer)
        self.assertEqual(gate.signoff_state, "signed")

    def test_red_after_the_signature_is_told(self):
        self.wave.manager_id = self.user_consultant
        gate = self._gate("none")
        self._sign_gate(gate)
        self._store(self.measure, self.site_a, self.site_a._local_day(), 9, 100)
        told = gate.activity_ids
        self.assertEqual(told.user_id, self.manager_a | self.user_consultant)
        self.assertIn("Stock: is 9 %", told[0].note)
        gate.action_evaluate()
        self.assertEqual(gate.activity_ids, told, "once")

    def test_trend_and_age(self):
        gate = self._gate("none")
        line = gate.line_ids[0]
        self.assertFalse(line.trend)
        day = self.site_a._local_day()
        self._store(self.measure, self.site_a, day - timedelta(days=1), 0.4, 100)
        line.invalidate_recordset()
        self.assertEqual((line.trend, line.previous_value), ("better", 0.4))
        self.assertEqual(line.age_days, 0)
