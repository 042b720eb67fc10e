import io

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common_reconcile import ReconcileCommon


class CaseCommon(ReconcileCommon):
    """Pears are two short of 20, so the first run has one case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._change(cls.pear, cls.rack, -2)
        cls.cycle.action_reconcile()
        cls.case = cls.env["dist.reconciliation.case"].search(
            [("cycle_id", "=", cls.cycle.id), ("control", "=", "onhand_quantity")]
        )

    def _sign(self):
        return self.cycle.reconciliation_id.with_user(self.user_finance)._sign(
            "finance_controller", "Finance", self.signature
        )

    def _accept_all(self):
        for case in self.env["dist.reconciliation.case"].search(
            [("cycle_id", "=", self.cycle.id), ("state", "=", "open")]
        ):
            case.with_user(self.user_finance)._accept("Broken on the way, written off.")


@tagged("post_install", "-at_install")
class TestCases(CaseCommon):
    def test_a_difference_has_one_case_over_all_runs(self):
        self.assertRecordValues(
            self.case,
            [{"state": "open", "legacy_value": 20, "odoo_value": 18, "difference": -2}],
        )
        self._reconcile()
        self.assertEqual(self.case.run_id, self.cycle.reconciliation_id)
        self.assertEqual(
            self.case.search_count(
                [
                    ("cycle_id", "=", self.cycle.id),
                    ("control", "=", "onhand_quantity"),
                ]
            ),
            1,
        )

    def test_assigned_explained_and_fixed_by_a_run(self):
        case = self.case.with_user(self.user_steward)
        case.action_assign()
        self.assertEqual((case.state, case.user_id), ("assigned", self.user_steward))
        action = case.action_explain()
        wizard = (
            self.env["dist.reconciliation.case.wizard"]
            .with_user(self.user_steward)
            .with_context(**action["context"])
            .create({"text": "Two crates were left behind."})
        )
        wizard.action_confirm()
        self.assertEqual(case.state, "explained")
        self._change(self.pear, self.rack, 2)
        self._reconcile()
        self.assertEqual(case.state, "fixed")
        self.assertEqual(case.explanation, "Two crates were left behind.")
        with self.assertRaisesRegex(UserError, "is settled"):
            case.action_assign()
        # the difference is back
        self._change(self.pear, self.rack, -1)
        self._reconcile()
        self.assertRecordValues(
            case, [{"state": "open", "difference": -1, "reopened_count": 1}]
        )

    def test_accepted_stays_until_the_difference_changes(self):
        case = self.case.with_user(self.user_finance)
        case._accept("Broken on the way, written off.")
        self._reconcile()
        self.assertRecordValues(
            case,
            [
                {
                    "state": "accepted",
                    "reason": "Broken on the way, written off.",
                    "accepted_by_id": self.user_finance.id,
                    "accepted_difference": -2,
                }
            ],
        )
        self._change(self.pear, self.rack, -1)
        self._reconcile()
        self.assertRecordValues(case, [{"state": "open", "difference": -3}])

    def test_who_accepts(self):
        for user in (self.user_steward, self.user_viewer, self.manager_a):
            case = self.case.with_user(user)
            with self.subTest(user.login), self.assertRaises(AccessError):
                case._accept("A reason that is long enough")
            with self.subTest(user.login), self.assertRaises(AccessError):
                case.action_accept()
        with self.assertRaisesRegex(UserError, "Give a reason"):
            self.case.with_user(self.user_finance)._accept(" ok ")
        self.user_steward.group_ids += self.env.ref(
            "dist_rollout_governance.group_finance_controller"
        )
        with self.assertRaisesRegex(AccessError, "You prepared or loaded"):
            self.case.with_user(self.user_steward)._accept("My own mistake, fine")
        for user in (self.user_viewer, self.manager_a):
            with self.assertRaises(AccessError):
                self.case.with_user(user).action_assign()
        with self.assertRaises(AccessError):
            self.case.with_user(self.user_finance).write({"state": "accepted"})

    def test_acceptance_is_taken_back(self):
        case = self.case.with_user(self.user_finance)
        with self.assertRaisesRegex(UserError, "is not accepted"):
            case.action_reopen()
        case._accept("Broken on the way, written off.")
        with self.assertRaises(AccessError):
            case.with_user(self.user_steward).action_reopen()
        case.action_reopen()
        self.assertEqual(case.state, "open")

    def test_signature_needs_every_difference_settled(self):
        with self.assertRaisesRegex(UserError, "These controls differ: On hand"):
            self._sign()
        self._accept_all()
        run = self.cycle.reconciliation_id
        self.assertEqual(run.result, "failed")
        self._sign()
        self.assertEqual(self.cycle.state, "signed")
        self.assertEqual(run.signoff_state, "signed")
        # an acceptance that is taken back was part of what was signed
        self.case.with_user(self.user_finance).action_reopen()
        run.invalidate_recordset()
        self.assertEqual(run.signoff_state, "stale")

    def test_tolerance_of_zero_is_not_accepted(self):
        self._tolerance("onhand_quantity", line_kind="zero")
        with self.assertRaisesRegex(UserError, "tolerance of zero"):
            self.case.with_user(self.user_finance).action_accept()

    def _tolerance(self, control, **values):
        return (
            self.env["dist.reconciliation.tolerance"]
            .with_user(self.user_finance)
            .create({"program_id": self.program.id, "control": control, **values})
        )

    def test_tolerances_by_line_and_in_total(self):
        # 2 of 42 differ: 4.76 % in total, 2 of 20 are 10 % of the line
        cases = (
            ({"line_kind": "absolute", "line_value": 2}, "passed"),
            ({"line_kind": "absolute", "line_value": 1.99}, "failed"),
            ({"line_kind": "relative", "line_value": 10}, "passed"),
            ({"line_kind": "relative", "line_value": 9.9}, "failed"),
            ({"total_kind": "absolute", "total_value": 2}, "passed"),
            ({"total_kind": "relative", "total_value": 4.7}, "failed"),
            ({"total_kind": "relative", "total_value": 4.8}, "passed"),
            (
                {
                    "line_kind": "relative",
                    "line_value": 10,
                    "total_kind": "absolute",
                    "total_value": 1,
                },
                "failed",
            ),
            ({"line_kind": "zero"}, "failed"),
        )
        empty = {
            "line_kind": False,
            "line_value": 0,
            "total_kind": False,
            "total_value": 0,
        }
        tolerance = self._tolerance("onhand_quantity", line_kind="zero")
        for values, expected in cases:
            with self.subTest(values):
                tolerance.write({**empty, **values})
                self._reconcile()
                self.assertEqual(
                    self._figures("onhand_quantity"), (42, 40, -2, 2, expected)
                )
                # within the tolerance or not, the difference is listed
                self.assertEqual(len(self._lines("onhand_quantity")), 1)
        self.assertEqual(tolerance.version, 1 + len(cases))
        pinned = self.cycle.reconciliation_id.parameters["tolerances"]
        self.assertEqual(pinned["onhand_quantity"]["version"], tolerance.version)

    def test_refused_tolerances(self):
        for values in (
            {},
            {"line_kind": "absolute", "line_value": -1},
            {"total_kind": "relative", "total_value": 101},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._tolerance("onhand_quantity", **values)
        tolerance = self._tolerance("onhand_quantity", line_kind="zero")
        with self.assertRaises(AccessError):
            tolerance.version = 7
        with self.assertRaises(AccessError):
            tolerance.control = "order_count"
        with self.assertRaises(AccessError):
            tolerance.with_user(self.user_steward).line_kind = "absolute"

    def test_every_night(self):
        self._accept_all()
        self._sign()
        run = self.cycle.reconciliation_id
        self._change(self.apple, self.rack, 1)
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_data_migration.ir_cron_reconcile"
            ).method_direct_trigger()
        self.cycle.invalidate_recordset()
        self.assertNotEqual(self.cycle.reconciliation_id, run)
        run.invalidate_recordset()
        self.assertEqual(run.signoff_state, "stale")
        self.assertEqual(self.cycle.state, "signed")
        self.assertEqual(self.case.state, "accepted")
        self.assertTrue(self.cycle.last_check_at)
        count = self.cycle.reconciliation_count
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_data_migration.ir_cron_reconcile"
            ).method_direct_trigger()
        self.cycle.invalidate_recordset()
        self.assertEqual(self.cycle.reconciliation_count, count)

    def test_business_after_a_signed_final_load_turns_nothing_stale(self):
        self.cycle.sudo().kind = "final"
        self.assertIn(self.cycle, self.cycle._due_for_check())
        self._accept_all()
        self._sign()
        self._change(self.apple, self.rack, -1)
        self.assertNotIn(self.cycle, self.cycle._due_for_check())
        self.assertEqual(self.cycle.reconciliation_id.signoff_state, "signed")


@tagged("post_install", "-at_install")
class TestCertificate(CaseCommon, HttpCase):
    def test_workbook_holds_text_only(self):
        self.pear.default_code = "=HYPERLINK('http://x')"
        self._reconcile()
        case = self.env["dist.reconciliation.case"].search(
            [("cycle_id", "=", self.cycle.id), ("key", "like", "HYPERLINK")], limit=1
        )
        case.with_user(self.user_finance)._accept("=1+1 pieces are broken")
        run = self.cycle.reconciliation_id
        self.user_viewer.password = "rollout_viewer_password"
        self.authenticate("rollout_viewer", "rollout_viewer_password")
        action = run.with_user(self.user_viewer).action_certificate_xlsx()
        answer = self.url_open(action["url"])
        self.assertEqual(answer.status_code, 200)
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        kinds = {
            cell.data_type
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        self.assertEqual(kinds, {"s"})
        controls = {
            row[0]: row[1:5]
            for row in book["Controls"].iter_rows(values_only=True, min_row=2)
        }
        self.assertEqual(
            controls["On hand by product, location, lot and owner, quantity"],
            ("42.00", "40.00", "-2.00", "2.0000"),
        )
        reasons = [row[2].value for row in book["Accepted Differences"].iter_rows()]
        self.assertIn("=1+1 pieces are broken", reasons)
        self.assertEqual(book["Files"].max_row, 8)

    def test_other_sites_get_nothing(self):
        run = self.cycle.reconciliation_id
        self.manager_b.password = "rollout_manager_b_password"
        self.authenticate(self.manager_b.login, "rollout_manager_b_password")
        answer = self.url_open(f"/dist_data_migration/certificate/{run.id}.xlsx")
        self.assertEqual(answer.status_code, 404)
        with self.assertRaises(AccessError):
            run.with_user(self.manager_b).action_certificate_xlsx()

    def test_printed_certificate(self):
        self._accept_all()
        signature = self._sign()
        run = self.cycle.reconciliation_id
        action = run.with_user(self.manager_a).action_certificate()
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.manager_a)
            ._render_qweb_html(action["report_name"], run.ids)
        )
        text = html.decode()
        for part in (
            run.result_hash,
            signature.hash,
            "Broken on the way, written off.",
            run.parameters["files"]["stock.csv"],
        ):
            self.assertIn(part, text)
