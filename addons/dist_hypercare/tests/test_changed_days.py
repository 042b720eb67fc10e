from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .common import HypercareCommon, day

FILL = "order_fill_rate"


@tagged("post_install", "-at_install")
class TestChangedDays(HypercareCommon):
    """Whatever rewrites history queues the days it touches, and nothing else does."""

    def _two_shipments(self):
        """5 of 9 on 10 March, the rest on 12 March; the queue is empty."""
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        first = self._ship(order, "2026-03-10 15:00:00", {self.apple: 5})
        second = self._ship(order, "2026-03-12 15:00:00")
        self.assertEqual(self._queued("shipment"), set(), "Shipping queues nothing.")
        return order, first, second

    def _recompute_queued(self):
        """Compute exactly the queued days, as the job does; return the figures."""
        measure = self.env["dist.measure"]
        _last, pending = self.env["dist.measure.queue"]._pending()
        for topic, site_days in pending.items():
            for site_id, on_day in site_days:
                site = self.env["dist.site"].browse(site_id)
                measure._compute_window(topic, site, on_day, on_day)
        self.env["dist.measure.queue"].search([]).unlink()
        return self._figures(FILL)

    def test_first_shipment_moved_back(self):
        _order, first, _second = self._two_shipments()
        self.assertEqual(
            self._compute(FILL, day(1), day(31)), {("NYC", day(10)): (0, 1)}
        )
        first.date_done = "2026-03-06 15:00:00"
        self.assertEqual(self._recompute_queued(), {("NYC", day(6)): (0, 1)})

    def test_second_shipment_becomes_the_first(self):
        """The first one moves behind the second: the second one's day changes too."""
        _order, first, _second = self._two_shipments()
        self._compute(FILL, day(1), day(31))
        first.date_done = "2026-03-14 15:00:00"
        self.assertEqual(
            self._queued("shipment"),
            {("NYC", day(10)), ("NYC", day(12)), ("NYC", day(14))},
        )
        self.assertEqual(
            self._compute(FILL, day(1), day(31)), {("NYC", day(12)): (0, 1)}
        )

    def test_validated_then_backdated(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        picking = self._ship(order, "2026-03-12 15:00:00")
        picking.date_done = "2026-03-10 15:00:00"
        self.assertEqual(self._recompute_queued(), {("NYC", day(10)): (1, 1)})

    def test_done_quantity_edited(self):
        _order, first, _second = self._two_shipments()
        self._compute(FILL, day(1), day(31))
        with freeze_time("2026-03-20 15:00:00"):
            first.move_line_ids.quantity = 9
        self.assertEqual(self._recompute_queued(), {("NYC", day(10)): (1, 1)})

    def test_done_line_added(self):
        _order, first, _second = self._two_shipments()
        with freeze_time("2026-03-20 15:00:00"):
            self.env["stock.move.line"].create(
                {
                    "picking_id": first.id,
                    "move_id": first.move_ids.id,
                    "product_id": self.apple.id,
                    "quantity": 4,
                }
            )
        self.assertEqual(self._recompute_queued(), {("NYC", day(10)): (1, 1)})

    def test_ordered_quantity_changed(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        self._ship(order, "2026-03-10 15:00:00")
        self.assertEqual(
            self._compute(FILL, day(1), day(31)), {("NYC", day(10)): (1, 1)}
        )
        order.order_line.product_uom_qty = 10
        self.assertEqual(self._recompute_queued(), {("NYC", day(10)): (0, 1)})

    def test_line_added_and_removed(self):
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        self._ship(order, "2026-03-10 15:00:00")
        order.order_line = [
            Command.create({"product_id": self.pear.id, "product_uom_qty": 1})
        ]
        self.assertEqual(self._recompute_queued(), {("NYC", day(10)): (0, 1)})

    def test_promise_changed_and_order_cancelled(self):
        order, _first, _second = self._two_shipments()
        order.commitment_date = "2026-03-09 15:00:00"
        self.assertEqual(self._queued("shipment"), {("NYC", day(10)), ("NYC", day(12))})
        order._action_cancel()
        self.assertEqual(self._recompute_queued(), {})

    def test_nothing_queued_for_a_warehouse_without_site(self):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "Annex", "code": "ANX", "company_id": self.company_us.id}
        )
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 9)],
            warehouse=warehouse,
        )
        picking = self._ship(order, "2026-03-10 15:00:00")
        picking.date_done = "2026-03-06 15:00:00"
        self.assertFalse(self.env["dist.measure.queue"].search([]))

    def test_people_without_a_rollout_role(self):
        """Warehouse and sales people who know nothing of the rollout queue days."""
        people = [
            new_test_user(
                self.env,
                login,
                groups=groups,
                company_id=self.company_us.id,
                company_ids=[Command.set((self.company_us | self.company_nz).ids)],
            )
            for login, groups in (
                ("plain_stock", "stock.group_stock_user"),
                ("plain_sales", "sales_team.group_sale_salesman_all_leads"),
            )
        ]
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        picking = self._ship(order, "2026-03-10 15:00:00", {self.apple: 5})
        expected = {("NYC", day(10))}
        self.env.invalidate_all()
        picking.move_line_ids.with_user(people[0]).quantity = 6
        self.assertEqual(self._queued("shipment"), expected)
        order.order_line.with_user(people[1]).product_uom_qty = 10
        self.assertEqual(self._queued("shipment"), expected)
        picking.with_user(people[0]).date_done = "2026-03-10 16:00:00"
        self.assertEqual(self._queued("shipment"), expected)

    def test_warehouse_joins_the_site(self):
        """Its shipments since the cutover become the site's."""
        warehouse = self.env["stock.warehouse"].create(
            {"name": "Annex", "code": "ANX", "company_id": self.company_us.id}
        )
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 9)],
            warehouse=warehouse,
        )
        self._ship(order, "2026-03-10 15:00:00")
        with freeze_time("2026-03-12 15:00:00"):
            self.site_nyc.warehouse_ids = [Command.link(warehouse.id)]
        self.assertEqual(self._recompute_queued(), {("NYC", day(10)): (1, 1)})

    def test_validating_asks_nothing(self):
        """A shipment of today costs no query of ours: the open days are computed."""
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        provider = type(self.env["dist.measure.provider.shipment"])
        asked = []
        self.patch(
            provider,
            "_shipment_days",
            lambda self, orders: asked.append(orders) or set(),
        )
        self._ship(order, "2026-03-09 16:00:00")
        self.assertFalse(asked)
