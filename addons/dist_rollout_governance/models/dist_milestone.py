from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

WORKSTREAMS = [
    ("program", "Program Office"),
    ("process", "Process and Design"),
    ("technology", "Configuration and Integration"),
    ("data", "Data Migration"),
    ("testing", "Testing"),
    ("people", "Training and Change"),
    ("site", "Site Readiness"),
    ("cutover", "Cutover and Hypercare"),
    ("external", "External Party"),
]
# What another date of a milestone may change about those after it.
DATE_FIELDS = frozenset({"forecast_date", "actual_date", "active", "program_id"})


class DistMilestone(models.Model):
    """A day the program is steered by: planned once, forecast again and again.

    ``earliest_date`` is the first day the predecessors leave for the milestone: for
    each of them its actual day, or the latest of its forecast, its own earliest day
    and today, plus the lag. When it lies after the forecast, the milestone is *at
    risk*: its own forecast does not say so yet, or its team does not know. The days
    are passed on along all paths in one pass over the program (:meth:`_propagate`).
    """

    _name = "dist.milestone"
    _description = "Milestone"
    _inherit = "dist.raid.mixin"
    _order = "forecast_date, id"
    _protected_fields = frozenset({"earliest_date", "state", "delay_days"})
    _immutable_fields = frozenset({"program_id", "site_id", "baseline_date"})

    workstream = fields.Selection(
        WORKSTREAMS, required=True, default="program", group_expand=True, tracking=True
    )
    baseline_date = fields.Date(
        string="Baseline",
        required=True,
        tracking=True,
        help="The day agreed on. It is changed by a new baseline only.",
    )
    forecast_date = fields.Date(
        string="Forecast",
        compute="_compute_forecast_date",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        tracking=True,
        help="The day it is expected on now.",
    )
    actual_date = fields.Date(
        string="Reached", copy=False, tracking=True, help="The day it was reached."
    )
    slip_days = fields.Integer(
        string="Slip",
        compute="_compute_slip_days",
        store=True,
        aggregator="max",
        help="Days between the baseline and the forecast or actual day.",
    )
    earliest_date = fields.Date(
        string="Earliest by Predecessors", readonly=True, copy=False
    )
    delay_days = fields.Integer(
        string="Days at Risk",
        readonly=True,
        copy=False,
        aggregator="max",
        help="Days by which the predecessors come too late for the forecast.",
    )
    state = fields.Selection(
        [("on_track", "On Track"), ("at_risk", "At Risk"), ("done", "Reached")],
        string="Status",
        default="on_track",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    predecessor_ids = fields.One2many(
        "dist.dependency", "successor_id", string="Depends On"
    )
    successor_ids = fields.One2many(
        "dist.dependency", "predecessor_id", string="Awaited By"
    )

    @api.depends("baseline_date")
    def _compute_forecast_date(self):
        for milestone in self:
            if not milestone.forecast_date:
                milestone.forecast_date = milestone.baseline_date

    @api.depends("baseline_date", "forecast_date", "actual_date")
    def _compute_slip_days(self):
        for milestone in self:
            day = milestone.actual_date or milestone.forecast_date
            milestone.slip_days = (
                (day - milestone.baseline_date).days
                if day and milestone.baseline_date
                else 0
            )

    @api.model
    def _overdue_domain(self):
        return [
            ("actual_date", "=", False),
            ("forecast_date", "<", fields.Date.context_today(self)),
        ]

    @api.model
    def _overdue_fields(self):
        return ("actual_date", "forecast_date")

    @api.constrains("baseline_date", "forecast_date", "actual_date")
    def _check_dates(self):
        today = fields.Date.context_today(self)
        for milestone in self:
            if milestone.actual_date and milestone.actual_date > today:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s can't be reached in the future. Enter the day "
                        "as its forecast.",
                        milestone=milestone.name,
                    )
                )
            days = (milestone.baseline_date, milestone.forecast_date)
            if any(day and not 2000 <= day.year <= 2100 for day in days):
                raise ValidationError(
                    self.env._(
                        "The days of %(milestone)s lie between the years 2000 and "
                        "2100.",
                        milestone=milestone.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        self._propagate(milestones.program_id)
        return milestones

    def write(self, vals):
        result = super().write(vals)
        if not DATE_FIELDS.isdisjoint(vals):
            self._propagate(self.program_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_linked(self):
        # sudo: a dependency counts whoever may see it.
        for milestone in self.sudo():
            if milestone.predecessor_ids or milestone.successor_ids:
                raise UserError(
                    self.env._(
                        "%(milestone)s has dependencies. Delete them first, or "
                        "archive the milestone.",
                        milestone=milestone.name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def _reach_obstacles(self):
        if self.actual_date:
            return [self.env._("It is reached already.")]
        return []

    def action_reach(self):
        """Record that the milestones are reached today."""
        self._take_step("reach", {"actual_date": fields.Date.context_today(self)})

    def _rebaseline_obstacles(self):
        if self.actual_date:
            return [self.env._("It is reached: its baseline stays.")]
        return []

    def action_rebaseline(self):
        """Agree on the forecast as the new baseline; administrators only."""
        if not self.env.user.has_group("dist_rollout_governance.group_program_admin"):
            raise UserError(
                self.env._("A new baseline is set by program administrators.")
            )
        for milestone in self:
            milestone._take_step(
                "rebaseline", {"baseline_date": milestone.forecast_date}
            )

    # -- propagation ------------------------------------------------------------------

    @api.model
    def _propagate(self, programs):
        """Pass the days of the programs' milestones on to those that wait for them.

        Two queries to read, one pass in topological order, one statement to write
        what changed. Milestones of every company count, whoever changed a day.

        :return: the milestones that have just come to be at risk
        """
        if not programs:
            return self.browse()
        self.flush_model()
        self.env["dist.dependency"].flush_model()
        nodes = self._graph_nodes(programs)
        edges = self.env["dist.dependency"]._graph_edges(programs)
        outcome = self._schedule(nodes, edges)
        changed = [
            (id_, *outcome[id_])
            for id_, node in nodes.items()
            if outcome[id_]
            != (node["earliest_date"], node["delay_days"], node["state"])
        ]
        self._write_outcome(changed)
        # Flags follow on the dependencies, which read the outcome.
        self.env["dist.dependency"]._flag_late(programs)
        newly = self.sudo().browse(
            id_
            for id_, _earliest, _delay, state in changed
            if state == "at_risk" and nodes[id_]["state"] != "at_risk"
        )
        newly._after_at_risk()
        return newly

    @api.model
    def _graph_nodes(self, programs):
        """Return the dates and present outcome of every active milestone by id."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT id, forecast_date, actual_date, earliest_date,
                       COALESCE(delay_days, 0) AS delay_days, state
                  FROM dist_milestone
                 WHERE active AND program_id = ANY(%s)
                """,
                list(programs.ids),
            )
        )
        return {row["id"]: row for row in rows}

    @api.model
    def _schedule(self, nodes, edges):
        """Return ``{id: (earliest day, days at risk, state)}``.

        Kahn's algorithm: a milestone is looked at once all before it were. The
        constraint on dependencies keeps circles out; should one have come about all
        the same, its milestones keep what is known.
        """
        following, waiting = defaultdict(list), defaultdict(int)
        for predecessor, successor, lag in edges:
            if predecessor in nodes and successor in nodes:
                following[predecessor].append((successor, lag))
                waiting[successor] += 1
        earliest = dict.fromkeys(nodes)
        # What was not reached by yesterday is not reached before today.
        today = fields.Date.today()
        ready = [id_ for id_ in nodes if not waiting[id_]]
        while ready:
            id_ = ready.pop()
            node = nodes[id_]
            day = node["actual_date"] or max(
                filter(None, (node["forecast_date"], earliest[id_], today))
            )
            for successor, lag in following[id_]:
                candidate = day + timedelta(days=lag)
                earliest[successor] = max(earliest[successor] or candidate, candidate)
                waiting[successor] -= 1
                if not waiting[successor]:
                    ready.append(successor)
        return {id_: self._outcome(nodes[id_], earliest[id_]) for id_ in nodes}

    @api.model
    def _outcome(self, node, earliest):
        if node["actual_date"]:
            return earliest, 0, "done"
        delay = earliest and max((earliest - node["forecast_date"]).days, 0) or 0
        return earliest, delay, "at_risk" if delay else "on_track"

    @api.model
    def _write_outcome(self, rows):
        """Write the outcome of the pass with one statement."""
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE dist_milestone AS m
                   SET earliest_date = v.earliest, delay_days = v.delay, state = v.state
                  FROM (VALUES %s) AS v (id, earliest, delay, state)
                 WHERE m.id = v.id
                """,
                SQL(", ").join(
                    SQL("(%s::int, %s::date, %s::int, %s)", *row) for row in rows
                ),
            )
        )
        names = ["earliest_date", "delay_days", "state"]
        milestones = self.browse(row[0] for row in rows)
        milestones.invalidate_recordset(names)
        milestones.modified(names)

    def _after_at_risk(self):
        """Tell the owners of milestones that predecessors have put at risk.

        Which predecessor it is stands on the milestone, for those who may see it.
        """
        if not self:
            return
        self._message_log_batch(
            bodies={
                milestone.id: self.env._(
                    "At risk: the predecessors leave %(earliest)s as the earliest day, "
                    "%(days)s days after the forecast.",
                    earliest=format_date(self.env, milestone.earliest_date),
                    days=milestone.delay_days,
                )
                for milestone in self
            }
        )

    @api.model
    def _cron_propagate(self):
        """Pass on that yesterday's milestones were not reached, by program."""
        programs = self.search([("actual_date", "=", False)]).program_id
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(programs))
        for program in programs:
            self._propagate(program)
            if not Cron._commit_progress(1):
                break
