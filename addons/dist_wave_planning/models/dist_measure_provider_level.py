from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class Level(NamedTuple):
    """What a level counts: the records of a model that are wrong, and whose they are.

    ``path`` leads from the record to its site, or to its company: then the record
    answers for every site of that company and of the companies below it. Without a
    path it answers for every site. With ``day``, a date field, a record counts from
    the ``grace`` + 1st day after that date on, in the site's calendar.
    """

    model: str
    domain: Domain
    path: str = ""
    day: str = ""
    grace: int = 0


class DistMeasureProviderLevel(models.AbstractModel):
    """Base of the levels that count the records which are wrong now.

    A level is defined once, as a :class:`Level` or as the query
    ``(site_id, id)`` of what is wrong; the number of a site and the records that open
    from it are both made of this definition. What a level can't see without a base,
    such as the books of a company, has no row for a site that lacks it: no evidence.
    """

    _name = "dist.measure.provider.level"
    _description = "Measures That Count What Is Wrong"
    _inherit = "dist.measure.provider"

    # -- bases --------------------------------------------------------------------

    @api.model
    def _sql_has_warehouse(self):
        """Return the condition that the site ``s`` has a warehouse."""
        return SQL(
            "EXISTS (SELECT 1 FROM stock_warehouse w WHERE w.dist_site_id = s.id)"
        )

    @api.model
    def _sql_has_books(self):
        """Return the condition that the company of the site ``s`` keeps books."""
        return SQL(
            "EXISTS (SELECT 1 FROM account_journal j WHERE j.company_id = ANY(%s))",
            self._sql_company_line(),
        )

    @api.model
    def _sql_company_line(self):
        """Return the ids of the company ``c`` of a site and of those above it.

        A branch works with the journals, taxes and accounts of its parents.
        """
        return SQL("string_to_array(rtrim(c.parent_path, '/'), '/')::int[]")

    # -- counting -----------------------------------------------------------------

    @api.model
    def _sql_count(self, sites, wrong, link, *bases):
        """Return the provider query of a level that counts.

        :param wrong: query with ``number`` and what ``link`` refers to
        :param link: condition between ``s``, a site, or ``c``, its company, and
            ``w``, a row of ``wrong``
        :param bases: conditions on ``s`` and ``c``; a site that lacks one has no row
        """
        return SQL(
            """
            SELECT s.id AS site_id, %(today)s AS day,
                   COALESCE(SUM(w.number), 0)::numeric AS numerator,
                   NULL::numeric AS denominator,
                   COALESCE(SUM(w.number), 0)::int AS sample_size
              FROM %(sites)s s
              JOIN res_company c ON c.id = s.company_id
              LEFT JOIN (%(wrong)s) w ON %(link)s
             WHERE %(bases)s
             GROUP BY s.id, s.tz
            """,
            today=self._sql_today(SQL("s.tz")),
            sites=self._sql_sites(sites),
            wrong=wrong,
            link=link,
            bases=SQL(" AND ").join(bases or [SQL("TRUE")]),
        )

    @api.model
    def _sql_level(self, sites, level, *bases):
        """Return the provider query of a :class:`Level`.

        Records are counted by key and day before they meet the sites, so that the
        facts of a company with many sites are read once.
        """
        # sudo: what is wrong is wrong for everybody; the records that open from the
        # figure are read with the rights of the reader.
        Model = self.env[level.model].sudo()
        query = Model._search(level.domain)
        key = self._sql_key(Model, query, level.path)
        day = (
            Model._field_to_sql(query.table, level.day, query)
            if level.day
            else SQL("NULL::date")
        )
        records = query.select(
            SQL("%s AS id", SQL.identifier(query.table, "id")),
            SQL("%s AS key", key),
            SQL("%s AS day", day),
        )
        link = self._sql_link(level)
        wrong = SQL(
            """
            SELECT r.key, r.day, COUNT(DISTINCT r.id) AS number
              FROM (%s) r
             GROUP BY r.key, r.day
            """,
            records,
        )
        return self._sql_count(sites, wrong, link, *bases)

    @api.model
    def _sql_link(self, level):
        """Return the condition between the counted records ``w`` and a site."""
        link = SQL("TRUE")
        if level.path:
            link = (
                SQL("w.key = s.id")
                if self._path_field(level).comodel_name == "dist.site"
                else SQL("w.key = ANY(%s)", self._sql_company_line())
            )
        if not level.day:
            return link
        return SQL(
            "%s AND w.day < %s - %s::int",
            link,
            self._sql_today(SQL("s.tz")),
            level.grace,
        )

    @api.model
    def _sql_key(self, Model, query, path):
        """Return the column at the end of a path of many2one fields."""
        if not path:
            return SQL("NULL::int")
        alias = query.table
        *steps, last = path.split(".")
        for step in steps:
            column = Model._fields[step]
            Model = self.env[column.comodel_name].sudo()
            alias = query.left_join(alias, step, Model._table, "id", step)
        return Model._field_to_sql(alias, last, query)

    @api.model
    def _level_records(self, site, level):
        """Return (model, domain) of what a :class:`Level` counts for the site."""
        domain = Domain(level.domain)
        if level.path:
            field = self._path_field(level)
            domain &= (
                Domain(level.path, "=", site.id)
                if field.comodel_name == "dist.site"
                else Domain(level.path, "parent_of", site.company_id.id)
            )
        if level.day:
            before = site._local_day() - timedelta(days=level.grace)
            domain &= Domain(level.day, "<", before)
        return level.model, domain

    @api.model
    def _path_field(self, level):
        """Return the field at the end of a level's path."""
        Model = self.env[level.model]
        *steps, last = level.path.split(".")
        for step in steps:
            Model = self.env[Model._fields[step].comodel_name]
        return Model._fields[last]

    @api.model
    def _sql_rows(self, sites, rows, *bases):
        """Return the provider query of a level that is a query ``(site_id, id)``."""
        wrong = SQL(
            """
            SELECT r.site_id, COUNT(DISTINCT r.id) AS number
              FROM (%s) r
             GROUP BY r.site_id
            """,
            rows,
        )
        return self._sql_count(sites, wrong, SQL("w.site_id = s.id"), *bases)

    @api.model
    def _row_records(self, model, rows):
        """Return (model, domain) of the records of a query ``(site_id, id)``.

        What such a query compares, such as values that differ by company, no domain
        can say: the records are named one by one.
        """
        self.env.flush_all()
        found = self.env.execute_query(SQL("SELECT DISTINCT r.id FROM (%s) r", rows))
        return model, Domain("id", "in", [record_id for (record_id,) in found])
