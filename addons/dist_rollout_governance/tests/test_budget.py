from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_raid import RaidCommon


@tagged("post_install", "-at_install")
class TestBudget(RaidCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Rollout"})
        cls.account = cls._create_account("Consultants")

    @classmethod
    def _create_account(cls, name, **values):
        return cls.env["account.analytic.account"].create(
            {"name": name, "plan_id": cls.plan.id, "company_id": False, **values}
        )

    def _create_line(self, user=None, **values):
        return self._create(
            "dist.budget.line",
            user,
            **{"name": "Consultants", "planned": 100, **values},
        )

    def _book(self, amount, account=None, **values):
        account = account or self.account
        return self.env["account.analytic.line"].create(
            {
                "name": "Invoice",
                "amount": -amount,
                self.plan._column_name(): account.id,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_budget_against_actual(self):
        line = self._create_line(committed=80, spent=30)
        self.assertRecordValues(
            line, [{"actual": 30, "variance": 70, "is_over": False, "booked": 0}]
        )
        line.with_user(self.user_consultant).spent = 120
        self.assertRecordValues(line, [{"variance": -20, "is_over": True}])
        self.assertEqual(line.currency_id, self.program.company_id.currency_id)

    def test_committed_above_plan_is_over_budget(self):
        self.assertTrue(self._create_line(committed=101).is_over)
        self.assertFalse(self._create_line(committed=100).is_over)

    def test_booked_cost_counts(self):
        self._book(40)
        line = self._create_line(spent=10, analytic_account_id=self.account.id)
        self.assertRecordValues(line, [{"booked": 40, "actual": 50, "variance": 50}])
        self._book(70)
        self._book(-5)
        self.assertEqual(line.booked, 40, "postings do not wait for a budget")
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_budget_refresh"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertRecordValues(line, [{"booked": 105, "actual": 115, "is_over": True}])
        line.with_user(self.user_consultant).analytic_account_id = False
        self.assertRecordValues(line, [{"booked": 0, "booked_at": False}])

    def test_booked_cost_in_another_currency(self):
        currency = self.env["res.currency"].create(
            {"name": "TCU", "symbol": "T", "rounding": 0.01}
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "rate": 2,
                "name": fields.Date.today() - timedelta(days=1),
                "company_id": self.company_c.id,
            }
        )
        self.company_c.currency_id = currency
        self._book(40, company_id=self.company_c.id)
        line = self._create_line(analytic_account_id=self.account.id)
        self.assertEqual(line.booked, 20)

    def test_refresh_asks_a_fixed_number_of_queries(self):
        lines = self.env["dist.budget.line"]
        for number in range(6):
            account = self._create_account(f"Account {number}")
            self._book(10, account)
            lines |= self._create_line(
                name=f"Line {number}", analytic_account_id=account.id
            )
        self.env.flush_all()
        with self.assertQueryCount(2):
            lines._booked_totals()

    def test_an_account_counts_once(self):
        self._create_line(analytic_account_id=self.account.id)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
        ):
            self._create_line(analytic_account_id=self.account.id)

    def test_account_of_a_company_without_part(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        account = self._create_account("Foreign", company_id=company.id)
        with self.assertRaisesRegex(ValidationError, "has no part in this"):
            self._create_line(analytic_account_id=account.id)

    def test_negative_amounts_are_refused(self):
        for field in ("planned", "committed", "spent"):
            with (
                self.subTest(field),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
            ):
                self._create_line(**{field: -1})

    def test_booked_is_protected(self):
        line = self._create_line()
        for user in (self.user_consultant, self.user_admin):
            with self.assertRaises(AccessError):
                line.with_user(user).booked = 5

    def test_totals_of_the_program_count_what_the_reader_may_see(self):
        self._create_line(planned=100, spent=20)
        self._create_line(planned=50, site_id=self.site_a.id)
        self._create_line(self.env.user, planned=500, site_id=self.site_c.id)
        self.env.invalidate_all()
        self.assertEqual(self.program.budget_planned, 650)
        program = self.program.with_user(self.user_viewer)
        self.assertEqual(program.budget_planned, 150)
        self.assertEqual(program.budget_variance, 130)
