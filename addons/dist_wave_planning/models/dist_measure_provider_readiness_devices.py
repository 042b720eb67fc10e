from odoo import api, models
from odoo.tools import SQL

from .dist_device_check import OTHERS, PRINTERS, SCANNERS


class DistMeasureProviderReadinessDevices(models.AbstractModel):
    """Levels of the devices of a site that nobody has seen working.

    A site without any check has no evidence: nobody has said what it has.
    """

    _name = "dist.measure.provider.readiness.devices"
    _description = "Readiness Measures of Devices"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _sql_has_device_checks(self):
        """Return the condition that the site ``s`` has a checklist."""
        return SQL(
            "EXISTS (SELECT 1 FROM dist_device_check k"
            " WHERE k.site_id = s.id AND k.active)"
        )

    @api.model
    def _sql_devices_untested(self, sites, kinds):
        """Checks that are not passed, or no longer, on the site's present day."""
        return SQL(
            """
            SELECT k.site_id, k.id
              FROM dist_device_check k
              JOIN dist_site s ON s.id = k.site_id
             WHERE k.site_id = ANY(%(sites)s) AND k.active AND k.kind = ANY(%(kinds)s)
               AND (k.result <> 'passed' OR k.valid_until < %(today)s)
            """,
            sites=list(sites.ids),
            kinds=list(kinds),
            today=self._sql_today(SQL("s.tz")),
        )

    @api.model
    def _measure_devices(self, sites, kinds):
        return self._sql_rows(
            sites,
            self._sql_devices_untested(sites, kinds),
            self._sql_has_device_checks(),
        )

    @api.model
    def _records_devices(self, site, kinds):
        return self._row_records(
            "dist.device.check", self._sql_devices_untested(site, kinds)
        )

    @api.model
    def _dist_measure_scanners_untested(self, measure, sites, date_from, date_to):
        return self._measure_devices(sites, SCANNERS)

    @api.model
    def _dist_records_scanners_untested(self, measure, site, date_from, date_to):
        return self._records_devices(site, SCANNERS)

    @api.model
    def _dist_measure_printers_untested(self, measure, sites, date_from, date_to):
        return self._measure_devices(sites, PRINTERS)

    @api.model
    def _dist_records_printers_untested(self, measure, site, date_from, date_to):
        return self._records_devices(site, PRINTERS)

    @api.model
    def _dist_measure_devices_untested(self, measure, sites, date_from, date_to):
        return self._measure_devices(sites, OTHERS)

    @api.model
    def _dist_records_devices_untested(self, measure, site, date_from, date_to):
        return self._records_devices(site, OTHERS)
