from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import HypercareCommon, day


@tagged("post_install", "-at_install")
class TestKpiFulfilment(HypercareCommon):
    """Figures worked out by hand, on orders and deliveries of Odoo's own flows."""

    def _values(self, code):
        return {
            (value.site_id.code, value.day): round(value.value, 2)
            for value in self.env["dist.measure.value"].search(
                [("measure_id.code", "=", code), ("site_id", "in", self.sites.ids)]
            )
        }

    def _return(self, picking, moment, quantity, reason=None):
        """Send goods of a delivery back, by Odoo's own dialog."""
        with freeze_time(moment):
            wizard = (
                self.env["stock.return.picking"]
                .with_context(active_id=picking.id, active_model="stock.picking")
                .create({"picking_id": picking.id})
            )
            wizard.product_return_moves.quantity = quantity
            action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        if reason:
            back.dist_return_reason_id = self.env.ref(
                f"dist_hypercare.return_reason_{reason}"
            )
        return self._validate(back, moment)

    def test_lines_and_units(self):
        """Of three lines two are filled; of 30 + 5 + 24 units 20 + 5 + 24 left."""
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30), (self.pear, 5)]
        )
        dozens = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.plum, 2, self.dozen)]
        )
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 20, self.pear: 7})
        self._ship(dozens, "2026-03-10 15:00:00")
        # the rest comes later and fills nothing
        self._ship(order, "2026-03-11 15:00:00")
        for _time in range(2):
            self.assertEqual(
                self._compute("line_fill_rate", day(9), day(12)),
                {("NYC", day(10)): (2, 3)},
            )
            self.assertEqual(
                self._compute("unit_fill_rate", day(9), day(12)),
                {("NYC", day(10)): (49, 59)},
            )
        self.assertEqual(self._values("unit_fill_rate"), {("NYC", day(10)): 83.05})
        self.assertRecords(
            "line_fill_rate",
            self.site_nyc,
            day(10),
            (order | dozens).order_line,
        )

    def test_all_shipments_and_the_first_promise(self):
        """The back order is late; putting the date off saves one of the figures."""
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 30)],
            commitment_date="2026-03-10 20:00:00",
        )
        self.assertEqual(str(order.dist_promised_at), "2026-03-10 20:00:00")
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 20})
        self._ship(order, "2026-03-12 15:00:00")
        late = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 1)],
            commitment_date="2026-03-10 20:00:00",
        )
        late.commitment_date = "2026-03-13 20:00:00"
        self._ship(late, "2026-03-12 15:00:00")
        self.assertEqual(
            self._compute("on_time_all_shipments", day(9), day(14)),
            {("NYC", day(10)): (1, 1), ("NYC", day(12)): (1, 2)},
        )
        self.assertEqual(
            self._compute("on_time_first_promise", day(9), day(14)),
            {("NYC", day(10)): (1, 1), ("NYC", day(12)): (0, 1)},
        )

    def test_promise_is_kept(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 1)])
        self.assertEqual(order.dist_promised_at, order.expected_date)
        seller = new_test_user(
            self.env,
            "promise_seller",
            groups="sales_team.group_sale_manager",
            company_id=self.company_us.id,
        )
        with self.assertRaises(AccessError):
            order.with_user(seller).write({"dist_promised_at": "2030-01-01 00:00:00"})
        self.assertFalse(order.copy().dist_promised_at)

    def test_cycle_times(self):
        """24 h to the first shipment, 72 h to the last; the other order is open."""
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30)])
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 20})
        still_open = self._order(
            self.site_nyc, "2026-03-09 21:00:00", [(self.apple, 30)]
        )
        self._ship(still_open, "2026-03-10 15:00:00", {self.apple: 20})
        self._ship(order, "2026-03-12 15:00:00")
        self.assertEqual(
            self._compute("order_cycle_first", day(9), day(13)),
            {("NYC", day(10)): (24 + 18, 2)},
        )
        self.assertEqual(
            self._compute("order_cycle_complete", day(9), day(13)),
            {("NYC", day(12)): (72, 1)},
        )
        value = self.env["dist.measure.value"].search(
            [("measure_id.code", "=", "order_cycle_first"), ("day", "=", day(10))]
        )
        self.assertEqual((value.value, value.standard_deviation), (21, 3))

    def test_backlog_of_the_day(self):
        """Two orders are open: 3 of 4 dozens at 10 each, and a line without stock."""
        promised = {"commitment_date": "2026-03-05 15:00:00"}
        part = self._order(
            self.site_nyc,
            "2026-03-02 15:00:00",
            [(self.plum, 4, self.dozen), (self.pear, 1)],
            **promised,
        )
        self._ship(part, "2026-03-03 15:00:00", {self.plum: 12, self.pear: 1})
        whole = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 2)],
            commitment_date="2026-03-20 15:00:00",
        )
        closed = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        self._ship(
            closed, "2026-03-10 15:00:00", {self.apple: 1}, cancel_backorder=True
        )
        expected = {
            "backlog_orders": 2,
            "backlog_lines": 2,
            "backlog_value": 3 * 10 + 2 * 10,
            "backlog_overdue": 1,
            "backorder_lines": 1,
            "backorder_age": 7,
        }
        with freeze_time("2026-03-12 17:00:00"):
            for code, figure in expected.items():
                with self.subTest(code):
                    self._compute(code, day(12), day(12))
                    self.assertEqual(
                        self._values(code),
                        # nothing is open in Auckland, which is a day ahead
                        {("NYC", day(12)): figure, ("AKL", day(13)): 0},
                    )
            self.assertRecords("backlog_orders", self.site_nyc, day(12), part | whole)
            self.env["stock.quant"]._update_available_quantity(
                self.apple, self.warehouse_nyc.lot_stock_id, 50
            )
            whole.picking_ids.action_assign()
            self._compute("backlog_unreserved", day(12), day(12))
            self.assertEqual(self._values("backlog_unreserved")["NYC", day(12)], 1)
        parts = self.env["dist.measure.breakdown"].search(
            [("measure_id.code", "=", "backlog_lines"), ("dimension", "=", "age")]
        )
        self.assertEqual(
            {part.label: part.numerator for part in parts},
            {"0 not due": 1, "1 to 7 days": 1},
        )

    def test_returns_and_picking_errors(self):
        """Two of four lines issued on the 10th come back on the 11th with one more."""
        orders = [
            self._order(
                self.site_nyc,
                "2026-03-09 15:00:00",
                [(self.apple, 5), (self.pear, 5)],
            )
            for _number in range(2)
        ]
        for order in orders:
            self._ship(order, "2026-03-10 15:00:00")
        other = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._ship(other, "2026-03-11 15:00:00")
        self._return(orders[0].picking_ids, "2026-03-11 16:00:00", 2, "item")
        self._return(other.picking_ids, "2026-03-11 17:00:00", 5, "late")
        self.assertEqual(
            self._compute("return_rate", day(9), day(12)),
            {("NYC", day(10)): (0, 4), ("NYC", day(11)): (3, 1)},
        )
        self.assertEqual(
            self._compute("pick_accuracy", day(9), day(12)),
            {("NYC", day(10)): (4, 4), ("NYC", day(11)): (1 - 2, 1)},
        )
        reasons = self.env["dist.measure.breakdown"].search(
            [
                ("measure_id.code", "=", "return_rate"),
                ("dimension", "=", "reason"),
                ("day", "=", day(11)),
            ]
        )
        self.assertEqual(
            {part.label: part.numerator for part in reasons},
            {"Wrong item": 2, "Delivered too late": 1, "": 0},
        )
        # the sales order forgets what was shipped; the moves do not
        self.assertEqual(other.order_line.qty_delivered, 0)

    def test_reason_changed_later_queues_the_day(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._ship(order, "2026-03-10 15:00:00")
        back = self._return(order.picking_ids, "2026-03-11 16:00:00", 2)
        self._queued("return")
        back.dist_return_reason_id = self.env.ref("dist_hypercare.return_reason_late")
        self.assertEqual(self._queued("return"), {("NYC", day(11))})

    def test_drop_shipments_are_nobody_s(self):
        move = self.env["stock.move"].create(
            {
                "product_id": self.apple.id,
                "product_uom_qty": 3,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "picking_type_id": self.warehouse_nyc.out_type_id.id,
                "company_id": self.company_us.id,
            }
        )
        with freeze_time("2026-03-10 15:00:00"):
            move._action_confirm()
            move.write({"quantity": 3, "picked": True})
            move._action_done()
        for code in ("return_rate", "pick_accuracy", "receiving_lines"):
            with self.subTest(code):
                self.assertFalse(self._compute(code, day(9), day(12)))
