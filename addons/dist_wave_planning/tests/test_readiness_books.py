from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestReadinessBooks(ReadinessCommon):
    """Each measure of the books: the fact is made false, its value rises.

    ``site_d`` and ``site_d2`` belong to a company with books that are all right,
    ``site_e`` to a branch of it, ``site_f`` to another company with books, ``site_c``
    to a company without.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_d = cls._create_books("D")
        cls.branch = cls.env["res.company"].create(
            {"name": "Branch of D", "parent_id": cls.company_d.id}
        )
        cls.company_f = cls._create_books("F")
        cls.site_d, cls.site_d2, cls.site_e, cls.site_f = (
            cls._create_site(code, company_id=company.id, manager_id=cls.manager_a.id)
            for code, company in (
                ("D", cls.company_d),
                ("D2", cls.company_d),
                ("E", cls.branch),
                ("F", cls.company_f),
            )
        )
        cls.book_sites = cls.site_d | cls.site_d2 | cls.site_e | cls.site_f

    @classmethod
    def _create_books(cls, name):
        """Return a company with a chart of accounts and nothing left to do."""
        company = cls.env["res.company"].create({"name": f"Books {name}"})
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        for journal in cls._journals(company).filtered(lambda j: j.type == "bank"):
            journal.bank_account_id = cls.env["res.partner.bank"].create(
                {
                    "acc_number": f"ACC-{journal.id}",
                    "partner_id": company.partner_id.id,
                    "company_id": company.id,
                }
            )
        cls._entry(company, post=True, opening=True)
        return company

    @classmethod
    def _journals(cls, company, type_=None):
        journals = cls.env["account.journal"].search([("company_id", "=", company.id)])
        return journals.filtered(lambda j: not type_ or j.type == type_)

    @classmethod
    def _entry(cls, company, date=None, post=False, opening=False):
        """Return a balanced journal entry of a company."""
        accounts = cls.env["account.account"].search(
            [
                ("company_ids", "in", company.ids),
                ("account_type", "in", ("income", "expense")),
            ],
            limit=2,
        )
        move = cls.env["account.move"].create(
            {
                "journal_id": cls._journals(company, "general")[:1].id,
                "date": date or fields.Date.today(),
                "line_ids": [
                    Command.create({"account_id": accounts[0].id, "debit": 5}),
                    Command.create({"account_id": accounts[1].id, "credit": 5}),
                ],
            }
        )
        if opening:
            company.account_opening_move_id = move
        if post:
            move.action_post()
        return move

    def _check_books(self, code, make_wrong, number=1, branch=None):
        """A level of a company: its sites and its branch's share it, others don't."""
        self._check_level(
            code,
            make_wrong,
            site=self.site_d,
            others={
                self.site_d2: number,
                self.site_e: number if branch is None else branch,
                self.site_f: 0,
            },
        )

    def test_no_books_no_evidence(self):
        for code in (
            "draft_entries_overdue",
            "default_taxes_missing",
            "products_without_sales_tax",
        ):
            with self.subTest(code):
                self.assertNotIn(self.site_c, self._values(code, self.sites))
                self.assertNotEqual(self._line(code, self.site_c).result, "passed")

    def test_draft_entries_overdue(self):
        """An entry of today is not late, in the calendar of the site."""
        today = self.site_d._local_day()
        self._entry(self.company_d, today)
        self._entry(self.company_d, today - timedelta(days=9)).auto_post = "at_date"
        self._check_books(
            "draft_entries_overdue",
            lambda: self._entry(self.company_d, today - timedelta(days=1)),
        )

    def test_bank_journals_without_account(self):
        bank = self._journals(self.company_d, "bank")

        def make_wrong():
            bank.bank_account_id = False
            return bank

        self._check_books("bank_journals_without_account", make_wrong)

    def test_journals_without_account(self):
        sale = self._journals(self.company_d, "sale")

        def make_wrong():
            sale.default_account_id = False
            return sale

        self._check_books("journals_without_account", make_wrong)
        sale.active = False
        self.assertEqual(
            self._values("journals_without_account", self.site_d), {self.site_d: 0}
        )

    def test_bank_lines_unreconciled(self):
        def line(days):
            return self.env["account.bank.statement.line"].create(
                {
                    "journal_id": self._journals(self.company_d, "bank").id,
                    "payment_ref": "Payment",
                    "amount": 10,
                    "date": self.site_d._local_day() - timedelta(days=days),
                }
            )

        line(7)
        self._check_books("bank_lines_unreconciled", lambda: line(8))

    def _check_company(self, code, make_wrong):
        """What a company lacks its branch lacks too, and opens as the branch."""

        def wrong():
            make_wrong()
            return self.company_d

        self._check_books(code, wrong)

    def test_default_taxes_missing(self):
        for name in ("account_sale_tax_id", "account_purchase_tax_id"):
            with self.subTest(name):
                tax = self.company_d[name]
                self._check_company(
                    "default_taxes_missing",
                    lambda name=name: self.company_d.write({name: False}),
                )
                self.company_d[name] = tax
                self._values("default_taxes_missing", self.book_sites)

    def test_opening_entry_unposted(self):
        self._check_company(
            "opening_entry_unposted",
            self.company_d.account_opening_move_id.button_draft,
        )
        self.company_d.account_opening_move_id = False
        self.assertEqual(
            self._values("opening_entry_unposted", self.site_d), {self.site_d: 1}
        )
