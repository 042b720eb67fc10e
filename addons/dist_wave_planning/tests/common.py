from datetime import date

from odoo import fields

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


class WaveCommon(RolloutCommon):
    """A template of three lines and a wave of ``site_a`` and ``site_b``.

    Lines: *Stock* (computed, mandatory, at most 0.5 %), *Documents* (attested,
    mandatory) and *Nice* (computed, optional).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._create_measure("stock_variance", direction="lower")
        cls.template = cls.env["dist.gate.template"].create(
            {
                "name": "Test Template",
                "line_ids": [
                    fields.Command.create(values)
                    for values in (
                        {
                            "name": "Stock",
                            "workstream": "purchase_inventory",
                            "measure_id": cls.measure.id,
                            "operator": "<=",
                            "threshold": 0.5,
                            "max_age_days": 7,
                            "weight": 3,
                        },
                        {
                            "name": "Documents",
                            "workstream": "people",
                            "source": "attested",
                        },
                        {
                            "name": "Nice",
                            "workstream": "logistics",
                            "measure_id": cls.measure.id,
                            "operator": "<=",
                            "threshold": 0,
                            "is_mandatory": False,
                        },
                    )
                ],
            }
        )
        cls.wave = cls._create_wave()

    @classmethod
    def _create_wave(cls, **values):
        return cls.env["dist.wave"].create(
            {
                "name": "Wave 1",
                "program_id": cls.program.id,
                "template_id": cls.template.id,
                "planned_go_live": date(2026, 5, 12),
                "site_ids": [fields.Command.set((cls.site_a | cls.site_b).ids)],
                "fallback": "The old system goes on; the wave lead decides by noon.",
                "support_staffing": "Two consultants on site for two weeks.",
                **values,
            }
        )

    @classmethod
    def _open_gates(cls):
        """Open the wave's gates as the consultant and return them."""
        wave = cls.wave.with_user(cls.user_consultant)
        if wave.state == "draft":
            wave.action_plan()
        wave.action_open_gates()
        return cls.wave.gate_ids

    @classmethod
    def _start_hypercare(cls):
        """Take the wave from its go decision to hypercare; its sites are live."""
        wave = cls.wave.with_user(cls.user_consultant)
        wave.action_start_cutover()
        wave.action_start_hypercare()

    def _pass_lines(self, gate, variance=0.2):
        """Make the facts of a gate true: a measure value and an attestation."""
        site = gate.site_id
        self._store(self.measure, site, site._local_day(), variance, 100)
        line = gate.line_ids.filtered(lambda line: line.source == "attested")
        document = self._create_document(self.user_consultant)
        line.with_user(self.user_consultant)._attest("passed", document)
        gate.action_evaluate()

    def _sign_gate(self, gate, user=None):
        return gate.with_user(user or gate.site_id.manager_id)._sign(
            "site_manager", "Ada Lovelace", self.signature
        )

    def _decide_wave(self, user=None, verdict="sign", statement=""):
        """Decide go, no-go or the fallback, as a member of the committee."""
        if verdict == "sign" and self.wave.state == "preparing":
            self.wave.with_user(self.user_consultant).action_declare_ready()
        return self.wave.with_user(user or self.user_governance)._sign(
            "steering", "Grace Hopper", self.signature, verdict, statement
        )
