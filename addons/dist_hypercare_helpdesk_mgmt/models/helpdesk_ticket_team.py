from odoo import fields, models


class HelpdeskTicketTeam(models.Model):
    _inherit = "helpdesk.ticket.team"

    dist_site_id = fields.Many2one(
        "dist.site",
        string="Rollout Site",
        ondelete="restrict",
        index="btree_not_null",
        help="Tickets of the team are tickets of the site. The working hours of the "
        "team are the hours in which the site is supported.",
    )
