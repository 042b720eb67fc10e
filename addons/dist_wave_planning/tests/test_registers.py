import io

from PyPDF2 import PdfReader

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.dist_rollout_governance.services.hash_chain import content_hash

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestRegisters(WaveCommon):
    """What rollout waves add to the registers of governance."""

    def _requirement(self, sites):
        return self.env["dist.requirement"].create(
            {
                "name": "Labels",
                "program_id": self.program.id,
                "process_id": self.env["dist.process"].search([], limit=1).id,
                "affected_site_ids": [Command.set(sites.ids)],
            }
        )

    def test_waves_affected(self):
        other = self._create_wave(
            name="Wave 2", site_ids=[Command.set(self.site_c.ids)]
        )
        mine = self._requirement(self.site_a)
        everywhere = self._requirement(self.site_a.browse())
        self.assertEqual(mine.wave_ids, self.wave)
        self.assertEqual(everywhere.wave_ids, self.wave | other)
        Requirement = self.env["dist.requirement"]
        found = Requirement.search([("wave_ids", "=", other.id)])
        self.assertEqual(found, everywhere)
        found = Requirement.search([("wave_ids.state", "=", "draft")])
        self.assertEqual(found, mine | everywhere)
        scope = self.env["dist.app.scope"].create(
            {
                "program_id": self.program.id,
                "site_id": self.site_c.id,
                "app_id": self.env["dist.app"].search([], limit=1).id,
            }
        )
        self.assertEqual(scope.wave_ids, other)

    def test_site_shows_its_wave(self):
        self.assertEqual(self.site_a.rollout_status, "Before Cutover")
        gate, _other = self._open_gates()
        self._pass_lines(gate)
        self.site_a.invalidate_recordset()
        site = self.site_a.with_user(self.manager_a)
        self.assertEqual(site.rollout_status, "Wave 1: Preparing")
        self.assertEqual(site.rollout_progress, gate.score)

    def test_steering_pack_on_paper(self):
        """The page names the sites and carries the hash of the gates' results."""
        gate, _other = self._open_gates()
        self._pass_lines(gate)
        program = self.program.with_user(self.user_consultant)
        action = program.action_create_steering_pack()
        pack = self.env["dist.steering.pack"].browse(action["res_id"])
        content, _type = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(
                "dist_rollout_governance.action_report_steering_pack", pack.ids
            )
        )
        pages = PdfReader(io.BytesIO(content)).pages
        self.assertEqual(len(pages), 1)
        text = " ".join(pages[0].extract_text().split())
        self.assertIn("A Site A", text)
        self.assertIn("B Site B", text)
        self.assertIn(content_hash(gate._signoff_content())[:16], text)
        self.assertIn(pack.sha256, text)
