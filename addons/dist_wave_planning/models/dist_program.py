from odoo import fields, models


class DistProgram(models.Model):
    _inherit = "dist.program"

    wave_ids = fields.One2many("dist.wave", "program_id", string="Rollout Waves")
    wave_count = fields.Integer(compute="_compute_wave_count")

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
