import re
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

SHARED_NAME = re.compile(r"\bdist_shared_\w+")


class DistMeasureProvider(models.AbstractModel):
    """Base of the models that compute measures.

    A provider inherits this model under its own name and has two methods a
    measure.

    ``_dist_measure_<x>(measure, sites, date_from, date_to)`` returns one ``SQL``
    query for all the sites and the inclusive window of local days. Its columns are
    exactly ``site_id int, day date, numerator numeric, denominator numeric,
    sample_size int``, at most one row per site and day. A day without a row has no
    evidence, which is not the same as zero. Measures of kind *level* answer for the
    site's present day and ignore the window.

    ``_dist_records_<x>(measure, site, date_from, date_to)`` returns
    ``(model name, domain)`` of exactly the records counted by the query.

    Neither loops over sites or records.

    What several measures read, a query may call by a name, as if it were a table:
    ``FROM dist_shared_<x>``. The provider has a method
    ``_dist_shared_<x>(sites, date_from, date_to)`` that returns the query behind the
    name, which may read others. The job makes it a table once for the measures of a
    window; elsewhere it is a common table expression of the query. ``sites`` may be a
    company where the measures have that grain.
    """

    _name = "dist.measure.provider"
    _description = "Measure Provider"

    @api.model
    def _shared_relations(self, query, sites, date_from, date_to):
        """Return ``{name: query}`` of the shared relations that a query reads.

        Each comes after those that it reads itself.
        """
        relations = {}
        for name in SHARED_NAME.findall(query.code):
            if name not in relations:
                relation = getattr(self, f"_{name}")(sites, date_from, date_to)
                relations.update(
                    self._shared_relations(relation, sites, date_from, date_to)
                )
                relations[name] = relation
        return relations

    @api.model
    def _sql_with_shared(self, query, sites, date_from, date_to):
        """Return the query with the shared relations that it reads."""
        relations = self._shared_relations(query, sites, date_from, date_to)
        if not relations:
            return query
        return SQL(
            "WITH %s SELECT * FROM (%s) AS query",
            SQL(", ").join(
                SQL("%s AS (%s)", SQL.identifier(name), relation)
                for name, relation in relations.items()
            ),
            query,
        )

    @api.model
    def _sql_sites(self, sites):
        """Return the sites as an SQL table ``(id, tz, company_id, cutover_at)``."""
        self.env["dist.site"].flush_model(["tz", "company_id", "cutover_at"])
        return SQL(
            "(SELECT id, tz, company_id, cutover_at FROM dist_site WHERE id = ANY(%s))",
            list(sites.ids),
        )

    @api.model
    def _sql_scopes(self, scopes):
        """Return what has values as an SQL table ``(id, tz, company_id, cutover_at)``.

        The day of a company is that of its address' timezone; its records count from
        the first cutover of its sites on.

        :param scopes: sites, or companies for a measure of that grain
        """
        if scopes._name == "dist.site":
            return self._sql_sites(scopes)
        self.env["dist.site"].flush_model(["company_id", "cutover_at", "active"])
        self.env["res.partner"].flush_model(["tz"])
        return SQL(
            """
            (SELECT company.id, COALESCE(partner.tz, 'UTC') AS tz,
                    company.id AS company_id, MIN(site.cutover_at) AS cutover_at
               FROM res_company company
               JOIN res_partner partner ON partner.id = company.partner_id
          LEFT JOIN dist_site site ON site.company_id = company.id AND site.active
              WHERE company.id = ANY(%s)
           GROUP BY company.id, partner.tz)
            """,
            list(scopes.ids),
        )

    @api.model
    def _sql_local_day(self, timestamp, timezone):
        """Return the SQL of the local day of a naive UTC timestamp."""
        return SQL(
            "((%s AT TIME ZONE 'UTC') AT TIME ZONE %s)::date", timestamp, timezone
        )

    @api.model
    def _sql_today(self, timezone):
        """Return the SQL of the present local day.

        The server's clock is asked in Python, so that tests can hold it.
        """
        return self._sql_local_day(
            SQL("%s::timestamp", fields.Datetime.now()), timezone
        )

    @api.model
    def _utc_window(self, date_from, date_to):
        """Return naive UTC bounds that hold the local days of every timezone.

        Local days reach from UTC-12 to UTC+14: a day on either side covers them.
        The bounds are for the index only; the local day decides.
        """
        return (
            datetime.combine(date_from - timedelta(days=1), time.min),
            datetime.combine(date_to + timedelta(days=2), time.min),
        )

    @api.model
    def _local_bounds(self, site, date_from, date_to):
        """Return the exact naive UTC bounds of a site's local days, end exclusive.

        For the domains of ``_dist_records_*``, which know one site.
        """
        return (
            self._utc_start(site, date_from),
            self._utc_start(site, date_to + timedelta(days=1)),
        )

    @api.model
    def _utc_start(self, site, day):
        """Return the naive UTC moment at which the site's local day starts."""
        self.env.cr.execute(
            SQL(
                "SELECT (%s::timestamp AT TIME ZONE %s) AT TIME ZONE 'UTC'",
                datetime.combine(day, time.min),
                site.tz,
            )
        )
        return self.env.cr.fetchone()[0]
