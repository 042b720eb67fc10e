from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon

from .test_hypercare import CODES


@tagged("post_install", "-at_install")
class TestTourExit(RolloutCommon, HttpCase):
    """Six clean days up to today, and the support lead has signed."""

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        self.env["dist.hypercare.criterion.template"].search(
            [("measure_id.code", "not in", CODES)]
        ).active = False
        now = fields.Datetime.now()
        self.site_a.cutover_at = now - timedelta(days=8)
        self.wave = self.env["dist.wave"].create(
            {
                "name": "Pilot",
                "program_id": self.program.id,
                "site_ids": [Command.set(self.site_a.ids)],
                "gate_ids": [Command.create({"site_id": self.site_a.id})],
                "state": "hypercare",
            }
        )
        self.wave._create_hypercare()
        self.care = self.wave.hypercare_ids
        self.care.started_at = now - timedelta(days=7)
        today = self.site_a._local_day()
        for code in CODES:
            for days in range(1, 7):
                self._store(
                    self.env["dist.measure"]._get(code),
                    self.site_a,
                    today - timedelta(days=days),
                    100,
                    100,
                )
        self.env["dist.body"].create(
            {
                "name": "Steering",
                "type": "steering",
                "program_id": self.program.id,
                "quorum": 1,
                "member_ids": [
                    Command.create(
                        {"user_id": self.user_governance.id, "role": "chair"}
                    )
                ],
            }
        )

    def test_committee_exits_the_wave(self):
        lead = self.user_command_center
        handover = self.env["dist.hypercare.handover"].create(
            {
                "hypercare_id": self.care.id,
                "run_owner_id": self.user_viewer.id,
                "support_model": "Service desk",
                "knowledge": "Articles",
            }
        )
        handover.with_user(lead)._sign("support_lead", "Lead", self.signature)
        care = self.care.with_user(lead)
        care.action_request_decision()
        care._sign("support_lead", "Lead", self.signature)
        self.start_tour(
            "/odoo/hypercare", "dist_hypercare_exit", login=self.user_governance.login
        )
        self.env.invalidate_all()
        self.assertEqual(self.care.state, "exited")
        self.wave.with_user(self.user_consultant).action_stabilize()
        self.assertEqual(self.wave.state, "stabilized")
