from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class DistMeasureProviderIntegration(models.AbstractModel):
    """How many messages of the integration tests were exceptions, day by day."""

    _name = "dist.measure.provider.integration"
    _description = "Measures of Integration Tests"
    _inherit = "dist.measure.provider"

    @api.model
    def _dist_measure_integration_exceptions(self, measure, sites, date_from, date_to):
        return SQL(
            """
            SELECT s.id AS site_id, t.tested_on AS day,
                   SUM(t.exception_count)::numeric AS numerator,
                   SUM(t.volume)::numeric AS denominator,
                   COUNT(*)::int AS sample_size
              FROM %(sites)s s
              JOIN dist_integration_served_site_rel r ON r.dist_site_id = s.id
              JOIN dist_integration_test t
                ON t.integration_id = r.dist_integration_id
               AND (t.site_id IS NULL OR t.site_id = s.id)
             WHERE t.tested_on BETWEEN %(date_from)s AND %(date_to)s
             GROUP BY s.id, t.tested_on
            """,
            sites=self._sql_sites(sites),
            date_from=date_from,
            date_to=date_to,
        )

    @api.model
    def _dist_records_integration_exceptions(self, measure, site, date_from, date_to):
        return "dist.integration.test", Domain(
            [
                ("tested_on", ">=", date_from),
                ("tested_on", "<=", date_to),
                ("integration_id.served_site_ids", "=", site.id),
                ("site_id", "in", (False, site.id)),
            ]
        )
