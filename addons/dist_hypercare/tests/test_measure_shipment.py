from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import HypercareCommon, day

FILL = "order_fill_rate"
ON_TIME = "on_time_shipment"


@tagged("post_install", "-at_install")
class TestMeasureShipment(HypercareCommon):
    """Figures worked out by hand, on deliveries made by Odoo's own flows."""

    def test_full_and_short(self):
        """Three orders ship on 10 March in New York: two complete, one short."""
        full = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        over = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        short = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30), (self.pear, 1)]
        )
        self._ship(full, "2026-03-10 15:00:00")
        self._ship(over, "2026-03-10 15:00:00", {self.apple: 7})
        self._ship(short, "2026-03-10 16:00:00", {self.apple: 20, self.pear: 1})
        figures = self._compute(FILL, day(9), day(12))
        self.assertEqual(figures, {("NYC", day(10)): (2, 3)})
        self.assertRecords(FILL, self.site_nyc, day(10), full | over | short)
        # Odoo cut the demand of the short move: it alone reads 100 %.
        done = short.order_line[0].move_ids.filtered(lambda move: move.state == "done")
        self.assertEqual(done.product_uom_qty, 20)

    def test_backorder_shipped_later_does_not_fill(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30)])
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 20})
        self._ship(order, "2026-03-12 15:00:00")
        self.assertEqual(order.order_line.qty_delivered, 30)
        figures = self._compute(FILL, day(9), day(13))
        self.assertEqual(figures, {("NYC", day(10)): (0, 1)})

    def test_cancelled_backorder_is_not_filled(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30)])
        self._ship(
            order, "2026-03-10 15:00:00", {self.apple: 20}, cancel_backorder=True
        )
        # Odoo calls the order fully delivered.
        self.assertEqual(order.delivery_status, "full")
        figures = self._compute(FILL, day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (0, 1)})

    def test_line_never_shipped_stays_in_the_denominator(self):
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 3), (self.pear, 3)]
        )
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 3})
        figures = self._compute(FILL, day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (0, 1)})

    def test_line_without_any_move_is_not_filled(self):
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 3), (self.pear, 3)]
        )
        self._ship(order, "2026-03-10 15:00:00")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET sale_line_id = NULL WHERE sale_line_id = %s",
            [order.order_line[1].id],
        )
        figures = self._compute(FILL, day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (0, 1)})

    def test_two_step_delivery_short_pick(self):
        """The pick is short, so the shipment itself reads complete: not filled."""
        self.warehouse_nyc.delivery_steps = "pick_ship"
        short = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 30)])
        full = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 4)])
        for order, quantity in ((short, 20), (full, 4)):
            pick = self._open_picking(order, "internal")
            self._validate(pick, "2026-03-10 13:00:00", {self.apple: quantity})
            self._ship(order, "2026-03-10 15:00:00")
        shipment = short.picking_ids.filtered(
            lambda picking: picking.picking_type_id.code == "outgoing"
        )
        self.assertFalse(shipment.backorder_ids, "The back order is on the pick.")
        figures = self._compute(FILL, day(9), day(11))
        self.assertEqual(figures, {("NYC", day(10)): (1, 2)})

    def test_unit_of_measure(self):
        """2 dozen ordered: 24 units are complete, 23 are not."""
        for quantity in (24, 23):
            order = self._order(
                self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 2, self.dozen)]
            )
            self.assertEqual(order.order_line.move_ids.product_uom_qty, 24)
            self._ship(order, "2026-03-10 15:00:00", {self.apple: quantity})
        figures = self._compute(FILL, day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (1, 2)})

    def test_return_does_not_undo_fill(self):
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 5)],
            commitment_date="2026-03-10 16:00:00",
        )
        picking = self._ship(order, "2026-03-10 15:00:00")
        self._return(picking, "2026-03-11 15:00:00", {self.apple: 5})
        self.assertEqual(order.order_line.qty_delivered, 0)
        figures = self._compute(FILL, day(9), day(12))
        self.assertEqual(figures, {("NYC", day(10)): (1, 1)})
        self.assertEqual(
            self._compute(ON_TIME, day(9), day(12)), {("NYC", day(10)): (1, 1)}
        )

    def test_kit_by_its_component_moves(self):
        """Moves of other products than the line's: a kit, without needing sale_mrp."""
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
        figures = self._compute(FILL, day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (1, 2)})

    def test_service_and_zero_lines_do_not_count(self):
        service = self.env["product.product"].create(
            {"name": "Hour", "type": "service"}
        )
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5), (service, 1)]
        )
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"})
        ]
        self._ship(order, "2026-03-10 15:00:00")
        figures = self._compute(FILL, day(10), day(10))
        self.assertEqual(figures, {("NYC", day(10)): (1, 1)})

    def test_drop_shipment_touches_no_site(self):
        """A move from a supplier to a customer is no shipment of the site."""
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._drop_ship(order, "2026-03-10 15:00:00")
        self.assertEqual(self._compute(FILL, day(9), day(11)), {})
        self.assertEqual(self._compute(ON_TIME, day(9), day(11)), {})

    def test_local_day_decides(self):
        """23:30 in New York is the next UTC day, 00:30 in Auckland the one before."""
        late = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 1)])
        early = self._order(self.site_akl, "2026-03-09 15:00:00", [(self.apple, 1)])
        self._ship(late, "2026-03-11 03:30:00")
        self._ship(early, "2026-03-10 11:30:00")
        expected = {("NYC", day(10)): (1, 1), ("AKL", day(11)): (1, 1)}
        self.assertEqual(self._compute(FILL, day(8), day(13)), expected)
        self.assertRecords(FILL, self.site_nyc, day(10), late)
        self.assertRecords(FILL, self.site_akl, day(11), early)
        # A window of that one day only, and the days beside it.
        self.assertEqual(self._compute(FILL, day(10), day(10)), expected)
        self.assertEqual(self._compute(FILL, day(11), day(11)), expected)

    def test_order_from_two_sites_is_two_units(self):
        """One order, a line from each warehouse: complete here, short there."""
        warehouse = self.env["stock.warehouse"].create(
            {"name": "Queens", "code": "QNS", "company_id": self.company_us.id}
        )
        queens = self._new_site("QNS", self.company_us, "America/New_York", warehouse)
        # Odoo sends a line to another warehouse by a route on the line.
        route = warehouse.delivery_route_id
        route.sale_selectable = True
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        with freeze_time("2026-03-09 15:30:00"):
            order.order_line = [
                Command.create(
                    {
                        "product_id": self.pear.id,
                        "product_uom_qty": 5,
                        "route_ids": [Command.link(route.id)],
                    }
                )
            ]
        pickings = self._open_picking(order)
        self.assertEqual(
            pickings.picking_type_id.warehouse_id, self.warehouse_nyc | warehouse
        )
        for picking in pickings:
            self._validate(
                picking, "2026-03-10 15:00:00", {self.apple: 5, self.pear: 4}
            )
        figures = self._compute(FILL, day(9), day(11), self.sites | queens)
        self.assertEqual(figures, {("NYC", day(10)): (1, 1), ("QNS", day(10)): (0, 1)})

    def test_cutover_excludes(self):
        """Shipped before it, or confirmed before it and shipped after: not counted."""
        before = self._order(self.site_nyc, "2026-02-27 15:00:00", [(self.apple, 1)])
        self._ship(before, "2026-03-01 12:00:00")
        loaded = self._order(self.site_nyc, "2026-02-27 15:00:00", [(self.apple, 1)])
        self._ship(loaded, "2026-03-02 15:00:00")
        own = self._order(self.site_nyc, "2026-03-01 12:00:01", [(self.apple, 1)])
        self._ship(own, "2026-03-01 13:00:00")
        first, last = day(20, month=2), day(5)
        self.assertEqual(self._compute(FILL, first, last), {("NYC", day(1)): (1, 1)})
        self.assertEqual(self._compute(ON_TIME, first, last), {("NYC", day(1)): (1, 1)})

    def test_site_without_cutover_has_no_activity(self):
        self.site_nyc.cutover_at = False
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 1)])
        self._ship(order, "2026-03-10 15:00:00")
        self.assertEqual(self._compute(FILL, day(9), day(11)), {})

    def test_on_time_compares_local_days(self):
        """The deadline is 10 March, noon. Evening of the 10th is on time, in New York
        even though it is the 11th in UTC; the 11th is late."""
        for moment in ("2026-03-11 03:30:00", "2026-03-11 04:30:00"):
            order = self._order(
                self.site_nyc,
                "2026-03-09 15:00:00",
                [(self.apple, 1)],
                commitment_date="2026-03-10 16:00:00",
            )
            self._ship(order, moment)
        figures = self._compute(ON_TIME, day(9), day(12))
        self.assertEqual(figures, {("NYC", day(10)): (1, 1), ("NYC", day(11)): (0, 1)})
        self.assertRecords(ON_TIME, self.site_nyc, day(11), order.picking_ids)

    def test_on_time_is_about_the_first_shipment(self):
        """A late back order does not count, and no deadline is no promise."""
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 9)],
            commitment_date="2026-03-10 16:00:00",
        )
        first = self._ship(order, "2026-03-10 15:00:00", {self.apple: 5})
        self._ship(order, "2026-03-20 15:00:00")
        silent = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 1)])
        without_deadline = self._ship(silent, "2026-03-10 15:00:00")
        # Odoo gives every sale a deadline and can't take it off again; a transfer
        # that was imported may have none.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_picking SET date_deadline = NULL WHERE id = %s",
            [without_deadline.id],
        )
        figures = self._compute(ON_TIME, day(9), day(21))
        self.assertEqual(figures, {("NYC", day(10)): (1, 1)})
        self.assertRecords(ON_TIME, self.site_nyc, day(10), first)
        # Both orders shipped completely or not, whatever was promised.
        figures = self._compute(FILL, day(9), day(21))
        self.assertEqual(figures, {("NYC", day(10)): (1, 2)})

    def test_cancelled_order_does_not_count(self):
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5), (self.pear, 1)]
        )
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 5})
        order._action_cancel()
        self.assertEqual(self._compute(FILL, day(10), day(10)), {})

    def test_one_query_for_all_sites(self):
        """The number of queries does not follow the number of sites."""
        measure = self.env["dist.measure"]._get(FILL)
        many = self.sites
        for number in range(18):
            warehouse = self.env["stock.warehouse"].create(
                {
                    "name": f"Branch {number}",
                    "code": f"B{number}",
                    "company_id": self.company_nz.id,
                }
            )
            many |= self._new_site(
                f"B{number}", self.company_nz, "Pacific/Auckland", warehouse
            )
        self.env.flush_all()
        counts = []
        for sites in (many, self.sites, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            measure._compute_values(sites, day(9), day(11))
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
