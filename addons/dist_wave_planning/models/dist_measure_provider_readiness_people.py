from odoo import api, models
from odoo.tools import SQL

# One colleague can look after about ten others in the first weeks.
USERS_PER_SUPER_USER = 10


class DistMeasureProviderReadinessPeople(models.AbstractModel):
    """Levels of the people of a site: its manager, deputies and super users."""

    _name = "dist.measure.provider.readiness.people"
    _description = "Readiness Measures of People"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _sql_people_never_logged_in(self, sites):
        """People of the site who have never logged in."""
        return self._sql_people(
            sites,
            SQL("NOT EXISTS (SELECT 1 FROM res_users_log g WHERE g.create_uid = u.id)"),
        )

    @api.model
    def _dist_measure_people_never_logged_in(self, measure, sites, date_from, date_to):
        return self._sql_rows(sites, self._sql_people_never_logged_in(sites))

    @api.model
    def _dist_records_people_never_logged_in(self, measure, site, date_from, date_to):
        return self._row_records("res.users", self._sql_people_never_logged_in(site))

    @api.model
    def _sql_people_without_email(self, sites):
        """People of the site whom no message reaches."""
        return self._sql_people(sites, SQL("COALESCE(p.email, '') = ''"))

    @api.model
    def _dist_measure_people_without_email(self, measure, sites, date_from, date_to):
        return self._sql_rows(sites, self._sql_people_without_email(sites))

    @api.model
    def _dist_records_people_without_email(self, measure, site, date_from, date_to):
        return self._row_records("res.users", self._sql_people_without_email(site))

    @api.model
    def _sql_super_users_short(self, sites):
        """Sites with fewer super users than they need.

        They need one a shift, and one for every begun ten system users.
        """
        return SQL(
            """
            SELECT s.id AS site_id, s.id
              FROM dist_site s
              LEFT JOIN dist_site_super_user_rel r ON r.dist_site_id = s.id
              LEFT JOIN res_users u ON u.id = r.res_users_id AND u.active
             WHERE s.id = ANY(%(sites)s)
             GROUP BY s.id
            HAVING COUNT(u.id)
                 < GREATEST(s.shift_count, CEIL(s.user_count / %(users)s::numeric))
            """,
            sites=list(sites.ids),
            users=USERS_PER_SUPER_USER,
        )

    @api.model
    def _dist_measure_super_users_short(self, measure, sites, date_from, date_to):
        return self._sql_rows(sites, self._sql_super_users_short(sites))

    @api.model
    def _dist_records_super_users_short(self, measure, site, date_from, date_to):
        return self._row_records("dist.site", self._sql_super_users_short(site))

    @api.model
    def _sql_people(self, sites, condition):
        """Return the rows of the active people of the sites who meet a condition.

        :param condition: SQL on the user ``u`` and its partner ``p``
        """
        return SQL(
            """
            SELECT r.dist_site_id AS site_id, u.id
              FROM dist_site_people_rel r
              JOIN res_users u ON u.id = r.res_users_id AND u.active
              JOIN res_partner p ON p.id = u.partner_id
             WHERE r.dist_site_id = ANY(%(sites)s) AND %(condition)s
            """,
            sites=list(sites.ids),
            condition=condition,
        )
