from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common_reconcile import ReconcileCommon


@tagged("post_install", "-at_install")
class TestReconcileBooks(ReconcileCommon):
    """The cutover is 1 May 2026, 22:00 in Paris: books are compared at its end."""

    def _item(self, partner, number, amount, due, date="2026-01-10"):
        return {
            "customer": partner,
            "number": number,
            "amount": str(amount),
            "date": date,
            "due_date": due,
        }

    def _open(self, partner, amount, due, date="2026-01-10"):
        move = self._entry(
            date,
            [
                (self.receivable, amount, partner, due),
                (self.equity, -amount, None, None),
            ],
        )
        return move.line_ids.filtered(lambda line: line.account_id == self.receivable)

    def test_documents_partners_and_ageing(self):
        self._stage(
            "open_receivable",
            {
                "A1": self._item("C1", "A1", 100, "2026-06-01"),
                "A2": self._item("C1", "A2", 50, "2026-04-20"),
                "A3": self._item("C2", "A3", 30, "2026-03-20"),
                "A4": self._item("C2", "A4", 20, "2026-02-20"),
                "A5": self._item("C2", "A5", -10, "2026-01-20"),
            },
        )
        lines = {
            "A1": self._open(self.cafe, 100, "2026-06-01"),
            "A2": self._open(self.cafe, 50, "2026-04-20"),
            "A3": self._open(self.padaria, 30, "2026-03-20"),
            "A4": self._open(self.padaria, 20, "2026-02-20"),
            "A5": self._open(self.padaria, -10, "2026-01-20"),
        }
        self._remember("open_receivable", lines)
        self._reconcile()
        for code in ("value", "partner", "ageing", "ledger"):
            with self.subTest(code):
                self.assertEqual(
                    self._figures(f"receivable_{code}"), (190, 190, 0, 0, "passed")
                )
        self.assertEqual(self._figures("receivable_count"), (5, 5, 0, 0, "passed"))
        ageing = self._control(self.cycle, "receivable_ageing")
        # one bucket each: not due, 1-30, 31-60, 61-90, over 90
        self.assertEqual(ageing.match_count, 5)

    def test_wrong_amount_partner_due_date_and_missing(self):
        self._stage(
            "open_receivable",
            {
                "A1": self._item("C1", "A1", 100, "2026-06-01"),
                "A2": self._item("C1", "A2", 50, "2026-04-20"),
                "A3": self._item("C2", "A3", 30, "2026-03-20"),
                "A4": self._item("C2", "A4", 20, "2026-02-20"),
            },
        )
        self._remember(
            "open_receivable",
            {
                "A1": self._open(self.cafe, 90, "2026-06-01"),
                # the entry as a whole is remembered here, not its line
                "A2": self._open(self.padaria, 50, "2026-04-20").move_id,
                "A3": self._open(self.padaria, 30, "2026-04-25"),
            },
        )
        self._open(self.cafe, 7, "2026-06-01")
        self._reconcile()
        self.assertEqual(
            self._figures("receivable_value"), (200, 177, -23, 37, "failed")
        )
        kinds = {
            line[0].split(" / ")[1]: line[1]
            for line in self._lines("receivable_value", "receivable_count")
            if line[1] != "unexpected"
        }
        self.assertEqual(
            kinds, {"A1": "value", "A2": "attribute", "A3": "date", "A4": "missing"}
        )
        # 30 moved from the bucket 31-60 to 1-30, 20 are missing in 61-90
        self.assertEqual(
            {line[0]: line[2:4] for line in self._lines("receivable_ageing")},
            {
                "not due": (100, 97),
                "1-30": (50, 80),
                "31-60": (30, 0),
                "61-90": (20, 0),
            },
        )

    def test_payment_after_the_cutover_does_not_count(self):
        self._stage(
            "open_receivable", {"A1": self._item("C1", "A1", 100, "2026-06-01")}
        )
        item = self._open(self.cafe, 100, "2026-06-01")
        self._remember("open_receivable", {"A1": item})
        payment = self._open(self.cafe, -40, "2026-05-20", date="2026-05-20")
        (item | payment).reconcile()
        self.assertEqual(item.amount_residual, 60)
        self._reconcile()
        self.assertEqual(self._figures("receivable_value"), (100, 100, 0, 0, "passed"))

    def test_merged_partner(self):
        self._stage(
            "open_receivable", {"A1": self._item("C1", "A1", 100, "2026-06-01")}
        )
        item = self._open(self.padaria, 100, "2026-06-01")
        self._remember("open_receivable", {"A1": item})
        (self.cafe | self.padaria).vat = "DE129274202"
        self._reconcile()
        [line] = self._lines("receivable_count")
        self.assertEqual(line[1:], ("attribute", 1, 1, "merged_partner"))
        self.assertEqual(self._figures("receivable_count")[-1], "failed")

    def test_control_account_names_the_partner(self):
        """500 on the control account, 480 in open items: 20 are Padaria's."""
        self._stage(
            "open_receivable",
            {
                "A1": self._item("C1", "A1", 300, "2026-06-01"),
                "A2": self._item("C2", "A2", 180, "2026-06-01"),
            },
        )
        self._stage(
            "opening_balance",
            {
                "AR": {"account": "M11000", "debit": "500"},
                "EQ": {"account": "M30000", "credit": "500"},
            },
        )
        self._open(self.cafe, 300, "2026-06-01")
        self._open(self.padaria, 200, "2026-06-01")
        self._reconcile()
        self.assertEqual(
            self._lines("receivable_ledger"), [("Padaria", "value", 180, 200, False)]
        )
        self.assertEqual(
            self._lines("receivable_control"), [("M11000", "value", 500, 480, False)]
        )
        self.assertEqual(self._figures("trial_balance"), (0.0, 0, 0, 0, "passed"))
        self.assertEqual(
            self._figures("trial_balance_zero"), (500, 500, 0, 0, "passed")
        )

    def test_trial_balance(self):
        self._stage(
            "opening_balance",
            {
                "1": {"account": "M14000", "debit": "100.00"},
                "2": {"account": "M30000", "credit": "150"},
                "3": {"account": "M50000", "debit": "40"},
                "4": {"account": "M99999", "debit": "10"},
            },
        )
        self._entry(
            "2026-04-30",
            [(self.inventory, 100, None, None), (self.equity, -100, None, None)],
        )
        # neither drafts nor later entries count
        self._entry(
            "2026-04-30",
            [(self.expense, 40, None, None), (self.equity, -40, None, None)],
            post=False,
        )
        self._entry(
            "2026-05-02",
            [(self.expense, 40, None, None), (self.equity, -40, None, None)],
        )
        self._reconcile()
        self.assertEqual(self._figures("trial_balance"), (0.0, 0, 0, 100, "failed"))
        self.assertEqual(
            self._lines("trial_balance"),
            [
                ("M30000", "value", -150, -100, False),
                ("M50000", "missing", 40, 0, False),
                ("M99999", "missing", 10, 0, False),
            ],
        )
        value = self.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", "migration_books_variance"),
                ("site_id", "=", self.site_a.id),
            ]
        )
        self.assertEqual(value.value, 100)

    def test_offsetting_accounts(self):
        self._stage(
            "opening_balance",
            {
                "1": {"account": "M14000", "debit": "100"},
                "2": {"account": "M30000", "credit": "150"},
                "3": {"account": "M50000", "debit": "50"},
            },
        )
        # ten belong to the expenses and were posted to stock
        self._entry(
            "2026-04-30",
            [
                (self.inventory, 110, None, None),
                (self.expense, 40, None, None),
                (self.equity, -150, None, None),
            ],
        )
        self._reconcile()
        self.assertEqual(
            self._lines("trial_balance"),
            [
                ("M14000", "value", 100, 110, "offsetting"),
                ("M50000", "value", 50, 40, "offsetting"),
            ],
        )
        # the total agrees, the sum of absolute differences doesn't hide it
        self.assertEqual(self._figures("trial_balance"), (0.0, 0, 0, 20, "failed"))

    def test_currency_taken_for_the_company_s(self):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.env.ref("base.CHF").id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.931,
            }
        )
        self._stage(
            "opening_balance",
            {
                "1": {"account": "M14000", "debit": "931"},
                "2": {"account": "M30000", "credit": "500"},
            },
        )
        self._entry(
            "2026-04-30",
            [(self.inventory, 1000, None, None), (self.equity, -1000, None, None)],
        )
        self._reconcile()
        self.assertEqual(
            self._lines("trial_balance"),
            [
                ("M14000", "value", 931, 1000, "currency_factor"),
                ("M30000", "value", -500, -1000, False),
            ],
        )

    def test_payables_are_positive_when_we_owe(self):
        supplier = self._loaded(self.cycle, "supplier", "V1")
        self._stage(
            "open_payable",
            {
                "B1": {
                    "supplier": "V1",
                    "number": "B1",
                    "amount": "80",
                    "date": "2026-03-01",
                    "due_date": "2026-03-31",
                }
            },
        )
        move = self._entry(
            "2026-03-01",
            [
                (self.payable, -80, supplier, "2026-03-31"),
                (self.equity, 80, None, None),
            ],
        )
        self._remember("open_payable", {"B1": move})
        self._reconcile()
        for code in ("value", "partner", "ageing", "ledger"):
            self.assertEqual(
                self._figures(f"payable_{code}"), (80, 80, 0, 0, "passed"), code
            )

    def test_intercompany_pair_is_one_exception(self):
        """A is owed 10 by C; C says it owes A 9."""
        house = self.env["stock.warehouse"].create(
            {"name": "House C", "code": "HC", "company_id": self.company_c.id}
        )
        other = self.env["dist.migration.cycle"].create(
            {
                "name": "Mock C",
                "program_id": self.program.id,
                "company_id": self.company_c.id,
                "warehouse_id": house.id,
                "mapping_id": self.cycle.sudo().mapping_id.id,
            }
        )
        self.company.company_registry = "REG-A"
        self._stage(
            "intercompany_balance",
            {"1": {"counterpart": "Rollout Company C", "amount": "10"}},
        )
        self._stage(
            "intercompany_balance",
            {"1": {"counterpart": "reg-a", "amount": "-9"}},
            cycle=other,
        )
        self._reconcile()
        self.assertEqual(self._figures("intercompany_pairs"), (10, 9, -1, 1, "failed"))
        self.assertEqual(len(self._lines("intercompany_pairs")), 1)


@tagged("post_install", "-at_install")
class TestReconcileOrders(ReconcileCommon):
    def _purchase(self, quantity=10, price=2.5, discount=0, received=0):
        supplier = self._loaded(self.cycle, "supplier", "V1")
        order = self.env["purchase.order"].create(
            {
                "partner_id": supplier.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.apple.id,
                            "product_qty": quantity,
                            "price_unit": price,
                            "discount": discount,
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        if received:
            move = order.picking_ids.move_ids
            move.quantity = received
            move.picked = True
            move._action_done()
        return order

    def _stage_order(self, **values):
        self._stage("purchase_order", {"77": {"supplier": "V1", "number": "77"}})
        self._stage(
            "purchase_order_line",
            {
                "77|1": {
                    "order": "77",
                    "product": "P1",
                    "quantity": "6",
                    "price": "2.5",
                    "discount": "10",
                    **values,
                }
            },
        )

    def test_outstanding_quantity_and_value(self):
        """10 ordered, 4 received: 6 × 2.50 less 10 % = 13.50 outstanding."""
        order = self._purchase(discount=10, received=4)
        self._stage_order()
        self._remember("purchase_order", {"77": order})
        self._remember("purchase_order_line", {"77|1": order.order_line})
        self._reconcile()
        self.assertEqual(self._figures("purchase_order_count"), (1, 1, 0, 0, "passed"))
        self.assertEqual(
            self._figures("purchase_line_quantity"), (6, 6, 0, 0, "passed")
        )
        self.assertEqual(
            self._figures("purchase_line_value"), (13.5, 13.5, 0, 0, "passed")
        )

    def test_differences(self):
        order = self._purchase(quantity=72, discount=10)
        self._purchase(quantity=1)
        self._stage_order()
        self._remember("purchase_order", {"77": order})
        self._remember("purchase_order_line", {"77|1": order.order_line})
        self._reconcile()
        # 72 - 6 and 1 - 0
        self.assertEqual(
            self._figures("purchase_line_quantity"), (6, 73, 67, 67, "failed")
        )
        self.assertEqual(
            [line[1:] for line in self._lines("purchase_line_quantity")][0],
            ("quantity", 6, 72, "uom_factor"),
        )
        self.assertEqual(self._figures("purchase_order_count"), (1, 2, 1, 1, "failed"))

    def test_prices_and_lead_times(self):
        supplier = self._loaded(self.cycle, "supplier", "V1")
        sellers = self.env["product.supplierinfo"].create(
            [
                {
                    "partner_id": supplier.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "price": price,
                    "min_qty": 5,
                    "delay": delay,
                }
                for product, price, delay in ((self.apple, 1.1, 7), (self.pear, 2.0, 9))
            ]
        )
        (self.apple | self.pear).seller_ids.filtered(
            lambda seller: seller not in sellers
        ).unlink()
        row = {"supplier": "V1", "min_quantity": "5"}
        self._stage(
            "supplier_price",
            {
                "S1": {**row, "product": "P1", "price": "1.1", "lead_time": "7"},
                "S2": {**row, "product": "P2", "price": "2.05", "lead_time": "14"},
            },
        )
        self._remember("supplier_price", {"S1": sellers[0], "S2": sellers[1]})
        pricelist = self.env["product.pricelist"].create({"name": "Legacy"})
        items = self.env["product.pricelist.item"].create(
            {
                "pricelist_id": pricelist.id,
                "applied_on": "1_product",
                "product_tmpl_id": self.apple.product_tmpl_id.id,
                "compute_price": "fixed",
                "fixed_price": 9.99,
                "date_start": fields.Datetime.to_datetime("2026-01-01 00:00:00"),
            }
        )
        self._stage(
            "pricelist_item",
            {"L1": {"pricelist": "Legacy", "product": "P1", "price": "9.99"}},
        )
        self._remember("pricelist_item", {"L1": items})
        self._reconcile()
        self.assertEqual(
            self._figures("supplier_price_value"), (3.15, 3.1, -0.05, 0.05, "failed")
        )
        self.assertEqual(self._lines("lead_time"), [("S2", "quantity", 14, 9, False)])
        self.assertEqual(self._figures("pricelist_value"), (9.99, 9.99, 0, 0, "passed"))
        # the extract knows no start date
        self.assertEqual(self._lines("pricelist_count"), [("L1", "date", 1, 1, False)])
        self.assertEqual(self._figures("pricelist_count")[-1], "failed")
