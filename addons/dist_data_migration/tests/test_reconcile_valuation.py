from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..services.comparisons import Comparisons
from .common_reconcile import ReconcileCommon


@tagged("post_install", "-at_install")
class TestReconcileValuation(ReconcileCommon):
    """42 pieces were loaded; apples cost 2.00 and pears 3.00.

    10 apples and 20 pears are worth 80.00; the other products cost nothing.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_stock_journal_id = cls.journal
        cls.inventory.account_stock_variation_id = cls._account("M51000", "expense")
        cls.company.account_stock_valuation_id = cls.inventory
        cls.category = cls.env["product.category"].create(
            {
                "name": "Fruit",
                "property_valuation": "periodic",
                "property_cost_method": "standard",
                "property_stock_valuation_account_id": cls.inventory.id,
            }
        )
        products = cls.apple | cls.pear
        products.product_tmpl_id.categ_id = cls.category
        cls.apple.standard_price = 2
        cls.pear.standard_price = 3
        # without tracking a closing counts from midnight: the costs were set before
        cls.env["product.value"].search([]).date = "2026-05-01 20:00:00"

    def _close(self):
        self.company.action_close_stock_valuation(
            at_date=fields.Date.today(), auto_post=True
        )

    def _opening(self, amount):
        return self._entry(
            "2026-04-30",
            [(self.inventory, amount, None, None), (self.equity, -amount, None, None)],
        )

    def _detail(self):
        """Return value, ledger and pending closing of the valuation account."""
        self.env.flush_all()
        [row] = self.env.execute_query_dict(self._sql())
        return tuple(
            round(float(row[name]), 2) for name in ("value", "ledger", "pending")
        )

    def _sql(self):
        return SQL(
            "SELECT SUM(value) AS value, SUM(ledger) AS ledger, SUM(pending) AS pending"
            " FROM (%s) rows WHERE account_id = %s",
            Comparisons(self.cycle.sudo())._valuation_rows(),
            self.inventory.id,
        )

    def test_periodic_before_and_after_closing(self):
        self._reconcile()
        self.assertEqual(self._detail(), (80, 0, 80))
        self.assertEqual(self._figures("valuation_unexplained")[-1], "passed")
        self._close()
        self.assertEqual(self._detail(), (80, 80, 0))
        self._reconcile()
        self.assertEqual(
            self._figures("valuation_unexplained"), (80, 80, 0, 0, "passed")
        )

    def test_opening_entry_stands_for_the_load(self):
        self._opening(80)
        self._reconcile()
        self.assertEqual(self._figures("valuation_unexplained")[:3], (80, 80, 0))

    def _legacy_costs(self, costs):
        """Put costs into the staged rows of products, ``{legacy key: cost}``."""
        for key, cost in costs.items():
            row = self.env["dist.migration.row"].search(
                [
                    ("cycle_id", "=", self.cycle.id),
                    ("object_id", "=", self._object("product").id),
                    ("legacy_key", "=", key),
                ]
            )
            row.data = dict(row.data, standard_price=cost)

    def test_stock_at_cost(self):
        """80.00 in Odoo; the extract says 20.00 for apples and 70.00 for pears."""
        self._legacy_costs({"P1": "2", "P2": "3.5"})
        run = self._reconcile()
        self.assertEqual(self._figures("onhand_cost"), (90, 80, -10, 10, "failed"))
        line = run.discrepancy_ids.filtered(
            lambda line: line.control_id.code == "onhand_cost"
        )
        self.assertEqual(line.kind, "value")
        self.assertEqual(
            (line.res_model, line.res_id), ("product.product", self.pear.id)
        )
        self._legacy_costs({"P2": "3"})
        self._reconcile()
        self.assertEqual(self._figures("onhand_cost"), (80, 80, 0, 0, "passed"))

    def test_stock_without_a_legacy_cost_is_not_compared(self):
        self._reconcile()
        nothing = (0.0, 0.0, 0.0, 0.0, "passed")
        self.assertEqual(self._figures("onhand_cost"), nothing)
        self._legacy_costs({"P1": "2"})
        self._reconcile()
        self.assertEqual(self._figures("onhand_cost"), (20, 20, 0, 0, "passed"))

    def test_manual_entry_is_the_unexplained_remainder(self):
        self._close()
        entry = self._entry(
            fields.Date.today(),
            [(self.inventory, 15, None, None), (self.expense, -15, None, None)],
        )
        self._reconcile()
        self.assertEqual(
            self._figures("valuation_unexplained"), (95, 80, -15, 15, "failed")
        )
        [line] = self._lines("valuation_unexplained")
        self.assertEqual(line[:4], ("M14000", "value", 95, 80))
        [item] = self._lines("valuation_entries")
        self.assertIn(entry.name, item[0])
        value = self.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", "migration_valuation_unexplained"),
                ("site_id", "=", self.site_a.id),
            ]
        )
        self.assertAlmostEqual(value.value, 15, 1)

    def test_new_cost_is_pending_not_unexplained(self):
        self._close()
        self.apple.standard_price = 5
        self._reconcile()
        # 10 apples × 3.00 more
        self.assertEqual(self._detail(), (110, 80, 30))
        self.assertEqual(self._figures("valuation_unexplained")[-1], "passed")

    def test_perpetual_before_and_after_closing(self):
        self.category.property_valuation = "real_time"
        self._reconcile()
        self.assertEqual(self._detail(), (80, 0, 80))
        self.assertEqual(self._figures("valuation_unexplained")[-1], "passed")
        self._close()
        self.assertEqual(self._detail(), (80, 80, 0))

    def _buy(self, product, price, **line):
        """Receive two dozens of a product for this price each; return its move."""
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.cafe.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": 2,
                            "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                            "price_unit": 12 * price,
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        move = order.picking_ids.move_ids
        move.quantity = move.product_uom_qty
        move.move_line_ids.write(line)
        move.picked = True
        order.picking_ids.button_validate()
        self.assertEqual((move.state, move.value), ("done", 24 * price))
        return move

    def test_receipt_at_another_price_than_the_standard_cost(self):
        """24 apples bought at 1.50 are worth 48.00: the closing posts the rest."""
        move = self._buy(self.apple, 1.5)
        move.picking_id.date_done = "2026-05-04 10:00:00"
        self.assertEqual(self._detail(), (128, 0, 128))
        self._reconcile()
        for code in ("valuation_unexplained", "valuation_products"):
            self.assertEqual(self._figures(code)[-1], "passed", code)
        self._close()
        self.assertEqual(self._detail(), (128, 128, 0))
        self._buy(self.apple, 2.5)
        self.assertEqual(self._detail(), (176, 128, 48))

    def test_receipt_at_another_price_by_lot(self):
        """As above for a product whose lots are valued."""
        cherry = self._lot_valuated("Cherry")
        lot = self.env["stock.lot"].create(
            {"name": "LA", "product_id": cherry.id, "standard_price": 4}
        )
        self._buy(cherry, 3, lot_id=lot.id)
        self.assertEqual(self._detail(), (80 + 24 * 4, 0, 80 + 24 * 4))

    def test_goods_of_others_are_not_valued(self):
        self._change(self.apple, self.rack, 100, owner=self.cafe)
        self._reconcile()
        self.assertEqual(self._detail(), (80, 0, 80))

    def test_value_without_moves_names_the_product(self):
        self._change(self.apple, self.rack, 1)
        self._reconcile()
        [line] = self._lines("valuation_products")
        self.assertEqual(line[1:4], ("value", 20, 22))
        self.assertEqual(self._figures("valuation_unexplained")[2], 2)

    def test_only_what_was_moved_in_has_remaining_moves(self):
        fresh = self.apple.copy()
        products = (self.apple | fresh).with_company(self.company)
        remaining = products._get_remaining_moves()
        self.assertEqual(list(remaining), [self.apple])
        self.assertEqual(sum(remaining[self.apple].values()), 10)

    def _lot_valuated(self, name):
        return self.env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "tracking": "lot",
                "lot_valuated": True,
                "categ_id": self.category.id,
                "company_id": self.company.id,
            }
        )

    def test_lot_costs(self):
        cherry = self._lot_valuated("Cherry")
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": cherry.id, "standard_price": price}
                for name, price in (("LA", 4), ("LB", 7))
            ]
        )
        for lot, quantity in zip(lots, (2, 3), strict=True):
            self._change(cherry, self.rack, quantity, lot)
        # 80 + 2 × 4 + 3 × 7
        self.assertEqual(self._detail()[0], 109)
