from odoo import api, models
from odoo.tools import SQL

from .dist_wave_support_mixin import ROSTER_STATES


class DistMeasureProviderRoster(models.AbstractModel):
    """Hours of the first days after go-live in which nobody supports a site.

    The *horizon* of a site starts with its cutover, or with the planned go-live of its
    wave as long as the cutover is not set, and lasts the wave's support hours. *Needed*
    are the working hours of the support calendar of the site or else of its wave
    within it, in the site's timezone; without a calendar, all hours. *Covered* are the
    shifts of the site and those for all sites of the wave.

    All of it is sets of time ranges, so one query answers for all sites. A site in no
    open wave, without a go-live or with a calendar without hours has no row.
    """

    _name = "dist.measure.provider.roster"
    _description = "Measures of the Support Roster"
    _inherit = "dist.measure.provider"

    @api.model
    def _sql_horizon(self, sites):
        """Return (site_id, wave_id, calendar_id, tz, horizon) of the sites."""
        return SQL(
            """
            SELECT DISTINCT ON (s.id)
                   s.id AS site_id, w.id AS wave_id, s.tz,
                   COALESCE(s.support_calendar_id, w.support_calendar_id)
                       AS calendar_id,
                   tsrange(start.moment,
                           start.moment + w.support_hours * interval '1 hour')
                       AS horizon
              FROM dist_site s
              JOIN dist_wave_site_rel r ON r.dist_site_id = s.id
              JOIN dist_wave w ON w.id = r.dist_wave_id
             CROSS JOIN LATERAL (
                   SELECT COALESCE(
                       s.cutover_at,
                       (w.planned_go_live::timestamp AT TIME ZONE s.tz)
                           AT TIME ZONE 'UTC') AS moment) start
             WHERE s.id = ANY(%(sites)s) AND w.active AND w.state IN %(states)s
               AND start.moment IS NOT NULL
             ORDER BY s.id, w.planned_go_live, w.id
            """,
            sites=list(sites.ids),
            states=ROSTER_STATES,
        )

    @api.model
    def _sql_needed(self):
        """Return (site_id, needed): a multirange of naive UTC moments.

        The weeks of a calendar of two weeks are told apart as Odoo does: by the number
        of weeks since the first of January of the year 1.
        """
        return SQL(
            """
            SELECT h.site_id, tsmultirange(h.horizon) AS needed
              FROM horizon h
             WHERE h.calendar_id IS NULL
             UNION ALL
            SELECT h.site_id,
                   range_agg(tsrange(
                       ((d.day + a.hour_from * interval '1 hour') AT TIME ZONE h.tz)
                           AT TIME ZONE 'UTC',
                       ((d.day + a.hour_to * interval '1 hour') AT TIME ZONE h.tz)
                           AT TIME ZONE 'UTC'))
                       * tsmultirange(h.horizon)
              FROM horizon h
              JOIN resource_calendar c ON c.id = h.calendar_id
             CROSS JOIN LATERAL (
                   SELECT generate_series(
                       lower(h.horizon)::date::timestamp - interval '1 day',
                       upper(h.horizon)::date::timestamp + interval '1 day',
                       interval '1 day') AS day) d
              JOIN resource_calendar_attendance a
                ON a.calendar_id = c.id
               AND a.display_type IS NULL AND a.day_period <> 'lunch'
               AND a.dayofweek = (EXTRACT(isodow FROM d.day) - 1)::int::text
               AND a.hour_to > a.hour_from
               AND (c.two_weeks_calendar IS NOT TRUE OR a.week_type
                    = ((d.day::date - DATE '0001-01-01') / 7 %% 2)::text)
             GROUP BY h.site_id, h.horizon
            """
        )

    @api.model
    def _sql_roster(self, sites, query):
        """Return ``query`` with the tables it is made of.

        ``horizon`` as above; ``needed``; ``shift`` (id, site_id, hours), the shifts of
        each site that touch its horizon, those for all sites included.
        """
        return SQL(
            """
            WITH horizon AS (%(horizon)s),
                 needed AS (%(needed)s),
                 shift AS (
                     SELECT f.id, h.site_id, tsrange(f.date_from, f.date_to) AS hours
                       FROM horizon h
                       JOIN dist_support_shift f
                         ON f.wave_id = h.wave_id AND f.active
                        AND (f.site_id IS NULL OR f.site_id = h.site_id)
                        AND f.date_from < upper(h.horizon)
                        AND f.date_to > lower(h.horizon))
            %(query)s
            """,
            horizon=self._sql_horizon(sites),
            needed=self._sql_needed(),
            query=query,
        )

    @api.model
    def _sql_hours(self, ranges):
        """Return the length of a multirange in hours."""
        return SQL(
            """
            (SELECT COALESCE(SUM(EXTRACT(epoch FROM upper(g) - lower(g))), 0) / 3600
               FROM unnest(%s) g)
            """,
            ranges,
        )

    @api.model
    def _flush_roster(self):
        """Write what the queries read."""
        self.env["dist.support.shift"].flush_model()
        self.env["resource.calendar"].flush_model()
        self.env["resource.calendar.attendance"].flush_model()
        self.env["dist.wave"].flush_model()
        self.env["dist.site"].flush_model()

    @api.model
    def _dist_measure_support_uncovered(self, measure, sites, date_from, date_to):
        return self._sql_roster(
            sites,
            SQL(
                """
                SELECT n.site_id, %(today)s AS day, %(hours)s AS numerator,
                       NULL::numeric AS denominator, f.number AS sample_size
                  FROM needed n
                  JOIN horizon h ON h.site_id = n.site_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(range_agg(x.hours), '{}') AS hours,
                              COUNT(*)::int AS number
                         FROM shift x WHERE x.site_id = n.site_id) f
                 WHERE NOT isempty(n.needed)
                """,
                today=self._sql_today(SQL("h.tz")),
                hours=self._sql_hours(SQL("n.needed - f.hours")),
            ),
        )

    @api.model
    def _dist_records_support_uncovered(self, measure, site, date_from, date_to):
        return self._shift_records(site)

    @api.model
    def _dist_measure_support_language_gap(self, measure, sites, date_from, date_to):
        return self._sql_roster(
            sites,
            SQL(
                """
                SELECT n.site_id, %(today)s AS day, %(hours)s AS numerator,
                       NULL::numeric AS denominator, f.number AS sample_size
                  FROM needed n
                  JOIN horizon h ON h.site_id = n.site_id
                 CROSS JOIN LATERAL (
                       SELECT COALESCE(range_agg(r.hours), '{}') AS missing
                         FROM dist_site_lang_rel l
                        CROSS JOIN LATERAL unnest(n.needed - COALESCE((
                              SELECT range_agg(x.hours)
                                FROM shift x
                                JOIN dist_support_shift_lang_rel s
                                  ON s.dist_support_shift_id = x.id
                                 AND s.res_lang_id = l.res_lang_id
                               WHERE x.site_id = n.site_id), '{}')) AS r(hours)
                        WHERE l.dist_site_id = n.site_id) g
                 CROSS JOIN LATERAL (
                       SELECT COUNT(*)::int AS number
                         FROM shift x WHERE x.site_id = n.site_id) f
                 WHERE NOT isempty(n.needed)
                   AND EXISTS (SELECT 1 FROM dist_site_lang_rel l
                                WHERE l.dist_site_id = n.site_id)
                """,
                today=self._sql_today(SQL("h.tz")),
                hours=self._sql_hours(SQL("g.missing")),
            ),
        )

    @api.model
    def _dist_records_support_language_gap(self, measure, site, date_from, date_to):
        return self._shift_records(site)

    @api.model
    def _shift_records(self, site):
        """Return (model, domain) of the shifts that touch the horizon of a site."""
        self._flush_roster()
        found = self.env.execute_query(
            self._sql_roster(site, SQL("SELECT id FROM shift"))
        )
        return "dist.support.shift", [("id", "in", [id_ for (id_,) in found])]

    @api.model
    def _needed_windows(self, sites):
        """Return ``{site id: [(start, end), …]}`` of the hours that are needed."""
        self._flush_roster()
        windows = {}
        for site_id, start, end in self.env.execute_query(
            self._sql_roster(
                sites,
                SQL(
                    """
                    SELECT n.site_id, lower(r), upper(r)
                      FROM needed n CROSS JOIN LATERAL unnest(n.needed) r
                     ORDER BY n.site_id, lower(r)
                    """
                ),
            )
        ):
            windows.setdefault(site_id, []).append((start, end))
        return windows
