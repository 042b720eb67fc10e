from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import day
from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestKpiCount(KpiCommon):
    """Counts, adjustments and scrap worked out by hand; apples cost 4, pears 2.5."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shelf = cls.warehouse_nyc.lot_stock_id
        for product, quantity in ((cls.apple, 200), (cls.pear, 200)):
            cls._count(product, cls.shelf, quantity, "2026-02-20 12:00:00")
        cls.env["dist.measure.queue"].search([]).unlink()

    def _moves(self, product=None):
        moves = self.env["stock.move"].search(
            [("is_inventory", "=", True), ("date", ">", "2026-03-01 12:00:00")]
        )
        return moves.filtered(lambda move: not product or move.product_id == product)

    def test_accuracy_within_tolerance(self):
        """2 of 200 apples are 1 %, 3 of 200 pears are more, a find has no book."""
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 203, "2026-03-10 15:00:00")
        self._count(self.plum, self.shelf, 1, "2026-03-10 15:00:00")
        self.assertEqual(self._moves(self.apple).dist_book_quantity, 200)
        self.assertEqual(self._moves(self.pear).dist_book_quantity, 200)
        self.assertEqual(self._moves(self.plum).dist_book_quantity, 0)
        self.assertEqual(
            self._compute("inventory_accuracy_tolerance", day(9), day(11)),
            {("NYC", day(10)): (1, 3)},
        )
        self.assertEqual(
            self._compute("inventory_accuracy", day(9), day(11)),
            {("NYC", day(10)): (0, 3)},
        )

    def test_serials_have_no_tolerance_and_exact_counts_need_none(self):
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 200, "2026-03-10 15:00:00")
        self.env.flush_all()
        # A serial's quantity is one or none, so any miss is 100 % by itself: the rule
        # shows on a product whose tracking was changed later.
        self.env.cr.execute(
            "UPDATE product_template SET tracking = 'serial' WHERE id = ANY(%s)",
            [(self.apple | self.pear).product_tmpl_id.ids],
        )
        self.assertEqual(
            self._compute("inventory_accuracy_tolerance", day(10), day(10)),
            {("NYC", day(10)): (1, 2)},
        )

    def test_counts_before_the_capture_have_no_tolerance(self):
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        self.env.flush_all()
        self.env.cr.execute("UPDATE stock_move SET dist_book_quantity = NULL")
        self.assertEqual(
            self._compute("inventory_accuracy_tolerance", day(10), day(10)),
            {("NYC", day(10)): (0, 1)},
        )

    def test_book_quantity_is_nobodys_to_write(self):
        user = self._user("count_clerk", "stock.group_stock_manager")
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        move = self._moves().with_user(user)
        for stamp in ("dist_book_quantity", "dist_is_corrected"):
            with self.assertRaises(AccessError):
                move.write({stamp: 1})

    def test_discrepancy_is_the_complement(self):
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 200, "2026-03-10 15:00:00")
        self.assertEqual(
            self._compute("discrepancy_rate", day(9), day(11)),
            {("NYC", day(10)): (1, 2)},
        )
        self.assertEqual(
            self._parts("discrepancy_rate", "category"),
            {
                ("NYC", self.category.complete_name): (1, 1),
                ("NYC", self.pear.categ_id.complete_name or ""): (0, 1),
            },
        )
        self.assertEqual(
            self._parts("discrepancy_rate", "user"),
            {("NYC", self.env.user.login): (1, 2)},
        )
        self.assertEqual(
            self._parts("discrepancy_rate", "warehouse"),
            {("NYC", self.warehouse_nyc.name): (1, 2)},
        )

    def test_variance_net_and_gross(self):
        """2 apples lost (-8), 4 pears found (+10), and 1 of them lost again (-2.5)."""
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 204, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 203, "2026-03-10 17:00:00")
        self.assertEqual(
            self._compute("count_variance_net", day(9), day(11)),
            {("NYC", day(10)): (-0.5, 0)},
        )
        self.assertEqual(
            self._compute("count_variance_gross", day(9), day(11)),
            {("NYC", day(10)): (20.5, 0)},
        )
        self.assertRecords(
            "count_variance_gross", self.site_nyc, day(10), self._moves()
        )

    def test_adjustments(self):
        """A count with a difference and a typed quantity; a confirmation is none."""
        self._count(self.apple, self.shelf, 198, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 200, "2026-03-10 15:00:00")
        with freeze_time("2026-03-10 16:00:00"):
            self.plum.with_company(self.company_us).standard_price = 3
            self.plum.with_company(self.company_us).qty_available = 7
        self.assertEqual(
            self._compute("adjustment_count", day(9), day(11)),
            {("NYC", day(10)): (2, 0)},
        )
        self.assertEqual(
            self._compute("adjustment_value", day(9), day(11)),
            {("NYC", day(10)): (29, 0)},
        )
        self.assertRecords(
            "adjustment_count",
            self.site_nyc,
            day(10),
            self._moves() - self._moves(self.pear),
        )

    def test_undone_loaded_and_early_moves_do_not_count(self):
        self._count(self.apple, self.shelf, 190, "2026-03-01 12:00:00")
        self._count(self.pear, self.shelf, 190, "2026-03-10 15:00:00")
        self._moves(self.pear).dist_is_opening_load = True
        self._count(self.apple, self.shelf, 180, "2026-03-10 15:00:00")
        with freeze_time("2026-03-10 16:00:00"):
            self._moves(self.apple).move_line_ids.action_revert_inventory()
        for code in (
            "inventory_accuracy_tolerance",
            "discrepancy_rate",
            "count_variance_net",
            "count_variance_gross",
            "adjustment_count",
            "adjustment_value",
        ):
            with self.subTest(code):
                self.assertEqual(self._compute(code, day(1), day(31)), {})

    def test_scrap(self):
        """3 apples at 4, at half past eleven in the evening of New York."""
        with freeze_time("2026-03-11 03:30:00"):
            scrap = self.env["stock.scrap"].create(
                {
                    "product_id": self.apple.id,
                    "scrap_qty": 3,
                    "location_id": self.shelf.id,
                    "company_id": self.company_us.id,
                }
            )
            scrap.action_validate()
        self.assertEqual(
            self._compute("scrap_value", day(9), day(12)),
            {("NYC", day(10)): (12, 0)},
        )
        self.assertRecords("scrap_value", self.site_nyc, day(10), scrap.move_ids)
        self.assertEqual(self._compute("adjustment_count", day(9), day(12)), {})


@tagged("post_install", "-at_install")
class TestKpiReceiving(KpiCommon):
    """Goods from suppliers, received and put away."""

    def test_lines_received(self):
        self._receipt(
            self.warehouse_nyc, "2026-03-11 03:30:00", {self.apple: 24, self.pear: 5}
        )
        self._receipt(self.warehouse_akl, "2026-03-10 12:00:00", {self.apple: 1})
        self._receipt(self.warehouse_nyc, "2026-03-01 12:00:00", {self.apple: 1})
        self.assertEqual(
            self._compute("receiving_lines", day(1), day(12)),
            {("NYC", day(10)): (2, 0), ("AKL", day(11)): (1, 0)},
        )
        self.assertEqual(
            self._parts("receiving_lines", "user")["NYC", self.env.user.login], (2, 0)
        )

    def test_customer_returns_are_not_received(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        returned = self._return(picking, "2026-03-11 15:00:00", {self.apple: 5})
        self.assertEqual(returned.picking_type_id.code, "incoming")
        self.assertEqual(self._compute("receiving_lines", day(1), day(31)), {})

    def test_dock_to_stock_of_three_steps(self):
        """Received 9:00, put away on the next day at 15:30: 30.5 hours."""
        self.warehouse_nyc.reception_steps = "three_steps"
        receipt = self._receipt(
            self.warehouse_nyc, "2026-03-10 13:00:00", {self.apple: 24}
        )
        check = receipt.move_ids.move_dest_ids.picking_id
        self._validate(check, "2026-03-10 18:00:00")
        store = check.move_ids.move_dest_ids.picking_id
        self.assertEqual(store.location_dest_id, self.warehouse_nyc.lot_stock_id)
        self._validate(store, "2026-03-11 19:30:00")
        self.assertEqual(
            self._compute("dock_to_stock", day(9), day(12)),
            {("NYC", day(11)): (30.5, 1)},
        )
        self.assertRecords("dock_to_stock", self.site_nyc, day(11), store.move_ids)
        # The three steps are one receipt.
        self.assertEqual(
            self._compute("receiving_lines", day(9), day(12)),
            {("NYC", day(10)): (1, 0)},
        )

    def test_one_step_puts_away_as_it_receives(self):
        self._receipt(self.warehouse_nyc, "2026-03-10 13:00:00", {self.apple: 24})
        self.assertEqual(self._compute("dock_to_stock", day(9), day(12)), {})

    def test_rewritten_receipt_queues_its_days_and_the_next_steps(self):
        self.warehouse_nyc.reception_steps = "two_steps"
        receipt = self._receipt(
            self.warehouse_nyc, "2026-03-10 13:00:00", {self.apple: 24}
        )
        self._validate(receipt.move_ids.move_dest_ids.picking_id, "2026-03-12 13:00:00")
        self.assertEqual(self._queued("receipt"), set())
        receipt.date_done = "2026-03-09 13:00:00"
        self.assertEqual(
            self._queued("receipt"),
            {("NYC", day(9)), ("NYC", day(10)), ("NYC", day(12))},
        )
        self.assertEqual(
            self._compute("dock_to_stock", day(9), day(12)),
            {("NYC", day(12)): (72, 1)},
        )


@tagged("post_install", "-at_install")
class TestKpiStockLevel(KpiCommon):
    """What a company owns, and what is on its way, taken at a moment."""

    NOON = "2026-03-16 16:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._count(cls.apple, cls.warehouse_nyc.lot_stock_id, 10, "2026-02-20 12:00:00")
        cls._count(cls.pear, cls.warehouse_qns.lot_stock_id, 4, "2026-02-20 12:00:00")
        cls._count(cls.apple, cls.warehouse_akl.lot_stock_id, 5, "2026-02-20 12:00:00")

    def _company_level(self, code, moment):
        """Take a level of companies; return ``{company: (numerator, denominator)}``."""
        measure = self.env["dist.measure"]._get(code)
        with freeze_time(moment):
            on_day = self.site_nyc._local_day()
            measure._compute_values(self.sites, on_day, on_day)
        values = self.env["dist.measure.value"].search(
            [
                ("measure_id", "=", measure.id),
                ("computed_at", ">=", moment),
                ("company_id", "in", (self.company_us | self.company_nz).ids),
            ]
        )
        return {
            value.company_id: (value.numerator, value.denominator) for value in values
        }

    def test_inventory_value(self):
        """10 apples at 4 and 4 pears at 2.5; 5 apples at 4 in the other currency."""
        self._count(
            self.apple,
            self.warehouse_nyc.lot_stock_id,
            7,
            "2026-03-10 15:00:00",
            owner_id=self.customer.id,
        )
        self.assertEqual(
            self._company_level("inventory_value", self.NOON),
            {self.company_us: (50, 0), self.company_nz: (20, 0)},
        )
        parts = self.env["dist.measure.breakdown"].search(
            [
                ("measure_id.code", "=", "inventory_value"),
                ("company_id", "=", self.company_us.id),
                ("dimension", "=", "warehouse"),
            ]
        )
        self.assertEqual(
            {part.label: part.numerator for part in parts},
            {self.warehouse_nyc.name: 40, self.warehouse_qns.name: 10},
        )

    def test_value_of_lots(self):
        """Where lots are valued each counts at its own cost: 2 x 3 + 1 x 5 more."""
        self.plum.write({"tracking": "lot", "lot_valuated": True})
        for name, quantity, cost in (("L1", 2, 3), ("L2", 1, 5)):
            lot = self.env["stock.lot"].create(
                {"name": name, "product_id": self.plum.id}
            )
            lot.with_company(self.company_us).standard_price = cost
            self._count(
                self.plum,
                self.warehouse_qns.lot_stock_id,
                quantity,
                "2026-03-10 15:00:00",
                lot_id=lot.id,
            )
        figures = self._company_level("inventory_value", self.NOON)
        self.assertEqual(figures[self.company_us], (61, 0))

    def test_inventory_turns(self):
        """4 apples less 1 returned cost 12 in 10 days: 438 a year, over 44.

        Snapshots are 50 on 5 March and 38 on 11 March.
        """
        self._company_level("inventory_value", "2026-03-05 16:00:00")
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 4)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        self._return(picking, "2026-03-10 17:00:00", {self.apple: 1})
        self._company_level("inventory_value", "2026-03-11 12:00:00")
        figures = self._company_level("inventory_turns", "2026-03-11 12:00:00")
        self.assertEqual(figures[self.company_us], (438, 44))
        value = self.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", "inventory_turns"),
                ("company_id", "=", self.company_us.id),
            ]
        )
        self.assertAlmostEqual(value.value, 9.95, 2)

    def test_aged_stock(self):
        """The apples are 40 of the 40 in New York, and none of the pears in Queens."""
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.apple.id),
                ("location_id", "=", self.warehouse_nyc.lot_stock_id.id),
            ]
        )
        self._count(self.pear, quant.location_id, 16, "2026-03-02 12:00:00")
        quant.in_date = "2025-09-01 12:00:00"
        self.assertEqual(
            self._level("aged_stock_share", self.NOON),
            {"NYC": 50, "AKL": 0, "QNS": 0},
        )
        quant.in_date = "2025-09-18 12:00:00"
        self.assertEqual(self._level("aged_stock_share", self.NOON)["NYC"], 0)

    def test_lines_in_transit_by_age(self):
        """A line left New York on 6 March, one is still to leave, one has arrived."""
        pairs = [self._inter_site() for _number in range(3)]
        self._validate(pairs[0][0], "2026-03-06 15:00:00")
        self._validate(pairs[1][0], "2026-03-06 15:00:00")
        self._validate(pairs[1][1], "2026-03-08 15:00:00")
        self.assertEqual(
            self._level("transit_lines", self.NOON), {"NYC": 0, "QNS": 1, "AKL": 0}
        )
        self.assertEqual(self._parts("transit_lines", "age"), {("QNS", "8-30"): (1, 0)})
        self.assertEqual(self._level("transit_age", self.NOON)["QNS"], 10)
        with freeze_time(self.NOON):
            self.assertRecords(
                "transit_lines", self.site_qns, day(16), pairs[0][1].move_ids
            )


@tagged("post_install", "-at_install")
class TestKpiReturn(KpiCommon):
    """What comes back, why, and what that says of the pick."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wrong_item = cls.env.ref("dist_hypercare.return_reason_wrong_item")
        cls.damaged = cls.env.ref("dist_hypercare.return_reason_damaged")

    def _shipped(self, site=None):
        """Ship 5 apples and 5 pears on 10 March."""
        site = site or self.site_nyc
        order = self._order(
            site, "2026-03-09 15:00:00", [(self.apple, 5), (self.pear, 5)]
        )
        return self._ship(order, "2026-03-10 15:00:00")

    def test_return_rate_by_reason(self):
        """2 lines shipped on the 10th; one comes back on the 11th, damaged."""
        picking = self._shipped()
        returned = self._return(
            picking, "2026-03-11 15:00:00", {self.apple: 2}, self.damaged
        )
        self.assertEqual(returned.dist_return_reason_id, self.damaged)
        self.assertEqual(
            self._compute("return_rate", day(9), day(12)),
            {("NYC", day(10)): (0, 2), ("NYC", day(11)): (1, 0)},
        )
        self.assertEqual(
            self._parts("return_rate", "reason"),
            {("NYC", ""): (0, 2), ("NYC", "Damaged"): (1, 0)},
        )
        self.assertRecords("return_rate", self.site_nyc, day(11), returned.move_ids)

    def test_return_to_a_vendor_is_no_customer_return(self):
        receipt = self._receipt(
            self.warehouse_nyc, "2026-03-10 13:00:00", {self.apple: 24}
        )
        self._return(receipt, "2026-03-11 15:00:00", {self.apple: 2})
        self.assertEqual(self._compute("return_rate", day(9), day(12)), {})

    def test_pick_accuracy_of_one_step(self):
        """Damage is no error of the pick, the wrong item is one."""
        first, second = self._shipped(), self._shipped()
        self._return(first, "2026-03-11 15:00:00", {self.apple: 2}, self.damaged)
        self._return(second, "2026-03-11 15:00:00", {self.pear: 2}, self.wrong_item)
        self.assertEqual(
            self._compute("pick_accuracy", day(9), day(12)),
            {("NYC", day(10)): (3, 4)},
        )
        self.assertEqual(
            self._parts("pick_accuracy", "user"),
            {("NYC", self.env.user.login): (3, 4)},
        )

    def test_error_is_traced_back_to_the_pick(self):
        order = self._order(
            self.site_qns, "2026-03-08 15:00:00", [(self.apple, 5), (self.pear, 5)]
        )
        pick = self._pick_and_ship(order, "2026-03-09 15:00:00", "2026-03-10 15:00:00")
        shipment = order.picking_ids.filtered(
            lambda picking: picking.picking_type_id.code == "outgoing"
        )
        self.assertEqual(
            self._compute("pick_accuracy", day(8), day(12)),
            {("QNS", day(9)): (2, 2)},
        )
        self.env["dist.measure.queue"].search([]).unlink()
        self._return(shipment, "2026-03-11 15:00:00", {self.pear: 1}, self.wrong_item)
        self.assertIn(("QNS", day(9)), self._queued("shipment"))
        self.assertEqual(
            self._compute("pick_accuracy", day(8), day(12)),
            {("QNS", day(9)): (1, 2)},
        )
        self.assertRecords("pick_accuracy", self.site_qns, day(9), pick.move_ids)

    def test_correction_of_a_done_line_is_an_error(self):
        picking = self._shipped()
        move = picking.move_ids.filtered(lambda move: move.product_id == self.apple)
        user = self._user("corrector", "stock.group_stock_user")
        line = move.move_line_ids.with_user(user).with_context(
            allowed_company_ids=self.company_us.ids
        )
        with freeze_time("2026-03-12 15:00:00"):
            line.quantity = 4
        self.assertTrue(move.dist_is_corrected)
        self.assertEqual(self._queued("shipment"), {("NYC", day(10))})
        self.assertEqual(
            self._compute("pick_accuracy", day(9), day(12)),
            {("NYC", day(10)): (1, 2)},
        )

    def test_reason_given_later_queues_the_days(self):
        picking = self._shipped()
        returned = self._return(picking, "2026-03-11 15:00:00", {self.apple: 2})
        self.env["dist.measure.queue"].search([]).unlink()
        user = self._user("returns", "stock.group_stock_user")
        returned.with_user(user).with_context(
            allowed_company_ids=self.company_us.ids
        ).dist_return_reason_id = self.wrong_item
        self.assertEqual(self._queued("shipment"), {("NYC", day(10)), ("NYC", day(11))})
        with self.assertRaises(AccessError):
            self.damaged.with_user(user).is_picking_error = True

    def test_reason_of_a_return_without_order_queues_its_day(self):
        back = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse_nyc.in_type_id.id,
                "partner_id": self.customer.id,
                "location_id": self.env.ref("stock.stock_location_customers").id,
                "location_dest_id": self.warehouse_nyc.lot_stock_id.id,
                "company_id": self.company_us.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.apple.id,
                            "product_uom_qty": 1,
                            "product_uom": self.apple.uom_id.id,
                            "location_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                            "location_dest_id": self.warehouse_nyc.lot_stock_id.id,
                            "company_id": self.company_us.id,
                        }
                    )
                ],
            }
        )
        back.action_confirm()
        self._validate(back, "2026-03-11 15:00:00")
        self.env["dist.measure.queue"].search([]).unlink()
        back.dist_return_reason_id = self.damaged
        self.assertEqual(self._queued("shipment"), {("NYC", day(11))})
        self.assertEqual(
            self._compute("return_rate", day(9), day(12)),
            {("NYC", day(11)): (1, 0)},
        )

    def test_stock_user_chooses_the_reason_in_the_dialog_and_on_the_form(self):
        picking = self._shipped()
        user = self._user("dialog", "stock.group_stock_user")
        picking = picking.with_user(user).with_context(
            allowed_company_ids=self.company_us.ids
        )
        action = picking.env["stock.return.picking"].with_context(
            active_id=picking.id, active_model="stock.picking"
        )
        dialog = Form(action)
        dialog.dist_return_reason_id = self.damaged
        wizard = dialog.save()
        wizard.product_return_moves.quantity = 1
        returned = picking.browse(wizard.action_create_returns()["res_id"])
        self.assertEqual(returned.dist_return_reason_id, self.damaged)
        with Form(returned) as form:
            form.dist_return_reason_id = self.wrong_item
        self.assertEqual(returned.dist_return_reason_id, self.wrong_item)

    def test_consultants_keep_the_reasons(self):
        consultant = self._user("reasons", "dist_rollout_governance.group_consultant")
        damaged = self.damaged.with_user(consultant).with_context(
            allowed_company_ids=self.company_us.ids
        )
        recall = damaged.create({"name": "Recall"})
        recall.is_picking_error = True
        with self.assertRaises(AccessError):
            damaged.unlink()

    def test_drop_shipments_do_not_count(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._drop_ship(order, "2026-03-10 15:00:00")
        for code in ("return_rate", "pick_accuracy"):
            with self.subTest(code):
                self.assertEqual(self._compute(code, day(9), day(12)), {})
