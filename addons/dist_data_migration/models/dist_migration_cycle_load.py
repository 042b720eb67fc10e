import contextlib
import logging
import time

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.dist_rollout_governance.services import faults

from ..services.loaders import LOADERS, base
from ..services.loaders.errors import ROW_ERRORS

_logger = logging.getLogger(__name__)

#: roles come with users; who loads them must be allowed to give them
USER_ADMIN = "base.group_erp_manager"


class _Rollback(Exception):
    """Leaves the savepoint of a simulation."""


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """From validated rows to records."""

    _inherit = "dist.migration.cycle"

    load_problem = fields.Char(
        readonly=True,
        copy=False,
        help="What cut the background load off. Empty while it goes well.",
    )

    # -- simulate ---------------------------------------------------------------------

    @faults.explained
    def action_simulate(self):
        """Do the whole load, count what it does, and undo it."""
        self.ensure_one()
        self._check_action("simulate")
        self._take_part()
        self._engine()._simulate()
        return True

    def _simulate(self):
        outcomes, summary = [], {}
        with contextlib.suppress(_Rollback), self.env.cr.savepoint():
            self._reset_rows()
            self._load_rows(collect=outcomes)
            raise _Rollback
        # what the rolled-back records would have sent or tracked must not run
        self.env.cr.precommit.clear()
        self.env.cr.postcommit.clear()
        self.env.invalidate_all(flush=False)
        for code, outcome in outcomes:
            counts = summary.setdefault(
                code, {"create": 0, "update": 0, "same": 0, "fail": 0}
            )
            counts[outcome.status] += 1
        self._store_outcomes([outcome for _code, outcome in outcomes], simulated=True)
        self._set({"state": "simulated", "simulation": summary})

    # -- load -------------------------------------------------------------------------

    def action_load(self):
        """Hand the cycle to the scheduled action that loads it in chunks."""
        self.ensure_one()
        self._check_action("load")
        self._check_loadable()
        self._take_part()
        self._engine()._start_load()
        # sudo: stewards may not see scheduled actions; this one only gets woken
        self.env.ref("dist_data_migration.ir_cron_load").sudo()._trigger()
        return True

    def action_stop(self):
        """Take the cycle off the background load; a later load goes on from here."""
        self.ensure_one()
        self._check_action("stop")
        self._take_part()
        self._engine()._set({"state": "validated"})
        return True

    def _check_loadable(self):
        if not self.row_count:
            raise UserError(self.env._("There are no rows to load."))
        if self.kind == "final" and self.cutover_at > fields.Datetime.now():
            raise UserError(
                self.env._("The final load starts after the cutover, not before.")
            )
        users = self.env["dist.migration.object"]._get("user")
        if (
            not self.env.su
            and self._rows_in_state(users, "valid")
            and not self.env.user.has_group(USER_ADMIN)
        ):
            raise AccessError(
                self.env._(
                    "The extract holds users with roles. Only somebody who may manage "
                    "users loads it."
                )
            )

    def _start_load(self):
        self._reset_rows()
        self._set(
            {
                "state": "loading",
                "load_started_at": fields.Datetime.now(),
                "load_finished_at": False,
                "load_seconds": 0.0,
                "load_revision": self.load_revision + 1,
                "load_problem": False,
            }
        )

    def _reset_rows(self):
        """Make all rows without errors pending, loaded ones too.

        A repeated load goes through every row again and changes nothing where nothing
        differs; that is what makes it safe to repeat.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE dist_migration_row SET state = 'valid', error = NULL,"
                " outcome = NULL WHERE cycle_id = %s AND state IN ('loaded', 'failed')",
                self.id,
            )
        )
        self.env["dist.migration.row"].invalidate_model()

    def _load_now(self):
        """Load in this transaction, without the scheduled action.

        For demo data, trials and tests of small extracts.
        """
        self.ensure_one()
        self._check_action("load")
        self._check_loadable()
        self._take_part()
        cycle = self._engine()
        cycle._start_load()
        cycle._load_rows()
        cycle._finish_load()

    @api.model
    def _cron_load(self):
        """Load, and take back, all cycles that wait for it, a chunk per commit.

        Can be killed at any point: rows carry their state, records are found again by
        their legacy key, and both are committed together.
        """
        commit = self.env["ir.cron"]._commit_progress
        for cycle in self.search([("state", "=", "loading")], order="id"):
            try:
                finished = cycle._engine()._load_in_chunks(commit)
            except psycopg2.Error as error:
                cycle._note_interruption(error)
                raise
            if not finished:
                return
        self._reverse_waiting(commit)

    def _load_in_chunks(self, commit):
        """Load with a commit after each chunk; return whether the load is done."""
        if self.load_problem:
            self.load_problem = False
        commit(remaining=self._count_steps())
        if not self._load_rows(
            after_chunk=lambda done: commit(done, remaining=self._count_steps())
        ):
            return False
        self._finish_load()
        commit(1, remaining=0)
        return True

    def _note_interruption(self, error):
        """Say on the cycle that the database cut its load off.

        The transaction of the load is lost, so this takes one of its own. Where that
        fails as well, the log has the sentence.
        """
        problem = faults.database_problem(error)
        if not problem:
            return
        _logger.error("The load of cycle %s was cut off: %s", self.id, problem)
        try:
            # the lost transaction may hold the cycle's row
            with contextlib.suppress(psycopg2.Error):
                self.env.cr.rollback()
            with self.env.registry.cursor() as cr:
                cycle = self.with_env(self.env(cr=cr))
                cycle._engine().load_problem = str(problem)
        except psycopg2.Error as other:
            _logger.warning("Cycle %s could not be told: %s", self.id, other)

    def _count_steps(self):
        """Return pending rows and the closing step.

        Without the latter the scheduled action would count as done after the last
        chunk, and the cycle would stay in loading until its next turn.
        """
        return self._count_pending() + 1

    def _count_pending(self):
        return self.env["dist.migration.row"].search_count(
            [("cycle_id", "=", self.id), ("state", "=", "valid")]
        )

    def _finish_load(self):
        self._set({"state": "loaded", "load_finished_at": fields.Datetime.now()})
        self.invalidate_recordset()
        self._set(self._load_figures())

    def _load_rows(self, after_chunk=None, collect=None, only=None):
        """Load all pending rows in dependency order.

        :param after_chunk: called with the number of rows of each chunk; a false
            result stops the load, which goes on at the same place next time
        :param collect: list that receives ``(object code, outcome)``
        :param only: codes of the objects to load; all of them when not given
        :return: whether nothing of these is pending any more
        :raise UserError: something that one of them needs has not been loaded
        """
        for migration_object, loader in self._loaders():
            if loader.parent or (
                only is not None and migration_object.code not in only
            ):
                continue
            if not self._load_object(migration_object, loader, after_chunk, collect):
                return False
        if only is None:
            self._fail_orphans()
        return True

    def _check_needs(self, migration_object):
        """Raise when rows of this cycle that an object needs still wait."""
        needs = migration_object._all_needs()
        waiting = self.env["dist.migration.row"]._read_group(
            [
                ("cycle_id", "=", self.id),
                ("object_id", "in", needs.ids),
                ("state", "in", ("staged", "valid")),
            ],
            ["object_id"],
        )
        if waiting:
            names = ", ".join(one.name for (one,) in waiting)
            raise UserError(
                self.env._(
                    "%(object)s need %(others)s, which have not been loaded.",
                    object=migration_object.name,
                    others=names,
                )
            )

    def _load_object(self, migration_object, loader, after_chunk, collect):
        """Load one object; return whether it is done, as opposed to stopped."""
        is_checked = False
        while rows := self._pending_rows(migration_object, loader):
            if not is_checked:
                self._check_needs(migration_object)
                is_checked = True
            started = time.monotonic()
            outcomes = self._load_chunk(loader, rows)
            self._store_outcomes(outcomes)
            self._add_seconds(time.monotonic() - started)
            if collect is not None:
                collect += [(migration_object.code, outcome) for outcome in outcomes]
            if after_chunk and not after_chunk(len(outcomes)):
                return False
        self._fail_circles(migration_object)
        self._remember_merged(migration_object)
        if is_checked:
            # the next objects look these keys up; without fresh statistics the planner
            # takes the table for empty
            self.env.cr.execute("ANALYZE (SKIP_LOCKED) dist_legacy_key")
        return True

    def _pending_rows(self, migration_object, loader):
        """Return the next rows to load; what they refer to has had its turn."""
        own = [
            name
            for name, target in loader.targets.items()
            if target.reference == migration_object.code
        ]
        waits = SQL(" AND ").join(
            SQL(
                # most rows refer to nothing: without the first part the planner may
                # compare each row with each
                """
                (r.data->>%s IS NULL OR NOT EXISTS (
                    SELECT FROM dist_migration_row p
                     WHERE p.cycle_id = r.cycle_id AND p.object_id = r.object_id
                       AND p.legacy_key = r.data->>%s AND p.state = 'valid'))
                """,
                name,
                name,
            )
            for name in own
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id, r.line, r.legacy_key, r.data, r.legacy
                  FROM dist_migration_row r
                 WHERE r.cycle_id = %s AND r.object_id = %s AND r.state = 'valid'
                   AND %s
                 ORDER BY %s r.line, r.id
                 LIMIT %s
                """,
                self.id,
                migration_object.id,
                waits if own else SQL("TRUE"),
                SQL("r.data->>%s,", loader.grouped_by) if loader.grouped_by else SQL(),
                None if loader.whole else loader.chunk_size,
            )
        )
        return [base.Row(*row) for row in rows]

    def _fail_circles(self, migration_object):
        """List rows that wait for each other; no order could load them."""
        rows = self.env["dist.migration.row"].search(
            [
                ("cycle_id", "=", self.id),
                ("object_id", "=", migration_object.id),
                ("state", "=", "valid"),
            ]
        )
        message = self.env._("The row refers to itself, directly or in a circle.")
        self._store_outcomes(
            [base.Outcome(row_id, "fail", 0, message) for row_id in rows.ids]
        )

    def _load_chunk(self, loader, rows):
        """Load rows as far as possible; return their outcomes."""
        refused = {} if loader.whole else loader.refused(rows)
        outcomes = [
            outcome
            for row in rows
            if row.id in refused
            for outcome in self._failures(loader, row, refused[row.id])
        ]
        rows = [row for row in rows if row.id not in refused]
        return outcomes + (self._load_part(loader, rows) if rows else [])

    def _failures(self, loader, row, message):
        """Return the outcomes of a row that failed, and of those loaded with it."""
        return [
            base.Outcome(row_id, "fail", 0, message)
            for row_id in [row.id, *self._children(loader, row)]
        ]

    def _load_part(self, loader, rows):
        """Load rows in a savepoint; halve them until a bad one stands alone."""
        try:
            with self.env.cr.savepoint():
                return loader.apply(rows)
        except ROW_ERRORS as error:
            self.env.invalidate_all(flush=False)
            if len(rows) > 1 and not loader.whole:
                middle = len(rows) // 2
                return [
                    *self._load_part(loader, rows[:middle]),
                    *self._load_part(loader, rows[middle:]),
                ]
            message = self._row_error(error)
            return [
                outcome
                for row in rows
                for outcome in self._failures(loader, row, message)
            ]

    def _row_error(self, error):
        """Return a sentence for the person who has to correct the row."""
        if isinstance(error, psycopg2.Error):
            _logger.info("A row could not be loaded: %s", error)
            return self.env._(
                "The database refused the row: %(reason)s",
                reason=(error.diag.message_primary or str(error)),
            )
        return str(error)

    def _children(self, loader, row):
        """Return the ids of rows that are loaded together with this one."""
        if all(other.parent != loader.key for other in LOADERS.values()):
            return []
        ids = []
        for migration_object, other in self._loaders():
            if other.parent != loader.key:
                continue
            for state, _error, values in self._child_rows(
                migration_object, "order", [row.key]
            ):
                if state != "invalid":
                    ids.append(values[0])
        return ids

    def _fail_orphans(self):
        """Rows whose parent was not loaded are listed, not left pending."""
        codes = [key for key, loader in LOADERS.items() if loader.parent]
        orphans = self.env["dist.migration.row"].search(
            [
                ("cycle_id", "=", self.id),
                ("state", "=", "valid"),
                ("object_id.loader", "in", codes),
            ]
        )
        message = self.env._("The order it belongs to was not loaded.")
        self._store_outcomes(
            [base.Outcome(row_id, "fail", 0, message) for row_id in orphans.ids]
        )

    def _store_outcomes(self, outcomes, simulated=False):
        """Write what became of rows, one statement for all of them.

        After a simulation the rows stay pending; outcome and message tell what would
        happen.
        """
        if not outcomes:
            return
        values = SQL(", ").join(
            SQL(
                "(%s, %s, %s, %s)",
                outcome.row_id,
                outcome.status,
                outcome.res_id or None,
                outcome.message or None,
            )
            for outcome in outcomes
        )
        state = SQL("CASE v.status WHEN 'fail' THEN 'failed' ELSE 'loaded' END")
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r
                   SET outcome = v.status, error = v.message, state = %s, res_id = %s,
                       write_date = %s
                  FROM (VALUES %s) AS v(id, status, res_id, message)
                 WHERE r.id = v.id::int
                """,
                SQL("r.state") if simulated else state,
                SQL("r.res_id") if simulated else SQL("v.res_id::int"),
                fields.Datetime.now(),
                values,
            )
        )
        self.env["dist.migration.row"].invalidate_model()
