from odoo import models


class DistHypercareHandover(models.Model):
    _inherit = "dist.hypercare.handover"

    def _open_records(self):
        Ticket = self.env["helpdesk.ticket"]
        return [
            *super()._open_records(),
            Ticket.search(
                Ticket._open_domain() & Ticket._site_domain(self.site_id),
            ),
        ]
