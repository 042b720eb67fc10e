from odoo import api, fields, models
from odoo.exceptions import UserError


class DistRiskCatalogueWizard(models.TransientModel):
    """Dialog that takes risks of the catalogue into a program's register.

    What the register has already, archived or not, is left alone: the dialog can be
    used again for further risks or sites.
    """

    _name = "dist.risk.catalogue.wizard"
    _description = "Add Risks from the Catalogue"

    program_id = fields.Many2one(
        "dist.program",
        required=True,
        default=lambda self: self.env["dist.risk"]._default_program_id(),
    )
    site_ids = fields.Many2many(
        "dist.site",
        string="Sites",
        domain="[('program_id', '=', program_id)]",
        help="A risk for each of them. Empty: risks of the whole program.",
    )
    template_ids = fields.Many2many(
        "dist.risk.template",
        string="Risks",
        default=lambda self: self.env["dist.risk.template"].search([]),
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        help="Owns the risks until somebody else does; the catalogue suggests a role.",
    )
    with_indicators = fields.Boolean(
        default=True,
        help="Put the suggested indicators on the sites, where their measure exists.",
    )

    @api.onchange("program_id")
    def _onchange_program_id(self):
        self.site_ids = False

    def action_confirm(self):
        """Create what is missing and open the register."""
        self.ensure_one()
        if not self.template_ids:
            raise UserError(self.env._("Choose the risks to add."))
        risks = self._create_risks()
        if self.with_indicators:
            self._create_indicators(risks)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_risk_action"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.program_id.id)],
            context={"default_program_id": self.program_id.id},
        )

    def _create_risks(self):
        """Create the risks that the register does not have yet and return them."""
        Risk = self.env["dist.risk"]
        # sudo: an entry counts as being there whoever may see it.
        present = {
            (risk.site_id.id, risk.template_id.id)
            for risk in Risk.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("program_id", "=", self.program_id.id),
                    ("template_id", "in", self.template_ids.ids),
                ]
            )
        }
        return Risk.create(
            [
                {
                    **template._risk_vals(),
                    "program_id": self.program_id.id,
                    "site_id": site_id,
                    "owner_id": self.owner_id.id,
                }
                for site_id in self.site_ids.ids or [False]
                for template in self.template_ids
                if (site_id, template.id) not in present
            ]
        )

    def _create_indicators(self, risks):
        """Give new risks the indicators that the catalogue suggests."""
        codes = set(filter(None, risks.template_id.mapped("measure_code")))
        measures = {
            measure.code: measure
            for measure in self.env["dist.measure"].search(
                [("code", "in", list(codes))]
            )
        }
        vals_list = []
        for risk in risks:
            indicator = risk.template_id._indicator_vals(measures)
            if indicator:
                vals_list += [
                    {**indicator, "risk_id": risk.id, "site_id": site.id}
                    for site in risk.site_id or self.program_id.site_ids
                ]
        indicators = self.env["dist.risk.indicator"].create(vals_list)
        # sudo: results are protected outputs that follow from the measures alone.
        indicators.sudo()._evaluate()
