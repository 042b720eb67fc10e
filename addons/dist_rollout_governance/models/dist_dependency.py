from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

MAX_LAG = 365


class DistDependency(models.Model):
    """A milestone that waits for another one."""

    _name = "dist.dependency"
    _description = "Dependency"
    _inherit = ["dist.import.template.mixin", "dist.protected.mixin"]
    _order = "successor_id, id"
    _rec_name = "predecessor_id"
    _protected_fields = frozenset({"is_late", "slack_days"})
    _immutable_fields = frozenset({"predecessor_id", "successor_id"})

    predecessor_id = fields.Many2one(
        "dist.milestone", required=True, ondelete="restrict", index=True
    )
    successor_id = fields.Many2one(
        "dist.milestone", required=True, ondelete="restrict", index=True
    )
    lag_days = fields.Integer(
        string="Lag",
        help="Days between the two. Negative: the successor may begin earlier.",
    )
    note = fields.Char(string="What Is Handed Over")
    program_id = fields.Many2one(
        related="successor_id.program_id", store=True, index=True, precompute=True
    )
    site_id = fields.Many2one(
        related="successor_id.site_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="successor_id.company_id", store=True, index=True, precompute=True
    )
    predecessor_site_id = fields.Many2one(
        related="predecessor_id.site_id",
        string="Predecessor's Site",
        store=True,
        index=True,
        precompute=True,
    )
    predecessor_company_id = fields.Many2one(
        related="predecessor_id.company_id",
        string="Predecessor's Company",
        store=True,
        index=True,
        precompute=True,
    )
    kind = fields.Selection(
        [
            ("internal", "Same Workstream"),
            ("cross", "Across Workstreams"),
            ("external", "External"),
        ],
        compute="_compute_kind",
        store=True,
    )
    predecessor_date = fields.Date(
        string="Predecessor On", compute="_compute_dates", help="Actual or forecast."
    )
    successor_date = fields.Date(string="Successor On", compute="_compute_dates")
    slack_days = fields.Integer(
        string="Slack",
        readonly=True,
        copy=False,
        aggregator="min",
        help="Days left between the two; negative when the predecessor is too late.",
    )
    is_late = fields.Boolean(
        string="Late",
        readonly=True,
        copy=False,
        index=True,
        help="The predecessor comes too late for the successor's forecast.",
    )

    _pair_uniq = models.UniqueIndex(
        "(predecessor_id, successor_id)", "This dependency is entered already."
    )
    _lag_range = models.Constraint(
        f"CHECK (lag_days BETWEEN -{MAX_LAG} AND {MAX_LAG})",
        f"The lag is at most {MAX_LAG} days.",
    )

    @api.depends("predecessor_id.workstream", "successor_id.workstream")
    def _compute_kind(self):
        for dependency in self:
            ends = (
                dependency.predecessor_id.workstream,
                dependency.successor_id.workstream,
            )
            if "external" in ends:
                dependency.kind = "external"
            else:
                dependency.kind = "internal" if ends[0] == ends[1] else "cross"

    @api.depends(
        "predecessor_id.forecast_date",
        "predecessor_id.actual_date",
        "successor_id.forecast_date",
        "successor_id.actual_date",
    )
    def _compute_dates(self):
        for dependency in self:
            before, after = dependency.predecessor_id, dependency.successor_id
            dependency.predecessor_date = before.actual_date or before.forecast_date
            dependency.successor_date = after.actual_date or after.forecast_date

    @api.depends("predecessor_id.name", "successor_id.name")
    def _compute_display_name(self):
        for dependency in self:
            dependency.display_name = (
                f"{dependency.predecessor_id.name} → {dependency.successor_id.name}"
            )

    @api.constrains("predecessor_id", "successor_id")
    def _check_ends(self):
        # sudo: the graph counts as a whole, whoever sees which part of it.
        dependencies = self.sudo()
        for dependency in dependencies:
            before, after = dependency.predecessor_id, dependency.successor_id
            if before.program_id != after.program_id:
                raise ValidationError(
                    self.env._(
                        "%(before)s and %(after)s belong to different programs. Enter "
                        "what the other program delivers as an external milestone.",
                        before=before.name,
                        after=after.name,
                    )
                )
        dependencies._check_cycle()

    def _check_cycle(self):
        """Refuse a dependency that closes a circle, and name its path."""
        following = defaultdict(list)
        self.flush_model()
        for before, after, _lag in self._graph_edges(self.program_id, archived=True):
            following[before].append(after)
        for dependency in self:
            path = self._find_path(
                following, dependency.successor_id.id, dependency.predecessor_id.id
            )
            if path:
                raise ValidationError(
                    self.env._(
                        "This dependency would close a circle: %(path)s.",
                        path=" → ".join(self._path_names([*path, path[0]])),
                    )
                )

    @api.model
    def _find_path(self, following, start, end):
        """Return the ids from ``start`` to ``end``, or None; breadth first."""
        origin, queue = {start: None}, [start]
        for node in queue:
            if node == end:
                path = []
                while node is not None:
                    path.append(node)
                    node = origin[node]
                return path[::-1]
            for successor in following[node]:
                if successor not in origin:
                    origin[successor] = node
                    queue.append(successor)
        return None

    @api.model
    def _path_names(self, ids):
        """Return the names on a path; what the user may not see stays unnamed."""
        milestones = self.env["dist.milestone"].browse(ids)
        seen = milestones.sudo(False)._filtered_access("read")
        return [
            milestone.name
            if milestone.sudo(False) in seen
            else self.env._("(a milestone of another company)")
            for milestone in milestones.sudo()
        ]

    @api.model_create_multi
    def create(self, vals_list):
        dependencies = super().create(vals_list)
        self.env["dist.milestone"]._propagate(dependencies.program_id)
        return dependencies

    def write(self, vals):
        result = super().write(vals)
        if "lag_days" in vals:
            self.env["dist.milestone"]._propagate(self.program_id)
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        self.env["dist.milestone"]._propagate(programs)
        return result

    # -- graph ------------------------------------------------------------------------

    @api.model
    def _graph_edges(self, programs, archived=False):
        """Return ``(predecessor id, successor id, lag)`` of the programs."""
        return self.env.execute_query(
            SQL(
                """
                SELECT d.predecessor_id, d.successor_id, COALESCE(d.lag_days, 0)
                  FROM dist_dependency d
                  JOIN dist_milestone p ON p.id = d.predecessor_id
                  JOIN dist_milestone s ON s.id = d.successor_id
                 WHERE d.program_id = ANY(%s)
                   AND (%s OR (p.active AND s.active))
                """,
                list(programs.ids),
                archived,
            )
        )

    @api.model
    def _flag_late(self, programs):
        """Bring slack and lateness of the programs' dependencies up to date.

        A predecessor counts with what its own predecessors leave for it.
        """
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE dist_dependency AS d
                   SET slack_days = e.slack, is_late = e.late
                  FROM (SELECT x.id, x.slack, x.waiting AND x.slack < 0 AS late
                          FROM (SELECT l.id,
                                       s.actual_date IS NULL
                                       AND p.active AND s.active AS waiting,
                                       COALESCE(s.actual_date, s.forecast_date)
                                       - l.lag_days
                                       - COALESCE(p.actual_date, GREATEST(
                                             p.forecast_date, p.earliest_date, %s))
                                       AS slack
                                  FROM (SELECT id, predecessor_id, successor_id,
                                               COALESCE(lag_days, 0) AS lag_days
                                          FROM dist_dependency
                                         WHERE program_id = ANY(%s)) l
                                  JOIN dist_milestone p ON p.id = l.predecessor_id
                                  JOIN dist_milestone s ON s.id = l.successor_id) x) e
                 WHERE d.id = e.id
                   AND (d.slack_days, d.is_late) IS DISTINCT FROM (e.slack, e.late)
             RETURNING d.id
                """,
                fields.Date.today(),
                list(programs.ids),
            )
        )
        names = ["slack_days", "is_late"]
        changed = self.browse(id_ for (id_,) in rows)
        changed.invalidate_recordset(names)
        changed.modified(names)
