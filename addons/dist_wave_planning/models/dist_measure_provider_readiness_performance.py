from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderReadinessPerformance(models.AbstractModel):
    """Level of the loads that a wave asks for and nobody has proven.

    A site whose open waves ask for no scenario has no evidence.
    """

    _name = "dist.measure.provider.readiness.performance"
    _description = "Readiness Measures of Performance"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _sql_has_scenarios(self):
        """Return the condition that a wave asks the site ``s`` for a scenario."""
        return SQL(
            "EXISTS (SELECT 1 FROM (%s) q WHERE q.dist_site_id = s.id)",
            self.env["dist.performance.test"]._sql_required(),
        )

    @api.model
    def _sql_performance_unproven(self, sites):
        """Scenarios whose latest measurement is missing, failed or too old."""
        return SQL(
            "SELECT q.site_id, q.id FROM (%s) q WHERE q.site_id = ANY(%s)",
            self.env["dist.performance.test"]._sql_missing(),
            list(sites.ids),
        )

    @api.model
    def _dist_measure_performance_unproven(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_performance_unproven(sites), self._sql_has_scenarios()
        )

    @api.model
    def _dist_records_performance_unproven(self, measure, site, date_from, date_to):
        return self._row_records(
            "dist.performance.scenario", self._sql_performance_unproven(site)
        )
