from odoo.tests import tagged

from .common import CUTOVER
from .common_objects import ObjectsCommon

LOTS = {
    "customer": "key,name\nA,Alpha\n",
    "product": (
        "key,name,tracking,standard_price\nP1,Apple,lot,2\nP2,Pear,none,3\n"
        "P3,Press,serial,100\n"
    ),
    "lot": "key,product,number\nL1,P1,2026-A\nL2,P1,2026-B\nS1,P3,SN-1\nL3,P2,X\n",
}


@tagged("post_install", "-at_install")
class TestStockObjects(ObjectsCommon):
    def _quant(self, product, lot=None, owner=None):
        return self.env["stock.quant"].search(
            [
                ("product_id", "=", product.id),
                ("location_id", "=", self.stock.id),
                ("lot_id", "=", lot.id if lot else False),
                ("owner_id", "=", owner.id if owner else False),
            ]
        )

    def test_stock_by_lot_and_owner(self):
        stock = (
            "key,product,lot,owner,quantity\n1,P1,L1,,10\n2,P1,L2,,5\n3,P2,,A,7\n"
            "4,P2,,,4\n5,P3,S1,,1\n"
        )
        cycle = self._load({**LOTS, "stock": stock})
        self.assertFalse(self._errors(cycle, "stock"))
        apple, pear, press = (
            self._loaded(cycle, "product", f"P{n}") for n in (1, 2, 3)
        )
        alpha = self._loaded(cycle, "customer", "A")
        one, two = (self._loaded(cycle, "lot", key) for key in ("L1", "L2"))
        self.assertEqual(self._quant(apple, one).quantity, 10)
        self.assertEqual(self._quant(apple, two).quantity, 5)
        self.assertEqual(self._quant(pear, owner=alpha).quantity, 7)
        self.assertEqual(self._quant(pear).quantity, 4)
        self.assertEqual(
            self._quant(press, self._loaded(cycle, "lot", "S1")).quantity, 1
        )
        self.assertEqual(self._quant(apple, one).in_date, CUTOVER)
        self.assertEqual(
            self._loaded(cycle, "stock", "3"), self._quant(pear, owner=alpha)
        )
        moves = self.env["stock.move"].search_count([("is_inventory", "=", True)])
        self._again(cycle, "stock")
        self.assertEqual(
            self.env["stock.move"].search_count([("is_inventory", "=", True)]), moves
        )

    def test_counted_zero_empties_the_place(self):
        header = "key,product,lot,owner,quantity\n"
        cycle = self._load({**LOTS, "stock": header + "1,P1,L1,,10\n2,P2,,,4\n"})
        self._load({**LOTS, "stock": header + "1,P1,L1,,0\n2,P2,,,4\n"}, cycle=cycle)
        apple = self._loaded(cycle, "product", "P1")
        self.assertEqual(self._onhand(apple), 0)
        self.assertEqual(
            self._rows(cycle, "stock").sorted("line").mapped("outcome"),
            ["update", "same"],
        )

    def test_physical_count_is_not_loaded(self):
        cycle = self._load(
            {
                **LOTS,
                "stock": "key,product,quantity\n1,P2,4\n",
                "stock_count": "key,product,lot,quantity\n1,P2,,3\n2,P1,L9,1\n",
            }
        )
        self.assertEqual(self._onhand(self._loaded(cycle, "product", "P2")), 4)
        errors = self._errors(cycle, "stock_count")
        self.assertEqual(list(errors), ["2"])
        self.assertIn("L9", errors["2"])

    def test_unknown_lots_are_refused_not_created(self):
        lots = self.env["stock.lot"].search_count([])
        cycle = self._load(
            {
                **LOTS,
                "stock": (
                    "key,product,lot,quantity\n1,P1,L9,10\n2,P1,,5\n3,P2,L1,1\n"
                    "4,P3,L1,1\n5,P3,S1,2\n6,P1,L1,3\n"
                ),
            }
        )
        errors = self._errors(cycle, "stock")
        self.assertIn("L9 is neither in the extract nor loaded", errors["1"])
        self.assertIn("names no lot", errors["2"])
        self.assertIn("not tracked", errors["3"])
        self.assertIn("belongs to", errors["4"])
        self.assertIn("one piece, not for 2", errors["5"])
        self.assertNotIn("6", errors)
        self.assertIn("not tracked", self._errors(cycle, "lot")["L3"])
        # L1, L2 and S1
        self.assertEqual(self.env["stock.lot"].search_count([]), lots + 3)

    def test_lots_keep_their_expiration_or_say_why_not(self):
        objects = dict(LOTS, lot="key,product,number,expiration\nL1,P1,A,2027-03-31\n")
        cycle = self._load(objects)
        if "expiration_date" in self.env["stock.lot"]._fields:
            self.assertTrue(self._loaded(cycle, "lot", "L1").expiration_date)
        else:
            self.assertIn("product_expiry", self._errors(cycle, "lot")["L1"])

    def test_legacy_value_becomes_the_average_cost(self):
        cycle = self._load(
            {
                "product_category": "key,name,costing_method\nC,Food,average\n",
                "product": "key,name,category_key\nP1,Apple,C\nP2,Pear,C\n",
                "stock": "key,product,quantity,value\n1,P1,8,20\n2,P2,4,\n",
            }
        )
        self._assert_loaded(cycle)
        apple = self._loaded(cycle, "product", "P1").with_company(self.company)
        self.assertEqual((apple.standard_price, apple.total_value), (2.5, 20.0))
        move = apple.stock_move_ids
        self.assertEqual((move.value, move.date), (20.0, CUTOVER))

    def test_stock_of_others_has_no_value(self):
        cycle = self._load(
            {**LOTS, "stock": "key,product,owner,quantity,value\n1,P2,A,7,21\n"}
        )
        pear = self._loaded(cycle, "product", "P2").with_company(self.company)
        self.assertEqual(pear.total_value, 0)

    def test_opening_stock_posts_nothing_with_perpetual_valuation(self):
        self.warehouse.lot_stock_id.company_id = self.company
        loss = self.env["stock.location"].search(
            [("usage", "=", "inventory"), ("company_id", "=", self.company.id)], limit=1
        )
        # where losses go has an account: a count would post
        loss.valuation_account_id = self.accounts["5000"]
        before = self.env["account.move"].search_count([])
        cycle = self._load(
            {
                "product_category": (
                    "key,name,valuation,costing_method,valuation_account\n"
                    "C,Food,real_time,standard,1400\n"
                ),
                "product": "key,name,category_key,standard_price\nP1,Apple,C,2\n",
                "stock": "key,product,quantity\n1,P1,8\n",
            }
        )
        self._assert_loaded(cycle)
        apple = self._loaded(cycle, "product", "P1").with_company(self.company)
        self.assertEqual(apple.total_value, 16)
        self.assertEqual(self.env["account.move"].search_count([]), before)
