from odoo import api, fields, models


class DistAffectedWavesMixin(models.AbstractModel):
    """Register entries of sites, seen by the rollout waves these go live in.

    An entry without a site concerns every wave of its program.
    """

    _name = "dist.affected.waves.mixin"
    _description = "Entry that Affects Waves"

    # name of the field that holds the sites
    _affected_sites_field = None

    wave_ids = fields.Many2many(
        "dist.wave",
        string="Waves Affected",
        compute="_compute_wave_ids",
        search="_search_wave_ids",
    )

    @api.depends(lambda self: self._wave_dependencies())
    def _compute_wave_ids(self):
        for entry in self:
            sites = entry[self._affected_sites_field]
            entry.wave_ids = sites.wave_ids if sites else entry.program_id.wave_ids

    @api.model
    def _wave_dependencies(self):
        name = self._affected_sites_field
        return (f"{name}.wave_ids", "program_id.wave_ids") if name else ()

    @api.model
    def _search_wave_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        name = self._affected_sites_field
        return [
            "|",
            (f"{name}.wave_ids", operator, value),
            "&",
            (name, "=", False),
            ("program_id.wave_ids", operator, value),
        ]
