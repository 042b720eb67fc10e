from odoo import fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    dist_plan_line_id = fields.Many2one(
        "dist.site.plan.template.line",
        string="From the Site Plan",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _dist_plan_line_uniq = models.UniqueIndex(
        "(dist_site_id, dist_plan_line_id) WHERE dist_plan_line_id IS NOT NULL",
        "The site has this task of its plan already.",
    )
