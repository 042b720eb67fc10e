from odoo import fields, models


class DistWorkaround(models.Model):
    """An expired workaround opens a ticket at its site as well."""

    _inherit = "dist.workaround"

    ticket_ids = fields.One2many(
        "helpdesk.ticket", "dist_workaround_id", string="Tickets", readonly=True
    )

    def _after_expire(self):
        result = super()._after_expire()
        expired = self.filtered("site_id")
        self.env["helpdesk.ticket"].create(
            [workaround._prepare_ticket_vals() for workaround in expired]
        )
        return result

    def _prepare_ticket_vals(self):
        self.ensure_one()
        impact = {"critical": "site", "high": "process"}.get(self.risk_level, "team")
        return {
            "name": self.env._(
                "Expired workaround still in use: %(name)s", name=self.name
            ),
            "description": self.risk,
            "company_id": self.company_id.id,
            "dist_site_id": self.site_id.id,
            "team_id": self.site_id.helpdesk_team_ids[:1].id,
            "dist_workaround_id": self.id,
            "dist_impact": impact,
            "partner_id": self.owner_id.partner_id.id,
        }
