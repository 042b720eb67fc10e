"""Kits, on Odoo's own flows with manufacturing installed.

The suite does not depend on manufacturing: ``tests/test_kits.py`` of the project runs
these cases on a database of their own that has it.
"""

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import day
from .common_books import BooksCommon


@tagged("post_install", "-at_install")
class TestKits(BooksCommon):
    """A basket of 2 apples and 1 pear; apples cost 4 and pears 4."""

    NOON = "2026-03-16 16:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.basket = cls.env["product.product"].create(
            {
                "name": "Basket",
                "type": "consu",
                "is_storable": True,
                "taxes_id": False,
                "supplier_taxes_id": False,
            }
        )
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.basket.product_tmpl_id.id,
                "product_qty": 1,
                "type": "phantom",
                "company_id": False,
                "bom_line_ids": [
                    Command.create({"product_id": cls.apple.id, "product_qty": 2}),
                    Command.create({"product_id": cls.pear.id, "product_qty": 1}),
                ],
            }
        )
        for warehouse in cls.warehouse_nyc | cls.warehouse_qns:
            for product in cls.apple | cls.pear:
                cls._count(product, warehouse.lot_stock_id, 100, "2026-02-20 12:00:00")
        cls.env["dist.measure.queue"].search([]).unlink()

    def _baskets(self, site, quantity=5, **values):
        order = self._order(
            site, "2026-03-09 15:00:00", [(self.basket, quantity)], **values
        )
        self.assertEqual(order.order_line.move_ids.product_id, self.apple | self.pear)
        return order

    def _fill_rates(self):
        return [
            self._compute(code, day(9), day(13))
            for code in ("order_fill_rate", "line_fill_rate", "unit_fill_rate")
        ]

    def test_complete(self):
        """5 baskets are one line of 5 units, of two moves of 10 and of 5."""
        order = self._baskets(self.site_nyc)
        self._ship(order, "2026-03-10 15:00:00")
        one, five = {("NYC", day(10)): (1, 1)}, {("NYC", day(10)): (5, 5)}
        self.assertEqual(self._fill_rates(), [one, one, five])
        self.assertEqual(
            self._compute("order_cycle_complete", day(9), day(13)),
            {("NYC", day(10)): (24, 1)},
        )
        self.assertEqual(
            self._compute("unordered_shipments", day(9), day(13)), {}, "Ordered."
        )

    def test_a_component_is_short(self):
        """All apples and 3 of 5 pears: none of the line is filled on the 10th.

        It is complete with the back order of the 12th.
        """
        order = self._baskets(self.site_nyc)
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 10, self.pear: 3})
        none, of_five = {("NYC", day(10)): (0, 1)}, {("NYC", day(10)): (0, 5)}
        self.assertEqual(self._fill_rates(), [none, none, of_five])
        self.assertEqual(self._compute("order_cycle_complete", day(9), day(13)), {})
        # 3 of 5 baskets are delivered: 2 at 10 are open
        self.assertEqual(order.order_line.qty_delivered, 3)
        self.assertEqual(self._level("backlog_lines", self.NOON)["NYC"], 1)
        self.assertEqual(self._level("backlog_value", self.NOON)["NYC"], 20)
        self.assertEqual(self._level("backorder_lines", self.NOON)["NYC"], 1)
        self._ship(order, "2026-03-12 15:00:00")
        self.assertEqual(self._fill_rates(), [none, none, of_five])
        self.assertEqual(
            self._compute("order_cycle_complete", day(9), day(13)),
            {("NYC", day(12)): (72, 1)},
        )
        self.assertEqual(self._level("backlog_lines", self.NOON)["NYC"], 0)

    def test_a_component_is_cancelled(self):
        """Nobody will ever ship the rest: not filled, never complete, no backlog."""
        order = self._baskets(self.site_nyc)
        self._ship(
            order,
            "2026-03-10 15:00:00",
            {self.apple: 10, self.pear: 3},
            cancel_backorder=True,
        )
        none, of_five = {("NYC", day(10)): (0, 1)}, {("NYC", day(10)): (0, 5)}
        self.assertEqual(self._fill_rates(), [none, none, of_five])
        self.assertEqual(self._compute("order_cycle_complete", day(9), day(13)), {})
        self.assertEqual(self._level("backlog_lines", self.NOON)["NYC"], 0)

    def test_two_steps(self):
        """The pick is short of apples, so the shipment itself reads complete."""
        short, full = self._baskets(self.site_qns), self._baskets(self.site_qns, 2)
        self._pick_and_ship(
            short,
            "2026-03-10 13:00:00",
            "2026-03-10 15:00:00",
            {self.apple: 8, self.pear: 5},
        )
        self._pick_and_ship(full, "2026-03-10 13:00:00", "2026-03-10 15:00:00")
        self.assertEqual(
            self._fill_rates(),
            [
                {("QNS", day(10)): (1, 2)},
                {("QNS", day(10)): (1, 2)},
                {("QNS", day(10)): (2, 7)},
            ],
        )

    def test_dozens(self):
        """2 dozen baskets are 24 units, of 48 apples and 24 pears."""
        order = self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.basket, 2, self.dozen)]
        )
        self._ship(order, "2026-03-10 15:00:00", {self.apple: 48, self.pear: 24})
        self.assertEqual(
            self._compute("unit_fill_rate", day(9), day(13)),
            {("NYC", day(10)): (24, 24)},
        )

    def test_returned(self):
        """A line was shipped and a line came back, whatever it is made of.

        The pick took two lines off the shelf; both are errors.
        """
        order = self._baskets(self.site_nyc)
        picking = self._ship(order, "2026-03-10 15:00:00")
        returned = self._return(
            picking,
            "2026-03-11 15:00:00",
            {self.apple: 4, self.pear: 2},
            self.env.ref("dist_hypercare.return_reason_wrong_item"),
        )
        self.assertEqual(
            self._compute("return_rate", day(9), day(13)),
            {("NYC", day(10)): (0, 1), ("NYC", day(11)): (1, 0)},
        )
        self.assertRecords("return_rate", self.site_nyc, day(11), returned.move_ids)
        self.assertEqual(
            self._compute("pick_accuracy", day(9), day(13)),
            {("NYC", day(10)): (0, 2)},
        )
        one = {("NYC", day(10)): (1, 1)}
        self.assertEqual(self._fill_rates()[:2], [one, one], "It was filled.")

    def test_margin_and_working_capital(self):
        """5 at 10 cost 5 × (2 × 4 + 4) = 60; 3 more are delivered and not invoiced."""
        order = self._baskets(self.site_nyc)
        self._ship(order, "2026-03-10 15:00:00")
        with freeze_time("2026-03-11 15:00:00"):
            invoice = order._create_invoices()
            invoice.invoice_date = "2026-03-11"
            invoice.action_post()
        other = self._baskets(self.site_nyc, 3)
        self._ship(other, "2026-03-12 15:00:00")
        measure = self.env["dist.measure"]._get("gross_margin")
        measure._compute_values(self.sites, day(9), day(13))
        [value] = self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id)]
        )
        self.assertEqual((value.numerator, value.denominator), (-10, 50))
        with freeze_time(self.NOON):
            self.env["dist.measure"]._get("working_capital")._compute_values(
                self.sites, day(16), day(16)
            )
        [part] = self.env["dist.measure.breakdown"].search(
            [
                ("measure_id.code", "=", "working_capital"),
                ("company_id", "=", self.company_us.id),
                ("label", "=", "delivered_not_invoiced"),
            ]
        )
        self.assertEqual(part.numerator, 30)

    def test_bought(self):
        """A kit that is bought comes as two lines; 1 of 5 baskets is missing."""
        order = self._purchase(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.basket, 5, 12)],
            "2026-03-12 16:00:00",
        )
        self._receive(
            order,
            "2026-03-12 15:00:00",
            {self.apple: 8, self.pear: 4},
            cancel_backorder=True,
        )
        self.assertEqual(order.order_line.qty_received, 4)
        self.assertEqual(
            self._compute("receiving_lines", day(9), day(13)),
            {("NYC", day(12)): (2, 0)},
        )
        self.assertEqual(
            self._compute("supplier_on_time", day(9), day(13)),
            {("NYC", day(12)): (2, 2)},
        )
        self.assertEqual(
            self._compute("purchase_exception_rate", day(9), day(13)),
            {("NYC", day(9)): (1, 1)},
        )
