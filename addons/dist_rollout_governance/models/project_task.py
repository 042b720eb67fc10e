from odoo import fields, models


class ProjectTask(models.Model):
    _inherit = "project.task"

    dist_site_id = fields.Many2one(
        "dist.site", string="Rollout Site", ondelete="set null", index="btree_not_null"
    )
