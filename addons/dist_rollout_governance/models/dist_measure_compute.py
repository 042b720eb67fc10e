import logging
from datetime import timedelta

import psycopg2
from psycopg2.extensions import TransactionRollbackError

from odoo import api, fields, models
from odoo.tools import SQL

from ..services import faults
from ..services.day_windows import day_windows

_logger = logging.getLogger(__name__)

# No provider statement may hold the scheduler: past this it is cancelled, the
# measure says so and the others go on.
STATEMENT_TIMEOUT = "60s"


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMeasure(models.Model):
    """How measures are computed: queued days, a window of them at a time."""

    _inherit = "dist.measure"

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
