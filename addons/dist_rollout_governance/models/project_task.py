from odoo import api, fields, models
from odoo.exceptions import ValidationError

SCORES = [(str(number), str(number)) for number in range(1, 6)]
BENEFITS = ("dist_value", "dist_control", "dist_adoption")


class ProjectTask(models.Model):
    """Tasks of the workplan, and improvements in the order of what they bring.

    The score of an improvement is the sum of value, control and adoption over the
    effort, each from 1 to 5: from 0.6 to 15.
    """

    _inherit = "project.task"

    dist_site_id = fields.Many2one(
        "dist.site", string="Rollout Site", ondelete="set null", index="btree_not_null"
    )
    dist_is_improvement = fields.Boolean(string="Improvement", index="btree_not_null")
    dist_value = fields.Selection(SCORES, string="Value", help="For the business.")
    dist_control = fields.Selection(
        SCORES, string="Control", help="Fewer errors, better evidence."
    )
    dist_adoption = fields.Selection(
        SCORES, string="Adoption", help="How many people will use it gladly."
    )
    dist_effort = fields.Selection(SCORES, string="Effort", help="1 hours, 5 months.")
    dist_improvement_score = fields.Float(
        string="Improvement Score",
        digits=(4, 1),
        compute="_compute_dist_improvement_score",
        store=True,
        aggregator="avg",
        help="Value, control and adoption over effort; 0 until all four are set.",
    )

    @api.depends(*BENEFITS, "dist_effort")
    def _compute_dist_improvement_score(self):
        for task in self:
            scores = [task[name] for name in (*BENEFITS, "dist_effort")]
            task.dist_improvement_score = (
                sum(map(int, scores[:-1])) / int(scores[-1]) if all(scores) else 0
            )

    @api.constrains("dist_is_improvement", "project_id")
    def _check_improvement_project(self):
        for task in self:
            if task.dist_is_improvement and not task.project_id:
                raise ValidationError(
                    self.env._(
                        "%(task)s is an improvement: choose the workplan it is in.",
                        task=task.name,
                    )
                )
