from odoo import api, fields, models

# So many tickets of severity 2 or worse at one site in so many minutes.
TICKETS = 5
MINUTES = 60


class DistMajorIncident(models.Model):
    """Major incidents that tickets propose, once: later tickets join the open one."""

    _inherit = "dist.major.incident"

    ticket_ids = fields.One2many(
        "helpdesk.ticket", "dist_incident_id", string="Tickets", readonly=True
    )

    @api.model
    def _propose(self):
        """Propose a candidate for each site with five severe tickets in 60 minutes."""
        fresh = self.env["helpdesk.ticket"]._since(minutes=MINUTES) & (
            fields.Domain("dist_severity", "in", ("1", "2"))
            & fields.Domain("dist_incident_id", "=", False)
        )
        known = {
            incident.site_id: incident
            for incident in self.search(
                [("state", "in", ("candidate", "declared")), ("rule", "!=", False)]
            )
        }
        groups = self.env["helpdesk.ticket"]._read_group(
            fresh, ["dist_site_id"], ["id:recordset"]
        )
        for site, tickets in groups:
            incident = known.get(site)
            if not incident and len(tickets) >= TICKETS:
                incident = self.create(self._prepare_candidate_vals(site, tickets))
                incident._tell_responsible(
                    self.env._("Major incident? Declare or dismiss it")
                )
            if incident:
                tickets.dist_incident_id = incident

    @api.model
    def _prepare_candidate_vals(self, site, tickets):
        return {
            "name": self.env._(
                "Many severe tickets at %(site)s", site=site.display_name
            ),
            "program_id": site.program_id.id,
            "site_id": site.id,
            "wave_id": tickets.dist_wave_id[:1].id,
            "owner_id": False,
            "impact": "\n".join(tickets.mapped("display_name")),
            "rule": self.env._(
                "%(count)s tickets of severity 2 or worse in %(minutes)s minutes",
                count=len(tickets),
                minutes=MINUTES,
            ),
        }
