from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dist_measure_provider_level import Level


class DistMeasureProviderReadinessBooks(models.AbstractModel):
    """Levels of the books of a site's company, and of the companies above it.

    All sites of a company share its books and so have the same values. A company
    without a journal keeps no books in Odoo, and its sites have no evidence.
    """

    _name = "dist.measure.provider.readiness.books"
    _description = "Readiness Measures of the Books"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _level_draft_entries_overdue(self):
        """Journal entries and invoices that should be posted by now."""
        return Level(
            "account.move",
            Domain([("state", "=", "draft"), ("auto_post", "=", "no")]),
            "company_id",
            day="date",
        )

    @api.model
    def _dist_measure_draft_entries_overdue(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_draft_entries_overdue(), self._sql_has_books()
        )

    @api.model
    def _dist_records_draft_entries_overdue(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_draft_entries_overdue())

    @api.model
    def _level_bank_journals_without_account(self):
        """Bank journals that belong to no bank account."""
        return Level(
            "account.journal",
            Domain(
                [
                    ("active", "=", True),
                    ("type", "=", "bank"),
                    ("bank_account_id", "=", False),
                ]
            ),
            "company_id",
        )

    @api.model
    def _dist_measure_bank_journals_without_account(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_bank_journals_without_account(), self._sql_has_books()
        )

    @api.model
    def _dist_records_bank_journals_without_account(
        self, measure, site, date_from, date_to
    ):
        return self._level_records(site, self._level_bank_journals_without_account())

    @api.model
    def _level_journals_without_account(self):
        """Journals in which nothing can be booked without asking."""
        return Level(
            "account.journal",
            Domain(
                [
                    ("active", "=", True),
                    ("type", "in", ("sale", "purchase", "bank", "cash", "credit")),
                    ("default_account_id", "=", False),
                ]
            ),
            "company_id",
        )

    @api.model
    def _dist_measure_journals_without_account(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_journals_without_account(), self._sql_has_books()
        )

    @api.model
    def _dist_records_journals_without_account(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_journals_without_account())

    @api.model
    def _level_bank_lines_unreconciled(self):
        """Bank transactions that nobody has matched for a week."""
        return Level(
            "account.bank.statement.line",
            Domain([("is_reconciled", "=", False), ("move_id.state", "=", "posted")]),
            "company_id",
            day="date",
            grace=7,
        )

    @api.model
    def _dist_measure_bank_lines_unreconciled(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_bank_lines_unreconciled(), self._sql_has_books()
        )

    @api.model
    def _dist_records_bank_lines_unreconciled(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_bank_lines_unreconciled())

    @api.model
    def _sql_default_taxes_missing(self, sites):
        """Companies that sell or buy without a default tax."""
        return self._sql_companies_lacking(
            sites,
            [
                SQL("BOOL_OR(a.account_sale_tax_id IS NOT NULL)"),
                SQL("BOOL_OR(a.account_purchase_tax_id IS NOT NULL)"),
            ],
        )

    @api.model
    def _dist_measure_default_taxes_missing(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_default_taxes_missing(sites), self._sql_has_books()
        )

    @api.model
    def _dist_records_default_taxes_missing(self, measure, site, date_from, date_to):
        return self._row_records("res.company", self._sql_default_taxes_missing(site))

    @api.model
    def _sql_opening_entry_unposted(self, sites):
        """Companies whose opening balances are not posted."""
        return self._sql_companies_lacking(
            sites, [SQL("BOOL_OR(COALESCE(m.state = 'posted', FALSE))")]
        )

    @api.model
    def _dist_measure_opening_entry_unposted(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_opening_entry_unposted(sites), self._sql_has_books()
        )

    @api.model
    def _dist_records_opening_entry_unposted(self, measure, site, date_from, date_to):
        return self._row_records("res.company", self._sql_opening_entry_unposted(site))

    @api.model
    def _sql_companies_lacking(self, sites, conditions):
        """Return the rows of the sites whose company lacks one of the conditions.

        Each is an aggregate over the company and those above it (``a``), with their
        opening entries (``m``): a branch takes from its parents what it has not.
        """
        return SQL(
            """
            SELECT s.id AS site_id, s.company_id AS id
              FROM %(sites)s s
              JOIN res_company c ON c.id = s.company_id
              JOIN res_company a ON a.id = ANY(%(line)s)
              LEFT JOIN account_move m ON m.id = a.account_opening_move_id
             GROUP BY s.id, s.company_id
            HAVING NOT (%(conditions)s)
            """,
            sites=self._sql_sites(sites),
            line=self._sql_company_line(),
            conditions=SQL(" AND ").join(conditions),
        )
