from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import FILES
from .common_objects import ObjectsCommon
from .test_objects_books import BALANCE, PARTNERS, PAYABLES, RECEIVABLES
from .test_objects_orders import ORDERS


@tagged("post_install", "-at_install")
class TestReverse(ObjectsCommon):
    def _states(self, cycle, code):
        creations = cycle.sudo().creation_ids.filtered(
            lambda creation: creation.object_id.code == code
        )
        return set(creations.mapped("state"))

    def test_all_that_nobody_uses_goes(self):
        cycle = self._load(
            {
                "location": "key,name,parent\nR,Row,\nR1,Rack,R\n",
                "customer": "key,name,parent\nA,Head,\nB,Branch,A\n",
                "product": "key,name\nP1,Apple\n",
                "packaging": "key,product,name,quantity\nK,P1,Crate,24\n",
                "supplier": "key,name\nS,Supply\n",
                "supplier_price": "key,supplier,product,price\n1,S,P1,2\n",
                "pricelist_item": "key,pricelist,product,price\n1,Wholesale,P1,2\n",
                "reorder_rule": "key,product,minimum,maximum\n1,P1,5,20\n",
            }
        )
        self._assert_loaded(cycle)
        records = [
            self.env[creation.res_model].browse(creation.res_id)
            for creation in cycle.sudo().creation_ids
        ]
        self.assertGreater(len(records), 10)
        revision = cycle.load_revision
        cycle._reverse_now()
        self.assertEqual(
            [record for record in records if record.exists()],
            [],
            cycle.sudo().creation_ids.mapped("message"),
        )
        self.assertFalse(
            self.env["dist.legacy.key"].search([("cycle_id", "=", cycle.id)])
        )
        self.assertEqual(
            (cycle.state, cycle.load_revision), ("validated", revision + 1)
        )
        self.assertEqual(set(cycle.sudo().row_ids.mapped("state")), {"valid"})
        # a second one does nothing
        self.assertFalse(cycle.action_reverse())
        self.assertEqual(
            (cycle.state, cycle.load_revision), ("validated", revision + 1)
        )
        # and loading works again
        cycle.sudo()._load_now()
        self._assert_loaded(cycle)
        self.assertTrue(self._loaded(cycle, "product", "P1").exists())

    def test_orders_are_cancelled_and_stock_moves_are_reversed(self):
        cycle = self._create_loaded_cycle()
        order = self._loaded(cycle, "sale_order", "1001")
        apple = self._loaded(cycle, "product", "P1")
        quince = self._loaded(cycle, "product", "P3")
        customer = self._loaded(cycle, "customer", "C1")
        self.assertEqual((self._onhand(apple), self._onhand(quince)), (10, 5))
        cycle._reverse_now()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})
        self.assertEqual((self._onhand(apple), self._onhand(quince)), (0, 0))
        moves = self.env["stock.move"].search(
            [("product_id", "=", apple.id), ("is_inventory", "=", True)]
        )
        self.assertEqual(len(moves), 2)
        self.assertTrue(all(moves.mapped("dist_is_opening_load")))
        # core refuses to delete what moves and orders refer to
        self.assertEqual((apple.active, customer.active), (False, False))
        self.assertEqual(self._states(cycle, "product"), {"archived"})
        self.assertTrue(cycle.kept_count)
        cycle._load_now()
        self.assertEqual(cycle.progress, 100.0, cycle.sudo().row_ids.mapped("error"))
        self.assertEqual(self._loaded(cycle, "product", "P1"), apple)
        self.assertEqual((apple.active, quince.active), (True, False))
        self.assertEqual((self._onhand(apple), self._onhand(quince)), (10, 5))
        again = self._loaded(cycle, "sale_order", "1001")
        self.assertNotEqual(again, order)
        self.assertEqual(again.state, "sale")
        # and once more: what was archived the first time is taken back again
        cycle._reverse_now()
        self.assertEqual((self._onhand(apple), apple.active), (0, False))
        self.assertEqual(again.state, "cancel")

    def test_what_is_used_since_is_kept_and_listed(self):
        cycle = self._create_loaded_cycle()
        order = self._loaded(cycle, "sale_order", "1003")
        pear = self._loaded(cycle, "product", "P2")
        picking = order.picking_ids
        picking.action_assign()
        picking.move_ids.quantity = 4
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        plum = self._loaded(cycle, "product", "P4")
        self.env["stock.warehouse.orderpoint"].create(
            {"product_id": plum.id, "location_id": self.stock.id}
        )
        cycle._reverse_now()
        self.assertEqual(order.state, "sale")
        kept = cycle.sudo().creation_ids.filtered(lambda one: one.state == "kept")
        reasons = {(one.object_id.code, one.res_id): one.message for one in kept}
        self.assertIn("moved", reasons["sale_order", order.id])
        self.assertIn("stock", [code for code, _id in reasons])
        # shipped four of twenty from the rack; what is there is not taken away
        self.assertEqual(self._onhand(pear), 16)
        self.assertTrue(plum.exists())
        self.assertIn(
            "use it",
            cycle.sudo()
            .creation_ids.filtered(
                lambda one: one.res_model == "product.product" and one.res_id == plum.id
            )
            .message,
        )

    def test_what_a_later_cycle_loaded_is_kept(self):
        first = self._create_loaded_cycle()
        mapping = first.mapping_id
        second = self._create_loaded_cycle(
            {"stock": FILES["stock.csv"].replace("P1,R1,10", "P1,R1,12")},
            mapping_id=mapping.id,
            sequence=2,
            name="Mock 2",
        )
        first._reverse_now()
        apple = self._loaded(second, "product", "P1")
        self.assertTrue(apple.active)
        self.assertEqual(self._onhand(apple), 12)
        message = (
            first.sudo()
            .creation_ids.filtered(lambda one: one.res_model == "product.product")[0]
            .message
        )
        self.assertEqual(message, "Mock 2 has loaded it since.")

    def test_books_are_cancelled(self):
        objects = {
            **PARTNERS,
            "open_receivable": RECEIVABLES,
            "open_payable": PAYABLES,
            "opening_balance": BALANCE,
        }
        cycle = self._load(objects)
        moves = self.env["account.move"].browse(
            cycle.sudo()
            .creation_ids.filtered(lambda one: one.res_model == "account.move")
            .mapped("res_id")
        )
        self.assertEqual(len(moves), 5)
        cycle._reverse_now()
        self.assertEqual(set(moves.mapped("state")), {"cancel"})
        cycle.sudo()._load_now()
        self._assert_loaded(cycle)
        invoice = self._loaded(cycle, "open_receivable", "1")
        self.assertEqual((invoice.name, invoice.state), ("2024/0117", "posted"))
        self.assertNotIn(invoice, moves)

    def test_contacts_go_with_their_partner(self):
        cycle = self._load(
            {"customer": "key,name,contact_name\nA,Head,Ann\nB,Other,\n"}
        )
        self._assert_loaded(cycle)
        head = self._loaded(cycle, "customer", "A")
        contact = head.child_ids
        self.assertEqual(contact.name, "Ann")
        cycle._reverse_now()
        self.assertFalse((head | contact).exists())

    def test_opening_balance_that_another_cycle_loaded_is_kept(self):
        first = self._load({"opening_balance": BALANCE})
        entry = self._loaded(first, "opening_balance", "1400").move_id
        second = self._create_cycle(mapping_id=first.mapping_id.id, name="Mock 2")
        self._load({"opening_balance": BALANCE}, cycle=second)
        first._reverse_now()
        self.assertEqual(entry.state, "posted")
        self.assertEqual(first.sudo().creation_ids.mapped("state"), ["kept"])
        self.assertFalse(second.creation_count)

    def test_purchase_orders_are_cancelled(self):
        unit = self.env.ref("uom.product_uom_unit")
        self.env["uom.uom"].create(
            {"name": "Carton of 6", "relative_uom_id": unit.id, "relative_factor": 6}
        )
        cycle = self._load(ORDERS)
        self._assert_loaded(cycle)
        order = self._loaded(cycle, "purchase_order", "PO1")
        cycle._reverse_now()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})

    def test_scheduled_action_takes_back_in_chunks(self):
        cycle = self._create_loaded_cycle()
        cycle.action_reverse()
        self.assertEqual(cycle.state, "reversing")
        with self.assertRaisesRegex(UserError, "in state Reversing"):
            cycle.action_load()
        running = cycle._engine()
        rounds = 0
        while not running._reverse_records(after_chunk=lambda _done: False):
            rounds += 1
        self.assertGreater(rounds, 3)
        with self.enter_registry_test_mode():
            self.env.ref("dist_data_migration.ir_cron_load").method_direct_trigger()
        self.assertRecordValues(cycle, [{"state": "validated", "creation_count": 0}])

    def test_signed_cycles_are_not_reversed(self):
        cycle = self._create_loaded_cycle()
        cycle.action_reconcile()
        cycle.sudo().state = "signed"
        with self.assertRaisesRegex(UserError, "is signed"):
            cycle.action_reverse()

    def test_only_stewards_reverse(self):
        cycle = self._create_loaded_cycle()
        for user in (self.user_viewer, self.user_finance, self.user_consultant):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                cycle.with_user(user).action_reverse()
        creation = cycle.creation_ids[:1]
        for user in (self.user_steward, self.user_admin):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                creation.with_user(user).write({"state": "deleted"})
        self.assertEqual(creation.action_open_record()["res_id"], creation.res_id)

    def test_reversal_refuses_what_is_protected(self):
        cycle = self._create_loaded_cycle()
        with self.assertRaises(AccessError):
            cycle.write({"creation_ids": [fields.Command.clear()]})
