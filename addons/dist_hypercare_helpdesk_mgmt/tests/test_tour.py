from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestTour(TicketCommon, HttpCase):
    browser_size = "1400x900"

    def test_triage(self):
        """An agent sets impact and urgency, sees the severity and takes the ticket."""
        triager = new_test_user(
            self.env,
            "triager",
            groups="helpdesk_mgmt.group_helpdesk_user,"
            "dist_rollout_governance.group_viewer",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.team_a.user_ids = [Command.link(triager.id)]
        ticket = self._ticket("Scanner is dead", user_id=False)
        self.start_tour(
            "/odoo/rollout-tickets",
            "dist_hypercare_helpdesk_mgmt_triage",
            login="triager",
        )
        ticket.invalidate_recordset()
        self.assertRecordValues(ticket, [{"dist_severity": "1", "user_id": triager.id}])
