from odoo import api, fields, models

# So many tickets of one cause in so many hours make a problem.
TICKETS = 3
HOURS = 24
OPEN_STATES = ("proposed", "confirmed")


class DistProblem(models.Model):
    """A cause behind several tickets, and what keeps them from coming back.

    Three tickets of one cause in a program within 24 hours propose a problem, once:
    later tickets of the cause join the open one.
    """

    _name = "dist.problem"
    _description = "Problem"
    _inherit = "dist.owned.mixin"
    _order = "ticket_count desc, id desc"
    _protected_fields = frozenset({"state", "solved_at", "prevention_ref"})

    name = fields.Char(string="Problem", required=True, tracking=True)
    cause_id = fields.Many2one(
        "dist.ticket.cause",
        string="Root Cause",
        required=True,
        ondelete="restrict",
        index=True,
    )
    process_id = fields.Many2one(
        "dist.process",
        string="Process Area",
        ondelete="restrict",
        index="btree_not_null",
    )
    ticket_ids = fields.One2many(
        "helpdesk.ticket", "dist_problem_id", string="Tickets", readonly=True
    )
    ticket_count = fields.Integer(compute="_compute_ticket_count", store=True)
    analysis = fields.Text(help="Why it happens.")
    solution = fields.Text(help="What ends it.")
    prevention = fields.Selection(
        [
            ("training", "Training"),
            ("data_rule", "Data Quality Rule"),
            ("gate_line", "Line of the Gate Template"),
            ("risk", "Risk"),
            ("deviation", "Local Deviation"),
        ],
        string="Prevent Next Time By",
        tracking=True,
    )
    prevention_ref = fields.Reference(
        [("dist.risk", "Risk"), ("dist.action", "Action")],
        string="Prevention",
        readonly=True,
        copy=False,
    )
    solved_at = fields.Datetime(string="Solved", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("confirmed", "Confirmed"),
            ("solved", "Solved"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )

    @api.depends("ticket_ids")
    def _compute_ticket_count(self):
        counts = dict(
            # sudo: how many tickets there are is a fact about the problem
            self.env["helpdesk.ticket"]
            .sudo()
            ._read_group(
                [("dist_problem_id", "in", self.ids)], ["dist_problem_id"], ["__count"]
            )
        )
        for problem in self:
            problem.ticket_count = counts.get(problem._origin, 0)

    # -- proposal -------------------------------------------------------------------

    @api.model
    def _propose(self):
        """Join the tickets without a problem to the open ones, or propose new ones."""
        fresh = self.env["helpdesk.ticket"]._since(hours=HOURS) & (
            fields.Domain("dist_cause_id", "!=", False)
            & fields.Domain("dist_problem_id", "=", False)
        )
        known = {
            (problem.program_id, problem.cause_id): problem
            for problem in self.search([("state", "in", OPEN_STATES)])
        }
        groups = self.env["helpdesk.ticket"]._read_group(
            fresh, ["dist_program_id", "dist_cause_id"], ["id:recordset"]
        )
        for program, cause, tickets in groups:
            problem = known.get((program, cause))
            if not problem and len(tickets) >= TICKETS:
                problem = self.create(
                    self._prepare_problem_vals(program, cause, tickets)
                )
                problem._tell_responsible(self.env._("Proposed problem: look into it"))
            if problem:
                tickets.dist_problem_id = problem

    @api.model
    def _prepare_problem_vals(self, program, cause, tickets):
        sites = tickets.dist_site_id
        processes = tickets.dist_process_id
        return {
            "name": self.env._(
                "%(cause)s: %(count)s tickets in %(hours)s hours",
                cause=cause.name,
                count=len(tickets),
                hours=HOURS,
            ),
            "program_id": program.id,
            "site_id": sites.id if len(sites) == 1 else False,
            "process_id": processes.id if len(processes) == 1 else False,
            "cause_id": cause.id,
            "owner_id": False,
        }

    # -- steps ----------------------------------------------------------------------

    def _confirm_obstacles(self):
        obstacles = []
        if self.state not in ("proposed", "dismissed"):
            obstacles.append(self.env._("It is confirmed already."))
        if not self.owner_id:
            obstacles.append(self.env._("Name the owner."))
        return obstacles

    def action_confirm(self):
        """Take up the problems."""
        self._take_step("confirm", {"state": "confirmed"})

    def _dismiss_obstacles(self):
        if self.state != "proposed":
            return [self.env._("Only a proposal can be dismissed.")]
        return []

    def action_dismiss(self):
        """Say that the tickets have nothing in common."""
        self._take_step("dismiss", {"state": "dismissed"})

    def _prevent_obstacles(self):
        if self.prevention_ref:
            return [self.env._("It is prevented already: see the record.")]
        if not self.prevention:
            return [self.env._("Choose how it is prevented next time.")]
        return []

    def action_prevent(self):
        """Create the record that keeps it from coming back: a risk or an action."""
        self.check_access("write")
        self._check_obstacles("prevent")
        # sudo: the support proposes; who ranks the risk or acts has the right to
        for problem in self.sudo():
            record = (
                problem._create_risk()
                if problem.prevention == "risk"
                else problem._create_action()
            )
            problem.prevention_ref = record

    def _create_risk(self):
        return self.env["dist.risk"].create(
            {
                "name": self.name,
                "program_id": self.program_id.id,
                "site_id": self.site_id.id,
                "cause": self.analysis,
                "mitigation": self.solution,
                "owner_id": self.owner_id.id,
            }
        )

    def _create_action(self):
        labels = dict(self._fields["prevention"]._description_selection(self.env))
        return self.env["dist.action"].create(
            {
                "name": self.env._(
                    "%(prevention)s against: %(problem)s",
                    prevention=labels[self.prevention],
                    problem=self.name,
                )[:128],
                "program_id": self.program_id.id,
                "site_id": self.site_id.id,
                "responsible_id": (self.owner_id or self.program_id.manager_id).id,
                "note": "\n".join(filter(None, [self.analysis, self.solution])),
            }
        )

    def _solve_obstacles(self):
        obstacles = []
        if self.state != "confirmed":
            obstacles.append(self.env._("A problem is confirmed before it is solved."))
        if not self.analysis:
            obstacles.append(self.env._("Write down why it happens."))
        if not self.solution:
            obstacles.append(self.env._("Write down what ends it."))
        return obstacles

    def action_solve(self):
        """Record that the cause is gone."""
        self._take_step(
            "solve", {"state": "solved", "solved_at": fields.Datetime.now()}
        )

    def action_open_tickets(self):
        """Open the tickets of the problem."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_hypercare_helpdesk_mgmt.helpdesk_ticket_action_rollout"
        )
        return dict(action, domain=[("dist_problem_id", "=", self.id)], context={})
