from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dist_disposition import FINISHED_BEFORE
from .dist_measure_provider_level import Level
from .dist_wave_transactions_mixin import BEFORE_LIVE


class DistMeasureProviderDisposition(models.AbstractModel):
    """Levels of the open transactions of a site: undecided, and not finished in time.

    A site that is in no wave before its go-live has no list, and so no row.
    """

    _name = "dist.measure.provider.disposition"
    _description = "Measures of Open Transactions"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _sql_has_list(self):
        """Return the condition that the site ``s`` is in a wave that is not live."""
        return SQL(
            """
            EXISTS (
                SELECT 1 FROM dist_wave_site_rel r
                  JOIN dist_wave w ON w.id = r.dist_wave_id
                 WHERE r.dist_site_id = s.id AND w.active AND w.state IN %s)
            """,
            BEFORE_LIVE,
        )

    @api.model
    def _count(self, sites, level):
        return self._sql_level(
            sites, level, self._sql_has_warehouse(), self._sql_has_list()
        )

    @api.model
    def _level_transactions_undecided(self):
        """Open transactions of which nobody has said what becomes of them."""
        return Level(
            "dist.open.transaction", Domain("disposition", "=", False), "site_id"
        )

    @api.model
    def _dist_measure_transactions_undecided(self, measure, sites, date_from, date_to):
        return self._count(sites, self._level_transactions_undecided())

    @api.model
    def _dist_records_transactions_undecided(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_transactions_undecided())

    @api.model
    def _level_transactions_late(self):
        """Open transactions that should have been closed, shipped or received."""
        return Level(
            "dist.open.transaction",
            Domain("disposition", "in", FINISHED_BEFORE),
            "site_id",
            day="deadline",
        )

    @api.model
    def _dist_measure_transactions_late(self, measure, sites, date_from, date_to):
        return self._count(sites, self._level_transactions_late())

    @api.model
    def _dist_records_transactions_late(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_transactions_late())
