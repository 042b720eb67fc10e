from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.dist_rollout_governance.tests.common_blueprint import BlueprintCommon

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestGateDrift(BlueprintCommon, WaveCommon):
    """A gate line that asks for no uncovered drift relies on deviations in force."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        measure = cls.env["dist.measure"]._get("drift_uncovered")
        cls.template.line_ids = [
            Command.clear(),
            Command.create(
                {
                    "name": "Drift",
                    "workstream": "purchase_inventory",
                    "measure_id": measure.id,
                    "operator": "<=",
                    "threshold": 0,
                    "max_age_days": 7,
                }
            ),
        ]
        cls.gate, _other = cls._open_gates()
        cls.warehouse_a.delivery_steps = "ship_only"
        cls.blueprint = cls._release(cls._create_delivery_blueprint())
        cls.deviation = (
            cls.env["dist.deviation"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "name": "One step",
                    "program_id": cls.program.id,
                    "site_id": cls.site_a.id,
                    "element_id": cls.blueprint.element_ids.id,
                    "reason": "No output area.",
                    "valid_until": fields.Date.today() + timedelta(days=1),
                }
            )
        )

    def _approve(self):
        self._request(self.deviation)
        self._decide(self.deviation)

    def test_line_follows_the_deviation(self):
        line = self.gate.line_ids
        self.assertEqual(line.result, "failed")
        self._approve()
        self.assertEqual(line.result, "passed")
        self._sign_gate(self.gate)
        self.assertEqual(self.gate.signoff_state, "signed")
        self.deviation.with_user(self.user_consultant).action_close()
        self.assertEqual(line.result, "failed")
        self.gate.invalidate_recordset()
        self.assertEqual(self.gate.signoff_state, "stale")

    def test_expired_deviation_keeps_from_signing(self):
        self._approve()
        with freeze_time(fields.Datetime.now() + timedelta(days=3)):
            # no job has run since the last day of the deviation
            self.assertEqual(self.gate.line_ids.result, "passed")
            with self.assertRaisesRegex(UserError, "Drift: is 1"):
                self._sign_gate(self.gate)
            self.assertEqual(self.gate.line_ids.result, "failed")
