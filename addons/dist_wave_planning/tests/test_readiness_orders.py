from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestReadinessOrders(ReadinessCommon):
    """Each measure of orders: the fact is made false, its value rises."""

    def _sale(self, warehouse, confirm=True, price=5, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": warehouse.company_id.id,
                "warehouse_id": warehouse.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 2,
                            "price_unit": price,
                        }
                    )
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _purchase(self, warehouse, days, confirm=True):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": warehouse.company_id.id,
                "picking_type_id": warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": 2,
                            "price_unit": 5,
                            "date_planned": self.now + timedelta(days=days),
                        }
                    )
                ],
            }
        )
        if confirm:
            order.button_confirm()
        return order

    def test_sale_orders_overdue(self):
        day = timedelta(days=1)
        self._sale(self.warehouse_a, commitment_date=self.now + day)
        self._sale(self.warehouse_a, commitment_date=self.now - day, confirm=False)
        self._sale(self.warehouse_a).picking_ids.scheduled_date = self.now + day

        def make_wrong():
            promised = self._sale(self.warehouse_a, commitment_date=self.now - day)
            late = self._sale(self.warehouse_a)
            late.picking_ids.scheduled_date = self.now - day
            return (promised | late).sorted()

        self._check_level("sale_orders_overdue", make_wrong)

    def test_delivered_order_is_not_overdue(self):
        self._quant(self.warehouse_a, 2)
        order = self._sale(
            self.warehouse_a, commitment_date=self.now - timedelta(days=1)
        )
        self.assertEqual(self._values("sale_orders_overdue")[self.site_a], 1)
        order.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        order.picking_ids._action_done()
        self.assertEqual(self._values("sale_orders_overdue")[self.site_a], 0)

    def test_quotations_expired(self):
        """A quotation is valid on its last day, in the calendar of the site."""
        quotation = self._sale(self.warehouse_a, confirm=False)
        quotation.validity_date = self.site_a._local_day()

        def make_wrong():
            quotation.validity_date -= timedelta(days=1)
            return quotation

        self._check_level("quotations_expired", make_wrong)

    def test_order_lines_without_price(self):
        self._sale(self.warehouse_a)
        self._sale(self.warehouse_a, price=0, confirm=False)
        self._check_level(
            "order_lines_without_price",
            lambda: self._sale(self.warehouse_a, price=0).order_line,
        )

    def test_purchase_receipts_overdue(self):
        self._purchase(self.warehouse_a, 1)
        self._purchase(self.warehouse_a, -1, confirm=False)
        self._check_level(
            "purchase_receipts_overdue", lambda: self._purchase(self.warehouse_a, -1)
        )

    def test_purchase_orders_to_approve(self):
        self._purchase(self.warehouse_a, 1, confirm=False)

        def make_wrong():
            order = self._purchase(self.warehouse_a, 1, confirm=False)
            order.state = "to approve"
            return order

        self._check_level("purchase_orders_to_approve", make_wrong)

    def test_other_company(self):
        """What another company owes counts for its own site only."""
        self._purchase(self.warehouse_c.with_company(self.company_c), -1)
        self.assertEqual(
            self._values("purchase_receipts_overdue"),
            {self.site_a: 0, self.site_b: 0, self.site_c: 1},
        )
