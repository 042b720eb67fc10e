from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FILES, MigrationCommon

PRODUCTS = "code,name,barcode,price,supplier,inactive,pack\n"


@tagged("post_install", "-at_install")
class TestReconciliation(MigrationCommon):
    def _reconciled(self, files=None, **values):
        cycle = self._create_loaded_cycle(files, **values)
        cycle.action_reconcile()
        return cycle

    def _figures(self, cycle, code):
        control = self._control(cycle, code)
        return control.legacy, control.odoo, control.difference, control.result

    def _measure(self, code):
        return self.env["dist.measure.value"].search(
            [("measure_id.code", "=", code), ("site_id", "=", self.site_a.id)]
        )

    def test_loaded_extract_agrees(self):
        cycle = self._reconciled()
        self.assertEqual(cycle.state, "reconciled")
        self.assertEqual(cycle.reconciliation_id.result, "passed")
        self.assertFalse(cycle.reconciliation_id.discrepancy_ids)
        expected = {
            "location_count": (2, 2, 0, "passed"),
            "supplier_count": (2, 2, 0, "passed"),
            "customer_count": (2, 2, 0, "passed"),
            "product_count": (4, 4, 0, "passed"),
            "product_archived_count": (1, 1, 0, "passed"),
            "archived_with_stock_count": (1, 1, 0, "passed"),
            "onhand_quantity": (42, 42, 0, "passed"),
            "onhand_value": (91.7, 91.7, 0, "passed"),
            "order_count": (2, 2, 0, "passed"),
            "order_line_count": (3, 3, 0, "passed"),
            "order_line_quantity": (8, 8, 0, "passed"),
            "rows_loaded": (19, 19, 0, "passed"),
        }
        for code, figures in expected.items():
            with self.subTest(code):
                self.assertEqual(self._figures(cycle, code), figures)

    def test_order_value_shows_both_roundings(self):
        cycle = self._reconciled()
        # 3 × 2.45 less 15 % is 6.2475, which a line shows as 6.25
        value = self._control(cycle, "order_line_value")
        self.assertAlmostEqual(value.legacy, 14.9975, 4)
        self.assertAlmostEqual(value.odoo, 15.0, 4)
        self.assertAlmostEqual(value.tolerance, 0.015, 4)
        self.assertEqual(value.result, "passed")
        self.assertIn("tolerance", value.note)
        rounded = self._control(cycle, "order_line_value_rounded")
        self.assertRecordValues(
            rounded,
            [{"legacy": 15.0, "odoo": 15.0, "absolute_difference": 0, "tolerance": 0}],
        )

    def test_one_line_off_by_two_is_one_exception(self):
        cycle = self._create_loaded_cycle()
        pear = self._loaded(cycle, "product", "P2")
        rack = self._loaded(cycle, "location", "R1")
        self.env["stock.quant"]._update_available_quantity(pear, rack, -2)
        cycle.action_reconcile()
        control = self._control(cycle, "onhand_quantity")
        self.assertRecordValues(
            control,
            [
                {
                    "legacy": 42,
                    "odoo": 40,
                    "difference": -2,
                    "absolute_difference": 2,
                    "match_count": 3,
                    "mismatch_count": 1,
                    "result": "failed",
                }
            ],
        )
        line = cycle.reconciliation_id.discrepancy_ids
        self.assertRecordValues(
            line,
            [
                {
                    "kind": "quantity",
                    "legacy_value": 20,
                    "odoo_value": 18,
                    "difference": -2,
                    "amount_difference": -2.5,
                    "site_id": self.site_a.id,
                    "res_model": "stock.quant",
                }
            ],
        )
        self.assertEqual(line.action_open_record()["res_model"], "stock.quant")
        self.assertEqual(cycle.reconciliation_id.result, "failed")
        self.assertAlmostEqual(
            self._measure("migration_stock_variance").value, 100 * 2 / 42, 4
        )

    def test_opposite_differences_do_not_cancel_out(self):
        cycle = self._create_loaded_cycle()
        rack = self._loaded(cycle, "location", "R1")
        for key, change in (("P1", -2), ("P2", 2)):
            product = self._loaded(cycle, "product", key)
            self.env["stock.quant"]._update_available_quantity(product, rack, change)
        cycle.action_reconcile()
        control = self._control(cycle, "onhand_quantity")
        self.assertRecordValues(
            control,
            [{"difference": 0, "absolute_difference": 4, "result": "failed"}],
        )

    def test_missing_and_unexpected_stock(self):
        cycle = self._create_loaded_cycle(
            {"stock": FILES["stock.csv"] + "P1,R,x\nP9,R,3\n"}
        )
        stranger = self.env["product.product"].create(
            {
                "name": "Stranger",
                "is_storable": True,
                "list_price": 9,
                "company_id": self.company.id,
            }
        )
        self.env["stock.quant"]._update_available_quantity(stranger, self.stock, 6)
        cycle.action_reconcile()
        found = {
            (line.control_id.code, line.kind, line.legacy_value, line.odoo_value)
            for line in cycle.reconciliation_id.discrepancy_ids
        }
        self.assertEqual(
            found,
            {
                ("onhand_quantity", "missing", 3, 0),
                ("onhand_quantity", "unexpected", 0, 6),
                ("product_count", "unexpected", 0, 1),
                # one can't be read, the other's product is unknown
                ("rows_loaded", "missing", 1, 0),
            },
        )
        lost = cycle.reconciliation_id.discrepancy_ids.filtered(
            lambda line: line.kind == "missing" and line.legacy_value == 3
        )
        self.assertEqual(lost.key, "P9 @ R")
        with self.assertRaisesRegex(UserError, "no record in Odoo"):
            lost.action_open_record()
        self.assertEqual(self._measure("migration_master_gap").value, 1)

    def test_changed_master_data_and_orders(self):
        cycle = self._create_loaded_cycle()
        self._loaded(cycle, "product", "P4").name = "Damson"
        self._loaded(cycle, "customer", "C1").active = False
        self._loaded(cycle, "sale_order_line", "1001|P1").price_unit = 3
        self._loaded(cycle, "sale_order_line", "1003|P2").product_uom_qty = 5
        cycle.action_reconcile()
        found = {
            (line.control_id.code, line.kind, line.key)
            for line in cycle.reconciliation_id.discrepancy_ids
        }
        self.assertEqual(
            found,
            {
                ("product_count", "attribute", "P4"),
                ("customer_count", "attribute", "C1"),
                ("order_line_value_rounded", "value", "1001|P1"),
                ("order_line_quantity", "quantity", "1003|P2"),
            },
        )
        line = cycle.reconciliation_id.discrepancy_ids.filtered(
            lambda line: line.kind == "value"
        )
        self.assertEqual(line.action_open_record()["res_model"], "sale.order")

    def test_cancelled_and_new_orders(self):
        cycle = self._create_loaded_cycle()
        order = self._loaded(cycle, "sale_order", "1003")
        other = order.copy()
        other.action_confirm()
        order._action_cancel()
        cycle.action_reconcile()
        kinds = {
            (line.control_id.code, line.kind)
            for line in cycle.reconciliation_id.discrepancy_ids
        }
        self.assertEqual(
            kinds,
            {
                ("order_count", "missing"),
                ("order_count", "unexpected"),
                ("order_line_quantity", "missing"),
                ("order_line_quantity", "unexpected"),
            },
        )
        self.assertEqual(self._figures(cycle, "order_count"), (2, 2, 0, "failed"))

    def test_held_back_rows_are_differences(self):
        """A row with errors is part of the legacy figures: nothing is hidden."""
        cycle = self._reconciled({"products": FILES["products.csv"] + "P9,,,1,,0,\n"})
        lines = cycle.reconciliation_id.discrepancy_ids
        self.assertRecordValues(
            lines,
            [
                {"kind": "missing", "key": "P9", "detail": False},
                {"kind": "missing", "key": "product: P9", "detail": "Name is missing."},
            ],
        )
        action = lines[1].action_open_record()
        self.assertEqual(action["res_model"], "dist.migration.row")
        self.assertEqual(self._figures(cycle, "product_count"), (5, 4, -1, "failed"))

    def test_measures_are_stored_for_the_sites_local_day(self):
        cycle = self._reconciled()
        run = cycle.reconciliation_id
        for code in (
            "migration_stock_variance",
            "migration_order_variance",
            "migration_master_gap",
        ):
            with self.subTest(code):
                value = self._measure(code)
                self.assertEqual((value.value, value.source), (0, "reconciliation"))
                self.assertEqual(value.day, self.site_a._local_day(run.run_at))

    def test_runs_are_immutable_and_numbered(self):
        cycle = self._reconciled()
        first = cycle.reconciliation_id
        self.assertEqual(len(first.result_hash), 64)
        self.assertEqual(first.parameters["files"].keys(), FILES.keys())
        self.assertEqual(first.mapping_hash, cycle.mapping_id.content_hash)
        cycle.action_reconcile()
        self.assertNotEqual(cycle.reconciliation_id, first)
        self.assertEqual(cycle.reconciliation_id.name, "Mock / 2")
        self.assertFalse(first.is_latest)
        with self.assertRaises(AccessError):
            first.write({"result": "failed"})
        with self.assertRaises(UserError):
            first.sudo().unlink()

    def test_other_sites_stock_does_not_count(self):
        cycle = self._create_loaded_cycle()
        house = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        pear = self._loaded(cycle, "product", "P2")
        self.env["stock.quant"]._update_available_quantity(pear, house.lot_stock_id, 99)
        cycle.action_reconcile()
        self.assertEqual(cycle.reconciliation_id.result, "passed")
