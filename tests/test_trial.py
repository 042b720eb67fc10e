import os
import pathlib
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.dist_data_migration.tests.common import MigrationCommon
from odoo.addons.dist_data_migration.tests.quality_common import QualityCommon

EXAMPLES = pathlib.Path(__file__).resolve().parents[1] / "examples"


@tagged("post_install", "-at_install")
class TestTrial(MigrationCommon):
    """Extracts from files, as ``make trial`` takes them."""

    def _run_trial(self, folder, mapping):
        cycle = self.env["dist.migration.cycle"]._create_from_folder(
            folder,
            mapping.read_text(encoding="utf-8"),
            {
                "name": "Trial",
                "program_id": self.program.id,
                "site_ids": self.site_a.ids,
                "company_id": self.company.id,
            },
        )
        cycle.action_validate()
        cycle._load_now()
        cycle.action_reconcile()
        return cycle

    def _assert_controls(self, cycle, expected, failed=()):
        """Compare the figures, and that just the ``failed`` controls failed."""
        facts = cycle.reconciliation_id._as_dict()
        for code, (legacy, odoo) in expected.items():
            with self.subTest(code):
                self.assertEqual(
                    (facts[code]["legacy"], facts[code]["odoo"]), (legacy, odoo)
                )
        controls = cycle.reconciliation_id.control_ids
        self.assertEqual(
            {control.code for control in controls if control.result == "failed"},
            set(failed),
        )

    def test_mini(self):
        cycle = self._run_trial(EXAMPLES / "mini", EXAMPLES / "mini" / "mapping.yaml")
        self._assert_controls(
            cycle,
            {
                "product_count": ("6", "6"),
                "product_archived_count": ("2", "2"),
                "archived_with_stock_count": ("1", "1"),
                "onhand_quantity": ("1502.00", "1502.00"),
                "onhand_value": ("4170.80", "4170.80"),
                "order_line_count": ("5", "5"),
                "order_line_value_rounded": ("559.01", "559.01"),
            },
        )
        names = self.env["res.partner"].search([("name", "=", "Café Königlich")])
        self.assertEqual(names.city, "München")
        order = self._loaded(cycle, "sale_order", "2004")
        self.assertEqual(str(order.date_order.date()), "2026-03-31")
        self.assertEqual(order.client_order_ref, "Zam/2026/4")

    def test_northwind(self):
        folder = pathlib.Path(os.environ.get("DIST_TRIAL_DATA", "")) / "northwind"
        if not folder.is_dir():
            self.skipTest(
                "set DIST_TRIAL_DATA to the folder that holds northwind, the CSV files "
                "of Microsoft's sample database"
            )
        cycle = self._run_trial(folder, EXAMPLES / "northwind" / "mapping.yaml")
        self._assert_controls(
            cycle,
            {
                "product_count": ("77", "77"),
                "product_archived_count": ("8", "8"),
                "archived_with_stock_count": ("4", "4"),
                "supplier_count": ("29", "29"),
                "customer_count": ("91", "91"),
                "onhand_quantity": ("3119.00", "3119.00"),
                "onhand_value": ("74050.85", "74050.85"),
                "order_count": ("21", "21"),
                "order_line_count": ("73", "73"),
                "order_line_value": ("25937.43", "25937.44"),
                "order_line_value_rounded": ("25937.44", "25937.44"),
            },
        )
        self.assertEqual(len(self._findings(cycle, "pack_size")), 77)
        self.assertEqual(len(self._findings(cycle, "inactive_with_stock")), 4)
        pack = self.env["dist.legacy.key"].search(
            [("object_id.code", "=", "product"), ("legacy_key", "=", "2")]
        )
        self.assertEqual(pack.attributes["pack_size"], "24 - 12 oz bottles")
        partners = self.env["res.partner"]
        self.assertTrue(partners.search([("name", "=", "Königlich Essen")]))
        self.assertTrue(partners.search([("name", "=", "Tradição Hipermercados")]))
        order = self._loaded(cycle, "sale_order", "11008")
        self.assertEqual(str(order.date_order.date()), "1998-04-08")

    def test_adventureworks(self):
        folder = pathlib.Path(os.environ.get("DIST_TRIAL_DATA", "")) / "adventureworks"
        if not folder.is_dir():
            self.skipTest(
                "set DIST_TRIAL_DATA to the folder that holds adventureworks, the CSV "
                "files of Microsoft's sample database"
            )
        cycle = self._run_trial(folder, EXAMPLES / "adventureworks" / "mapping.yaml")
        # the 215 orders with nothing outstanding, and their lines, are held back
        self._assert_controls(
            cycle,
            {
                "location_count": ("14", "14"),
                "supplier_count": ("104", "104"),
                "product_count": ("504", "504"),
                "onhand_quantity": ("335974.00", "335974.00"),
                "onhand_cost": ("20092679.17", "20092679.17"),
                "purchase_order_count": ("237", "22"),
                "purchase_line_quantity": ("1554.00", "1554.00"),
                "purchase_line_value": ("34145.34", "34145.34"),
                "supplier_price_count": ("460", "460"),
            },
            failed=("purchase_order_count", "purchase_line_count", "rows_loaded"),
        )
        self.assertEqual(cycle.failed_count, 0)


@tagged("post_install", "-at_install")
class TestAdventureWorks(QualityCommon):
    """What the rules find in an extract nobody has prepared for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(os.environ.get("DIST_TRIAL_DATA", "")) / (
            "adventureworks"
        )

    def test_findings_per_rule(self):
        if not self.folder.is_dir():
            self.skipTest(
                "set DIST_TRIAL_DATA to the folder that holds adventureworks, the CSV "
                "files of Microsoft's sample database"
            )
        mapping = EXAMPLES / "adventureworks" / "mapping.yaml"
        cycle = self.env["dist.migration.cycle"]._create_from_folder(
            self.folder,
            mapping.read_text(encoding="utf-8"),
            {
                "name": "AdventureWorks",
                "program_id": self.program.id,
                "site_ids": self.site_a.ids,
                "company_id": self.company.id,
            },
        )
        cycle.action_validate()
        rows = {
            code: self._rows(cycle, code)
            for code in ("product", "supplier", "stock", "purchase_order_line")
        }
        self.assertEqual(len(rows["product"]), 504)
        self.assertEqual(len(rows["supplier"]), 104)
        stock = [row.data for row in rows["stock"]]
        self.assertEqual(len(stock), 1069)
        self.assertEqual(len({row["location"] for row in stock}), 14)
        self.assertEqual(sum(int(row["quantity"]) for row in stock), 335974)
        cost = {
            row.legacy_key: Decimal(row.data["standard_price"])
            for row in rows["product"]
        }
        value = sum(cost[row["product"]] * int(row["quantity"]) for row in stock)
        self.assertEqual(value.quantize(Decimal("0.01")), Decimal("20092679.17"))
        units = self._rows(cycle, "supplier_price").mapped(
            lambda row: row.legacy["purchase_unit"]
        )
        self.assertEqual(set(units), {"CAN", "CS", "CTN", "DZ", "EA", "GAL", "PAK"})
        lines = [row.data for row in rows["purchase_order_line"]]
        self.assertEqual(sum(Decimal(row["quantity"]) for row in lines), 1554)
        self.assertEqual(
            sum(Decimal(row["quantity"]) * Decimal(row["price"]) for row in lines),
            Decimal("34145.34"),
        )
        self.assertEqual(len(self._findings(cycle, "missing_bin")), 290)
        self.assertEqual(len(self._findings(cycle, "zero_cost")), 200)
        self.assertEqual(len(self._findings(cycle, "inactive_partner")), 12)
        complete = self._findings(cycle, "order_complete")
        self.assertEqual(len(complete), 215)
        self.assertEqual(set(complete.mapped("object_id.code")), {"purchase_order"})
        # nothing outstanding is lost with the orders that are held back
        kept = rows["purchase_order_line"].filtered(lambda row: row.state == "valid")
        self.assertEqual(sum(Decimal(row.data["quantity"]) for row in kept), 1554)
