from odoo import api, fields, models


class DistSiteOnboardingLine(models.TransientModel):
    """One kind of what a new site was given, counted."""

    _name = "dist.site.onboarding.line"
    _description = "Result of Adding a Site"

    wizard_id = fields.Many2one(
        "dist.site.onboarding", required=True, ondelete="cascade", index=True
    )
    name = fields.Char(string="Kind", required=True, readonly=True)
    created_count = fields.Integer(string="Created", readonly=True)
    existing_count = fields.Integer(string="There Already", readonly=True)
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    can_open = fields.Boolean(compute="_compute_can_open")

    @api.depends("res_model", "res_ids")
    def _compute_can_open(self):
        for line in self:
            model = self.env.get(line.res_model)
            line.can_open = bool(
                line.res_ids and model is not None and model.has_access("read")
            )

    def action_open(self):
        """Open the records, with the user's own rights."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.res_ids)],
            "context": {"active_test": False},
        }
