from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderReadinessIntegrations(models.AbstractModel):
    """Levels of the integrations that serve a site, by the last test of each.

    A site that no integration serves has no evidence: nobody has said what it needs.
    """

    _name = "dist.measure.provider.readiness.integrations"
    _description = "Readiness Measures of Integrations"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _sql_is_served(self):
        """Return the condition that an integration serves the site ``s``."""
        return SQL(
            """
            EXISTS (SELECT 1 FROM dist_integration_served_site_rel r
                      JOIN dist_integration i ON i.id = r.dist_integration_id
                     WHERE r.dist_site_id = s.id
                       AND i.active AND i.state <> 'retired')
            """
        )

    @api.model
    def _sql_integrations(self, sites, condition):
        """Return the rows of the integrations of the sites that meet a condition.

        :param condition: SQL on ``q``, a row of ``dist.integration._sql_site_status``
        """
        return SQL(
            """
            SELECT q.site_id, q.integration_id AS id
              FROM (%s) q WHERE q.site_id = ANY(%s) AND %s
            """,
            self.env["dist.integration"]._sql_site_status(),
            list(sites.ids),
            condition,
        )

    @api.model
    def _sql_integrations_untested(self, sites):
        """Critical integrations whose last test is missing, failed or too old."""
        return self._sql_integrations(
            sites, SQL("q.is_critical AND q.status <> 'passed'")
        )

    @api.model
    def _dist_measure_integrations_untested(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_integrations_untested(sites), self._sql_is_served()
        )

    @api.model
    def _dist_records_integrations_untested(self, measure, site, date_from, date_to):
        return self._row_records(
            "dist.integration", self._sql_integrations_untested(site)
        )

    @api.model
    def _sql_integrations_over_tolerance(self, sites):
        """Integrations whose last test had more exceptions than tolerated."""
        return self._sql_integrations(sites, SQL("q.is_over"))

    @api.model
    def _dist_measure_integrations_over_tolerance(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_rows(
            sites, self._sql_integrations_over_tolerance(sites), self._sql_is_served()
        )

    @api.model
    def _dist_records_integrations_over_tolerance(
        self, measure, site, date_from, date_to
    ):
        return self._row_records(
            "dist.integration", self._sql_integrations_over_tolerance(site)
        )
