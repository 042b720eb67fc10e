from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_DAYS = 365


class DistRiskContingency(models.Model):
    """One task of a risk's contingency plan; it comes into being with the trigger."""

    _name = "dist.risk.contingency"
    _description = "Contingency Task"
    _inherit = "dist.protected.mixin"
    _order = "risk_id, sequence, id"
    _protected_fields = frozenset({"task_id"})
    _immutable_fields = frozenset({"risk_id"})

    name = fields.Char(string="Task", required=True)
    sequence = fields.Integer(default=10)
    risk_id = fields.Many2one(
        "dist.risk", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(
        related="risk_id.program_id", store=True, index=True, precompute=True
    )
    site_id = fields.Many2one(
        related="risk_id.site_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="risk_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: the owner of the risk.",
    )
    days = fields.Integer(
        default=1,
        help="Days after the trigger by which the task is done.",
    )
    task_id = fields.Many2one(
        "project.task",
        string="Created Task",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    is_done = fields.Boolean(
        string="Done", compute="_compute_is_done", compute_sudo=True
    )

    _days_range = models.Constraint(
        f"CHECK (days BETWEEN 0 AND {MAX_DAYS})",
        f"A contingency task is due between 0 and {MAX_DAYS} days after the trigger.",
    )

    @api.depends("task_id.state")
    def _compute_is_done(self):
        for line in self:
            line.is_done = line.task_id.is_closed

    @api.ondelete(at_uninstall=False)
    def _unlink_except_created(self):
        created = self.filtered("task_id")
        if created:
            raise UserError(
                self.env._(
                    "“%(task)s” was started when the risk was triggered and stays in "
                    "its plan. Cancel the task in the workplan instead.",
                    task=created[0].name,
                )
            )

    def _create_tasks(self):
        """Create the task of each line that has none, with one call a program."""
        missing = self.filtered(lambda line: not line.task_id)
        for program, lines in missing.grouped("program_id").items():
            tasks = program._create_workplan_tasks(
                [line._prepare_task_vals() for line in lines]
            )
            for line, task in zip(lines, tasks, strict=True):
                line.task_id = task

    def _prepare_task_vals(self):
        """Return the values of the line's task in the workplan."""
        self.ensure_one()
        user = self.user_id.filtered("active") or self.risk_id._responsible()
        triggered = self.risk_id.triggered_at or fields.Datetime.now()
        return {
            "name": self.env._(
                "%(risk)s: %(task)s", risk=self.risk_id.name, task=self.name
            ),
            "user_ids": [fields.Command.set(user.ids)],
            "date_deadline": triggered + timedelta(days=self.days),
            "dist_site_id": self.site_id.id,
        }

    def _forget_tasks(self):
        """Begin a new round: the tasks of the last one stay in the workplan."""
        self.write({"task_id": False})
