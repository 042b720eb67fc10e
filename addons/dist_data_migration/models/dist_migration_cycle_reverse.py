from odoo import fields, models
from odoo.tools import SQL

from ..services.loaders.base import Loader

#: records that a chunk of a reversal takes back
CHUNK = 200


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Taking back what a load created, until the cycle is signed."""

    _inherit = "dist.migration.cycle"

    creation_ids = fields.One2many(
        "dist.migration.creation", "cycle_id", string="Created Records"
    )
    creation_count = fields.Integer(
        string="Records to Take Back", compute="_compute_creation_counts"
    )
    kept_count = fields.Integer(string="Kept", compute="_compute_creation_counts")

    def _compute_creation_counts(self):
        groups = self.env["dist.migration.creation"]._read_group(
            [("cycle_id", "in", self.ids)], ["cycle_id", "state"], ["__count"]
        )
        counts = {(cycle.id, state): count for cycle, state, count in groups}
        for cycle in self:
            cycle.creation_count = counts.get((cycle.id, "created"), 0)
            cycle.kept_count = counts.get((cycle.id, "kept"), 0) + counts.get(
                (cycle.id, "archived"), 0
            )

    def action_view_creations(self):
        """Open what the cycle created and what became of it."""
        return self._view("dist_migration_creation_action")

    def action_reverse(self):
        """Hand the cycle to the scheduled action that takes back what it created.

        Records that somebody has built on stay, or are archived, and are listed. With
        nothing left to take back, nothing happens.
        """
        self.ensure_one()
        self._check_action("reverse")
        if not self.creation_count:
            return False
        self._take_part()
        self._engine()._start_reversal()
        # sudo: stewards may not see scheduled actions; this one only gets woken
        self.env.ref("dist_data_migration.ir_cron_load").sudo()._trigger()
        return True

    def _start_reversal(self):
        self._set({"state": "reversing", "load_revision": self.load_revision + 1})

    def _reverse_now(self):
        """Take back in this transaction; for trials and tests of small extracts."""
        self.ensure_one()
        self._check_action("reverse")
        if not self.creation_count:
            return
        self._take_part()
        cycle = self._engine()
        cycle._start_reversal()
        cycle._reverse_records()
        cycle._finish_reversal()

    def _reverse_waiting(self, commit):
        """Take back what waits for it, a chunk per commit.

        :param commit: takes the records done and ``remaining``; false ends the turn
        """
        for cycle in self.search([("state", "=", "reversing")], order="id"):
            cycle = cycle._engine()
            commit(remaining=cycle._count_creations() + 1)
            finished = cycle._reverse_records(
                after_chunk=lambda done, cycle=cycle: commit(
                    done, remaining=cycle._count_creations() + 1
                )
            )
            if not finished:
                return
            cycle._finish_reversal()
            commit(1, remaining=0)

    def _count_creations(self):
        return self.env["dist.migration.creation"].search_count(
            [("cycle_id", "=", self.id), ("state", "=", "created")]
        )

    def _reverse_records(self, after_chunk=None):
        """Take back all created records, last object first, newest first.

        :param after_chunk: called with the number of records of each chunk; a false
            result stops, and the reversal goes on at the same place next time
        :return: whether nothing is left to take back
        """
        for migration_object, loader in reversed(list(self._loaders())):
            while creations := self.env["dist.migration.creation"].search(
                [
                    ("cycle_id", "=", self.id),
                    ("object_id", "=", migration_object.id),
                    ("state", "=", "created"),
                ],
                order="id desc",
                limit=CHUNK,
            ):
                self._take_back(loader, creations)
                if after_chunk and not after_chunk(len(creations)):
                    return False
        return True

    def _take_back(self, loader, creations):
        """Take back a chunk and write down what became of each record."""
        for model, part in creations.grouped("res_model").items():
            if model not in self.env:
                part.write(
                    {"state": "kept", "message": self.env._("Its app is not there.")}
                )
                continue
            records = self.env[model].browse(dict.fromkeys(part.mapped("res_id")))
            existing = records.exists()
            results = {
                record.id: ("deleted", self.env._("It had been deleted already."))
                for record in records - existing
            }
            results.update(self._keep_reloaded(existing))
            free = existing.filtered(lambda one, done=results: one.id not in done)
            results.update(
                {
                    res_id: (state, reason)
                    for res_id, state, reason in self._undo(loader, free)
                }
            )
            self._store_reversal(loader, part, results)

    def _undo(self, loader, records):
        """Let the loader take back records of its model, and helpers as any other."""
        if not records:
            return []
        if records._name in (loader.model, *loader.helpers):
            return loader.take_back(records)
        return Loader.take_back(loader, records)

    def _keep_reloaded(self, records):
        """Return ``{record id: (state, reason)}`` of what other cycles loaded since.

        Another cycle, or another legacy system, counts on these records.
        """
        if not records:
            return {}
        rows = self._reloaded(records._name, records.ids)
        if records._name == "account.move":
            # the opening entry is known by its lines
            entries = {line.id: line.move_id.id for line in records.line_ids}
            found = self._reloaded("account.move.line", list(entries))
            rows += [(entries[line_id], name) for line_id, name in found]
        return {
            res_id: ("kept", self.env._("%s has loaded it since.", name))
            for res_id, name in rows
        }

    def _reloaded(self, model, ids):
        """Return ``[(record id, name of the cycle)]`` of keys that others loaded."""
        return self.env.execute_query(
            SQL(
                """
                SELECT k.res_id, MIN(c.name)
                  FROM dist_legacy_key k
                  JOIN dist_migration_cycle c ON c.id = k.cycle_id
                 WHERE k.res_model = %s AND k.res_id = ANY(%s) AND k.cycle_id <> %s
                 GROUP BY k.res_id
                """,
                model,
                list(ids),
                self.id,
            )
        )

    def _store_reversal(self, loader, creations, results):
        """Write down the outcome; keys of what is gone go with it."""
        outcomes = creations.grouped(lambda creation: results[creation.res_id])
        for (state, message), part in outcomes.items():
            part.write({"state": state, "message": message or False})
        gone = [
            res_id
            for res_id, (state, _reason) in results.items()
            # an archived record is found again by the next load
            if state in ("deleted", "cancelled")
        ]
        model = creations[:1].res_model
        self.env["dist.legacy.key"]._forget(self, loader.object, model, gone)

    def _finish_reversal(self):
        """Make the rows loadable again, as after their validation."""
        self._reset_rows()
        self._set({"state": "validated", "load_finished_at": False, "variance": 0.0})
        self.invalidate_recordset()

    # -- what loaders ask for ---------------------------------------------------------

    def _note_created(
        self, migration_object, model, entries, state="created", revived=()
    ):
        """Write down created records; see ``dist.migration.creation``.

        :param revived: ids of records that a load has updated; those that a reversal
            had archived are in use again
        """
        Creation = self.env["dist.migration.creation"]
        Creation._note(self, migration_object, model, entries, state)
        if revived:
            Creation.search(
                [
                    ("cycle_id", "=", self.id),
                    ("object_id", "=", migration_object.id),
                    ("res_model", "=", model),
                    ("res_id", "in", list(revived)),
                    ("state", "=", "archived"),
                ]
            ).write({"state": "created", "message": False})

    def _created_ids(self, records, key=None):
        """Return which of the records this cycle created.

        :param key: only those noted under this legacy key
        """
        domain = [
            ("cycle_id", "=", self.id),
            ("res_model", "=", records._name),
            ("res_id", "in", records.ids),
        ]
        if key is not None:
            domain.append(("legacy_key", "in", [key, False] if not key else [key]))
        return set(self.env["dist.migration.creation"].search(domain).mapped("res_id"))

    def _created_keys(self, migration_object, model, res_id):
        """Return the legacy keys under which the cycle noted a record."""
        creations = self.env["dist.migration.creation"].search(
            [
                ("cycle_id", "=", self.id),
                ("object_id", "=", migration_object.id),
                ("res_model", "=", model),
                ("res_id", "=", res_id),
            ]
        )
        return [key for key in creations.mapped("legacy_key") if key]
