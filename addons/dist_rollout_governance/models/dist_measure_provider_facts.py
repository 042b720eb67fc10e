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

    and one column for each name in the measure's ``dimensions``: a text of that name,
    or an id called ``<name>_id`` where :meth:`_dimension_labels` knows what it reads
    like.

    Value, breakdowns, spread of durations and the records behind a figure all come
    from these rows, so that they can't disagree. Measures of kind *level* answer for
    the present day of each scope and ignore the window; where they count nothing the
    level is zero, unless it is a percentage.
    """

    _name = "dist.measure.provider.facts"
    _description = "Measure Provider: Facts"
    _inherit = "dist.measure.provider"

    @api.model
    def _dimension_labels(self):
        """Return ``{dimension: SQL}`` of the dimensions that rows name by an id.

        The query returns ``(id, label)``. Rows are added up by ids, which is cheaper
        than by texts; two ids that read the same are one part.
        """
        return {}

    @api.model
    def _store_facts(self, measure, scopes, query, window):
        """Write values and breakdowns of what the rows of a query add up to.

        :param window: condition on values ``old``: they are replaced
        """
        measure._upsert(
            self._sql_totals(measure, scopes),
            "computed",
            facts=SQL(
                "facts AS (%s), grouped AS (%s), total AS (%s)",
                self._sql_with_bucket(measure, query),
                self._sql_grouped(measure),
                self._sql_folded(measure),
            ),
            window=window,
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
    def _fact_columns(self, measure):
        """Return ``{dimension: SQL}`` of the columns by which rows are added up."""
        names = measure._dimension_names()
        if measure.kind == "duration":
            names.append("spread")
        labels = self._dimension_labels()
        return {
            name: SQL.identifier(f"{name}_id" if name in labels else name)
            for name in names
        }

    @api.model
    def _sql_grouped(self, measure):
        """One pass over the rows: the totals, and those of each dimension."""
        columns = self._fact_columns(measure)
        labels = self._dimension_labels()
        sets = [SQL("(scope_id, day)")]
        sets += [SQL("(scope_id, day, %s)", column) for column in columns.values()]
        return SQL(
            """
            SELECT scope_id, day, %(dimension)s AS dimension,
                   %(label)s AS label, %(label_id)s AS label_id,
                   SUM(numerator) AS numerator, SUM(denominator) AS denominator,
                   COUNT(*)::int AS sample_size, %(squares)s AS sum_squares
              FROM facts
             GROUP BY GROUPING SETS (%(sets)s)
            """,
            dimension=self._sql_case(
                SQL("varchar"),
                [(one, SQL("%s", name)) for name, one in columns.items()],
            ),
            label=self._sql_case(
                SQL("varchar"),
                [(one, one) for name, one in columns.items() if name not in labels],
            ),
            label_id=self._sql_case(
                SQL("int"),
                [(one, one) for name, one in columns.items() if name in labels],
            ),
            # of durations only, their deviation is made of it
            squares=SQL("SUM(numerator * numerator)")
            if measure.kind == "duration"
            else SQL("NULL::numeric"),
            sets=SQL(", ").join(sets),
        )

    @api.model
    def _sql_case(self, type_, results):
        """Return the result of the column that a row is grouped by.

        :param results: list of ``(column, result)``
        """
        if not results:
            return SQL("NULL::%s", type_)
        return SQL(
            "(CASE %s END)::%s",
            SQL(" ").join(
                SQL("WHEN GROUPING(%s) = 0 THEN %s", column, result)
                for column, result in results
            ),
            type_,
        )

    @api.model
    def _sql_folded(self, measure):
        """Return a row per scope and day: its totals, and its parts in one column."""
        return SQL(
            """
            SELECT scope_id, day,
                   MAX(numerator) FILTER (WHERE dimension IS NULL) AS numerator,
                   MAX(denominator) FILTER (WHERE dimension IS NULL) AS denominator,
                   MAX(sample_size) FILTER (WHERE dimension IS NULL) AS sample_size,
                   MAX(sum_squares) FILTER (WHERE dimension IS NULL) AS sum_squares,
                   jsonb_agg(jsonb_build_array(
                       dimension, label, ROUND(numerator, 6), ROUND(denominator, 6),
                       sample_size, ROUND(%(value)s, 4)
                   ) ORDER BY dimension, label) FILTER (WHERE dimension IS NOT NULL)
                       AS parts
              FROM (%(parts)s) AS part
             GROUP BY scope_id, day
            """,
            value=measure._sql_value(SQL("numerator"), SQL("denominator")),
            parts=self._sql_parts(measure),
        )

    @api.model
    def _sql_parts(self, measure):
        """Return the totals and parts, these by what their ids read like."""
        labels = self._dimension_labels()
        known = {
            name: SQL.identifier(f"{name}_label")
            for name in measure._dimension_names()
            if name in labels
        }
        if not known:
            return SQL(
                """
                SELECT scope_id, day, dimension, COALESCE(label, '') AS label,
                       numerator, denominator, sample_size, sum_squares
                  FROM grouped
                """
            )
        return SQL(
            """
            SELECT g.scope_id, g.day, g.dimension,
                   COALESCE(CASE g.dimension %(cases)s ELSE g.label END, '') AS label,
                   SUM(g.numerator) AS numerator, SUM(g.denominator) AS denominator,
                   SUM(g.sample_size)::int AS sample_size,
                   MAX(g.sum_squares) AS sum_squares
              FROM grouped g %(joins)s
             GROUP BY 1, 2, 3, 4
            """,
            cases=SQL(" ").join(
                SQL("WHEN %s THEN %s.label::varchar", name, alias)
                for name, alias in known.items()
            ),
            joins=SQL(" ").join(
                SQL(
                    "LEFT JOIN (%(labels)s) AS %(alias)s"
                    " ON g.dimension = %(name)s AND %(alias)s.id = g.label_id",
                    labels=labels[name],
                    alias=alias,
                    name=name,
                )
                for name, alias in known.items()
            ),
        )

    @api.model
    def _sql_totals(self, measure, scopes):
        """Return the rows of the totals; a level counts nothing where there is none."""
        columns = SQL("day, numerator, denominator, sample_size, sum_squares, parts")
        if measure.kind != "level" or measure.unit == "percent":
            return SQL("(SELECT scope_id, %s FROM total)", columns)
        return SQL(
            """
            (SELECT scope.id, %(today)s, COALESCE(g.numerator, 0), g.denominator,
                    COALESCE(g.sample_size, 0), g.sum_squares, g.parts
               FROM %(scopes)s AS scope
               LEFT JOIN total g ON g.scope_id = scope.id)
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
            condition = SQL("%s AND %s", condition, self._sql_is_part(measure, *part))
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT record_id FROM (%s) AS facts"
                " WHERE record_id IS NOT NULL AND %s",
                self._sql_with_shared(
                    self._sql_with_bucket(measure, query), scope, date_from, date_to
                ),
                condition,
            )
        )
        return [("id", "in", [record for (record,) in rows])]

    @api.model
    def _sql_is_part(self, measure, dimension, label):
        """Return the condition for a row of facts to be of a breakdown's part."""
        column = self._fact_columns(measure)[dimension]
        labels = self._dimension_labels().get(dimension)
        if labels:
            column = SQL(
                "(SELECT l.label FROM (%s) AS l WHERE l.id = %s)", labels, column
            )
        return SQL("COALESCE(%s::varchar, '') = %s", column, label or "")
