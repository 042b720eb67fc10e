from odoo import fields, models


class DistMilestone(models.Model):
    _inherit = "dist.milestone"

    plan_line_id = fields.Many2one(
        "dist.site.plan.template.line",
        string="From the Site Plan",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _plan_line_uniq = models.UniqueIndex(
        "(site_id, plan_line_id) WHERE plan_line_id IS NOT NULL",
        "The site has this milestone of its plan already.",
    )
