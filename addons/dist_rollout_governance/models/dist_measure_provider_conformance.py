from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderConformance(models.AbstractModel):
    """Drift as measures: levels of the site's day, from the findings."""

    _name = "dist.measure.provider.conformance"
    _description = "Measures of Template Conformance"
    _inherit = "dist.measure.provider"

    @api.model
    def _refresh(self, sites):
        """Renew today's values for the sites and tell the criteria at once."""
        if not sites:
            return
        # levels answer for the present day of each site, whatever the window
        day = sites[0]._local_day()
        for measure in self.env["dist.measure"].search([("topic", "=", "conformance")]):
            measure._compute_values(sites, day, day)
            measure._after_values_changed(sites.ids)

    @api.model
    def _sql_levels(self, sites, numerator, denominator):
        """Return one row a site that was evaluated; others have no evidence."""
        return SQL(
            """
            SELECT f.site_id, %(today)s AS day, %(numerator)s AS numerator,
                   %(denominator)s AS denominator, COUNT(*)::int AS sample_size
              FROM dist_conformance_finding f
              JOIN %(sites)s AS s ON s.id = f.site_id
             WHERE f.status <> 'nothing'
             GROUP BY f.site_id, s.tz
            """,
            today=self._sql_today(SQL.identifier("s", "tz")),
            numerator=numerator,
            denominator=denominator,
            sites=self._sql_sites(sites),
        )

    @api.model
    def _dist_measure_drift_uncovered(self, measure, sites, date_from, date_to):
        return self._sql_levels(
            sites,
            SQL("COUNT(*) FILTER (WHERE f.status = 'uncovered')"),
            SQL("NULL::numeric"),
        )

    @api.model
    def _dist_records_drift_uncovered(self, measure, site, date_from, date_to):
        return (
            "dist.conformance.finding",
            [("site_id", "=", site.id), ("status", "=", "uncovered")],
        )

    @api.model
    def _dist_measure_conformance_rate(self, measure, sites, date_from, date_to):
        return self._sql_levels(
            sites,
            SQL("100.0 * COUNT(*) FILTER (WHERE f.status <> 'uncovered') / COUNT(*)"),
            SQL("NULL::numeric"),
        )

    @api.model
    def _dist_records_conformance_rate(self, measure, site, date_from, date_to):
        return (
            "dist.conformance.finding",
            [("site_id", "=", site.id), ("status", "!=", "nothing")],
        )
