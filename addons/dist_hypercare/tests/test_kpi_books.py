from odoo.tests import tagged

from .common import day
from .common_books import BooksCommon

BOOKS = (
    "dist.measure.provider.adoption",
    "dist.measure.provider.close",
    "dist.measure.provider.exception",
    "dist.measure.provider.invoice",
    "dist.measure.provider.margin",
    "dist.measure.provider.purchase",
    "dist.measure.provider.working.capital",
)


@tagged("post_install", "-at_install")
class TestKpiBooks(BooksCommon):
    """Each measure of purchasing, accounting and adoption, computed by hand."""

    def test_nothing_happened(self):
        """Every statement runs, and where nothing happened nothing is claimed."""
        measures = self.env["dist.measure"].search([("provider_model", "in", BOOKS)])
        self.assertEqual(len(measures), 21)
        for measure in measures:
            with self.subTest(measure.code):
                measure._compute_values(self.sites, day(1), day(31))
                values = self.env["dist.measure.value"].search(
                    [("measure_id", "=", measure.id)]
                )
                self.assertFalse(any(values.mapped("value")))
                if measure.kind != "level":
                    self.assertFalse(values)
