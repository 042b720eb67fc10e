from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .dist_body import BODY_TYPES
from .dist_phase_template import METHODS


class DistPhase(models.Model):
    """A phase of a program's stage plan.

    It closes when its deliverables are released, its closing criteria hold and its
    body has decided; the refusal names everything that is missing.
    """

    _name = "dist.phase"
    _description = "Program Phase"
    _inherit = ["dist.decision.mixin", "dist.raid.mixin"]
    _order = "program_id, method, sequence, id"
    _protected_fields = frozenset({"state", "opened_on", "closed_on", "template_id"})

    template_id = fields.Many2one(
        "dist.phase.template",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    method = fields.Selection(METHODS, required=True, default="stage_gated")
    sequence = fields.Integer(default=10)
    objective = fields.Text()
    app_focus = fields.Char(string="Odoo Apps in Focus")
    checkpoint = fields.Text(help="What the deciding body looks at.")
    body_type = fields.Selection(
        BODY_TYPES, string="Deciding Body", required=True, default="steering"
    )
    planned_start = fields.Date()
    planned_end = fields.Date(tracking=True)
    opened_on = fields.Date(string="Started", readonly=True, copy=False)
    closed_on = fields.Date(string="Closed", readonly=True, copy=False)
    check_ids = fields.Many2many("dist.checkpoint", string="Closing Criteria")
    deliverable_ids = fields.One2many(
        "dist.phase.deliverable", "phase_id", string="Deliverables", copy=True
    )
    deliverable_progress = fields.Float(
        string="Deliverables Released",
        compute="_compute_deliverable_progress",
        compute_sudo=True,
        help="Share of the required deliverables that are released, in percent.",
    )
    obstacle_text = fields.Text(
        string="Before It Closes",
        compute="_compute_obstacle_text",
        compute_sudo=True,
    )
    state = fields.Selection(
        [("planned", "Planned"), ("open", "Open"), ("closed", "Closed")],
        default="planned",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    _template_uniq = models.UniqueIndex(
        "(program_id, template_id) WHERE template_id IS NOT NULL",
        "The program has this phase already.",
    )

    @api.depends("deliverable_ids.document_id.state", "deliverable_ids.is_required")
    def _compute_deliverable_progress(self):
        for phase in self:
            required = phase.deliverable_ids.filtered("is_required")
            released = required.filtered(lambda line: line.status == "released")
            phase.deliverable_progress = (
                100 * len(released) / len(required) if required else 100
            )

    @api.depends("state", "deliverable_ids.status", "check_ids")
    def _compute_obstacle_text(self):
        for phase in self:
            obstacles = phase._closing_obstacles() if phase.state == "open" else []
            phase.obstacle_text = "\n".join(f"• {text}" for text in obstacles)

    @api.constrains("planned_start", "planned_end")
    def _check_dates(self):
        for phase in self:
            if (
                phase.planned_start
                and phase.planned_end
                and phase.planned_end < phase.planned_start
            ):
                raise ValidationError(
                    self.env._(
                        "%(phase)s ends before it starts.", phase=phase.display_name
                    )
                )

    @api.model
    def _overdue_domain(self):
        return fields.Domain("state", "!=", "closed") & fields.Domain(
            "planned_end", "<", fields.Date.today()
        )

    @api.model
    def _overdue_fields(self):
        return ("state", "planned_end")

    def write(self, vals):
        if not self.env.su and vals.keys() - {"active", "description", "owner_id"}:
            for phase in self.filtered(lambda phase: phase.state == "closed"):
                raise UserError(
                    self.env._("%(phase)s is closed.", phase=phase.display_name)
                )
        return super().write(vals)

    # -- steps --------------------------------------------------------------------

    def _open_obstacles(self):
        if self.state != "planned":
            return [self.env._("It was started already.")]
        return [
            self.env._("%(phase)s comes before it and was not started.", phase=p.name)
            for p in self._earlier()
            if p.state == "planned"
        ]

    def _earlier(self):
        return self.search(
            [
                ("program_id", "=", self.program_id.id),
                ("method", "=", self.method),
                ("sequence", "<", self.sequence),
            ]
        )

    def action_open(self):
        """Start the phases."""
        self._take_step(
            "open", {"state": "open", "opened_on": fields.Date.context_today(self)}
        )

    def _closing_obstacles(self):
        """Return what is missing, but for the decision."""
        env = self.env
        if self.state != "open":
            return [env._("The phase is not open.")]
        obstacles = [
            env._("%(phase)s comes before it and is not closed.", phase=phase.name)
            for phase in self._earlier()
            if phase.state != "closed"
        ]
        obstacles += [
            env._("Deliverable %(name)s is not released.", name=line.name)
            for line in self.deliverable_ids
            if line.is_required and line.status != "released"
        ]
        return obstacles + self.check_ids._obstacles(self)

    def _close_obstacles(self):
        obstacles = self._closing_obstacles()
        if not self.decision_in_force:
            bodies = dict(self._fields["body_type"]._description_selection(self.env))
            obstacles.append(
                self.env._(
                    "%(body)s has not decided that it closes.",
                    body=bodies[self.body_type],
                )
            )
        return obstacles

    def action_close(self):
        """Close the phases, once everything is there and decided."""
        self._take_step("close", self._closed_vals())

    def _closed_vals(self):
        return {"state": "closed", "closed_on": fields.Date.context_today(self)}

    # -- decision -----------------------------------------------------------------

    def _decision_activity(self):
        return "phase_close"

    def _decision_body(self):
        return self.program_id.body_ids.filtered(
            lambda body: body.type == self.body_type
        )[:1]

    def _decision_obstacles(self):
        return [
            self.env._("%(phase)s: %(obstacle)s", phase=self.name, obstacle=text)
            for text in self.sudo()._closing_obstacles()
        ]

    def _decision_content(self):
        return {
            "name": self.name,
            "method": self.method,
            "checkpoint": self.checkpoint or "",
            "criteria": sorted(self.check_ids.mapped("code")),
            "deliverables": {
                line.name: line.document_id.current_version_id.sha256 or ""
                for line in self.deliverable_ids
            },
        }

    def _decision_proposal(self):
        return self.checkpoint or self.objective

    def _after_decision(self, decision):
        if decision.state != "approved" or self.state != "open":
            return
        if self._closing_obstacles():
            self._tell_responsible(
                self.env._("The phase can't be closed yet"),
                self.env._(
                    "%(phase)s was approved, but its closing criteria do not hold any "
                    "more. Solve what is listed on it, then close it.",
                    phase=self.name,
                ),
            )
            return
        self.write(self._closed_vals())
