from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MigrationCommon


@tagged("post_install", "-at_install")
class TestSignoff(MigrationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cycle = cls._create_loaded_cycle()
        cls.cycle.action_reconcile()
        cls.reconciliation = cls.cycle.reconciliation_id

    def _sign(self, user, run=None):
        return (
            (run or self.reconciliation)
            .with_user(user)
            ._sign("finance_controller", user.name, self.signature)
        )

    def test_finance_controller_signs(self):
        row = self._sign(self.user_finance)
        self.assertEqual(self.reconciliation.signoff_state, "signed")
        self.assertEqual(self.cycle.state, "signed")
        self.assertEqual(row, self._sign(self.user_finance))

    def test_preparers_and_others_do_not_sign(self):
        self.user_steward.group_ids += self.env.ref(
            "dist_rollout_governance.group_finance_controller"
        )
        cases = (
            (self.user_steward, "You prepared or loaded"),
            (self.user_viewer, "Only finance controllers"),
            (self.manager_a, "Only finance controllers"),
        )
        for user, message in cases:
            with self.subTest(user.login), self.assertRaisesRegex(AccessError, message):
                self._sign(user)
        self.assertEqual(self.reconciliation.signoff_state, "none")

    def test_differences_can_not_be_signed(self):
        pear = self._loaded(self.cycle, "product", "P2")
        self.env["stock.quant"]._update_available_quantity(pear, self.stock, 1)
        self.cycle.action_reconcile()
        with self.assertRaisesRegex(UserError, "These controls differ: On hand"):
            self._sign(self.user_finance, self.cycle.reconciliation_id)

    def test_outdated_run_can_not_be_signed(self):
        self.cycle.action_reconcile()
        with self.assertRaisesRegex(UserError, "outdated"):
            self._sign(self.user_finance)

    def test_changed_result_turns_the_signature_stale(self):
        self._sign(self.user_finance)
        self.cycle.with_user(self.user_finance).action_reconcile()
        self.reconciliation.invalidate_recordset()
        # the later run found the same
        self.assertEqual(self.reconciliation.signoff_state, "signed")
        pear = self._loaded(self.cycle, "product", "P2")
        self.env["stock.quant"]._update_available_quantity(pear, self.stock, 1)
        self.cycle.with_user(self.user_finance).action_reconcile()
        self.reconciliation.invalidate_recordset()
        self.assertEqual(self.reconciliation.signoff_state, "stale")
        self.assertIn("latest_figures", self.reconciliation.signoff_difference)
        self.assertEqual(self.cycle.state, "signed")

    def test_signed_cycle_is_closed(self):
        self._sign(self.user_finance)
        for step in ("stage", "validate", "simulate", "load"):
            with self.subTest(step), self.assertRaisesRegex(UserError, "is signed"):
                getattr(self.cycle, f"action_{step}")()
        with self.assertRaisesRegex(UserError, "is signed"):
            self.cycle._add_file("products.csv", b"a,b\n1,2\n")

    def test_revoked_signature_opens_the_cycle(self):
        self._sign(self.user_finance)
        self.reconciliation.with_user(self.user_finance)._revoke_signoff(
            "finance_controller", "Signed the wrong cycle."
        )
        self.assertEqual(self.cycle.state, "reconciled")
        self.assertEqual(self.reconciliation.signoff_state, "none")
