from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .common_objects import ObjectsCommon

PARTNERS = {
    "customer": "key,name\nA,Alpha\nB,Beta\n",
    "supplier": "key,name\nS,Supply\nT,Trade\n",
}
HEADER = "number,date,due_date,amount,currency,amount_currency,account\n"
RECEIVABLES = (
    f"key,customer,{HEADER}"
    "1,A,2024/0117,2025-12-31,2026-01-30,120.50,,,\n"
    "2,B,CN-7,2026-03-01,,-20.50,,,1200\n"
)
PAYABLES = (
    f"key,supplier,{HEADER}1,S,R-1,2026-04-01,,70.25,,,\n2,T,R-1,2026-04-02,,5,,,\n"
)
BALANCE = (
    "key,account,debit,credit\n1200,1200,100,\n2100,2100,,75.25\n1400,1400,500,\n"
    "3000,3000,,524.75\n4000,4000,,\n"
)


@tagged("post_install", "-at_install")
class TestBooks(ObjectsCommon):
    def _clearing_balance(self):
        self.env.flush_all()
        account = self.company.dist_opening_account_id
        [(balance,)] = self.env["account.move.line"]._read_group(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")],
            [],
            ["balance:sum"],
        )
        return self.company.currency_id.round(balance)

    def _balance(self, code):
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", self.accounts[code].id),
                ("parent_state", "=", "posted"),
            ],
            [],
            ["balance:sum"],
        )
        return self.company.currency_id.round(balance)

    def test_open_receivables(self):
        cycle = self._load({**PARTNERS, "open_receivable": RECEIVABLES})
        self._assert_loaded(cycle)
        invoice, refund = (self._loaded(cycle, "open_receivable", key) for key in "12")
        self.assertRecordValues(
            invoice | refund,
            [
                {
                    # a number that says 2024 on a document of 2025 stays as it is
                    "name": "2024/0117",
                    "move_type": "out_invoice",
                    "state": "posted",
                    "invoice_date": date(2025, 12, 31),
                    "date": date(2025, 12, 31),
                    "invoice_date_due": date(2026, 1, 30),
                    "amount_total": 120.5,
                    "amount_tax": 0,
                    "amount_residual": 120.5,
                    "payment_state": "not_paid",
                },
                {
                    "name": "CN-7",
                    "move_type": "out_refund",
                    "state": "posted",
                    "invoice_date": date(2026, 3, 1),
                    "date": date(2026, 3, 1),
                    "invoice_date_due": date(2026, 3, 1),
                    "amount_total": 20.5,
                    "amount_tax": 0,
                    "amount_residual": 20.5,
                    "payment_state": "not_paid",
                },
            ],
        )
        self.assertTrue(invoice.journal_id.dist_is_opening_load)
        self.assertEqual(invoice.journal_id, refund.journal_id)
        self.assertEqual(self._balance("1200"), 100.0)
        self.assertEqual(self._clearing_balance(), -100.0)
        self._again(cycle, "open_receivable")

    def test_suppliers_may_share_a_number(self):
        cycle = self._load({**PARTNERS, "open_payable": PAYABLES})
        self._assert_loaded(cycle)
        bills = [self._loaded(cycle, "open_payable", key) for key in "12"]
        self.assertEqual([bill.name for bill in bills], ["R-1", "R-1 (2)"])
        self.assertEqual([bill.ref for bill in bills], ["R-1", "R-1"])
        self.assertEqual({bill.move_type for bill in bills}, {"in_invoice"})
        self.assertEqual(self._balance("2100"), -75.25)
        self._again(cycle, "open_payable")

    def test_open_items_and_opening_balance_do_not_count_twice(self):
        cycle = self._load(
            {
                **PARTNERS,
                "open_receivable": RECEIVABLES,
                "open_payable": PAYABLES,
                "opening_balance": BALANCE,
            }
        )
        self._assert_loaded(cycle)
        self.assertEqual(self._balance("1200"), 100.0)
        self.assertEqual(self._balance("2100"), -75.25)
        self.assertEqual(self._balance("1400"), 500.0)
        self.assertEqual(self._balance("3000"), -524.75)
        self.assertEqual(self._clearing_balance(), 0.0)
        line = self._loaded(cycle, "opening_balance", "1400")
        entry = line.move_id
        # the cutover is on 1 May, 22:00 in Paris
        self.assertEqual((entry.date, entry.state), (date(2026, 4, 30), "posted"))
        self.assertEqual(len(entry.line_ids), 4)
        self._again(cycle, "open_receivable", "open_payable", "opening_balance")
        self.assertEqual(self._loaded(cycle, "opening_balance", "1400"), line)

    def test_changed_opening_balance_changes_the_entry(self):
        cycle = self._load({"opening_balance": BALANCE})
        entry = self._loaded(cycle, "opening_balance", "1400").move_id
        text = BALANCE.replace("500", "510").replace("524.75", "534.75")
        self._load({"opening_balance": text}, cycle=cycle)
        self.assertEqual(self._loaded(cycle, "opening_balance", "1400").move_id, entry)
        self.assertEqual(self._balance("1400"), 510.0)
        self.assertEqual(
            self._rows(cycle, "opening_balance").sorted("line").mapped("outcome"),
            ["same", "same", "update", "update", "same"],
        )
        self._again(cycle, "opening_balance")

    def test_unbalanced_opening_balance_is_refused_whole(self):
        before = self.env["account.move"].search_count([])
        cycle = self._load({"opening_balance": BALANCE.replace("500", "501")})
        errors = self._errors(cycle, "opening_balance")
        self.assertEqual(len(errors), 5)
        self.assertIn("a difference of 1.00", errors["1400"])
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_opening_balance_with_an_unknown_account_is_refused_whole(self):
        cycle = self._load({"opening_balance": BALANCE.replace(",4000,", ",4999,")})
        errors = self._errors(cycle, "opening_balance")
        self.assertEqual(len(errors), 5)
        self.assertIn("no account 4999", errors["4000"])
        self.assertIn("is held back", errors["1200"])

    def test_open_item_in_another_currency(self):
        currency = self.env["res.currency"].with_context(active_test=False)
        code = "CHF" if self.company.currency_id.name != "CHF" else "USD"
        currency.search([("name", "=", code)]).active = True
        text = (
            f"key,customer,{HEADER}1,A,F-1,2026-03-01,,90,{code},100,\n"
            f"2,A,F-2,2026-03-01,,90,{code},,\n"
        )
        cycle = self._load({**PARTNERS, "open_receivable": text})
        invoice = self._loaded(cycle, "open_receivable", "1")
        self.assertRecordValues(
            invoice,
            [
                {
                    "amount_residual": 100,
                    "amount_residual_signed": 90,
                    "amount_total_signed": 90,
                }
            ],
        )
        self.assertIn(
            "needs its open amount", self._errors(cycle, "open_receivable")["2"]
        )
        cycle.sudo()._load_now()
        self.assertEqual(
            self._rows(cycle, "open_receivable").sorted("line").mapped("outcome"),
            ["same", "fail"],
        )

    def test_refused_open_items(self):
        text = (
            f"key,customer,{HEADER}"
            "1,A,N-1,2026-03-01,,0,,,\n2,A,N-2,2026-03-01,,1.005,,,\n"
            "3,A,N-3,2026-03-01,,1,,,1400\n4,A,N-4,2026-03-01,,1,,,9999\n"
            "5,A,N-5,2026-03-01,,1,,,\n"
        )
        cycle = self._load({**PARTNERS, "open_receivable": text})
        errors = self._errors(cycle, "open_receivable")
        self.assertIn("Nothing is open", errors["1"])
        self.assertIn("more decimals", errors["2"])
        self.assertIn("neither a receivable nor", errors["3"])
        self.assertIn("no account 9999", errors["4"])
        self.assertNotIn("5", errors)

    def test_changed_open_item(self):
        cycle = self._load({**PARTNERS, "open_receivable": RECEIVABLES})
        text = RECEIVABLES.replace("120.50", "80.50").replace(
            "2026-01-30", "2026-02-15"
        )
        self._load({**PARTNERS, "open_receivable": text}, cycle=cycle)
        invoice = self._loaded(cycle, "open_receivable", "1")
        self.assertRecordValues(
            invoice,
            [
                {
                    "name": "2024/0117",
                    "state": "posted",
                    "amount_residual": 80.5,
                    "invoice_date_due": date(2026, 2, 15),
                }
            ],
        )
        self.assertEqual(self._balance("1200"), 60.0)
        self._again(cycle, "open_receivable")

    def test_paid_open_item_is_not_changed(self):
        cycle = self._load({**PARTNERS, "open_receivable": RECEIVABLES})
        invoice = self._loaded(cycle, "open_receivable", "1")
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company._dist_opening_journal("general").id,
                "date": "2026-05-05",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.accounts["1200"].id,
                            "partner_id": invoice.partner_id.id,
                            "balance": -50,
                        }
                    ),
                    Command.create(
                        {"account_id": self.accounts["3000"].id, "balance": 50}
                    ),
                ],
            }
        )
        entry.action_post()
        lines = (invoice | entry).line_ids
        lines.filtered(lambda one: one.account_id == self.accounts["1200"]).reconcile()
        self.assertEqual(invoice.amount_residual, 70.5)
        self._again(cycle, "open_receivable")
        text = RECEIVABLES.replace("120.50", "80.50")
        self._load({**PARTNERS, "open_receivable": text}, cycle=cycle)
        self.assertIn("paid or reconciled", self._errors(cycle, "open_receivable")["1"])
        self.assertEqual(invoice.amount_total, 120.5)
