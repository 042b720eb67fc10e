from odoo import fields, models
from odoo.tools import SQL

from ..services import duplicates
from ..services.mapping import normalize_key
from .dist_migration_cycle import ALLOWED

ALLOWED["merge"] = ("staged", "validated", "simulated")
#: object: (name field, fields whose equal values prove the same thing)
COMPARED = {
    "customer": ("name", ("vat",)),
    "supplier": ("name", ("vat",)),
    "product": ("name", ("barcode",)),
}


# one file per step keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistMigrationCycle(models.Model):
    """Rows that are the same thing twice."""

    _inherit = "dist.migration.cycle"

    duplicate_ids = fields.One2many("dist.migration.duplicate", "cycle_id")
    duplicate_count = fields.Integer(
        string="Duplicates to Decide", compute="_compute_duplicate_count"
    )
    merged_count = fields.Integer(compute="_compute_duplicate_count")

    def _compute_duplicate_count(self):
        groups = dict(
            self.env["dist.migration.duplicate"]._read_group(
                [("cycle_id", "in", self.ids), ("state", "=", "proposed")],
                ["cycle_id"],
                ["__count"],
            )
        )
        merged = dict(
            self.env["dist.migration.row"]._read_group(
                [("cycle_id", "in", self.ids), ("state", "=", "merged")],
                ["cycle_id"],
                ["__count"],
            )
        )
        for cycle in self:
            cycle.duplicate_count = groups.get(cycle, 0)
            cycle.merged_count = merged.get(cycle, 0)

    # -- propose ----------------------------------------------------------------------

    def action_find_duplicates(self):
        """Propose groups of rows that may be the same; decided ones stay decided."""
        self.ensure_one()
        self._check_action("merge")
        self._take_part()
        cycle = self._engine()
        for code in COMPARED:
            cycle._propose_duplicates(self.env["dist.migration.object"]._get(code))
        return self.action_view_duplicates()

    def action_view_duplicates(self):
        """Open the groups of this cycle."""
        return self._view("dist_migration_duplicate_action")

    def _propose_duplicates(self, migration_object):
        Group = self.env["dist.migration.duplicate"]
        mine = [("cycle_id", "=", self.id), ("object_id", "=", migration_object.id)]
        Group.search([*mine, ("state", "=", "proposed")]).unlink()
        decided = set(Group.search(mine).mapped("signature"))
        earlier = self._earlier_decisions(migration_object)
        keys = {}
        candidates = list(self._candidates(migration_object, keys))
        vals_list = []
        for group in duplicates.find_groups(candidates):
            vals = self._prepare_duplicate(migration_object, group, keys, earlier)
            if vals["signature"] not in decided:
                vals_list.append(vals)
        Group.create(vals_list)
        self._after_merge_decision(migration_object)

    def _candidates(self, migration_object, keys):
        name, codes = COMPARED[migration_object.code]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id, r.line, r.legacy_key, r.data, COALESCE(used.count, 0)
                  FROM dist_migration_row r
                  LEFT JOIN (%s) AS used(key, count) ON used.key = r.legacy_key
                 WHERE r.cycle_id = %s AND r.object_id = %s AND r.data ? %s
                   AND r.state <> 'loaded'
                 ORDER BY r.line, r.id
                """,
                self._sql_usage(migration_object),
                self.id,
                migration_object.id,
                name,
            )
        )
        for row_id, line, key, data, used in rows:
            keys[row_id] = key
            yield duplicates.Candidate(
                id=row_id,
                name=data[name],
                country=data.get("country") or "",
                zip=data.get("zip") or "",
                codes=tuple(
                    (code, normalize_key(data[code]))
                    for code in codes
                    if data.get(code)
                ),
                filled=len(data),
                used=used,
                line=line or 0,
            )

    def _sql_usage(self, migration_object):
        """How many rows refer to each key, over all fields that may."""
        parts = [
            SQL(
                "SELECT data->>%s AS key FROM dist_migration_row"
                " WHERE cycle_id = %s AND object_id = %s AND data ? %s",
                name,
                self.id,
                other.id,
                name,
            )
            for other, loader in self._loaders()
            for name, target in loader.targets.items()
            if target.reference == migration_object.code
        ]
        return SQL(
            "SELECT key, COUNT(*) FROM (%s) AS reference GROUP BY key",
            SQL(" UNION ALL ").join(parts or [SQL("SELECT NULL::text WHERE FALSE")]),
        )

    def _earlier_decisions(self, migration_object):
        """Return ``{signature: group}`` decided in other cycles of the same extract."""
        groups = self.env["dist.migration.duplicate"].search(
            [
                ("object_id", "=", migration_object.id),
                ("state", "!=", "proposed"),
                ("cycle_id", "!=", self.id),
                ("cycle_id.program_id", "=", self.program_id.id),
                ("company_id", "=", self.company_id.id),
                (
                    "cycle_id.mapping_id.source_system",
                    "=",
                    self.mapping_id.source_system,
                ),
            ],
            order="id",
        )
        return {group.signature: group for group in groups}

    def _prepare_duplicate(self, migration_object, group, keys, earlier):
        signature = "\n".join(sorted(keys[one.id] for one in group.members))
        before = earlier.get(signature)
        survivor = keys[group.members[0].id]
        if before and before.survivor_id:
            survivor = before.survivor_id.legacy_key
        return {
            "cycle_id": self.id,
            "company_id": self.company_id.id,
            "object_id": migration_object.id,
            "name": group.members[0].name,
            "signature": signature,
            "reason": group.reason,
            "similarity": min(group.similarity.values()),
            # what a steward decided about the same keys holds for the next cycle
            "state": before.state if before else "proposed",
            "decided_by_id": before.decided_by_id.id if before else False,
            "decided_at": before.decided_at if before else False,
            "line_ids": [
                fields.Command.create(
                    {
                        "row_id": one.id,
                        "company_id": self.company_id.id,
                        "is_survivor": keys[one.id] == survivor,
                        "similarity": group.similarity[one.id],
                        "filled": one.filled,
                        "used": one.used,
                    }
                )
                for one in group.members
            ],
        }

    # -- merge ------------------------------------------------------------------------

    def _after_merge_decision(self, migration_object):
        """Bring the rows of an object in line with what the groups say."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r
                   SET state = CASE WHEN %(validated)s THEN 'valid' ELSE 'staged' END,
                       survivor_key = NULL, error = NULL
                 WHERE r.cycle_id = %(cycle)s AND r.object_id = %(object)s
                   AND r.state = 'merged'
                """,
                validated=self.state != "staged",
                cycle=self.id,
                object=migration_object.id,
            )
        )
        self._merge_approved(migration_object)
        self.env["dist.migration.row"].invalidate_model()

    def _merge_approved(self, migration_object):
        """Take merged rows out of the load; they share the survivor's fate.

        Their own errors don't matter, as they are not loaded. With a survivor that has
        errors they have them too, so that what refers to them is held back.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r
                   SET survivor_key = s.legacy_key,
                       state = CASE WHEN s.state = 'invalid' THEN 'invalid'
                                    ELSE 'merged' END,
                       error = CASE WHEN s.state = 'invalid'
                                    THEN %(message)s ELSE NULL END
                  FROM dist_migration_duplicate g
                  JOIN dist_migration_duplicate_line l ON l.group_id = g.id
                  JOIN dist_migration_duplicate_line best
                    ON best.group_id = g.id AND best.is_survivor
                  JOIN dist_migration_row s ON s.id = best.row_id
                 WHERE g.cycle_id = %(cycle)s AND g.object_id = %(object)s
                   AND g.state = 'approved' AND r.id = l.row_id AND r.id <> s.id
                   AND r.state <> 'loaded'
                """,
                message=self.env._("The row it was merged into has errors."),
                cycle=self.id,
                object=migration_object.id,
            )
        )

    def _remember_merged(self, migration_object):
        """Let the legacy keys of merged rows stand for the survivor's record.

        Called when the object has been loaded, before anything that refers to it.
        Repeating it changes nothing.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO dist_legacy_key
                    (program_id, company_id, source_system, object_id, legacy_key,
                     res_model, res_id, attributes, cycle_id, create_uid, create_date,
                     write_uid, write_date)
                SELECT k.program_id, k.company_id, k.source_system, k.object_id,
                       r.legacy_key, k.res_model, k.res_id,
                       COALESCE(r.legacy, '{}'::jsonb), r.cycle_id, %(uid)s, %(now)s,
                       %(uid)s, %(now)s
                  FROM dist_migration_row r
                  JOIN dist_legacy_key k ON k.legacy_key = r.survivor_key AND %(scope)s
                 WHERE r.cycle_id = %(cycle)s AND r.object_id = %(object)s
                   AND r.state = 'merged'
                    ON CONFLICT (program_id, (COALESCE(company_id, 0)), source_system,
                                 object_id, legacy_key)
                    DO UPDATE SET res_model = excluded.res_model,
                        res_id = excluded.res_id, attributes = excluded.attributes,
                        cycle_id = excluded.cycle_id, write_uid = excluded.write_uid,
                        write_date = excluded.write_date
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                scope=self._sql_legacy_scope("k", migration_object.code),
                cycle=self.id,
                object=migration_object.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_migration_row r SET res_id = k.res_id
                  FROM dist_legacy_key k
                 WHERE k.legacy_key = r.legacy_key AND %s
                   AND r.cycle_id = %s AND r.object_id = %s AND r.state = 'merged'
                """,
                self._sql_legacy_scope("k", migration_object.code),
                self.id,
                migration_object.id,
            )
        )
        self.env["dist.legacy.key"].invalidate_model()
        self.env["dist.migration.row"].invalidate_model()
