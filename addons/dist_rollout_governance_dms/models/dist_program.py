from odoo import models


class DistProgram(models.Model):
    _inherit = "dist.program"

    def write(self, vals):
        result = super().write(vals)
        if {"code", "name"} & vals.keys():
            for program in self:
                # sudo: nobody may write directories of the rollout
                self.env["dms.directory"].sudo().search(
                    [
                        ("dist_program_id", "=", program.id),
                        ("dist_confidentiality", "=", False),
                    ]
                )._rename_after(program)
        return result
