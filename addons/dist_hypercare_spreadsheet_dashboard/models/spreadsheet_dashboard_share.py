import re

from odoo import api, models
from odoo.exceptions import UserError

# how the data of a spreadsheet names where a list, a pivot or a chart reads
SOURCE = re.compile(r'"(?:model|resModel)"\s*:\s*"dist\.')


class SpreadsheetDashboardShare(models.Model):
    """A link to a frozen copy, which anybody who has the link can open.

    The copy holds what its maker sees: the record rules, by which a site manager sees
    the own sites only, would end there. Dashboards that read records of the rollout,
    copies of ours among them, therefore have no such link.
    """

    _inherit = "spreadsheet.dashboard.share"

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create(vals_list)
        for dashboard in shares.dashboard_id:
            # sudo: whoever may not read the dashboard may not share it either
            if SOURCE.search(dashboard.sudo().spreadsheet_data or ""):
                raise UserError(
                    self.env._(
                        "The dashboard %(name)s shows figures of sites, which a link "
                        "would show to anybody. Give its readers the role Rollout "
                        "Viewer instead, or print it.",
                        name=dashboard.sudo().name,
                    )
                )
        return shares
