from odoo import fields, models

from odoo.addons.dist_rollout_governance.services.canonical import decimal_text
from odoo.addons.dist_rollout_governance.services.hash_chain import content_hash

from .dist_wave import GATE_STATES


class DistProgram(models.Model):
    _name = "dist.program"
    _inherit = ["dist.program", "dist.program.calendar.mixin"]

    wave_ids = fields.One2many("dist.wave", "program_id", string="Rollout Waves")
    wave_count = fields.Integer(compute="_compute_wave_count")
    gate_template_id = fields.Many2one(
        "dist.gate.template",
        ondelete="restrict",
        index="btree_not_null",
        default=lambda self: self.env.ref(
            "dist_wave_planning.gate_template_standard", raise_if_not_found=False
        ),
        help="What new sites start with: the lines of the gate and the site plan.",
    )

    def _compute_wave_count(self):
        counts = dict(
            self.env["dist.wave"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.wave_count = counts.get(program, 0)

    def action_open_waves(self):
        """Open the program's rollout waves."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_wave_action"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.id)],
            context={"default_program_id": self.id},
        )

    # -- steering pack ---------------------------------------------------------------

    def _steering_sections(self):
        return [
            self._steering_waves(),
            self._steering_gates(),
            *super()._steering_sections(),
        ]

    def _steering_waves(self):
        env = self.env
        waves = env["dist.wave"].search([("program_id", "=", self.id)])
        return self._steering_section(
            "waves",
            env._("Rollout waves"),
            [
                env._("Wave"),
                env._("Status"),
                env._("Go-live"),
                env._("Readiness"),
                env._("Signed"),
            ],
            [
                [
                    wave.name,
                    self._steering_label(wave, "state"),
                    str(wave.planned_go_live or ""),
                    f"{decimal_text(wave.readiness, 0)} %",
                    f"{wave.gate_signed_count} / {wave.gate_count}",
                ]
                for wave in waves
            ],
        )

    def _steering_gates(self):
        """State each open gate with the hash of its results, as a signature has it."""
        env = self.env
        gates = env["dist.gate"].search(
            [
                ("program_id", "=", self.id),
                ("wave_state", "in", GATE_STATES),
            ]
        )
        return self._steering_section(
            "gates",
            env._("Readiness gates"),
            [
                env._("Site"),
                env._("Status"),
                env._("Lines passed"),
                env._("Hash of the results"),
            ],
            [
                [
                    gate.site_id.display_name,
                    self._steering_label(gate, "state"),
                    f"{gate.passed_count} / {gate.line_count}",
                    content_hash(gate._signoff_content())[:16],
                ]
                for gate in gates
            ],
        )
