from odoo import models

from odoo.addons.dist_hypercare.models.dist_wave_command_center_mixin import (
    LIST_LIMIT,
    SEVERITY_BADGES,
)


class DistWave(models.Model):
    """The command center shows the open tickets by severity."""

    _inherit = "dist.wave"

    def _command_center_sections(self, sites):
        return [self._section_tickets(sites), *super()._command_center_sections(sites)]

    def _section_domain(self, key, sites):
        if key != "tickets":
            return super()._section_domain(key, sites)
        Ticket = self.env["helpdesk.ticket"]
        return "helpdesk.ticket", list(
            Ticket._open_domain() & Ticket._site_domain(sites)
        )

    def _command_center_models(self):
        return super()._command_center_models() | {"helpdesk.ticket"}

    def _section_tickets(self, sites):
        _model, domain = self._section_domain("tickets", sites)
        Ticket = self.env["helpdesk.ticket"]
        labels = self._labels_of("helpdesk.ticket", "dist_severity")
        counts = dict(Ticket._read_group(domain, ["dist_severity"], ["__count"]))
        section = self._section(
            "tickets",
            self.env._("Open Tickets"),
            "fa-ticket",
            Ticket.search(domain, order="dist_severity, create_date", limit=LIST_LIMIT),
            self.env._("No ticket is open."),
            lambda ticket: {
                "badge": labels.get(ticket.dist_severity, ""),
                "badge_class": SEVERITY_BADGES.get(ticket.dist_severity, ""),
                "text": ticket.dist_site_id.display_name or "",
            },
        )
        figures = ", ".join(
            f"{labels[severity]}: {counts[severity]}"
            for severity in labels
            if severity in counts
        )
        if figures:
            section["name"] = self.env._("Open Tickets (%(figures)s)", figures=figures)
        return section
