from odoo import fields, models


class DistWorkplanWizardRole(models.TransientModel):
    """Who takes a role of the workplan."""

    _name = "dist.workplan.wizard.role"
    _description = "Role of the Workplan"

    wizard_id = fields.Many2one(
        "dist.workplan.wizard", required=True, ondelete="cascade", index=True
    )
    role_id = fields.Many2one(
        "project.role", string="Project Role", required=True, ondelete="cascade"
    )
    role_name = fields.Char(related="role_id.name", related_sudo=True, string="Role")
    user_ids = fields.Many2many(
        "res.users", string="People", domain="[('share', '=', False)]"
    )
