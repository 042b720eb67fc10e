from odoo import models


class HelpdeskTicketSla(models.Model):
    _inherit = "helpdesk.ticket.sla"

    # The measures of a night look at the targets that were due on two days.
    _dist_deadline_idx = models.Index("(deadline)")
