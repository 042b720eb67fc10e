from odoo import api, fields, models


class DistLegacySystem(models.Model):
    """Which legacy system of a program is right where two know the same record."""

    _name = "dist.legacy.system"
    _description = "Legacy System"
    _order = "program_id, sequence, id"

    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(
        string="Precedence",
        required=True,
        default=10,
        help="The values of the system with the lower number win; another one only "
        "fills what is empty.",
    )
    name = fields.Char(string="Legacy System", required=True, help="As in the mapping.")
    note = fields.Text()

    _name_uniq = models.UniqueIndex(
        "(program_id, upper(name))", "The program has this legacy system already."
    )

    @api.model
    def _ranks(self, program):
        """Return ``{system: rank}``; a system that isn't listed ranks last."""
        # sudo: the order of systems decides how a load goes, whoever runs it
        systems = self.sudo().search([("program_id", "=", program.id)])
        return {
            system.name.upper(): rank for rank, system in enumerate(systems, start=1)
        }
