from odoo import api, fields, models

# Days whose mean counts as the value of a measure before and after.
WINDOW_DAYS = 28


class DistImprovement(models.Model):
    """An entry of the improvement backlog, ranked by a weighted score.

    **Score.** Value, control and adoption are rated from 1 (little) to 5 (much),
    effort from 1 (small) to 5 (large). The score is the mean of value, control,
    adoption and 6 − effort, weighted by the weights of the program; it lies between 1
    and 5, and more is better.

    **Benefit.** An improvement may name the measure it is meant to move. What the
    measure was is kept when the work starts, and what it is when it ends: the value
    over the last 28 days, at the site or over all sites of the program.
    """

    _name = "dist.improvement"
    _description = "Improvement"
    _inherit = "dist.owned.mixin"
    _order = "score desc, id"
    _protected_fields = frozenset(
        {"state", "started_at", "done_at", "value_before", "value_after"}
    )

    name = fields.Char(string="Improvement", required=True, tracking=True)
    description = fields.Text()
    goal = fields.Selection(
        [
            ("stabilization", "Stabilization"),
            ("compliance", "Compliance"),
            ("productivity", "Productivity"),
            ("service", "Customer Service"),
        ],
        required=True,
        default="stabilization",
        tracking=True,
    )
    process_id = fields.Many2one(
        "dist.process", string="Process", ondelete="restrict", index="btree_not_null"
    )
    value = fields.Integer(
        string="Business Value", default=3, required=True, aggregator="avg"
    )
    control = fields.Integer(
        string="Control Improvement", default=3, required=True, aggregator="avg"
    )
    adoption = fields.Integer(default=3, required=True, aggregator="avg")
    effort = fields.Integer(default=3, required=True, aggregator="avg")
    score = fields.Float(
        digits=(4, 2),
        compute="_compute_score",
        store=True,
        aggregator="avg",
        help="Weighted mean of value, control, adoption and 6 minus effort, 1 to 5.",
    )
    date_release = fields.Date(string="Release On", tracking=True)
    release_train = fields.Char(
        compute="_compute_release_train",
        store=True,
        help="The quarter in which it is released.",
    )
    measure_id = fields.Many2one(
        "dist.measure",
        string="Moves the Measure",
        ondelete="restrict",
        index="btree_not_null",
    )
    value_before = fields.Float(
        digits=(16, 2), readonly=True, copy=False, aggregator=None
    )
    value_after = fields.Float(
        digits=(16, 2), readonly=True, copy=False, aggregator=None
    )
    value_change = fields.Float(
        string="Change", digits=(16, 2), compute="_compute_value_change"
    )
    benefit = fields.Selection(
        [
            ("better", "Better"),
            ("same", "Unchanged"),
            ("worse", "Worse"),
            ("unknown", "Not Known"),
        ],
        compute="_compute_value_change",
    )
    has_value_before = fields.Boolean(readonly=True, copy=False)
    has_value_after = fields.Boolean(readonly=True, copy=False)
    started_at = fields.Datetime(string="Started", readonly=True, copy=False)
    done_at = fields.Datetime(string="Done", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("backlog", "Backlog"),
            ("in_progress", "In Progress"),
            ("done", "Done"),
            ("rejected", "Rejected"),
        ],
        required=True,
        default="backlog",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )

    _ratings_range = models.Constraint(
        "CHECK (value BETWEEN 1 AND 5 AND control BETWEEN 1 AND 5"
        " AND adoption BETWEEN 1 AND 5 AND effort BETWEEN 1 AND 5)",
        "Value, control, adoption and effort are rated from 1 to 5.",
    )

    @api.depends(
        "value",
        "control",
        "adoption",
        "effort",
        "program_id.weight_value",
        "program_id.weight_control",
        "program_id.weight_adoption",
        "program_id.weight_effort",
    )
    def _compute_score(self):
        for improvement in self:
            # sudo: the weights are no secret; the program may be another company's
            program = improvement.sudo().program_id
            rated = [
                (program.weight_value, improvement.value),
                (program.weight_control, improvement.control),
                (program.weight_adoption, improvement.adoption),
                (program.weight_effort, 6 - improvement.effort),
            ]
            total = sum(weight for weight, _rating in rated)
            improvement.score = (
                sum(weight * rating for weight, rating in rated) / total if total else 0
            )

    @api.depends("date_release")
    def _compute_release_train(self):
        for improvement in self:
            day = improvement.date_release
            improvement.release_train = (
                f"{day.year} Q{(day.month + 2) // 3}" if day else False
            )

    @api.depends("value_before", "value_after", "has_value_before", "has_value_after")
    def _compute_value_change(self):
        for improvement in self:
            known = improvement.has_value_before and improvement.has_value_after
            change = improvement.value_after - improvement.value_before if known else 0
            improvement.value_change = change
            good = -change if improvement.measure_id.direction == "lower" else change
            improvement.benefit = (
                "unknown"
                if not known
                else "better"
                if good > 0
                else "worse"
                if good < 0
                else "same"
            )

    # -- steps --------------------------------------------------------------------

    def _start_obstacles(self):
        obstacles = []
        if self.state != "backlog":
            obstacles.append(self.env._("Work starts on an entry of the backlog."))
        if not self.owner_id:
            obstacles.append(self.env._("Name the owner."))
        if not self.date_release:
            obstacles.append(self.env._("Choose the release."))
        return obstacles + self._freeze_obstacles()

    def _freeze_obstacles(self):
        """Return why it has to wait: its site, or one of the program, stabilizes."""
        if self.goal == "stabilization":
            return []
        domain = [("state", "!=", "exited"), ("program_id", "=", self.program_id.id)]
        if self.site_id:
            domain.append(("site_id", "=", self.site_id.id))
        hypercare = self.env["dist.hypercare"].search(
            [*domain, ("wave_id.state", "=", "hypercare")], limit=1
        )
        return [
            self.env._(
                "%(site)s is in hypercare: only what stabilizes it is worked on.",
                site=one.site_id.display_name,
            )
            for one in hypercare
        ]

    def action_start(self):
        """Start to work on the improvements and keep what the measures are now."""
        self.check_access("write")
        self._check_obstacles("start")
        # sudo: the outcomes are protected; rights and conditions are checked above
        for improvement in self.sudo():
            value = improvement._current_value()
            improvement.write(
                {
                    "state": "in_progress",
                    "started_at": fields.Datetime.now(),
                    "value_before": value or 0,
                    "has_value_before": value is not None,
                }
            )

    def _finish_obstacles(self):
        if self.state != "in_progress":
            return [self.env._("Only what is worked on can be done.")]
        return []

    def action_finish(self):
        """Close the improvements and keep what the measures are now."""
        self.check_access("write")
        self._check_obstacles("finish")
        # sudo: the outcomes are protected; rights and conditions are checked above
        for improvement in self.sudo():
            value = improvement._current_value()
            improvement.write(
                {
                    "state": "done",
                    "done_at": fields.Datetime.now(),
                    "value_after": value or 0,
                    "has_value_after": value is not None,
                }
            )

    def _reject_obstacles(self):
        if self.state not in ("backlog", "in_progress"):
            return [self.env._("It is done or rejected already.")]
        return []

    def action_reject(self):
        """Take the improvements from the backlog."""
        self._take_step("reject", {"state": "rejected"})

    def _current_value(self):
        """Return the measure over the last 28 days, None without any value."""
        self.ensure_one()
        today = fields.Date.today()
        return self.env["dist.measure.value"]._mean_of(
            self.measure_id,
            self.site_id or self.program_id.site_ids,
            fields.Date.subtract(today, days=WINDOW_DAYS),
            today,
        )
