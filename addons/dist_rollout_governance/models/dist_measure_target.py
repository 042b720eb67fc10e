from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DistMeasureTarget(models.Model):
    """Baseline and target of a measure, for a program or for one of its sites."""

    _name = "dist.measure.target"
    _description = "Measure Target"
    _order = "measure_id, program_id, site_id"
    _rec_name = "measure_id"

    measure_id = fields.Many2one(
        "dist.measure", required=True, ondelete="cascade", index=True
    )
    unit = fields.Selection(related="measure_id.unit")
    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="cascade", index=True
    )
    site_id = fields.Many2one(
        "dist.site",
        ondelete="cascade",
        index="btree_not_null",
        domain="[('program_id', '=', program_id)]",
        help="Empty: for every site of the program that has no target of its own.",
    )
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    baseline = fields.Float(
        digits=(16, 2), help="The value before go-live, from the legacy system."
    )
    baseline_source = fields.Char(
        help="Where the baseline comes from: legacy report, period, who measured it."
    )
    target = fields.Float(digits=(16, 2), required=True)
    warning = fields.Float(
        string="Amber Until",
        digits=(16, 2),
        help="A value between the target and this one is amber. Zero: the margin of "
        "the measure decides.",
    )

    _scope_uniq = models.UniqueIndex(
        "(measure_id, program_id, COALESCE(site_id, 0))",
        "This measure has a target for that program and site already.",
    )

    @api.constrains("program_id", "site_id")
    def _check_site(self):
        for target in self:
            if target.site_id and target.site_id.program_id != target.program_id:
                raise ValidationError(
                    self.env._(
                        "Site %(site)s is not part of program %(program)s.",
                        site=target.site_id.display_name,
                        program=target.program_id.name,
                    )
                )

    @api.model
    def _for_sites(self, measures, sites):
        """Return ``{(measure id, site id): target record}``, the site's own first."""
        found = {}
        targets = self.search(
            [
                ("measure_id", "in", measures.ids),
                ("program_id", "in", sites.program_id.ids),
                ("site_id", "in", [False, *sites.ids]),
            ]
        )
        for target in targets.sorted(lambda target: bool(target.site_id)):
            for site in target.site_id or sites.filtered(
                lambda site, program=target.program_id: site.program_id == program
            ):
                found[target.measure_id.id, site.id] = target
        return found
