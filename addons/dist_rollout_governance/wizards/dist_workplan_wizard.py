from odoo import api, fields, models
from odoo.exceptions import UserError


class DistWorkplanWizard(models.TransientModel):
    """Dialog that makes a program's workplan from a project template.

    Each role of the template is given to people: its tasks become theirs.
    """

    _name = "dist.workplan.wizard"
    _description = "Create the Workplan"

    program_id = fields.Many2one("dist.program", required=True)
    template_id = fields.Many2one(
        "project.project",
        required=True,
        domain=[("is_template", "=", True)],
        default=lambda self: self.env.ref(
            "dist_rollout_governance.project_workplan_template",
            raise_if_not_found=False,
        ),
    )
    role_ids = fields.One2many(
        "dist.workplan.wizard.role",
        "wizard_id",
        string="Roles",
        compute="_compute_role_ids",
        store=True,
        readonly=False,
    )

    @api.depends("template_id")
    def _compute_role_ids(self):
        for wizard in self:
            # sudo: the roles of the template, for who needs no right on Project
            roles = wizard.sudo().template_id.task_ids.role_ids
            wizard.role_ids = [
                fields.Command.clear(),
                *(fields.Command.create({"role_id": role.id}) for role in roles),
            ]

    def action_confirm(self):
        """Create the project and open it."""
        self.ensure_one()
        program = self.program_id
        program.check_access("write")
        if program.sudo().project_id:
            raise UserError(
                self.env._(
                    "%(program)s has its workplan already: %(project)s.",
                    program=program.name,
                    project=program.sudo().project_id.name,
                )
            )
        # sudo: a rollout consultant sets up the workplan without rights on Project;
        # the right on the program is checked above
        mapping = (
            self.env["project.template.role.to.users.map"]
            .sudo()
            .create(
                [
                    {
                        "role_id": line.role_id.id,
                        "user_ids": [fields.Command.set(line.user_ids.ids)],
                    }
                    for line in self.sudo().role_ids
                    if line.user_ids
                ]
            )
        )
        project = self.sudo().template_id.action_create_from_template(
            values=program._prepare_workplan_vals(), role_to_users_mapping=mapping
        )
        program.sudo().project_id = project
        return program.action_open_workplan()
