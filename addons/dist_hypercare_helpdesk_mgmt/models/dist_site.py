from odoo import fields, models


class DistSite(models.Model):
    _inherit = "dist.site"

    helpdesk_team_ids = fields.One2many(
        "helpdesk.ticket.team", "dist_site_id", string="Support Teams"
    )

    def action_create_helpdesk_team(self):
        """Give each site without a support team one, with targets by severity."""
        self.check_access("write")
        # sudo: a consultant sets up the sites without the right to manage helpdesk;
        # who sits in the team is for the helpdesk manager.
        for site in self.sudo().filtered(lambda site: not site.helpdesk_team_ids):
            self.env["helpdesk.ticket.team"].sudo().create(
                {
                    "name": site.display_name,
                    "dist_site_id": site.id,
                    "company_id": site.company_id.id,
                    "use_sla": True,
                    "resource_calendar_id": site.company_id.resource_calendar_id.id,
                }
            )
