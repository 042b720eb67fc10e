from odoo import models


class DistHypercareSession(models.Model):
    """Tickets and proposed problems stand on the agenda as well."""

    _inherit = "dist.hypercare.session"

    def _agenda_sources(self):
        return [
            *super()._agenda_sources(),
            *self._agenda_tickets(),
            *self._agenda_problems(),
        ]

    def _agenda_tickets(self):
        """Return the open tickets that are severe, missed, new or reopened."""
        Ticket = self.env["helpdesk.ticket"]
        tickets = Ticket.search(
            Ticket._open_domain() & Ticket._site_domain(self.wave_id.site_ids)
        )
        breached = Ticket.search(
            Ticket._breached_domain() & Ticket._site_domain(self.wave_id.site_ids)
        )
        last = self._last_closed_at()
        reasons = {
            ticket: self._ticket_reason(ticket, last, breached) for ticket in tickets
        }
        return [
            {
                "kind": "ticket",
                "reason": reason,
                "severity": ticket.dist_severity or "3",
                "name": ticket.display_name,
                "site_id": ticket.dist_site_id.id,
                "res_model": ticket._name,
                "res_id": ticket.id,
            }
            for ticket, reason in reasons.items()
            if reason != "aged" or ticket.dist_severity in ("1", "2")
        ]

    def _ticket_reason(self, ticket, last, breached):
        if ticket in breached:
            return "breached"
        if ticket.dist_reopened_at and (not last or ticket.dist_reopened_at > last):
            return "reopened"
        return self._reason_since(ticket, last)

    def _agenda_problems(self):
        problems = self.env["dist.problem"].search(
            [*self._site_domain(), ("state", "=", "proposed")]
        )
        last = self._last_closed_at()
        return [
            self._item_vals(problem, "problem", self._reason_since(problem, last), "2")
            for problem in problems
        ]
