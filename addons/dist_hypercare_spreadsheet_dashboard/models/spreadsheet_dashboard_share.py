import re

from odoo import api, models
from odoo.exceptions import ValidationError

# how the data of a spreadsheet names where a list, a pivot or a chart reads
SOURCE = re.compile(r'"(?:model|resModel)"\s*:\s*"dist\.')


class SpreadsheetDashboardShare(models.Model):
    """A link to a frozen copy, which anybody who has the link can open.

    The copy holds what its maker sees: the record rules, by which a site manager sees
    the own sites only, would end there. Dashboards that read records of the rollout,
    copies of ours among them, therefore have no such link.
    """

    _inherit = "spreadsheet.dashboard.share"

    @api.constrains("dashboard_id")
    def _check_no_figures_of_sites(self):
        # sudo: whoever may not read the dashboard may not share it either
        for dashboard in self.dashboard_id.sudo():
            if SOURCE.search(dashboard.spreadsheet_data or ""):
                raise ValidationError(
                    self.env._(
                        "The dashboard %(name)s shows figures of sites, which a link "
                        "would show to anybody. Give its readers the role Rollout "
                        "Viewer instead, or print it.",
                        name=dashboard.name,
                    )
                )
