from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# An open ticket is aged after so many days.
AGED_DAYS = 3


class DistMeasureProviderTicket(models.AbstractModel):
    """Tickets as measures.

    Open and aged tickets are levels of the site's present day: history can't be asked
    how many were open. Sites without a support team have no evidence.
    """

    _name = "dist.measure.provider.ticket"
    _description = "Measures of Tickets"
    _inherit = "dist.measure.provider"

    # -- levels ---------------------------------------------------------------------

    @api.model
    def _sql_open_tickets(self, sites, condition):
        """Return a row for each site with a team: the open tickets that match."""
        self.env["helpdesk.ticket"].flush_model()
        self.env["helpdesk.ticket.stage"].flush_model(["closed"])
        self.env["helpdesk.ticket.team"].flush_model(["dist_site_id"])
        return SQL(
            """
            SELECT s.id AS site_id, %(today)s AS day,
                   COUNT(t.id) FILTER (WHERE %(condition)s) AS numerator,
                   NULL::numeric AS denominator,
                   (COUNT(t.id) FILTER (WHERE %(condition)s))::int AS sample_size
              FROM %(sites)s AS s
              LEFT JOIN (
                    helpdesk_ticket t
                    JOIN helpdesk_ticket_stage stage
                         ON stage.id = t.stage_id AND stage.closed IS NOT TRUE
                   ) ON t.dist_site_id = s.id AND t.active AND t.duplicate_id IS NULL
             WHERE EXISTS (SELECT FROM helpdesk_ticket_team team
                            WHERE team.dist_site_id = s.id)
          GROUP BY s.id, s.tz
            """,
            today=self._sql_today(SQL.identifier("s", "tz")),
            condition=condition,
            sites=self._sql_sites(sites),
        )

    @api.model
    def _dist_measure_tickets_severe(self, measure, sites, date_from, date_to):
        return self._sql_open_tickets(sites, SQL("t.dist_severity IN ('1', '2')"))

    @api.model
    def _dist_records_tickets_severe(self, measure, site, date_from, date_to):
        return "helpdesk.ticket", [
            *self._open_ticket_domain(site),
            ("dist_severity", "in", ("1", "2")),
        ]

    @api.model
    def _dist_measure_tickets_aged(self, measure, sites, date_from, date_to):
        return self._sql_open_tickets(
            sites, SQL("t.create_date < %s", self._aged_before())
        )

    @api.model
    def _dist_records_tickets_aged(self, measure, site, date_from, date_to):
        return "helpdesk.ticket", [
            *self._open_ticket_domain(site),
            ("create_date", "<", self._aged_before()),
        ]

    @api.model
    def _aged_before(self):
        return fields.Datetime.now() - timedelta(days=AGED_DAYS)

    @api.model
    def _open_ticket_domain(self, site):
        return [
            ("dist_site_id", "=", site.id),
            ("active", "=", True),
            *self.env["helpdesk.ticket"]._open_domain(),
        ]

    # -- targets --------------------------------------------------------------------

    @api.model
    def _dist_measure_ticket_breach(self, measure, sites, date_from, date_to):
        self.env["helpdesk.ticket"].flush_model()
        self.env["helpdesk.ticket.sla"].flush_model()
        start, end = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT site_id, day, COUNT(*) FILTER (WHERE is_missed), COUNT(*),
                   COUNT(*)::int
              FROM (SELECT s.id AS site_id, %(local_day)s AS day,
                           target.state IN ('expired', 'in_progress') AS is_missed
                      FROM %(sites)s AS s
                      JOIN helpdesk_ticket t
                           ON t.dist_site_id = s.id AND t.duplicate_id IS NULL
                          AND t.active
                      JOIN helpdesk_ticket_sla target ON target.ticket_id = t.id
                     WHERE target.deadline >= %(start)s AND target.deadline < %(end)s
                       AND target.deadline < %(now)s
                       AND target.state <> 'on_hold') AS due
             WHERE day BETWEEN %(first)s AND %(last)s
          GROUP BY site_id, day
            """,
            local_day=self._sql_local_day(SQL("target.deadline"), SQL("s.tz")),
            sites=self._sql_sites(sites),
            start=start,
            end=end,
            now=fields.Datetime.now(),
            first=date_from,
            last=date_to,
        )

    @api.model
    def _dist_records_ticket_breach(self, measure, site, date_from, date_to):
        start, end = self._local_bounds(site, date_from, date_to)
        return "helpdesk.ticket.sla", [
            ("ticket_id.dist_site_id", "=", site.id),
            ("ticket_id.active", "=", True),
            ("ticket_id.duplicate_id", "=", False),
            ("deadline", ">=", start),
            ("deadline", "<", min(end, fields.Datetime.now())),
            ("state", "!=", "on_hold"),
        ]

    # -- rate -----------------------------------------------------------------------

    @api.model
    def _dist_measure_ticket_rate(self, measure, sites, date_from, date_to):
        self.env["helpdesk.ticket"].flush_model()
        self.env["stock.picking"].flush_model(["state", "date_done", "picking_type_id"])
        self.env["stock.warehouse"].flush_model(["dist_site_id"])
        start, end = self._utc_window(date_from, date_to)
        return SQL(
            """
            SELECT site_id, day, 1000 * SUM(tickets), SUM(transfers),
                   SUM(tickets)::int
              FROM (SELECT s.id AS site_id, %(written_day)s AS day,
                           1 AS tickets, 0 AS transfers
                      FROM %(sites)s AS s
                      JOIN helpdesk_ticket t ON t.dist_site_id = s.id AND t.active
                     WHERE t.create_date >= %(start)s AND t.create_date < %(end)s
                       AND t.create_date > s.cutover_at AND t.duplicate_id IS NULL
                 UNION ALL
                    SELECT s.id, %(done_day)s, 0, 1
                      FROM %(sites)s AS s
                      JOIN stock_warehouse w ON w.dist_site_id = s.id
                      JOIN stock_picking_type kind ON kind.warehouse_id = w.id
                      JOIN stock_picking p
                           ON p.picking_type_id = kind.id AND p.state = 'done'
                     WHERE p.date_done >= %(start)s AND p.date_done < %(end)s
                       AND p.date_done > s.cutover_at) AS happened
             WHERE day BETWEEN %(first)s AND %(last)s
          GROUP BY site_id, day
            """,
            written_day=self._sql_local_day(SQL("t.create_date"), SQL("s.tz")),
            done_day=self._sql_local_day(SQL("p.date_done"), SQL("s.tz")),
            sites=self._sql_sites(sites),
            start=start,
            end=end,
            first=date_from,
            last=date_to,
        )

    @api.model
    def _dist_records_ticket_rate(self, measure, site, date_from, date_to):
        start, end = self._local_bounds(site, date_from, date_to)
        return "helpdesk.ticket", [
            ("dist_site_id", "=", site.id),
            ("active", "=", True),
            ("duplicate_id", "=", False),
            ("create_date", ">=", max(start, site.cutover_at or start)),
            ("create_date", "<", end),
        ]
