from odoo import api, models
from odoo.fields import Domain

from ..services.comparisons import CONTROLS, MASTER_COMPARISONS


class DistMeasureProviderMigration(models.AbstractModel):
    """Answers which discrepancies stand behind a figure of a reconciliation.

    The figures themselves are stored by the reconciliation when it runs; there is
    nothing to compute on a schedule.
    """

    _name = "dist.measure.provider.migration"
    _description = "Migration Measures"
    _inherit = "dist.measure.provider"

    @api.model
    def _discrepancies(self, comparisons, site, date_to):
        """Return the discrepancies of the site's last run up to a local day.

        :param comparisons: codes of the comparisons whose controls count
        """
        _first, end = self._local_bounds(site, date_to, date_to)
        # sudo: only which run is the last one is asked; the user's own rules decide
        # on the discrepancies.
        run = (
            self.env["dist.reconciliation"]
            .sudo()
            .search(
                [("site_ids", "in", site.ids), ("run_at", "<", end)],
                order="run_at desc, id desc",
                limit=1,
            )
        )
        codes = [
            control.code for control in CONTROLS if control.comparison in comparisons
        ]
        return "dist.reconciliation.discrepancy", Domain(
            [
                ("reconciliation_id", "=", run.id),
                ("control_id.code", "in", codes),
                ("site_id", "in", [False, site.id]),
            ]
        )

    @api.model
    def _dist_records_stock_variance(self, measure, site, date_from, date_to):
        return self._discrepancies(["stock"], site, date_to)

    @api.model
    def _dist_records_order_variance(self, measure, site, date_from, date_to):
        return self._discrepancies(["sale_order_line"], site, date_to)

    @api.model
    def _dist_records_master_gap(self, measure, site, date_from, date_to):
        return self._discrepancies(MASTER_COMPARISONS, site, date_to)

    @api.model
    def _dist_records_cycles_passed(self, measure, site, date_from, date_to):
        _first, end = self._local_bounds(site, date_to, date_to)
        return "dist.migration.cycle", Domain(
            [("site_ids", "in", site.ids), ("reconciliation_ids.run_at", "<", end)]
        )

    @api.model
    def _dist_records_books_variance(self, measure, site, date_from, date_to):
        return self._discrepancies(["trial_balance"], site, date_to)

    @api.model
    def _dist_records_open_items_variance(self, measure, site, date_from, date_to):
        return self._discrepancies(["open_receivable", "open_payable"], site, date_to)

    @api.model
    def _dist_records_valuation_unexplained(self, measure, site, date_from, date_to):
        return self._discrepancies(["valuation"], site, date_to)
