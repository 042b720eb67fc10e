from odoo import fields
from odoo.tests import tagged

from .common_objects import ObjectsCommon

ORDERS = {
    "supplier": "key,name\nS,Supply\n",
    "product": "key,name\nP1,Apple\nP2,Pear\n",
    "purchase_order": (
        "key,supplier,number,date,expected,warehouse\n"
        "PO1,S,4500017,2026-04-08,2026-05-20,MIG\n"
    ),
    "purchase_order_line": (
        "key,order,product,quantity,uom,price,discount,expected\n"
        "1,PO1,P1,6,,2.45,10,\n2,PO1,P2,2,Carton of 6,12,,2026-06-01\n"
    ),
}


@tagged("post_install", "-at_install")
class TestPurchaseOrders(ObjectsCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carton = cls.env["uom.uom"].create(
            {
                "name": "Carton of 6",
                "relative_uom_id": cls.env.ref("uom.product_uom_unit").id,
                "relative_factor": 6,
            }
        )

    def test_open_purchase_orders(self):
        self.company.po_double_validation = "two_step"
        self.company.po_double_validation_amount = 1
        mails = self.env["mail.mail"].search_count([])
        cycle = self._load(ORDERS)
        self._assert_loaded(cycle)
        order = self._loaded(cycle, "purchase_order", "PO1")
        ordered = fields.Datetime.to_datetime("2026-04-08 10:00:00")
        self.assertRecordValues(
            order,
            [
                {
                    "name": "4500017",
                    "state": "purchase",
                    "date_order": ordered,
                    "date_approve": ordered,
                    "company_id": self.company.id,
                    "picking_type_id": self.warehouse.in_type_id.id,
                    "user_id": False,
                }
            ],
        )
        first, second = (
            self._loaded(cycle, "purchase_order_line", key) for key in "12"
        )
        self.assertRecordValues(
            first | second,
            [
                {
                    "product_qty": 6,
                    "product_uom_id": first.product_id.uom_id.id,
                    "price_unit": 2.45,
                    "discount": 10,
                    "price_subtotal": 13.23,
                    "date_planned": fields.Datetime.to_datetime("2026-05-20 10:00:00"),
                },
                {
                    "product_qty": 2,
                    "product_uom_id": self.carton.id,
                    "price_unit": 12,
                    "discount": 0,
                    "price_subtotal": 24,
                    "date_planned": fields.Datetime.to_datetime("2026-06-01 10:00:00"),
                },
            ],
        )
        moves = order.picking_ids.move_ids.sorted("product_qty")
        self.assertEqual(moves.mapped("product_qty"), [6, 12])
        self.assertEqual(set(order.picking_ids.mapped("state")), {"assigned"})
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        # confirming made no price list of the supplier's old prices
        self.assertFalse(first.product_id.seller_ids)
        self._again(cycle, "purchase_order", "purchase_order_line")

    def test_changed_quantity_changes_the_receipt(self):
        cycle = self._load(ORDERS)
        lines = ORDERS["purchase_order_line"].replace("1,PO1,P1,6", "1,PO1,P1,9")
        self._load(dict(ORDERS, purchase_order_line=lines), cycle=cycle)
        line = self._loaded(cycle, "purchase_order_line", "1")
        self.assertEqual(line.product_qty, 9)
        self.assertEqual(sum(line.move_ids.mapped("product_qty")), 9)

    def test_order_with_a_bad_line_is_held_back_whole(self):
        lines = ORDERS["purchase_order_line"].replace("Carton of 6", "Score")
        cycle = self._load(dict(ORDERS, purchase_order_line=lines))
        self.assertFalse(self.env["purchase.order"].search([("name", "=", "4500017")]))
        self.assertIn("Score", self._errors(cycle, "purchase_order")["PO1"])
        self.assertEqual(
            set(self._rows(cycle, "purchase_order_line").mapped("state")),
            {"failed", "invalid"},
        )
