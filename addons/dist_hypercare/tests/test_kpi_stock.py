from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import HypercareCommon, day


@tagged("post_install", "-at_install")
class TestKpiStock(HypercareCommon):
    """Counts, adjustments, receipts and levels of the stock, worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock = cls.warehouse_nyc.lot_stock_id
        cls.apple.with_company(cls.company_us).standard_price = 2
        cls.pear.with_company(cls.company_us).standard_price = 10
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")

    def _figure(self, code, on_day):
        return (
            self.env["dist.measure.value"]
            .search(
                [
                    ("measure_id.code", "=", code),
                    ("site_id", "=", self.site_nyc.id),
                    ("day", "=", on_day),
                ]
            )
            .mapped("value")
        )

    def _receive(self, product, quantity, moment):
        """Receive goods without an order, in as many steps as the warehouse has."""
        receipts = self.warehouse_nyc.in_type_id
        dock = receipts.default_location_dest_id
        with freeze_time(moment):
            picking = self.env["stock.picking"].create(
                {
                    "picking_type_id": receipts.id,
                    "location_id": self.suppliers.id,
                    "location_dest_id": dock.id,
                    "company_id": self.company_us.id,
                    "move_ids": [
                        fields.Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "location_id": self.suppliers.id,
                                "location_dest_id": dock.id,
                                "location_final_id": self.stock.id,
                                "company_id": self.company_us.id,
                            }
                        )
                    ],
                }
            )
            picking.action_confirm()
        return self._validate(picking, moment)

    def test_variances(self):
        """An apple of 100 less, a pear of 10 more, plums as the books say."""
        self._receive(self.apple, 100, "2026-03-02 15:00:00")
        self._receive(self.pear, 10, "2026-03-02 15:00:00")
        self._receive(self.plum, 4, "2026-03-02 15:00:00")
        moment = "2026-03-10 15:00:00"
        self._count(self.apple, self.stock, 99, moment)
        self._count(self.pear, self.stock, 11, moment)
        self._count(self.plum, self.stock, 4, moment)
        figures = {
            "discrepancy_rate": (2, 3),
            # one of a hundred is within a percent, one of ten is not
            "inventory_accuracy_tolerance": (2, 3),
            "count_variance_net": (10 - 2, 0),
            "count_variance_gross": (10 + 2, 0),
            "adjustment_count": (2, 0),
            "adjustment_value": (12, 0),
        }
        for code, expected in figures.items():
            with self.subTest(code):
                self.assertEqual(
                    self._compute(code, day(9), day(11)),
                    {("NYC", day(10)): expected},
                )
        move = self.env["stock.move"].search(
            [("product_id", "=", self.apple.id), ("is_inventory", "=", True)]
        )
        self.assertEqual((move.dist_book_quantity, move.quantity), (100, 1))

    def test_book_quantity_is_nobody_s(self):
        self._count(self.apple, self.stock, 5, "2026-03-10 15:00:00")
        move = self.env["stock.move"].search([("product_id", "=", self.apple.id)])
        manager = new_test_user(
            self.env,
            "book_manager",
            groups="stock.group_stock_manager",
            company_id=self.company_us.id,
        )
        with self.assertRaises(AccessError):
            move.with_user(manager).write({"dist_book_quantity": 5})

    def test_scrap_is_no_adjustment(self):
        self._receive(self.pear, 10, "2026-03-02 15:00:00")
        with freeze_time("2026-03-10 15:00:00"):
            self.env["stock.scrap"].with_company(self.company_us).create(
                {
                    "product_id": self.pear.id,
                    "scrap_qty": 3,
                    "location_id": self.stock.id,
                    "company_id": self.company_us.id,
                }
            ).action_validate()
        self.assertEqual(
            self._compute("scrap_value", day(9), day(11)), {("NYC", day(10)): (30, 0)}
        )
        self.assertFalse(self._compute("adjustment_count", day(9), day(11)))

    def test_receipts_in_two_steps(self):
        """Received at 15:00 and put away at 18:30: counted once, after 3.5 hours."""
        self.warehouse_nyc.reception_steps = "two_steps"
        receipt = self._receive(self.apple, 100, "2026-03-10 15:00:00")
        store = receipt.move_ids.move_dest_ids.picking_id
        self.assertTrue(store)
        self._validate(store, "2026-03-10 18:30:00")
        self.assertEqual(
            self._compute("receiving_lines", day(9), day(11)),
            {("NYC", day(10)): (1, 0)},
        )
        self.assertEqual(
            self._compute("dock_to_stock", day(9), day(11)),
            {("NYC", day(10)): (3.5, 1)},
        )
        self.assertRecords("dock_to_stock", self.site_nyc, day(10), store.move_ids)

    def test_value_and_age_of_the_stock(self):
        """100 × 2 of today and 10 × 10 of last year: 300, a third of it aged."""
        self._receive(self.apple, 100, "2026-03-02 15:00:00")
        self._receive(self.pear, 10, "2026-03-02 15:00:00")
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.pear.id), ("location_id", "=", self.stock.id)]
        )
        quants.in_date = "2025-03-02 15:00:00"
        consigned = self.env["res.partner"].create({"name": "Owner"})
        self.env["stock.quant"]._update_available_quantity(
            self.pear, self.stock, 5, owner_id=consigned
        )
        with freeze_time("2026-03-12 17:00:00"):
            for code, expected in (
                ("inventory_value", [300]),
                ("aged_stock_share", [33.3333]),
            ):
                self._compute(code, day(12), day(12))
                figures = [round(value, 4) for value in self._figure(code, day(12))]
                self.assertEqual(figures, expected)
            # 60 × 2 leave to customers: 120 × 365 / 90 = 486.67 over a mean of 300
            order = self._order(
                self.site_nyc, "2026-03-11 15:00:00", [(self.apple, 60)]
            )
            self._ship(order, "2026-03-11 16:00:00")
            self._compute("inventory_turns", day(12), day(12))
            [turns] = self._figure("inventory_turns", day(12))
            self.assertAlmostEqual(turns, 486.6667 / 300, 2)

    def test_goods_in_transit(self):
        transit = self.company_us.internal_transit_location_id
        branch = self.env["stock.warehouse"].create(
            {"name": "Branch", "code": "BRA", "company_id": self.company_us.id}
        )
        self._receive(self.apple, 10, "2026-03-02 15:00:00")
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": self.apple.id,
                    "product_uom_qty": 4,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "company_id": self.company_us.id,
                }
                for source, target in (
                    (branch.lot_stock_id, transit),
                    (transit, self.stock),
                )
            ]
        )
        moves[0].move_dest_ids = moves[1]
        with freeze_time("2026-03-08 17:00:00"):
            moves._action_confirm()
            moves[0].write({"quantity": 4, "picked": True})
            moves[0]._action_done()
        with freeze_time("2026-03-12 17:00:00"):
            for code, expected in (("transit_lines", [1]), ("transit_age", [4])):
                self._compute(code, day(12), day(12))
                self.assertEqual(self._figure(code, day(12)), expected)
