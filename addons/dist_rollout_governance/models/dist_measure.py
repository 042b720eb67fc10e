import logging
from datetime import timedelta

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..services import faults
from ..services.closing import CLOSING_HOURS, LATE_HOURS
from ..services.day_windows import day_windows

_logger = logging.getLogger(__name__)

#: what a value consists of
FIGURES = (
    "numerator",
    "denominator",
    "sample_size",
    "sum_squares",
    "parts",
    "value",
)

COMPUTE_PREFIX = "_dist_measure_"
FACTS_PREFIX = "_dist_facts_"
RECORDS_PREFIX = "_dist_records_"
# No provider statement may hold the scheduler: past this it is cancelled, the
# measure says so and the others go on.
STATEMENT_TIMEOUT = "60s"


class DistMeasure(models.Model):
    """What is measured, and which method answers for it.

    A measure is shipped as a data record by the addon that can compute it. Its
    provider method answers for all sites and a window of days with one grouped
    query (see ``dist.measure.provider``); the values are kept per site and local
    day as numerator and denominator, so days add up to weeks and sites to
    companies. A measure without a compute method is filled by another process, such
    as a reconciliation, through :meth:`_store_values`; its provider, if it has one,
    only answers which records stand behind a value.
    """

    _name = "dist.measure"
    _description = "Measure"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, index=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Text(
        string="Definition",
        translate=True,
        help="Numerator, denominator, grain, what is left out and the reference.",
    )
    unit = fields.Selection(
        [
            ("percent", "%"),
            ("count", "Count"),
            ("quantity", "Quantity"),
            ("amount", "Amount"),
            ("hours", "Hours"),
            ("days", "Days"),
        ],
        required=True,
        default="percent",
    )
    direction = fields.Selection(
        [("higher", "Higher is better"), ("lower", "Lower is better")],
        required=True,
        default="higher",
    )
    kind = fields.Selection(
        [
            ("ratio", "Ratio"),
            ("sum", "Sum"),
            ("level", "Level (snapshot)"),
            ("duration", "Duration"),
            ("rate", "Rate"),
        ],
        required=True,
        default="ratio",
        help="Ratio: numerator over denominator, in percent. Sum: adds up over days. "
        "Level: state at the end of the site's day, taken daily and never "
        "recomputed; one that was taken after the day's end says so. Duration: sum "
        "over number of cases. Rate: numerator over denominator, in the measure's "
        "unit.",
    )
    grain = fields.Selection(
        [("site", "Site"), ("company", "Company")],
        required=True,
        default="site",
        help="What has a value a day. Figures of the books belong to a company: the "
        "criteria of its sites use that one.",
    )
    workstream = fields.Selection(
        [
            ("sales", "Sales"),
            ("purchase_inventory", "Purchase and Inventory"),
            ("accounting", "Accounting"),
            ("support", "Support"),
        ],
        index=True,
        help="The board on which the measure stands.",
    )
    is_proxy = fields.Boolean(
        string="Approximation",
        help="Odoo keeps no record of the thing itself: the definition says what is "
        "counted instead.",
    )
    topic = fields.Char(
        help="Events of this topic queue the changed day for the measure.",
    )
    provider_model = fields.Char(readonly=True)
    compute_method = fields.Char(readonly=True)
    records_method = fields.Char(readonly=True)
    records_model = fields.Char(
        readonly=True, help="Model of the records that a provider of facts counts."
    )
    dimensions = fields.Char(
        readonly=True,
        help="What a provider of facts breaks the values down by, separated by commas.",
    )
    target_default = fields.Float(
        string="Default Target",
        digits=(16, 2),
        help="Used where neither the program nor the site sets a target.",
    )
    has_target_default = fields.Boolean(
        string="Has a Default Target",
        help="Without it, the measure is neither green nor red until a program or site "
        "sets a target.",
    )
    amber_margin = fields.Float(
        default=5.0,
        digits=(16, 2),
        help="Percent of the target by which a value may miss it and still be amber "
        "instead of red.",
    )
    target_ids = fields.One2many("dist.measure.target", "measure_id", string="Targets")
    last_computed_at = fields.Datetime(readonly=True)
    last_error = fields.Text(
        readonly=True,
        help="Why the last computation failed. Empty when it went well.",
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "A measure with this code exists already."
    )

    @api.constrains("provider_model", "compute_method", "records_method")
    def _check_provider(self):
        for measure in self.filtered("provider_model"):
            provider = self.env.get(measure.provider_model)
            if measure._has_facts():
                methods = [(measure.compute_method, FACTS_PREFIX)]
            else:
                methods = [(measure.records_method, RECORDS_PREFIX)]
                if measure.compute_method:
                    methods.append((measure.compute_method, COMPUTE_PREFIX))
            for name, prefix in methods:
                if (
                    not name
                    or not name.startswith(prefix)
                    or not callable(getattr(provider, name, None))
                ):
                    raise ValidationError(
                        self.env._(
                            "Measure %(code)s: %(model)s has no method %(method)s. "
                            "Provider methods start with %(prefix)s.",
                            code=measure.code,
                            model=measure.provider_model,
                            method=name,
                            prefix=prefix,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            self._refuse_provider_change(*vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_provider_change(vals)
        return super().write(vals)

    def _refuse_provider_change(self, *vals_list):
        """Which code computes a measure is decided by the addon that ships it."""
        provider_fields = {
            "provider_model",
            "compute_method",
            "records_method",
            "records_model",
            "dimensions",
        }
        if any(vals.get(name) for vals in vals_list for name in provider_fields):
            raise AccessError(
                self.env._("The provider of a measure comes with its addon.")
            )

    def _has_facts(self):
        """Say whether the provider answers with the rows that a value counts."""
        return (self.compute_method or "").startswith(FACTS_PREFIX)

    def _scopes(self, sites):
        """Return what has values of this measure: the sites, or their companies."""
        if self.grain == "company" and sites._name == "dist.site":
            return sites.company_id
        return sites

    def _dimension_names(self):
        return [name.strip() for name in (self.dimensions or "").split(",") if name]

    @api.model
    def _get(self, code):
        """Return the measure with this code, archived or not; empty when unknown."""
        return self.with_context(active_test=False).search(
            [("code", "=", code)], limit=1
        )

    def action_open_values(self):
        """Open the measure's values."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_measure_value_action"
        )
        return dict(action, domain=[("measure_id", "=", self.id)], context={})

    def action_backfill(self):
        """Queue the measure's days of every site since its cutover."""
        self.env["dist.measure"].check_access("write")
        sites = self.env["dist.site"].search([("cutover_at", "!=", False)])
        sites._backfill_since_cutover()
        # sudo: the job runs as the system; only its schedule is moved forward.
        self.env.ref(
            "dist_rollout_governance.ir_cron_measure_compute"
        ).sudo()._trigger()

    def _action_open_records(self, site, date_from, date_to, part=None):
        """Return the window action on exactly the records a value counted.

        :param site: the site; of a measure of companies, its company's records
        :param part: ``(dimension, label)`` of a breakdown, to open its records only
        :raises UserError: for a measure that has no records of its own
        """
        self.ensure_one()
        # A measure may outlive the addon that knows its records.
        provider = self.env.get(self.provider_model or "")
        if provider is None:
            raise UserError(
                self.env._(
                    "%(measure)s is filled by a reconciliation or an attestation: "
                    "open that document to see what stands behind it.",
                    measure=self.name,
                )
            )
        scope = self._scopes(site)
        if self._has_facts():
            model = self.records_model
            domain = provider._facts_domain(self, scope, date_from, date_to, part)
        else:
            model, domain = getattr(provider, self.records_method)(
                self, scope, date_from, date_to
            )
        return self._records_action(scope, model, domain)

    def _records_action(self, scope, model, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._(
                "%(measure)s, %(site)s", measure=self.name, site=scope.display_name
            ),
            "res_model": model,
            # The card view is what a phone opens.
            "view_mode": "list,kanban,form",
            "domain": list(domain),
            "context": {"create": False, "active_test": False},
        }

    # -- storing ----------------------------------------------------------------

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

    # -- computing --------------------------------------------------------------

    @api.model
    def _backfill(self, sites, date_from, date_to, topic=None):
        """Queue an inclusive window of local days for the sites.

        :param topic: one topic, or every topic of the measures with a provider
        """
        topics = [topic] if topic else self._topics()
        days = [
            date_from + timedelta(days=offset)
            for offset in range((date_to - date_from).days + 1)
        ]
        for name in topics:
            self.env["dist.measure.queue"]._enqueue(
                name, [(site.id, day) for site in sites for day in days]
            )

    @api.model
    def _topics(self):
        """Return the distinct topics of the measures that can be computed."""
        return [
            topic
            for (topic,) in self._read_group(
                [("compute_method", "!=", False), ("topic", "!=", False)], ["topic"]
            )
        ]

    @api.model
    def _cron_enqueue(self):
        """Queue the open days of every active site, then call the computation.

        Open are today and yesterday in the site's timezone, and all days since
        the job last ran if that is longer ago.
        """
        lastcall = self.env.context.get("lastcall")
        by_window = {}
        for site in self.env["dist.site"].search([("active", "=", True)]):
            last = site._local_day()
            first = last - timedelta(days=1)
            if lastcall:
                first = min(first, site._local_day(lastcall))
            by_window.setdefault((first, last), self.env["dist.site"])
            by_window[first, last] |= site
        for (first, last), sites in by_window.items():
            self._backfill(sites, first, last)
        self.env.ref("dist_rollout_governance.ir_cron_measure_compute")._trigger()

    @api.model
    def _cron_compute(self):
        """Recompute the queued days, a window at a time.

        One window (consecutive days, the same sites, one topic) is one unit: its
        measures are recomputed, its queue rows deleted and the work committed.
        Killed at any point, the next run finds the uncommitted windows still
        queued and computes them again with the same result.
        """
        Queue = self.env["dist.measure.queue"]
        Cron = self.env["ir.cron"]
        last_id, pending = Queue._pending()
        units = [
            (topic, window)
            for topic, site_days in sorted(pending.items())
            for window in day_windows(site_days)
        ]
        remaining = len(units)
        Cron._commit_progress(remaining=remaining)
        for topic, (first, last, site_ids) in units:
            sites = self.env["dist.site"].browse(site_ids).exists()
            self._compute_window(topic, sites, first, last)
            Queue._dequeue(last_id, topic, site_ids, first, last)
            remaining -= 1
            if not Cron._commit_progress(1, remaining=remaining):
                return
        if units:
            self._after_compute()

    @api.model
    def _compute_window(self, topic, sites, date_from, date_to):
        """Recompute every measure of a topic for the sites and days of a window.

        A measure whose provider fails keeps its old values and its error; the
        others are computed all the same.
        """
        measures = self.search([("topic", "=", topic), ("compute_method", "!=", False)])
        if not measures._has_present_day(sites, date_to):
            measures = measures.filtered(lambda measure: measure.kind != "level")
        computed, tables = self.browse(), set()
        for measure in measures:
            made = set(tables)
            try:
                with self.env.cr.savepoint():
                    measure._compute_values(sites, date_from, date_to, tables)
                computed |= measure
            except (psycopg2.InterfaceError, TransactionRollbackError):
                # A lost connection or a concurrent update ends the transaction:
                # the scheduler repeats the run, its queue is still there.
                raise
            except Exception as error:
                if faults.database_problem(error):
                    # No fault of the measure, and the others would fail as well: the
                    # days stay queued until the server has space again.
                    raise
                _logger.exception("Measure %s could not be computed", measure.code)
                measure.write({"last_error": str(error)})
                # what was made for it went with the savepoint
                tables &= made
        computed.write({"last_computed_at": fields.Datetime.now(), "last_error": False})
        self._drop_tables(tables)

    @api.model
    def _has_present_day(self, sites, date_to):
        """Say whether a window that ends on a day reaches the present of a site.

        Levels answer for the present: a window of the past has none.
        """
        return any(site._local_day() <= date_to for site in sites)

    def _compute_values(self, sites, date_from, date_to, tables=None):
        """Replace the values of the window by what the provider answers now.

        :param tables: names of the shared relations that are tables already; those
            made now are added. Without it each query brings its own.
        """
        self.ensure_one()
        cr = self.env.cr
        provider = self.env[self.provider_model]
        scopes = self._scopes(sites)
        closed_late = self._scopes_to_close_late(scopes)
        query = getattr(provider, self.compute_method)(self, scopes, date_from, date_to)
        cr.execute(SQL("SET LOCAL jit = off"))
        cr.execute(SQL("SET LOCAL statement_timeout = %s", STATEMENT_TIMEOUT))
        self.env.flush_all()
        if tables is None:
            query = provider._sql_with_shared(query, scopes, date_from, date_to)
        else:
            relations = provider._shared_relations(query, sites, date_from, date_to)
            self._create_tables(relations, tables)
        window = self._sql_window(scopes, date_from, date_to)
        if self._has_facts():
            provider._store_facts(self, scopes, query, window)
        else:
            self._upsert(SQL("(%s)", query), "computed", window=window)
        self._close_late(closed_late)
        cr.execute(SQL("SET LOCAL statement_timeout TO DEFAULT"))

    @api.model
    def _create_tables(self, relations, tables):
        """Make temporary tables of shared relations that are none yet."""
        for name, query in relations.items():
            if name not in tables:
                table = SQL.identifier(name)
                self.env.cr.execute(
                    SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, query)
                )
                # The planner knows nothing of a new table; a small sample will do.
                self.env.cr.execute(SQL("SET LOCAL default_statistics_target = 10"))
                self.env.cr.execute(SQL("ANALYZE %s", table))
                tables.add(name)

    @api.model
    def _drop_tables(self, tables):
        """Drop these temporary tables: the next window has its own rows."""
        if tables:
            names = SQL(", ").join(SQL.identifier(name) for name in sorted(tables))
            self.env.cr.execute(SQL("DROP TABLE %s", names))

    def _sql_window(self, scopes, date_from, date_to):
        """Return the condition on values ``old``: they are of the window.

        None of a level: what was taken stands until it is taken again.
        """
        if self.kind == "level":
            return None
        # as the unique index has them
        sign = -1 if self.grain == "company" else 1
        return SQL(
            "old.measure_id = %s AND COALESCE(old.site_id, -old.company_id) = ANY(%s)"
            " AND old.day BETWEEN %s AND %s",
            self.id,
            [sign * id_ for id_ in scopes.ids],
            date_from,
            date_to,
        )

    # -- levels taken late --------------------------------------------------------

    def _scopes_to_close_late(self, scopes):
        """Return the ids of the scopes whose day before has no closing level.

        Asked before the first level of a day is taken. If the day before was not taken
        within its last hours, and now is nearer to its end, what is taken now stands
        for it as well: its moment tells that it was late.
        """
        if self.kind != "level":
            return []
        provider = self.env["dist.measure.provider"]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT scope.id
                  FROM (SELECT s.id, %(today)s AS today,
                               (%(today)s::timestamp AT TIME ZONE s.tz)
                                   AT TIME ZONE 'UTC' AS ended_at
                          FROM %(scopes)s AS s) AS scope
                 WHERE %(now)s - scope.ended_at <= %(late)s * INTERVAL '1 hour'
                   AND EXISTS (SELECT FROM dist_measure_value old
                                WHERE %(is_own)s AND old.day < scope.today)
                   AND NOT EXISTS (
                           SELECT FROM dist_measure_value old
                            WHERE %(is_own)s
                              AND (old.day >= scope.today
                                   OR old.day = scope.today - 1
                                  AND scope.ended_at - old.computed_at <= GREATEST(
                                          %(closing)s * INTERVAL '1 hour',
                                          %(now)s - scope.ended_at)))
                """,
                today=provider._sql_today(SQL("s.tz")),
                scopes=provider._sql_scopes(scopes),
                now=SQL("%s::timestamp", fields.Datetime.now()),
                late=LATE_HOURS,
                closing=CLOSING_HOURS,
                is_own=self._sql_is_own(),
            )
        )
        return [scope for (scope,) in rows]

    def _sql_is_own(self):
        """Return the condition: the value ``old`` is one of ``scope``, by the index."""
        sign = SQL("-") if self.grain == "company" else SQL()
        return SQL(
            "(old.measure_id = %s AND COALESCE(old.site_id, -old.company_id)"
            " = %sscope.id)",
            self.id,
            sign,
        )

    def _close_late(self, scope_ids):
        """Let the level of the scopes' present day stand for the day before, too."""
        if not scope_ids:
            return
        provider = self.env["dist.measure.provider"]
        owner = "res.company" if self.grain == "company" else "dist.site"
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_measure_value (
                    measure_id, kind, site_id, program_id, company_id, day,
                    numerator, denominator, sample_size, sum_squares, parts, value,
                    source, computed_at)
                SELECT old.measure_id, old.kind, old.site_id, old.program_id,
                       old.company_id, old.day - 1, old.numerator, old.denominator,
                       old.sample_size, old.sum_squares, old.parts, old.value,
                       old.source, old.computed_at
                  FROM %(scopes)s AS scope
                  JOIN dist_measure_value old ON %(is_own)s AND old.day = %(today)s
                ON CONFLICT (measure_id, COALESCE(site_id, -company_id), day) DO UPDATE
                   SET %(written)s
                """,
                written=self._sql_taken_over([*FIGURES, "computed_at"]),
                scopes=provider._sql_scopes(self.env[owner].browse(scope_ids)),
                is_own=self._sql_is_own(),
                today=provider._sql_today(SQL("scope.tz")),
            )
        )
        self._forget_read_values()
