from odoo import api, fields, models

SECOND_KEYS = [
    ("none", "No Second Key"),
    ("process_owner", "Process Owner"),
    ("finance_controller", "Finance Controller"),
    ("regional_lead", "Regional Lead"),
]


class DistGateTemplate(models.Model):
    """The lines every readiness gate of a wave starts with."""

    _name = "dist.gate.template"
    _description = "Gate Template"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    second_key = fields.Selection(
        SECOND_KEYS,
        required=True,
        default="none",
        help="Who signs each gate beside the site manager: the process owner of the "
        "wave, a finance controller of the company, or the lead of the site's region.",
    )
    line_ids = fields.One2many(
        "dist.gate.template.line", "template_id", string="Lines", copy=True
    )
    plan_line_ids = fields.One2many(
        "dist.site.plan.template.line",
        "template_id",
        string="Site Plan",
        copy=True,
        help="What every site that is added with the template is given as well.",
    )
    line_count = fields.Integer(string="Gate Lines", compute="_compute_counts")
    mandatory_count = fields.Integer(
        string="No-Go Lines",
        compute="_compute_counts",
        help="Lines without which there is no go-live, unless they are waived.",
    )
    plan_line_count = fields.Integer(
        string="Site Plan Lines", compute="_compute_counts"
    )

    @api.depends("line_ids.is_mandatory", "plan_line_ids")
    def _compute_counts(self):
        for template in self:
            template.line_count = len(template.line_ids)
            template.mandatory_count = len(template.line_ids.filtered("is_mandatory"))
            template.plan_line_count = len(template.plan_line_ids)
