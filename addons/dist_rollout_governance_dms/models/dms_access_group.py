from odoo import api, fields, models


class DmsAccessGroup(models.Model):
    _inherit = "dms.access.group"

    is_rollout = fields.Boolean(
        string="Of the Rollout",
        readonly=True,
        help="Counts the people who have a role through another one as well.",
    )

    @api.depends("is_rollout", "group_ids.all_user_ids")
    def _compute_users(self):
        result = super()._compute_users()
        for group in self.filtered("is_rollout"):
            group.users |= group.group_ids.all_user_ids
            group.count_users = len(group.users)
        return result
