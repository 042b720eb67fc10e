from odoo import api, fields, models
from odoo.exceptions import UserError


class DistRiskIndicatorWizard(models.TransientModel):
    """Dialog that puts the same indicator of a risk on several sites.

    A site that has an indicator with this measure already gets the new threshold.
    """

    _name = "dist.risk.indicator.wizard"
    _description = "Indicator on All Sites"
    _inherit = "dist.criterion.definition.mixin"

    risk_id = fields.Many2one("dist.risk", required=True, ondelete="cascade")
    program_id = fields.Many2one(related="risk_id.program_id")
    risk_site_id = fields.Many2one(related="risk_id.site_id")
    measure_id = fields.Many2one(ondelete="cascade", index=False)
    site_ids = fields.Many2many(
        "dist.site",
        string="Sites",
        compute="_compute_site_ids",
        # the sites that the user may see
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('program_id', '=', program_id)]",
    )

    @api.depends("risk_id")
    def _compute_site_ids(self):
        for wizard in self:
            risk = wizard.risk_id
            wizard.site_ids = risk.site_id or risk.program_id.site_ids

    @api.onchange("measure_id")
    def _onchange_measure_id(self):
        if self.measure_id:
            lower = self.measure_id.direction == "lower"
            self.operator = "<=" if lower else ">="
            self.threshold = self.measure_id.target_default

    def action_confirm(self):
        """Create or adapt the indicator of each site and evaluate them."""
        self.ensure_one()
        if not self.site_ids:
            raise UserError(self.env._("Choose the sites to watch."))
        vals = self._definition_vals()
        present = self.risk_id.indicator_ids.filtered(
            lambda line: line.source == self.source
            and line.measure_id == self.measure_id
            and line.site_id in self.site_ids
        )
        present.write(vals)
        created = self.env["dist.risk.indicator"].create(
            [
                {**vals, "risk_id": self.risk_id.id, "site_id": site.id}
                for site in self.site_ids - present.site_id
            ]
        )
        # sudo: results are protected outputs that follow from the measures alone.
        (present | created).sudo()._evaluate()
        (present | created).sudo()._take_up()
        return {"type": "ir.actions.act_window_close"}
