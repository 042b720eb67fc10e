from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

#: what a value consists of
FIGURES = (
    "numerator",
    "denominator",
    "sample_size",
    "sum_squares",
    "parts",
    "value",
)


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMeasure(models.Model):
    """How the values of a measure are written: one statement for all of them."""

    _inherit = "dist.measure"

    @api.model
    def _store_values(self, code, rows, source):
        """Insert or replace values of a measure that has no provider.

        The caller has checked the rights: values are nobody's to write.

        :param code: code of the measure
        :param rows: list of dicts ``site_id``, ``day``, ``numerator``,
            ``denominator`` (may be None), ``sample_size``
        :param source: ``reconciliation`` or ``attested``
        """
        measure = self._get(code)
        if not measure:
            raise ValidationError(
                self.env._("There is no measure %(code)s.", code=code)
            )
        if not rows:
            return
        values = SQL(", ").join(
            SQL(
                "(%s::int, %s::date, %s::numeric, %s::numeric, %s::int)",
                row["site_id"],
                row["day"],
                row["numerator"],
                row.get("denominator"),
                row.get("sample_size", 0),
            )
            for row in rows
        )
        measure._upsert(SQL("(VALUES %s)", values), source)
        measure._after_values_changed([row["site_id"] for row in rows])

    def _after_values_changed(self, site_ids):
        """Hook: these measures have new values for these sites, outside the job.

        Early warnings speak up at once. An addon with criteria of its own extends it.
        """
        # sudo: results are protected outputs that follow from the measures alone.
        self.env["dist.risk.indicator"].sudo()._measures_changed(self, site_ids)

    def _renew(self, sites):
        """Hook: bring values that end by a date up to date before somebody relies on
        them.

        Drift is one: a deviation that expired this morning covers nothing any more,
        whether or not a job has run since. Runs as superuser.
        """
        if "conformance" in self.mapped("topic"):
            for program, members in sites.grouped("program_id").items():
                self.env["dist.conformance.finding"]._settle(program, members)

    @api.model
    def _after_compute(self):
        """Hook: the computation has emptied its queue."""
        self.env.ref("dist_rollout_governance.ir_cron_risk_evaluate")._trigger()

    def _upsert(self, relation, source, facts=None, window=None):
        """Write what ``relation`` returns as values of this measure.

        A computed figure that is what it was before is not written again; a level is
        when it was taken at another moment.

        :param relation: an SQL table expression with the provider's five columns in
            their order; with ``facts`` also the sum of squares and the parts
        :param facts: SQL of the common table expressions the relation reads
        :param window: condition on values ``old``: of these, those that the relation
            has no more are deleted
        """
        self.ensure_one()
        of_company = self.grain == "company"
        written = [*FIGURES, "kind", "source", "computed_at"]
        told_apart = written
        if self.kind != "level" and source == "computed":
            told_apart = [name for name in written if name != "computed_at"]
        self.env["dist.site"].flush_model(["program_id", "company_id"])
        self.env.cr.execute(
            SQL(
                """
                WITH %(facts)s fresh AS MATERIALIZED (
                    SELECT * FROM %(relation)s AS v (%(columns)s)
                ), gone AS (
                    DELETE FROM dist_measure_value old
                     WHERE %(window)s AND old.source = 'computed'
                       AND NOT EXISTS (
                           SELECT FROM fresh
                            WHERE fresh.scope_id = old.%(owner_id)s
                              AND fresh.day = old.day)
                )
                INSERT INTO dist_measure_value (
                    measure_id, kind, site_id, program_id, company_id, day,
                    numerator, denominator, sample_size, sum_squares, parts, value,
                    source, computed_at)
                SELECT %(measure)s, %(kind)s, %(scope)s,
                       v.day, v.numerator, v.denominator, v.sample_size,
                       %(more)s, %(value)s, %(source)s, %(now)s
                  FROM fresh v
                  JOIN %(owner)s s ON s.id = v.scope_id
                ON CONFLICT (measure_id, COALESCE(site_id, -company_id), day) DO UPDATE
                   SET %(written)s
                 WHERE (%(old_figures)s) IS DISTINCT FROM (%(new_figures)s)
                """,
                facts=SQL("%s,", facts) if facts else SQL(),
                window=window or SQL("FALSE"),
                owner_id=SQL.identifier("company_id" if of_company else "site_id"),
                written=self._sql_taken_over(written),
                old_figures=SQL(", ").join(
                    SQL.identifier("dist_measure_value", name) for name in told_apart
                ),
                new_figures=SQL(", ").join(
                    SQL("EXCLUDED.%s", SQL.identifier(name)) for name in told_apart
                ),
                measure=self.id,
                kind=self.kind,
                scope=SQL("NULL::int, NULL::int, s.id")
                if of_company
                else SQL("v.scope_id, s.program_id, s.company_id"),
                more=SQL("v.sum_squares, v.parts")
                if facts
                else SQL("NULL::numeric, NULL::jsonb"),
                value=self._sql_value(SQL("v.numerator"), SQL("v.denominator")),
                source=source,
                now=fields.Datetime.now(),
                relation=relation,
                columns=SQL(
                    "scope_id, day, numerator, denominator, sample_size%s",
                    SQL(", sum_squares, parts") if facts else SQL(),
                ),
                owner=SQL.identifier("res_company" if of_company else "dist_site"),
            )
        )
        self._forget_read_values()

    @api.model
    def _sql_taken_over(self, names):
        """Return the assignments of the columns of a row that is there already."""
        return SQL(", ").join(
            SQL("%(name)s = EXCLUDED.%(name)s", name=SQL.identifier(name))
            for name in names
        )

    @api.model
    def _forget_read_values(self):
        self.env["dist.measure.value"].invalidate_model()
        # unfolded from the values
        self.env["dist.measure.breakdown"].invalidate_model()

    def _sql_value(self, numerator, denominator):
        """Return the SQL of a value from its components."""
        if self.kind == "ratio":
            return SQL("100 * %s / NULLIF(%s, 0)", numerator, denominator)
        if self.kind in ("duration", "rate"):
            return SQL("%s / NULLIF(%s, 0)", numerator, denominator)
        if self.kind == "level" and self._has_facts():
            factor = 100 if self.unit == "percent" else 1
            return SQL(
                "CASE WHEN %(below)s IS NULL THEN %(above)s"
                " ELSE %(factor)s * %(above)s / NULLIF(%(below)s, 0) END",
                below=denominator,
                above=numerator,
                factor=factor,
            )
        return numerator
