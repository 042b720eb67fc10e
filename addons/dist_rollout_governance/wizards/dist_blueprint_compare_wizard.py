from odoo import api, fields, models


class DistBlueprintCompareWizard(models.TransientModel):
    """Dialog that shows what changed between two versions of a blueprint."""

    _name = "dist.blueprint.compare.wizard"
    _description = "Compare Versions of a Blueprint"

    old_id = fields.Many2one("dist.blueprint", string="From Version")
    new_id = fields.Many2one("dist.blueprint", string="To Version", required=True)
    program_id = fields.Many2one(related="new_id.program_id")
    difference = fields.Html(compute="_compute_difference", sanitize=False)

    @api.depends("old_id", "new_id")
    def _compute_difference(self):
        kinds = {
            "added": self.env._("Added"),
            "removed": self.env._("Removed"),
            "changed": self.env._("Changed"),
        }
        for wizard in self:
            wizard.difference = self.env["ir.qweb"]._render(
                "dist_rollout_governance.dist_blueprint_difference",
                {
                    "differences": [
                        (code, kinds[kind], changes)
                        for code, kind, changes in wizard.new_id._differences(
                            wizard.old_id
                        )
                    ],
                },
            )
