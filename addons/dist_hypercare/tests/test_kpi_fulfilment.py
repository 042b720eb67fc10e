from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import day
from .kpi_common import KpiCommon


@tagged("post_install", "-at_install")
class TestKpiFulfilment(KpiCommon):
    """Fill, promise and cycle times worked out by hand on Odoo's own flows."""

    def _short_order(self):
        """20 of 30 apples and all 2 dozen pears on 10 March, 10 apples on the 12th.

        Confirmed on 9 March at 15:00 UTC, promised for 11 March.
        """
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 30), (self.pear, 2, self.dozen)],
            commitment_date="2026-03-11 16:00:00",
        )
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 20, self.pear: 24})
        self._ship(order, "2026-03-12 18:00:00")
        return order

    # -- fill rates ---------------------------------------------------------------

    def test_line_fill(self):
        order = self._short_order()
        figures = self._compute("line_fill_rate", day(9), day(13))
        self.assertEqual(figures, {("NYC", day(10)): (1, 2)})
        self.assertEqual(
            self._parts("line_fill_rate", "category"),
            {
                ("NYC", self.category.complete_name): (0, 1),
                ("NYC", self.pear.categ_id.complete_name or ""): (1, 1),
            },
        )
        self.assertRecords("line_fill_rate", self.site_nyc, day(10), order.order_line)

    def test_unit_fill_in_the_product_unit(self):
        """20 of 30 apples and 24 of 24 pears: the dozens are pieces."""
        self._short_order()
        figures = self._compute("unit_fill_rate", day(9), day(13))
        self.assertEqual(figures, {("NYC", day(10)): (44, 54)})

    def test_too_much_fills_no_other_line(self):
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5), (self.pear, 5)]
        )
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 9, self.pear: 1})
        figures = self._compute("unit_fill_rate", day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (6, 10)})

    def test_fill_of_a_short_pick(self):
        """The shipment itself reads complete: the short quantity stays in the pick."""
        order = self._order(self.site_qns, "2026-03-09 15:00:00", [(self.apple, 30)])
        self._pick_and_ship(
            order, "2026-03-10 13:00:00", "2026-03-10 15:00:00", {self.apple: 20}
        )
        self.assertEqual(
            self._compute("line_fill_rate", day(9), day(11)),
            {("QNS", day(10)): (0, 1)},
        )
        self.assertEqual(
            self._compute("unit_fill_rate", day(9), day(11)),
            {("QNS", day(10)): (20, 30)},
        )

    def test_units_of_a_kit(self):
        """Moves of other products than the line's: filled with all or counted none."""
        orders = [
            self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
            for _number in range(2)
        ]
        self._ship(orders[0], "2026-03-10 15:00:00")
        self._ship(orders[1], "2026-03-10 15:00:00", {self.apple: 2})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET product_id = %s WHERE sale_line_id = ANY(%s)",
            [self.plum.id, [order.order_line.id for order in orders]],
        )
        figures = self._compute("unit_fill_rate", day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (5, 10)})

    # -- on time ------------------------------------------------------------------

    def test_all_shipments_count_late_back_orders(self):
        order = self._short_order()
        self.assertEqual(
            self._compute("on_time_all_shipments", day(9), day(13)),
            {("NYC", day(10)): (1, 1), ("NYC", day(12)): (0, 1)},
        )
        late = order.picking_ids.sorted("date_done")[-1]
        self.assertRecords("on_time_all_shipments", self.site_nyc, day(12), late)
        self.assertEqual(
            self._compute("on_time_shipment", day(9), day(13)),
            {("NYC", day(10)): (1, 1)},
        )

    def test_moving_the_date_moves_the_deadline_and_not_the_promise(self):
        order = self._order(
            self.site_akl,
            "2026-03-09 15:00:00",
            [(self.apple, 1)],
            commitment_date="2026-03-10 00:00:00",
        )
        order.commitment_date = "2026-03-13 00:00:00"
        self._ship(order, "2026-03-11 00:00:00")
        self.assertEqual(
            self._compute("on_time_all_shipments", day(9), day(13)),
            {("AKL", day(11)): (1, 1)},
        )
        self.assertEqual(
            self._compute("on_time_original_promise", day(9), day(13)),
            {("AKL", day(11)): (0, 1)},
        )

    def test_evening_of_the_promised_day_is_on_time(self):
        """23:30 of 10 March in New York is 11 March in UTC."""
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 1)],
            commitment_date="2026-03-10 16:00:00",
        )
        self._ship(order, "2026-03-11 03:30:00")
        for code in ("on_time_all_shipments", "on_time_original_promise"):
            self.assertEqual(
                self._compute(code, day(9), day(12)), {("NYC", day(10)): (1, 1)}
            )

    def test_promise_is_the_expected_date_without_a_delivery_date(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 1)])
        self.assertEqual(order.dist_promise_date, order.date_order)
        order = self._new_order_with_lead_times("direct")
        self.assertEqual(str(order.dist_promise_date), "2026-03-11 15:00:00")
        order = self._new_order_with_lead_times("one")
        self.assertEqual(str(order.dist_promise_date), "2026-03-14 15:00:00")

    def _new_order_with_lead_times(self, policy):
        """Confirm an order of two lines that take 2 and 5 days."""
        self.apple.sale_delay, self.pear.sale_delay = 2, 5
        return self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 1), (self.pear, 1)],
            picking_policy=policy,
        )

    def test_promise_stays_that_of_the_first_confirmation(self):
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 1)],
            commitment_date="2026-03-10 16:00:00",
        )
        with freeze_time("2026-03-09 16:00:00"):
            order._action_cancel()
            order.action_draft()
            order.commitment_date = "2026-03-20 16:00:00"
            order.action_confirm()
        self.assertEqual(str(order.dist_promise_date), "2026-03-10 16:00:00")
        self.assertFalse(order.copy().dist_promise_date)

    def test_promise_is_nobodys_to_write(self):
        user = self._user("promise_sales", "sales_team.group_sale_manager")
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 1)])
        as_user = order.with_user(user).with_context(
            allowed_company_ids=self.company_us.ids
        )
        with self.assertRaises(AccessError):
            as_user.dist_promise_date = "2027-01-01 00:00:00"
        with self.assertRaises(AccessError):
            as_user.create(
                {
                    "partner_id": self.customer.id,
                    "dist_promise_date": "2027-01-01 00:00:00",
                }
            )
        quotation = as_user.create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create({"product_id": self.apple.id, "product_uom_qty": 1})
                ],
            }
        )
        quotation.action_confirm()
        self.assertTrue(quotation.dist_promise_date)

    # -- cycle time ---------------------------------------------------------------

    def test_cycle_times(self):
        """9 March 15:00 to 10 March 15:00 is 24 h, to 12 March 18:00 it is 75 h."""
        order = self._short_order()
        self.assertEqual(
            self._compute("order_cycle_first", day(9), day(13)),
            {("NYC", day(10)): (24, 1)},
        )
        self.assertEqual(
            self._compute("order_cycle_complete", day(9), day(13)),
            {("NYC", day(12)): (75, 1)},
        )
        self.assertRecords("order_cycle_complete", self.site_nyc, day(12), order)

    def test_closed_short_is_never_complete(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30)])
        self._ship(
            order, "2026-03-10 15:00:00", {self.apple: 20}, cancel_backorder=True
        )
        self.assertEqual(self._compute("order_cycle_complete", day(9), day(13)), {})
        self.assertEqual(
            self._compute("order_cycle_first", day(9), day(13)),
            {("NYC", day(10)): (24, 1)},
        )

    def test_cycle_of_two_steps_ends_with_the_shipment(self):
        order = self._order(self.site_qns, "2026-03-09 15:00:00", [(self.apple, 3)])
        self._pick_and_ship(order, "2026-03-09 17:00:00", "2026-03-10 03:00:00")
        for code in ("order_cycle_first", "order_cycle_complete"):
            self.assertEqual(
                self._compute(code, day(8), day(11)), {("QNS", day(9)): (12, 1)}
            )

    # -- left out -----------------------------------------------------------------

    def test_loaded_orders_and_drop_shipments_do_not_count(self):
        loaded = self._order(self.site_nyc, "2026-02-27 15:00:00", [(self.apple, 1)])
        self._ship(loaded, "2026-03-02 15:00:00")
        dropped = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._drop_ship(dropped, "2026-03-10 15:00:00")
        for code in (
            "line_fill_rate",
            "unit_fill_rate",
            "on_time_all_shipments",
            "on_time_original_promise",
            "order_cycle_first",
            "order_cycle_complete",
            "unordered_shipments",
        ):
            with self.subTest(code):
                self.assertEqual(self._compute(code, day(1), day(31)), {})

    def test_returns_take_nothing_back(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        self._return(picking, "2026-03-11 15:00:00", {self.apple: 5})
        self.assertEqual(
            self._compute("line_fill_rate", day(9), day(12)), {("NYC", day(10)): (1, 1)}
        )
        self.assertEqual(
            self._compute("order_cycle_complete", day(9), day(12)),
            {("NYC", day(10)): (24, 1)},
        )
        self.assertEqual(
            self._compute("on_time_all_shipments", day(9), day(12)),
            {("NYC", day(10)): (0, 1)},
        )

    # -- unordered shipments ------------------------------------------------------

    def test_unordered_shipments(self):
        """A product added to the delivery, which Odoo puts on the order with zero."""
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        picking = self._open_picking(order)
        with freeze_time("2026-03-10 14:00:00"):
            picking.move_ids = [
                Command.create(
                    {
                        "product_id": self.pear.id,
                        "product_uom_qty": 2,
                        "product_uom": self.pear.uom_id.id,
                        "location_id": picking.location_id.id,
                        "location_dest_id": picking.location_dest_id.id,
                    }
                )
            ]
        self._validate(picking, "2026-03-10 15:00:00")
        self.assertEqual(
            self._compute("unordered_shipments", day(9), day(11)),
            {("NYC", day(10)): (1, 0)},
        )
        added = picking.move_ids.filtered(lambda move: move.product_id == self.pear)
        self.assertRecords("unordered_shipments", self.site_nyc, day(10), added)
        self.assertEqual(
            self._parts("unordered_shipments", "user"),
            {("NYC", self.env.user.login): (1, 0)},
        )
        # The fill rates count the ordered line alone.
        self.assertEqual(
            self._compute("line_fill_rate", day(9), day(11)),
            {("NYC", day(10)): (1, 1)},
        )


@tagged("post_install", "-at_install")
class TestKpiBacklog(KpiCommon):
    """What is ordered and not received, taken at a moment."""

    NOON = "2026-03-16 16:00:00"

    def test_open_lines_orders_and_value(self):
        """10 of 30 apples open at 8.00, and a dozen pears at 12.00 untouched."""
        short = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 30), (self.pear, 1, self.dozen)],
        )
        short.order_line[0].price_unit = 8
        short.order_line[1].price_unit = 12
        self._ship(short, "2026-03-10 15:00:00", {self.apple: 20})
        full = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._ship(full, "2026-03-10 15:00:00")
        loaded = self._order(self.site_akl, "2026-02-09 15:00:00", [(self.apple, 3)])
        self.assertEqual(
            self._level("backlog_orders", self.NOON), {"NYC": 1, "AKL": 1, "QNS": 0}
        )
        self.assertEqual(
            self._level("backlog_lines", self.NOON), {"NYC": 2, "AKL": 1, "QNS": 0}
        )
        self.assertEqual(
            self._level("backlog_value", self.NOON), {"NYC": 92, "AKL": 30, "QNS": 0}
        )
        with freeze_time(self.NOON):
            self.assertRecords("backlog_orders", self.site_nyc, day(16), short)
            self.assertRecords(
                "backlog_lines", self.site_akl, day(17), loaded.order_line
            )
        self.assertEqual(
            self._parts("backlog_value", "channel"),
            {
                (code, order.team_id.name or ""): (amount, 0)
                for code, order, amount in (("NYC", short, 92), ("AKL", loaded, 30))
            },
        )
        self.assertEqual(
            self._parts("backlog_value", "category")[
                "NYC", self.category.complete_name
            ],
            (80, 0),
        )

    def test_value_in_the_company_currency(self):
        """2 open at 10 US dollars each, at 0.5 US dollar per New Zealand dollar."""
        usd = self.env.ref("base.USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": self.company_nz.id,
                "name": "2026-03-01",
                "rate": 0.5,
            }
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company_nz.currency_id.id,
                "company_id": self.company_nz.id,
                "name": "2026-03-01",
                "rate": 1,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Export", "currency_id": usd.id}
        )
        order = self._order(
            self.site_akl,
            "2026-03-09 15:00:00",
            [(self.apple, 2)],
            pricelist_id=pricelist.id,
        )
        self.assertEqual(order.currency_id, usd)
        self.assertEqual(self._level("backlog_value", self.NOON)["AKL"], 40)

    def test_closed_short_and_returned_lines_are_not_open(self):
        short = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30)])
        self._ship(
            short, "2026-03-10 15:00:00", {self.apple: 20}, cancel_backorder=True
        )
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        self._return(picking, "2026-03-11 15:00:00", {self.apple: 5})
        self.assertEqual(order.order_line.qty_delivered, 0)
        self.assertEqual(self._level("backlog_lines", self.NOON)["NYC"], 0)

    def test_no_cutover_is_needed(self):
        self.site_nyc.cutover_at = False
        self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self.assertEqual(self._level("backlog_lines", self.NOON)["NYC"], 1)

    def test_overdue_by_local_day(self):
        """16 March, 16:00 UTC is the 16th in New York and the 17th in Auckland."""
        for site in (self.site_nyc, self.site_akl):
            self._order(
                site,
                "2026-03-09 15:00:00",
                [(self.apple, 1)],
                commitment_date="2026-03-16 10:00:00",
            )
        self.assertEqual(
            self._level("backlog_overdue", self.NOON), {"NYC": 0, "AKL": 1, "QNS": 0}
        )

    def test_unreserved_in_one_and_two_steps(self):
        for warehouse in (self.warehouse_nyc, self.warehouse_qns):
            self._count(self.apple, warehouse.lot_stock_id, 5, "2026-03-02 15:00:00")
        for site in (self.site_nyc, self.site_qns):
            held = self._order(site, "2026-03-09 15:00:00", [(self.apple, 5)])
            self._order(site, "2026-03-09 15:30:00", [(self.apple, 2)])
            held.picking_ids.action_assign()
            self.assertEqual(held.picking_ids.state, "assigned")
        self.assertEqual(
            self._level("backlog_unreserved", self.NOON), {"NYC": 1, "AKL": 0, "QNS": 1}
        )
        self.assertEqual(self._level("backlog_lines", self.NOON)["QNS"], 2)

    def test_open_in_the_pick_of_two_steps(self):
        """10 of 30 are left in the pick and 20 wait to ship: one open line."""
        order = self._order(self.site_qns, "2026-03-09 15:00:00", [(self.apple, 30)])
        pick = self._open_picking(order, "internal")
        self._validate(pick, "2026-03-10 13:00:00", {self.apple: 20})
        self.assertEqual(self._level("backlog_lines", self.NOON)["QNS"], 1)
        self.assertEqual(self._level("backlog_value", self.NOON)["QNS"], 300)
        self.assertEqual(self._level("backorder_lines", self.NOON)["QNS"], 0)
        self._ship(order, "2026-03-10 15:00:00")
        self.assertEqual(self._level("backorder_lines", self.NOON)["QNS"], 1)
        self.assertEqual(self._level("backlog_value", self.NOON)["QNS"], 100)

    def test_back_orders_by_age(self):
        """Left behind 6 and 14 days ago, and one by an order that has not shipped."""
        for shipped_at in ("2026-03-10 15:00:00", "2026-03-02 15:00:00"):
            order = self._order(
                self.site_nyc,
                "2026-03-01 15:00:00",
                [(self.apple, 3), (self.pear, 1)],
            )
            self._ship(order, shipped_at, {self.pear: 1})
        self._order(self.site_nyc, "2026-03-01 15:00:00", [(self.apple, 3)])
        self.assertEqual(self._level("backorder_lines", self.NOON)["NYC"], 2)
        self.assertEqual(
            self._parts("backorder_lines", "age"),
            {("NYC", "0-7"): (1, 0), ("NYC", "8-30"): (1, 0)},
        )
        self.assertEqual(self._level("backorder_age", self.NOON)["NYC"], 10)
        self.assertEqual(
            self._parts("backorder_age", "age"),
            {("NYC", "0-7"): (6, 1), ("NYC", "8-30"): (14, 1)},
        )
