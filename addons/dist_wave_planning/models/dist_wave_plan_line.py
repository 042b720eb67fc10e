from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .dist_wave_plan import MAX_WAVES


class DistWavePlanLine(models.Model):
    """A site in a wave plan: the wave and day proposed for it, and why.

    Whoever moves it to another wave locks it there; the next proposal is made around
    it. A site that is in a wave already can't be moved in the plan.
    """

    _name = "dist.wave.plan.line"
    _description = "Site in a Wave Plan"
    _inherit = "dist.protected.mixin"
    _order = "plan_id, wave_number, site_id"
    _rec_name = "site_id"
    _immutable_fields = frozenset({"plan_id", "site_id"})
    _protected_fields = frozenset({"reason", "wave_id"})

    plan_id = fields.Many2one(
        "dist.wave.plan", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(related="plan_id.program_id", store=True, index=True)
    site_id = fields.Many2one(
        "dist.site", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    region_id = fields.Many2one(related="site_id.region_id")
    type = fields.Selection(related="site_id.type")
    complexity_score = fields.Float(related="site_id.complexity_score")
    complexity_class = fields.Selection(related="site_id.complexity_class")
    volume_class = fields.Selection(related="site_id.volume_class")
    wave_number = fields.Integer(
        string="Wave", required=True, group_expand="_expand_wave_numbers"
    )
    go_live = fields.Date(compute="_compute_go_live", store=True)
    is_locked = fields.Boolean(
        string="Locked", help="The next proposal leaves the site in this wave."
    )
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The wave the site is in already.",
    )
    reason = fields.Text(readonly=True)

    _site_uniq = models.UniqueIndex(
        "(plan_id, site_id)", "The plan has this site already."
    )

    @api.depends("wave_number", "plan_id.schedule")
    def _compute_go_live(self):
        for line in self:
            entry = (line.plan_id.schedule or {}).get(str(line.wave_number), {})
            line.go_live = entry.get("go_live") or False

    @api.constrains("wave_number")
    def _check_wave_number(self):
        for line in self:
            if not 1 <= line.wave_number <= MAX_WAVES:
                raise ValidationError(
                    self.env._("Waves are numbered from 1 to %(max)s.", max=MAX_WAVES)
                )

    @api.model
    def _expand_wave_numbers(self, values, domain):
        """Return the waves of the plan that is shown, and one more to move to."""
        plan = self.env["dist.wave.plan"].browse(
            self.env.context.get("dist_wave_plan_id") or []
        )
        known = {int(number) for number in plan.schedule or {}} | set(values)
        return sorted(known | {max(known, default=0) + 1}) if plan else sorted(known)

    def write(self, vals):
        if not self.env.su and not {"wave_number", "is_locked"}.isdisjoint(vals):
            self._check_movable()
        if not self.env.su and "wave_number" in vals:
            number = vals["wave_number"]
            moved = self.filtered(lambda line: line.wave_number != number)
            result = super().write(vals)
            # sudo: the reason is protected; that the site was moved by hand is one
            moved.sudo().write(
                {"is_locked": True, "reason": self.env._("Moved here by hand.")}
            )
            return result
        return super().write(vals)

    def _check_movable(self):
        for line in self:
            # sudo: the wave may have sites of other companies
            wave = line.sudo().wave_id
            if wave:
                raise UserError(
                    self.env._(
                        "%(site)s is in %(wave)s already. Move it on the waves "
                        "themselves.",
                        site=line.site_id.display_name,
                        wave=wave.name,
                    )
                )
