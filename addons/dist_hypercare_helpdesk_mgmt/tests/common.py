from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


class TicketCommon(RolloutCommon):
    """Site A and B with a support team each, working from 8 to 12 and 13 to 17 h UTC.

    Site A is in hypercare with the wave *Pilot*. ``agent`` works in both teams.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Support hours", "tz": "UTC", "company_id": cls.company.id}
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.sites = cls.site_a | cls.site_b
        cls.sites.action_create_helpdesk_team()
        cls.team_a, cls.team_b = (site.helpdesk_team_ids for site in cls.sites)
        cls.agent = new_test_user(
            cls.env,
            "rollout_agent",
            groups="helpdesk_mgmt.group_helpdesk_user,"
            "dist_rollout_governance.group_viewer",
            email="agent@example.com",
        )
        (cls.team_a | cls.team_b).user_ids = [Command.set(cls.agent.ids)]
        cls.wave = cls.env["dist.wave"].create(
            {
                "name": "Pilot",
                "program_id": cls.program.id,
                "site_ids": [Command.set(cls.site_a.ids)],
                "gate_ids": [Command.create({"site_id": cls.site_a.id})],
                "state": "hypercare",
            }
        )
        cls.wave._create_hypercare()
        stages = cls.env["helpdesk.ticket.stage"]
        cls.stage_new, cls.stage_work, cls.stage_done = (
            stages.browse(cls.env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}").id)
            for name in ("new", "in_progress", "done")
        )

    @classmethod
    def _ticket(cls, name="Labels", site=None, user=None, **values):
        site = site or cls.site_a
        return (
            cls.env["helpdesk.ticket"]
            .with_user(user or cls.agent)
            .create(
                {
                    "name": name,
                    "description": name,
                    "team_id": site.sudo().helpdesk_team_ids.id,
                    **values,
                }
            )
        )

    @classmethod
    def _written(cls, tickets, moment):
        """Move the tickets to the moment at which they are said to be written."""
        tickets.flush_recordset()
        cls.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = %s WHERE id IN %s",
            [moment, tuple(tickets.ids)],
        )
        tickets.invalidate_recordset()
        tickets.sudo().ticket_sla_ids.unlink()
        tickets.sudo().set_sla()
        return tickets
