from odoo import api, fields, models
from odoo.exceptions import UserError


class DistProgram(models.Model):
    """The registers of a program: what its form counts and opens."""

    _inherit = "dist.program"

    phase_ids = fields.One2many("dist.phase", "program_id", string="Phases")
    current_phase_id = fields.Many2one(
        "dist.phase", string="Phase", compute="_compute_current_phase_id"
    )
    document_count = fields.Integer(compute="_compute_document_count")
    uncovered_count = fields.Integer(
        string="Uncovered Drift", compute="_compute_uncovered_count"
    )
    risk_ids = fields.One2many("dist.risk", "program_id", string="Risks")
    milestone_ids = fields.One2many("dist.milestone", "program_id", string="Milestones")
    budget_line_ids = fields.One2many("dist.budget.line", "program_id")
    stakeholder_ids = fields.One2many("dist.stakeholder", "program_id")
    communication_ids = fields.One2many("dist.communication", "program_id")
    project_id = fields.Many2one(
        "project.project",
        string="Workplan",
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    risk_count = fields.Integer(string="Open Risks", compute="_compute_risk_count")
    triggered_risk_count = fields.Integer(
        string="Triggered Risks", compute="_compute_risk_count"
    )
    milestone_at_risk_count = fields.Integer(
        string="Milestones at Risk", compute="_compute_milestone_at_risk_count"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    budget_planned = fields.Monetary(string="Planned Budget", compute="_compute_budget")
    budget_committed = fields.Monetary(
        string="Committed Budget", compute="_compute_budget"
    )
    budget_actual = fields.Monetary(string="Actual Cost", compute="_compute_budget")
    budget_variance = fields.Monetary(
        compute="_compute_budget",
        help="Planned minus actual.",
    )

    @api.depends("risk_ids.state")
    @api.depends_context("uid")
    def _compute_risk_count(self):
        states = dict(
            self.env["dist.risk"]._read_group(
                [("program_id", "in", self.ids), ("state", "!=", "closed")],
                ["program_id"],
                ["state:array_agg"],
            )
        )
        for program in self:
            found = states.get(program._origin, [])
            program.risk_count = len(found)
            program.triggered_risk_count = found.count("triggered")

    @api.depends("milestone_ids.state")
    @api.depends_context("uid")
    def _compute_milestone_at_risk_count(self):
        counts = dict(
            self.env["dist.milestone"]._read_group(
                [("program_id", "in", self.ids), ("state", "=", "at_risk")],
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.milestone_at_risk_count = counts.get(program._origin, 0)

    @api.depends(
        "budget_line_ids.planned",
        "budget_line_ids.committed",
        "budget_line_ids.actual",
    )
    @api.depends_context("uid")
    def _compute_budget(self):
        totals = {
            program: sums
            for program, *sums in self.env["dist.budget.line"]._read_group(
                [("program_id", "in", self.ids)],
                ["program_id"],
                ["planned:sum", "committed:sum", "actual:sum"],
            )
        }
        for program in self:
            planned, committed, actual = totals.get(program._origin, (0.0, 0.0, 0.0))
            program.budget_planned = planned
            program.budget_committed = committed
            program.budget_actual = actual
            program.budget_variance = planned - actual

    def _communicate(self, event_code, key, sites=None, values=None):
        """Send each planned message of the program for an event, once a key.

        Call it after the step has been taken, with a key that names the occasion and
        stays the same when the step is repeated: ``dist.wave/7/wave_go``. It never
        raises on a message: what can't be sent is put before the message's owner.

        :param event_code: a value of ``dist.communication.event_code``
        :param sites: the sites that the occasion is about; empty: the whole program
        :param values: placeholder values, see ``dist.communication._placeholders``
        :return: the ``dist.communication`` records that went out
        """
        self.ensure_one()
        # sudo: what was planned goes out whoever takes the step.
        planned = (
            self.env["dist.communication"]
            .sudo()
            .search(
                [
                    ("program_id", "=", self.id),
                    ("trigger", "=", "event"),
                    ("event_code", "=", event_code),
                    ("state", "=", "planned"),
                ]
            )
        )
        if sites:
            planned = planned.filtered(
                lambda message: not message.site_id or message.site_id in sites
            )
        return planned._send(key, sites and sites.sudo(), values)

    def _open_of_program(self, xmlid, **context):
        """Return an action of a register, for this program."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dist_rollout_governance.{xmlid}"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.id)],
            context={"default_program_id": self.id, **context},
        )

    def action_open_risks(self):
        """Open the program's risks."""
        return self._open_of_program("dist_risk_action")

    def action_open_milestones(self):
        """Open the program's milestones."""
        return self._open_of_program("dist_milestone_action")

    def action_open_budget(self):
        """Open the program's budget."""
        return self._open_of_program("dist_budget_line_action")

    # -- workplan -------------------------------------------------------------------

    def _create_workplan_tasks(self, vals_list):
        """Create tasks in the program's workplan, which is made when it is missing.

        Called by steps whose rights are checked already.

        :param vals_list: values of ``project.task``, without the project
        :return: the tasks, in the order of the values
        """
        self.ensure_one()
        # sudo: who triggers a risk or decides needs no right on Project.
        program = self.sudo()
        if not program.project_id:
            program.project_id = (
                self.env["project.project"]
                .sudo()
                .create(program._prepare_workplan_vals())
            )
        return (
            self.env["project.task"]
            .sudo()
            .create(
                [{**vals, "project_id": program.project_id.id} for vals in vals_list]
            )
        )

    def action_open_workplan(self):
        """Open the tasks of the workplan, with the user's own rights on Project."""
        self.ensure_one()
        # sudo: only the link; the tasks are read with own rights
        project = self.sudo().project_id
        if not project:
            raise UserError(
                self.env._("The program has no workplan yet. Create it first.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "project.act_project_project_2_project_task_all"
        )
        return dict(
            action,
            display_name=project.name,
            domain=[
                ("project_id", "=", project.id),
                ("has_template_ancestor", "=", False),
            ],
            context={"default_project_id": project.id, "active_id": project.id},
        )

    def _prepare_workplan_vals(self):
        """Return the values of the project that holds the program's workplan."""
        self.ensure_one()
        return {
            "name": self.env._("Workplan %(program)s", program=self.name),
            "user_id": self.manager_id.id,
            "company_id": False,
            "privacy_visibility": "followers",
        }

    # -- template ------------------------------------------------------------------

    @api.depends("phase_ids.state")
    @api.depends_context("uid")
    def _compute_current_phase_id(self):
        phases = self.env["dist.phase"].search(
            [("program_id", "in", self.ids), ("state", "=", "open")]
        )
        by_program = phases.grouped("program_id")
        for program in self:
            phase = by_program.get(program._origin)
            program.current_phase_id = phase and phase[:1]

    @api.depends_context("uid")
    def _compute_document_count(self):
        counts = dict(
            self.env["dist.document"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.document_count = counts.get(program._origin, 0)

    @api.depends_context("uid")
    def _compute_uncovered_count(self):
        counts = dict(
            self.env["dist.conformance.finding"]._read_group(
                [("program_id", "in", self.ids), ("status", "=", "uncovered")],
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.uncovered_count = counts.get(program._origin, 0)

    def action_open_phases(self):
        """Open the phase board."""
        return self._open_of_program("dist_phase_action")

    def action_open_documents(self):
        """Open the document library."""
        return self._open_of_program("dist_document_action")

    def action_open_conformance(self):
        """Open the drift of the program's sites."""
        return self._open_of_program(
            "dist_conformance_finding_action", search_default_uncovered=1
        )

    def action_open_app_scope(self):
        """Open the application scope; a consultant gets the baseline to start from."""
        self.ensure_one()
        Scope = self.env["dist.app.scope"]
        if not Scope.search_count([("program_id", "=", self.id)], limit=1) and (
            Scope.has_access("create")
        ):
            Scope.create(
                [
                    {"program_id": self.id, "app_id": app.id}
                    for app in self.env["dist.app"].search([("is_baseline", "=", True)])
                ]
            )
        return self._open_of_program("dist_app_scope_action")
