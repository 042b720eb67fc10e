from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .dist_severity_rule import IMPACTS, SEVERITIES, URGENCIES

ROLES = [
    ("warehouse", "Warehouse"),
    ("purchase", "Purchasing"),
    ("service", "Customer Service"),
    ("planning", "Planning"),
    ("finance", "Finance"),
    ("sales", "Sales"),
    ("supervisor", "Supervisor"),
    ("manager", "Site Manager"),
]
# Tickets escalated in one transaction of the scheduled action.
BATCH_SIZE = 100


class HelpdeskTicket(models.Model):
    """A ticket of a site that is rolled out.

    **Severity** follows from impact and urgency by the matrix; the targets (SLA) follow
    from the severity, in the working hours of the site's support team.

    **Escalation.** Level 1 is the team. A ticket whose target is missed goes to level 2
    of the program's escalation ladder at once, and on from there after the hours of its
    level. A level without a body is the program manager.
    """

    _name = "helpdesk.ticket"
    _inherit = ["helpdesk.ticket", "dist.protected.mixin"]
    _protected_fields = frozenset(
        {
            "dist_reopen_count",
            "dist_reopened_at",
            "dist_escalation_level",
            "dist_escalated_at",
            "dist_problem_id",
            "dist_incident_id",
            "dist_improvement_id",
        }
    )

    # The measures of a night look at the tickets of two days.
    _dist_create_date_idx = models.Index("(create_date)")

    dist_site_id = fields.Many2one(
        "dist.site",
        string="Rollout Site",
        compute="_compute_dist_site_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="The site of the team, or the one site the writer belongs to.",
    )
    dist_program_id = fields.Many2one(
        related="dist_site_id.program_id", store=True, index="btree_not_null"
    )
    dist_wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        compute="_compute_dist_wave_id",
        store=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The wave in which the site goes or went live.",
    )
    dist_process_id = fields.Many2one(
        "dist.process",
        string="Process Area",
        ondelete="restrict",
        index="btree_not_null",
    )
    dist_role = fields.Selection(ROLES, string="Role of the User")
    dist_type = fields.Selection(
        [
            ("incident", "Incident"),
            ("question", "Question"),
            ("data", "Data Correction"),
            ("access", "Access"),
            ("enhancement", "Enhancement"),
        ],
        string="Kind",
        default="incident",
        required=True,
        tracking=True,
    )
    dist_impact = fields.Selection(
        IMPACTS, string="Impact", default="team", required=True, tracking=True
    )
    dist_urgency = fields.Selection(
        URGENCIES, string="Urgency", default="today", required=True, tracking=True
    )
    dist_severity = fields.Selection(
        SEVERITIES,
        string="Severity",
        compute="_compute_dist_severity",
        store=True,
        index=True,
        tracking=True,
        help="Follows from impact and urgency by the severity matrix.",
    )
    dist_cause_id = fields.Many2one(
        "dist.ticket.cause",
        string="Root Cause",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    dist_workaround_id = fields.Many2one(
        "dist.workaround",
        string="Workaround",
        domain="[('program_id', '=', dist_program_id)]",
        ondelete="restrict",
        index="btree_not_null",
    )
    dist_document_id = fields.Many2one(
        "dist.document",
        string="Procedure",
        domain="[('program_id', '=', dist_program_id)]",
        ondelete="restrict",
        index="btree_not_null",
        help="The procedure that answers the ticket.",
    )
    dist_reopen_count = fields.Integer(
        string="Times Reopened", readonly=True, copy=False
    )
    dist_reopened_at = fields.Datetime(string="Reopened", readonly=True, copy=False)
    dist_escalation_level = fields.Integer(
        string="Escalation Level", default=1, readonly=True, copy=False
    )
    dist_escalated_at = fields.Datetime(string="Escalated", readonly=True, copy=False)
    dist_problem_id = fields.Many2one(
        "dist.problem",
        string="Problem",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    dist_incident_id = fields.Many2one(
        "dist.major.incident",
        string="Major Incident",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    dist_improvement_id = fields.Many2one(
        "dist.improvement",
        string="Improvement",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    @api.depends("team_id.dist_site_id")
    def _compute_dist_site_id(self):
        for ticket in self:
            # sudo: a user who writes a ticket need not read teams
            site = ticket.sudo().team_id.dist_site_id
            ticket.dist_site_id = site or ticket.dist_site_id

    @api.depends("dist_site_id")
    def _compute_dist_wave_id(self):
        # sudo: which wave a site belongs to is a fact about the site
        waves = (
            self.env["dist.wave"]
            .sudo()
            .search(
                [
                    ("site_ids", "in", self.dist_site_id.ids),
                    ("state", "not in", ("draft", "rolled_back")),
                ],
                order="id",
            )
        )
        latest = {site: wave for wave in waves for site in wave.site_ids}
        for ticket in self:
            # sudo: portal users write tickets and read no sites
            wave = latest.get(ticket.sudo().dist_site_id._origin)
            ticket.dist_wave_id = wave and wave.id

    @api.depends("dist_impact", "dist_urgency")
    def _compute_dist_severity(self):
        matrix = self.env["dist.severity.rule"]._matrix()
        for ticket in self:
            ticket.dist_severity = matrix.get((ticket.dist_impact, ticket.dist_urgency))

    @api.constrains("stage_id", "dist_type", "dist_site_id")
    def _check_enhancement_waits(self):
        """Nobody works on enhancements of a site that is being stabilized."""
        waiting = self.filtered(
            lambda ticket: ticket.dist_type == "enhancement"
            and ticket.dist_site_id
            and not ticket.stage_id.unattended
            and not ticket.stage_id.closed
        )
        if not waiting:
            return
        cares = self.env["dist.hypercare"].search(
            [
                ("site_id", "in", waiting.dist_site_id.ids),
                ("state", "!=", "exited"),
                ("wave_id.state", "=", "hypercare"),
            ],
            limit=1,
        )
        for care in cares:
            raise ValidationError(
                self.env._(
                    "%(site)s is in hypercare: enhancements wait. Send the ticket to "
                    "the improvement backlog.",
                    site=care.site_id.display_name,
                )
            )

    # -- create and write ---------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_site_of_writer(vals) for vals in vals_list])

    def _with_site_of_writer(self, vals):
        """Preset site and team by the one site the writer of the ticket belongs to.

        In the portal the ticket is written with all rights by a user who has none.
        """
        if vals.get("dist_site_id") or vals.get("team_id"):
            return vals
        # sudo: the own site of a user who may read no site
        sites = (
            self.env["dist.site"]
            .sudo()
            .search([("people_ids", "in", self.env.uid)], limit=2)
        )
        if len(sites) != 1:
            return vals
        team = sites.helpdesk_team_ids
        return {
            **vals,
            "dist_site_id": sites.id,
            **({"team_id": team.id} if len(team) == 1 else {}),
        }

    def write(self, vals):
        closed = self.filtered("closed") if "stage_id" in vals else self.browse()
        result = super().write(vals)
        closed.filtered(lambda ticket: not ticket.closed)._note_reopened()
        if not vals.keys().isdisjoint(("dist_impact", "dist_urgency", "dist_site_id")):
            self._refresh_targets()
        return result

    def _note_reopened(self):
        # sudo: the counter is protected and follows the stage
        for ticket in self.sudo():
            ticket.write(
                {
                    "dist_reopen_count": ticket.dist_reopen_count + 1,
                    "dist_reopened_at": fields.Datetime.now(),
                }
            )

    def _refresh_targets(self):
        """Replace the targets by those of the present severity."""
        # sudo: targets follow from the ticket, whoever may edit them
        for ticket in self.sudo().filtered("team_id.use_sla"):
            ticket.refresh_sla()

    # -- what is open ---------------------------------------------------------------

    @api.model
    def _open_domain(self):
        """Return the domain of open tickets; a closed date says nothing about it."""
        return Domain("stage_id.closed", "=", False) & Domain(
            "duplicate_id", "=", False
        )

    @api.model
    def _site_domain(self, sites):
        """Return the domain of the tickets of some sites."""
        return Domain("dist_site_id", "in", sites.ids)

    @api.model
    def _breached_domain(self):
        """Return the domain of open tickets that have missed a target."""
        missed = Domain("state", "=", "expired") | (
            Domain("state", "=", "in_progress")
            & Domain("deadline", "<", fields.Datetime.now())
        )
        return self._open_domain() & Domain("ticket_sla_ids", "any", missed)

    # -- escalation -----------------------------------------------------------------

    @api.model
    def _cron_escalate(self):
        """Escalate what has missed its target, some tickets at a time.

        Killed at any point, the next run goes on: what was escalated waits for the
        hours of its level.
        """
        Cron = self.env["ir.cron"]
        ids = self.search(
            self._breached_domain() & Domain("dist_program_id", "!=", False), order="id"
        ).ids
        Cron._commit_progress(remaining=len(ids))
        for offset in range(0, len(ids), BATCH_SIZE):
            batch = self.browse(ids[offset : offset + BATCH_SIZE]).exists()
            batch._escalate()
            if not Cron._commit_progress(len(batch)):
                break

    def _escalate(self):
        """Take each ticket to the next level of its program's ladder when it is due."""
        ladders = self.env["dist.escalation.level"]._ladders(self.dist_program_id)
        now = fields.Datetime.now()
        for ticket in self:
            ladder = {rung.level: rung for rung in ladders[ticket.dist_program_id.id]}
            level = ticket.dist_escalation_level
            following = ladder.get(level + 1)
            waits = (
                level > 1
                and level in ladder
                and ladder[level]._ends(ticket.dist_escalated_at) > now
            )
            if following and not waits:
                ticket._escalate_to(following)

    def _escalate_to(self, rung):
        self.ensure_one()
        self.write(
            {
                "dist_escalation_level": rung.level,
                "dist_escalated_at": fields.Datetime.now(),
            }
        )
        for user in self._escalation_users(rung):
            if user.active and self.with_user(user).has_access("read"):
                self.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=user.id,
                    summary=self.env._(
                        "Escalated ticket, level %(level)s: its target is missed",
                        level=rung.level,
                    ),
                )

    def _escalation_users(self, rung):
        """Return the voting members of the body of a level, or the program manager."""
        program = self.dist_program_id
        bodies = program.body_ids.filtered(
            lambda body: rung.body_type and body.type == rung.body_type
        )
        return bodies[:1].voter_ids or program.manager_id

    # -- detection ------------------------------------------------------------------

    @api.model
    def _cron_detect(self):
        """Propose problems and major incidents from the tickets of the last hours."""
        self.env["dist.problem"]._propose()
        self.env["dist.major.incident"]._propose()

    @api.model
    def _since(self, **delta):
        """Return the domain of the tickets of a rollout written since then."""
        return (
            Domain("create_date", ">=", fields.Datetime.now() - timedelta(**delta))
            & Domain("dist_program_id", "!=", False)
            & Domain("duplicate_id", "=", False)
        )

    # -- backlog --------------------------------------------------------------------

    def action_send_to_backlog(self):
        """Turn the enhancements into entries of the improvement backlog, once."""
        self.check_access("write")
        for ticket in self:
            if ticket.dist_type != "enhancement" or not ticket.dist_program_id:
                raise UserError(
                    self.env._(
                        "%(ticket)s is no enhancement of a rollout site.",
                        ticket=ticket.display_name,
                    )
                )
            # sudo: an agent adds to the backlog without the right to rank it
            record = ticket.sudo()
            if not record.dist_improvement_id:
                record.dist_improvement_id = (
                    self.env["dist.improvement"]
                    .sudo()
                    .create(record._prepare_improvement_vals())
                )

    def _prepare_improvement_vals(self):
        self.ensure_one()
        return {
            "name": self.name,
            "description": self.env._("From ticket %(number)s", number=self.number),
            "program_id": self.dist_program_id.id,
            "site_id": self.dist_site_id.id,
            "process_id": self.dist_process_id.id,
            "goal": "productivity",
            "owner_id": self.dist_program_id.manager_id.filtered("active").id,
        }
