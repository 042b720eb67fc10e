from odoo.tests import tagged

from .common_reconcile import ReconcileCommon


@tagged("post_install", "-at_install")
class TestReconcileStock(ReconcileCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._clear_stock()
        cls.cherry = cls.env["product.product"].create(
            {
                "name": "Cherry",
                "default_code": "P8",
                "is_storable": True,
                "tracking": "lot",
                # the extract has no price for it
                "list_price": 0,
                "company_id": cls.company.id,
            }
        )
        cls.lots = cls.env["stock.lot"].create(
            [{"name": name, "product_id": cls.cherry.id} for name in ("LA", "LB")]
        )
        cls._remember("product", {"P8": cls.cherry})
        cls._remember("lot", {"LA": cls.lots[0], "LB": cls.lots[1]})

    def _row(self, product, quantity, **values):
        return {"product": product, "location": "R1", "quantity": str(quantity)} | (
            values
        )

    def test_three_lines_agree_and_one_is_off_by_two(self):
        self._replace_stock(
            {
                "1": self._row("P8", 5, lot="LA"),
                "2": self._row("P8", 7, lot="LB"),
                "3": self._row("P1", 4, owner="C1"),
                "4": self._row("P1", 6),
            }
        )
        self._change(self.cherry, self.rack, 5, self.lots[0])
        self._change(self.cherry, self.rack, 5, self.lots[1])
        self._change(self.apple, self.rack, 4, owner=self.cafe)
        self._change(self.apple, self.rack, 6)
        self._reconcile()
        self.assertEqual(self._figures("onhand_quantity"), (22, 20, -2, 2, "failed"))
        control = self._control(self.cycle, "onhand_quantity")
        self.assertEqual((control.match_count, control.mismatch_count), (3, 1))
        [line] = self._lines("onhand_quantity")
        self.assertEqual(line[1:4], ("quantity", 7, 5))
        self.assertTrue(line[0].endswith("@ LB"), line[0])

    def test_physical_count_against_extract_and_odoo(self):
        self._replace_stock(
            {
                "1": self._row("P1", 10),
                "2": self._row("P8", 5, lot="LA"),
                # not counted, so the count says nothing about it
                "3": self._row("P2", 4),
            }
        )
        self._stage(
            "stock_count",
            {
                "1": self._row("P1", 9),
                "2": self._row("P8", 5, lot="LA"),
                "3": self._row("P8", 1, lot="LB"),
                "4": self._row("P9", 3),
            },
        )
        self._change(self.apple, self.rack, 10)
        self._change(self.cherry, self.rack, 5, self.lots[0])
        self._change(self.pear, self.rack, 4)
        self._reconcile()
        # P1 9 for 10, LB 1 for none, P9 is no product: 1 + 1 + 3
        for control in ("counted_extract_quantity", "counted_odoo_quantity"):
            with self.subTest(control):
                self.assertEqual(self._figures(control), (18, 15, -3, 5, "failed"))
                found = self._control(self.cycle, control)
                self.assertEqual((found.match_count, found.mismatch_count), (1, 3))
                self.assertEqual(
                    sorted(line[1:4] for line in self._lines(control)),
                    [("missing", 1, 0), ("missing", 3, 0), ("quantity", 9, 10)],
                )
        self.assertEqual(self._figures("onhand_quantity")[3:], (0, "passed"))

    def test_without_a_count_there_is_no_control_of_it(self):
        self._replace_stock({"1": self._row("P1", 1)})
        self._change(self.apple, self.rack, 1)
        self._reconcile()
        controls = self.cycle.reconciliation_id.control_ids
        self.assertFalse(controls.filtered(lambda c: c.code.startswith("counted")))

    def test_owner_is_part_of_the_key(self):
        self._replace_stock({"1": self._row("P1", 4, owner="C1")})
        self._change(self.apple, self.rack, 4)
        self._reconcile()
        self.assertEqual(self._figures("onhand_quantity"), (4, 4, 0, 8, "failed"))
        self.assertEqual(
            [line[1] for line in self._lines("onhand_quantity")],
            ["unexpected", "missing"],
        )

    def test_swapped_lots(self):
        self._replace_stock(
            {"1": self._row("P8", 5, lot="LA"), "2": self._row("P8", 7, lot="LB")}
        )
        self._change(self.cherry, self.rack, 7, self.lots[0])
        self._change(self.cherry, self.rack, 5, self.lots[1])
        self._reconcile()
        self.assertEqual(self._figures("onhand_quantity"), (12, 12, 0, 4, "failed"))
        self.assertEqual(
            {line[4] for line in self._lines("onhand_quantity")}, {"lot_swap"}
        )

    def test_goods_in_another_location(self):
        self._replace_stock({"1": self._row("P1", 9)})
        self._change(self.apple, self.stock, 9)
        self._reconcile()
        self.assertEqual(self._figures("onhand_quantity"), (9, 9, 0, 18, "failed"))
        self.assertEqual(
            {line[4] for line in self._lines("onhand_quantity")}, {"location_swap"}
        )

    def test_unit_of_measure_sign_and_unknown(self):
        self._replace_stock({"1": self._row("P1", 2), "2": self._row("P2", 5)})
        self._change(self.apple, self.rack, 24)
        self._change(self.pear, self.rack, -5)
        self._reconcile()
        found = {line[2:] for line in self._lines("onhand_quantity")}
        self.assertEqual(found, {(2, 24, "uom_factor"), (5, -5, "sign_flip")})

    def test_movement_after_the_cutover(self):
        self._replace_stock({"1": self._row("P1", 10)})
        self._change(self.apple, self.rack, 10)
        move = self.env["stock.move"].create(
            {
                "product_id": self.apple.id,
                "product_uom_qty": 3,
                "location_id": self.rack.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move._action_assign()
        move.picked = True
        move._action_done()
        self._reconcile()
        [line] = self._lines("onhand_quantity")
        self.assertEqual(line[2:], (10, 7, "timing"))

    def test_negative_and_zero_stock(self):
        self._replace_stock({"1": self._row("P1", -3)})
        self._change(self.apple, self.rack, -3)
        self._change(self.pear, self.rack, 4)
        self._change(self.pear, self.rack, -4)
        self._reconcile()
        self.assertEqual(self._figures("onhand_quantity"), (-3, -3, 0, 0, "passed"))
        self.assertEqual(self._figures("onhand_negative_count"), (1, 1, 0, 0, "passed"))
        [line] = self._lines("onhand_negative_count")
        self.assertEqual(line[1], "negative")

    def test_unknown_lot_is_missing_not_dropped(self):
        self._replace_stock({"1": self._row("P8", 5, lot="LZ")})
        self._reconcile()
        self.assertEqual(
            self._lines("onhand_quantity"),
            [("P8 @ R1 @ LZ", "missing", 5, 0, False)],
        )
