from odoo import api, models
from odoo.tools import SQL

from ..services.spread import BOUNDS


class DistMeasureProviderFacts(models.AbstractModel):
    """Base of the providers that answer with the rows their values count.

    A measure has one method, ``_dist_facts_<x>(measure, scopes, date_from, date_to)``.
    It returns one ``SQL`` query for all scopes (sites, or companies for a measure of
    that grain) and the inclusive window of local days, a row per thing counted, with
    the columns

    ``scope_id int, day date, record_id int``
        where and when it counts, and which record of ``records_model`` it is;
    ``numerator numeric, denominator numeric``
        what it adds. Of a ratio 1 or 0, and 1. Of a duration its length, and 1. Of a
        sum or level its amount, and NULL.

    and one text column for each name in the measure's ``dimensions``.

    Value, breakdowns, spread of durations and the records behind a figure all come
    from these rows, so that they can't disagree. Measures of kind *level* answer for
    the present day of each scope and ignore the window; where they count nothing the
    level is zero, unless it is a percentage.
    """

    _name = "dist.measure.provider.facts"
    _description = "Measure Provider: Facts"
    _inherit = "dist.measure.provider"

    @api.model
    def _store_facts(self, measure, scopes, query, window):
        """Write values and breakdowns of what the rows of a query add up to.

        :param window: condition on values and parts ``old``: they are replaced
        """
        names = measure._dimension_names()
        measure._upsert(
            self._sql_totals(measure, scopes),
            "computed",
            facts=SQL(
                "facts AS MATERIALIZED (%s), grouped AS MATERIALIZED (%s),"
                " parts_gone AS (%s), parts AS (%s)",
                self._sql_with_bucket(measure, query),
                self._sql_grouped(names, measure.kind == "duration"),
                self._sql_delete_parts(measure, window),
                self._sql_store_parts(measure),
            ),
            # What was taken of the present day stands until it is taken again.
            window=None if measure.kind == "level" else window,
        )

    @api.model
    def _sql_with_bucket(self, measure, query):
        if measure.kind != "duration":
            return query
        return SQL(
            "SELECT f.*, width_bucket(f.numerator::float, %s)::text AS spread"
            " FROM (%s) AS f",
            BOUNDS,
            query,
        )

    @api.model
    def _sql_grouped(self, names, has_spread):
        """One pass over the rows: the totals, and those of each dimension."""
        names = [*names, *(["spread"] if has_spread else [])]
        columns = [SQL.identifier(name) for name in names]
        sets = [SQL("(scope_id, day)")]
        sets += [SQL("(scope_id, day, %s)", column) for column in columns]
        return SQL(
            """
            SELECT scope_id, day, %(dimension)s AS dimension, %(label)s AS label,
                   SUM(numerator) AS numerator, SUM(denominator) AS denominator,
                   COUNT(*)::int AS sample_size,
                   SUM(numerator * numerator) AS sum_squares
              FROM facts
             GROUP BY GROUPING SETS (%(sets)s)
            """,
            dimension=self._sql_case(
                columns, [SQL("%s::varchar", name) for name in names]
            ),
            label=self._sql_case(
                columns, [SQL("COALESCE(%s::varchar, '')", one) for one in columns]
            ),
            sets=SQL(", ").join(sets),
        )

    @api.model
    def _sql_case(self, columns, results):
        """Return the result of the column that a row is grouped by."""
        if not columns:
            return SQL("NULL::varchar")
        cases = SQL(" ").join(
            SQL("WHEN GROUPING(%s) = 0 THEN %s", column, result)
            for column, result in zip(columns, results, strict=True)
        )
        return SQL("CASE %s END", cases)

    @api.model
    def _sql_is_part(self, measure):
        """Return the condition: the group ``g`` is the stored part ``old``."""
        return SQL(
            """(g.scope_id = old.%s AND g.day = old.day
                AND g.dimension = old.dimension AND g.label = old.label
                AND g.sample_size = old.sample_size AND old.kind = %s
                AND g.numerator IS NOT DISTINCT FROM old.numerator
                AND g.denominator IS NOT DISTINCT FROM old.denominator)""",
            SQL.identifier("company_id" if measure.grain == "company" else "site_id"),
            measure.kind,
        )

    @api.model
    def _sql_delete_parts(self, measure, window):
        """Delete the parts of the window that are not the same any more."""
        return SQL(
            """
            DELETE FROM dist_measure_breakdown old
             WHERE %s AND NOT EXISTS (SELECT FROM grouped g WHERE %s)
            """,
            window,
            self._sql_is_part(measure),
        )

    @api.model
    def _sql_store_parts(self, measure):
        """Write the parts that are not there."""
        of_company = measure.grain == "company"
        return SQL(
            """
            INSERT INTO dist_measure_breakdown (
                measure_id, kind, site_id, program_id, company_id, day, dimension,
                label, numerator, denominator, sample_size, value)
            SELECT %(measure)s, %(kind)s, %(scope)s, g.day, g.dimension, g.label,
                   g.numerator, g.denominator, g.sample_size, %(value)s
              FROM grouped g
              JOIN %(owner)s s ON s.id = g.scope_id
             WHERE g.dimension IS NOT NULL
               AND NOT EXISTS (SELECT FROM dist_measure_breakdown old
                                WHERE old.measure_id = %(measure)s AND %(is_part)s)
            """,
            is_part=self._sql_is_part(measure),
            measure=measure.id,
            kind=measure.kind,
            scope=SQL("NULL::int, NULL::int, s.id")
            if of_company
            else SQL("s.id, s.program_id, s.company_id"),
            value=measure._sql_value(SQL("g.numerator"), SQL("g.denominator")),
            owner=SQL.identifier("res_company" if of_company else "dist_site"),
        )

    @api.model
    def _sql_totals(self, measure, scopes):
        """Return the rows of the totals; a level counts nothing where there is none."""
        columns = SQL("day, numerator, denominator, sample_size, sum_squares")
        if measure.kind != "level" or measure.unit == "percent":
            return SQL(
                "(SELECT scope_id, %s FROM grouped WHERE dimension IS NULL)", columns
            )
        return SQL(
            """
            (SELECT scope.id, %(today)s, COALESCE(g.numerator, 0), g.denominator,
                    COALESCE(g.sample_size, 0), g.sum_squares
               FROM %(scopes)s AS scope
               LEFT JOIN grouped g ON g.scope_id = scope.id AND g.dimension IS NULL)
            """,
            today=self._sql_today(SQL("scope.tz")),
            scopes=self._sql_scopes(scopes),
        )

    @api.model
    def _facts_domain(self, measure, scope, date_from, date_to, part=None):
        """Return the domain of exactly the records that the rows of a scope name.

        :param part: ``(dimension, label)`` to keep the rows of a breakdown only
        """
        query = getattr(self, measure.compute_method)(
            measure, scope, date_from, date_to
        )
        condition = SQL("TRUE")
        if measure.kind != "level":
            condition = SQL("day BETWEEN %s AND %s", date_from, date_to)
        if part:
            dimension, label = part
            condition = SQL(
                "%s AND COALESCE(%s::varchar, '') = %s",
                condition,
                SQL.identifier(dimension),
                label or "",
            )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT record_id FROM (%s) AS facts"
                " WHERE record_id IS NOT NULL AND %s",
                self._sql_with_bucket(measure, query),
                condition,
            )
        )
        return [("id", "in", [record for (record,) in rows])]
