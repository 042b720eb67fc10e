"""Models that exist in tests only: a signed document and a criterion."""

from odoo import fields, models
from odoo.tools import SQL


class DistTestDocument(models.Model):
    _name = "dist.test.document"
    _description = "Signed Test Document"
    _inherit = ["dist.protected.mixin", "dist.signoff.mixin"]
    _protected_fields = frozenset({"state"})
    _immutable_fields = frozenset({"site_id"})

    name = fields.Char()
    site_id = fields.Many2one("dist.site")
    day = fields.Date()
    amount = fields.Float()
    state = fields.Selection([("open", "Open"), ("signed", "Signed")], default="open")
    line_ids = fields.One2many("dist.test.criterion", "document_id")

    def _signoff_program(self):
        return self.site_id.program_id

    def _signoff_site(self):
        return self.site_id

    def _signoff_roles(self):
        return {"first": "First Key", "second": "Second Key"}

    def _signoff_content(self):
        return {
            "name": self.name,
            "lines": [
                {"key": line.name, **line._criterion_content()}
                for line in self.line_ids
            ],
        }

    def _check_signoff_allowed(self, role, verdict):
        return

    def _after_sign(self, signoff):
        self.sudo().state = "signed" if signoff.verdict == "sign" else "open"

    def _signoff_claims(self, program):
        return self.search([("state", "=", "signed")])


class DistTestCriterion(models.Model):
    _name = "dist.test.criterion"
    _description = "Test Criterion"
    _inherit = "dist.criterion.mixin"

    name = fields.Char()
    document_id = fields.Many2one("dist.test.document")
    site_id = fields.Many2one("dist.site")


class DistMeasureProviderTest(models.AbstractModel):
    _name = "dist.measure.provider.test"
    _description = "Test Measures"
    _inherit = "dist.measure.provider"

    def _dist_measure_warehouses(self, measure, sites, date_from, date_to):
        """Count warehouses per site: one row for each day of the window."""
        return SQL(
            """
            SELECT s.id, d::date, 1::numeric, COUNT(w.id)::numeric, COUNT(w.id)::int
              FROM %(sites)s s
             CROSS JOIN generate_series(
                   %(first)s::date, %(last)s::date, INTERVAL '1 day') d
              JOIN stock_warehouse w ON w.dist_site_id = s.id
             GROUP BY s.id, d
            """,
            sites=self._sql_sites(sites),
            first=date_from,
            last=date_to,
        )

    def _dist_records_warehouses(self, measure, site, date_from, date_to):
        return "stock.warehouse", [("dist_site_id", "=", site.id)]

    def _dist_measure_broken(self, measure, sites, date_from, date_to):
        return SQL("SELECT 1 / 0, NULL::date, 0, 0, 0")

    def _dist_records_broken(self, measure, site, date_from, date_to):
        return "stock.warehouse", []


class DistMeasureProviderTestFacts(models.AbstractModel):
    _name = "dist.measure.provider.test.facts"
    _description = "Test Facts"
    _inherit = "dist.measure.provider.facts"

    def _dist_facts_documents(self, measure, scopes, date_from, date_to):
        """Documents of a day, each with its amount."""
        return SQL(
            """
            SELECT s.id AS scope_id, d.day, d.id AS record_id,
                   d.amount::numeric AS numerator, %(denominator)s AS denominator,
                   d.name AS category
              FROM dist_test_document d
              JOIN dist_site site ON site.id = d.site_id
              JOIN %(scopes)s AS s ON s.id = %(owner)s
             WHERE d.day BETWEEN %(first)s AND %(last)s
            """,
            denominator=SQL("NULL::numeric")
            if measure.kind in ("sum", "level")
            else SQL("1::numeric"),
            scopes=self._sql_scopes(scopes),
            owner=SQL("site.company_id")
            if measure.grain == "company"
            else SQL("site.id"),
            first=date_from,
            last=date_to,
        )

    def _dist_facts_shared(self, measure, scopes, date_from, date_to):
        """The documents of a day, of those that measures read together."""
        return SQL(
            """
            SELECT site_id AS scope_id, day, id AS record_id,
                   amount::numeric AS numerator, NULL::numeric AS denominator,
                   id AS warehouse_id
              FROM dist_shared_test_large
            """
        )

    def _dist_shared_test_documents(self, sites, date_from, date_to):
        return SQL(
            """
            SELECT id, site_id, day, amount FROM dist_test_document
             WHERE site_id = ANY(%s) AND day BETWEEN %s AND %s
            """,
            sites.ids,
            date_from,
            date_to,
        )

    def _dist_shared_test_large(self, sites, date_from, date_to):
        return SQL("SELECT * FROM dist_shared_test_documents WHERE amount > 2")

    def _dimension_labels(self):
        """Documents stand for warehouses, and all read the same."""
        labels = SQL("SELECT id, 'All' AS label FROM dist_test_document")
        return {**super()._dimension_labels(), "warehouse": labels}

    def _dist_facts_present(self, measure, scopes, date_from, date_to):
        """All documents, as a level of the present day."""
        return SQL(
            """
            SELECT s.id AS scope_id, %(today)s AS day, d.id AS record_id,
                   d.amount::numeric AS numerator, NULL::numeric AS denominator,
                   d.name AS category
              FROM dist_test_document d
              JOIN %(scopes)s AS s ON s.id = d.site_id
            """,
            today=self._sql_today(SQL("s.tz")),
            scopes=self._sql_scopes(scopes),
        )
