from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.dist_rollout_governance.tests.common_decision import DecisionCommon

from .common import WaveCommon


class TourCommon(WaveCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # On a phone OdooBot's first chat would cover the application.
        cls.env["res.users"].search([]).odoobot_state = "disabled"


@tagged("post_install", "-at_install")
class TestSignOnThePhone(TourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_site_manager_signs(self):
        gate_a, _gate_b = self._open_gates()
        self._pass_lines(gate_a)
        self.start_tour(
            "/odoo/my-readiness",
            "dist_site_manager_signs",
            login=self.manager_a.login,
        )
        self.assertEqual(gate_a.state, "signed")
        row = gate_a.signoff_ids
        self.assertEqual(row.signer_id, self.manager_a)
        self.assertTrue(row.signature)
        self.assertFalse(row.chain_id.sudo()._run_check())


@tagged("post_install", "-at_install")
class TestPhotoOnThePhone(TourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_site_manager_takes_a_photo(self):
        gate_a, _gate_b = self._open_gates()
        self.start_tour(
            "/odoo/my-readiness",
            "dist_site_manager_takes_photo",
            login=self.manager_a.login,
        )
        line = gate_a.line_ids.filtered(lambda line: line.source == "attested")
        self.assertEqual(line.result, "passed")
        self.assertEqual(line.attested_by_id, self.manager_a)
        self.assertEqual(line.evidence_attachment_ids.name, "floor.png")
        self.assertEqual(line.evidence_attachment_ids.mimetype, "image/png")
        self.assertEqual(gate_a.state, "not_ready")
        self.assertEqual(gate_a.signoff_ids.statement, "The printers are missing.")


@tagged("post_install", "-at_install")
class TestMatrixOnThePhone(TourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_viewer_scrolls_the_matrix(self):
        self.wave.template_id = self.env.ref(
            "dist_wave_planning.gate_template_standard"
        )
        self._open_gates()
        self.start_tour(
            f"/odoo/rollout-waves/{self.wave.id}",
            "dist_viewer_scrolls_matrix",
            login=self.user_viewer.login,
        )


@tagged("post_install", "-at_install")
class TestSignOnTheDesktop(TestSignOnThePhone):
    browser_size = "1400x900"
    touch_enabled = False


@tagged("post_install", "-at_install")
class TestPlanWave(TourCommon):
    browser_size = "1400x900"

    def test_consultant_plans_wave(self):
        self.wave.active = False
        measure = self.env["dist.measure"]._get("negative_quants")
        self.env["dist.gate.template"].create(
            {
                "name": "Tour Template",
                "line_ids": [
                    fields.Command.create(
                        {
                            "name": "No negative stock",
                            "workstream": "logistics",
                            "measure_id": measure.id,
                            "operator": "=",
                            "threshold": 0,
                        }
                    )
                ],
            }
        )
        warehouse = self._create_warehouse("TUR", self.site_a)
        product = self.env["product.product"].create(
            {"name": "Tour Bolt", "is_storable": True}
        )
        self.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, -3
        )
        today = self.site_a._local_day()
        measure._compute_values(self.site_a, today - timedelta(days=1), today)
        self.user_consultant.group_ids += self.env.ref("stock.group_stock_user")
        # the tour takes the day of today, whatever the calendar says of it
        with patch.object(type(self.wave), "_calendar_obstacles", lambda wave: []):
            self.start_tour(
                "/odoo/rollout-waves",
                "dist_consultant_plans_wave",
                login=self.user_consultant.login,
            )
        wave = self.env["dist.wave"].search([("name", "=", "Tour Wave")])
        self.assertEqual(wave.gate_ids.line_ids.result, "failed")

    def test_consultant_plans_three_waves(self):
        program = self.env["dist.program"].create(
            {"name": "Planned Program", "code": "PLANNED"}
        )
        sites = self.env["dist.site"].create(
            [
                {
                    "name": f"Planned {number}",
                    "code": f"PL{number}",
                    "program_id": program.id,
                    "manager_id": self.manager_a.id,
                }
                for number in range(5)
            ]
        )
        self.start_tour(
            "/odoo/rollout-wave-planner",
            "dist_consultant_plans_three_waves",
            login=self.user_consultant.login,
        )
        waves = program.wave_ids
        self.assertEqual(len(waves), 3)
        self.assertEqual(waves.mapped("state"), ["draft"] * 3)
        self.assertEqual(waves.template_id, self.template)
        self.assertEqual(waves.site_ids, sites)
        self.assertEqual([len(wave.site_ids) for wave in waves], [1, 2, 2])


@tagged("post_install", "-at_install")
class TestCommitteeDecides(DecisionCommon, TourCommon):
    """No-go first, then go with a waiver; both stay to be read."""

    browser_size = "1400x900"

    def test_no_go_then_go_with_a_waiver(self):
        gate_a, gate_b = self._open_gates()
        self._pass_lines(gate_a, variance=9)
        self._pass_lines(gate_b)
        self._sign_gate(gate_b)
        self._tour("/odoo/rollout-waves", "dist_committee_decides_no_go")
        no_go = self.wave.signoff_ids
        self.assertEqual(no_go.verdict, "refuse")
        self.assertEqual(no_go.signer_id, self.member_1)
        self.assertEqual(self.wave.state, "preparing")

        waiver = (
            self.env["dist.gate.waiver"]
            .with_user(self.user_consultant)
            .create(
                {
                    "line_id": gate_a._red_lines().id,
                    "reason": "The count is repeated on Monday.",
                    "compensating_action": "No picking from row C until then.",
                    "valid_until": fields.Date.today() + timedelta(days=5),
                }
            )
        )
        decision = self._request(waiver)
        for member in (self.member_2, self.member_3):
            self._vote(decision, member)
        self._tour("/odoo/rollout-my-decisions", "dist_committee_waives")
        self.assertEqual(decision.state, "approved")

        self._sign_gate(gate_a)
        self.wave.with_user(self.user_consultant).action_declare_ready()
        with patch.object(type(self.wave), "_calendar_obstacles", lambda wave: []):
            self._tour("/odoo/rollout-waves", "dist_committee_decides_go")
        self.assertEqual(self.wave.state, "go")
        rows = self.wave.signoff_ids.sorted("seq")
        self.assertEqual(rows.mapped("verdict"), ["refuse", "sign"])
        self.assertEqual(rows[-1]._content()["waived"], ["A Stock"])

    def _tour(self, url, name):
        self.start_tour(url, name, login=self.member_1.login)


@tagged("post_install", "-at_install")
class TestDevicesOnThePhone(TourCommon):
    browser_size = "390x844"
    touch_enabled = True

    def test_site_manager_tests_devices(self):
        self.env["dist.device.check.item"].search([]).active = False
        for name, kind in (("Tour Scanner", "scanner"), ("Tour Printer", "label")):
            self.env["dist.device.check.item"].create(
                {"name": name, "kind": kind, "guidance": "Scan a label"}
            )
        scanner, printer = self.site_a._create_device_checks()
        self.start_tour(
            "/odoo/my-devices",
            "dist_site_manager_tests_devices",
            login=self.manager_a.login,
        )
        self.assertRecordValues(
            scanner | printer,
            [
                {"result": "passed", "finding": False},
                {"result": "failed", "finding": "No paper"},
            ],
        )
        self.assertEqual((scanner | printer).tested_by_id, self.manager_a)
