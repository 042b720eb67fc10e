from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.base.models.res_partner import ResPartner

from ..services.company_links import links_fit
from .common_objects import ObjectsCommon

PRODUCTS = "key,name,standard_price\n"
STOCK = "key,product,quantity\n"


@tagged("post_install", "-at_install")
class TestAskedTogether(ObjectsCommon):
    """A load asks for many records at once what Odoo asks for each of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = cls.env["res.company"].sudo().create({"name": "Elsewhere"})
        cls.product = cls.env["product.product"].create(
            {"name": "Apple", "is_storable": True}
        )

    def _opening_moves(self, **links):
        """Return two opening moves, the second with these links."""
        vals = {
            "product_id": self.product.id,
            "company_id": self.company.id,
            "location_id": self.company.sudo()._dist_opening_location().id,
            "location_dest_id": self.stock.id,
            "dist_is_opening_load": True,
        }
        return self.env["stock.move"].sudo().create([vals, dict(vals, **links)])

    def _assert_told(self, records, wrong):
        """Odoo's check still says which record is wrong."""
        self.assertFalse(links_fit(records))
        with self.assertRaisesRegex(UserError, wrong):
            records._check_company()

    def test_what_fits(self):
        moves = self._opening_moves()
        self.assertTrue(links_fit(moves))
        self.assertTrue(links_fit(moves, ["product_id"]))
        self.assertTrue(links_fit(moves.browse()))
        self.assertIsNone(moves._check_company())

    def test_a_product_of_another_company(self):
        other = (
            self.env["product.product"]
            .sudo()
            .create({"name": "Their Pear", "company_id": self.elsewhere.id})
        )
        moves = self._opening_moves(product_id=other.id)
        self._assert_told(moves, "Their Pear")
        self.assertTrue(links_fit(moves, ["location_id"]))
        # archived it is no better
        other.active = False
        self._assert_told(moves, "Their Pear")

    def test_an_owner_of_another_company(self):
        owner = self.env["res.partner"].sudo().create({"name": "Their Owner"})
        moves = self._opening_moves(restrict_partner_id=owner.id)
        self.assertTrue(links_fit(moves))
        owner.company_id = self.elsewhere
        self._assert_told(moves, "Their Owner")
        lines = self.env["stock.move.line"].sudo()
        for move in moves:
            lines |= lines.create(
                {
                    "move_id": move.id,
                    "product_id": self.product.id,
                    "quantity": 1,
                    "owner_id": move.restrict_partner_id.id,
                }
            )
        self._assert_told(lines, "Their Owner")

    def test_a_property_counts_for_the_company_at_work(self):
        theirs = (
            self.env["account.payment.term"]
            .sudo()
            .create({"name": "Their Term", "company_id": self.elsewhere.id})
        )
        Partner = self.env["res.partner"].sudo().with_company(self.elsewhere)
        partners = Partner.create(
            [{"name": "Ann"}, {"name": "Bob", "property_payment_term_id": theirs.id}]
        )
        self.assertTrue(links_fit(partners))
        self.assertTrue(links_fit(partners.with_company(self.company)))
        with self.assertRaisesRegex(UserError, "Their Term"):
            Partner.with_company(self.company).with_context(
                dist_check_together=True
            ).create(
                [
                    {"name": "Ann"},
                    {"name": "Bob", "property_payment_term_id": theirs.id},
                ]
            )

    def test_partners_of_a_load_are_asked_about_together(self):
        asked = []
        check = ResPartner._check_company

        def count(partners, fnames=None):
            asked.append(len(partners))
            return check(partners, fnames)

        with patch.object(ResPartner, "_check_company", count):
            cycle = self._load({"customer": "key,name\nA,Ann\nB,Bob\n"})
            self._assert_loaded(cycle)
            self.assertFalse(asked)
            self.env["res.partner"].create([{"name": "Cid"}, {"name": "Dee"}])
            self.assertEqual(asked, [2])

    def test_reordering_rules_see_the_opening_stock(self):
        cycle = self._load({"product": PRODUCTS + "P1,Apple,2\nP2,Pear,3\n"})
        rule = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self._loaded(cycle, "product", "P1").id,
                "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id,
                "product_min_qty": 10,
                "product_max_qty": 10,
            }
        )
        self.assertEqual(rule.qty_to_order, 10)
        self._load({"stock": STOCK + "1,P1,4\n2,P2,5\n"}, cycle=None)
        self.assertEqual(rule.qty_to_order, 6)

    def test_a_value_that_was_entered_counts(self):
        moves = self._opening_moves()
        self.env["product.value"].sudo().create(
            {"move_id": moves[1].id, "value": 77, "company_id": self.company.id}
        )
        for move in moves:
            self.env["stock.move.line"].sudo().create(
                {
                    "move_id": move.id,
                    "product_id": move.product_id.id,
                    "quantity": 7,
                    "picked": True,
                }
            )
        moves.picked = True
        moves._action_done()
        self.assertEqual(moves.mapped("value"), [0, 77])
        # what a client can send hides no value
        move = moves[1].with_context(dist_no_entered_value=moves.ids)
        self.assertEqual(move._get_value(), 77)

    def test_who_moves_goods_needs_no_right_to_values_and_rules(self):
        user = self.env["res.users"].create(
            {
                "name": "Stock",
                "login": "stock_only",
                "company_id": self.company.id,
                "company_ids": self.company.ids,
                "group_ids": self.env.ref("stock.group_stock_user").ids,
            }
        )
        moves = self._opening_moves().with_user(user)
        moves._check_company()
        moves._update_orderpoints()
        moves._set_value()
        self.assertFalse(self.env["product.value"].with_user(user).has_access("write"))

    def test_statements_do_not_grow_with_the_products(self):
        def statements(numbers):
            lines = [f"P{n},Product {n},2\n" for n in numbers]
            stock = [f"{n},P{n},4\n" for n in numbers]
            cycle = self._stage(
                {"product": PRODUCTS + "".join(lines), "stock": STOCK + "".join(stock)}
            )
            engine = cycle._engine()
            engine._start_load()
            engine._load_rows(only=["product"])
            engine.env.flush_all()
            before = self.env.cr.sql_log_count
            engine._load_rows(only=["stock"])
            engine.env.flush_all()
            return self.env.cr.sql_log_count - before

        statements(range(2))
        few, many = statements(range(10, 15)), statements(range(20, 60))
        self.assertLessEqual(many - few, 5)
