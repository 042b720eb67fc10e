from odoo import api, fields, models
from odoo.exceptions import UserError


class DistWaveSiteMixin(models.AbstractModel):
    """A document of one site in one rollout wave, signed in the program's chain.

    The readiness gate and hypercare are such documents. The model adds its own unique
    index on wave and site, its roles and its content.
    """

    _name = "dist.wave.site.mixin"
    _description = "Signed Document of a Site in a Wave"
    _inherit = [
        "dist.protected.mixin",
        "dist.signoff.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "wave_id, site_id"
    _rec_names_search = ["site_id.name", "site_id.code", "wave_id.name"]
    # Site managers answer in the chatter of what they may see.
    _mail_post_access = "read"
    _immutable_fields = frozenset({"wave_id", "site_id"})

    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        required=True,
        ondelete="restrict",
        index=True,
    )
    site_id = fields.Many2one(
        "dist.site", required=True, ondelete="restrict", index=True
    )
    program_id = fields.Many2one(related="wave_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    manager_id = fields.Many2one(related="site_id.manager_id")

    @api.depends("wave_id.name", "site_id.display_name")
    def _compute_display_name(self):
        for record in self:
            record.display_name = (
                f"{record.wave_id.name} / {record.site_id.display_name}"
            )

    @api.constrains("site_id", "wave_id")
    def _check_site_in_wave(self):
        # sudo: the wave's sites may belong to companies the user does not see.
        for record in self.sudo():
            if record.site_id not in record.wave_id.site_ids:
                raise UserError(
                    self.env._(
                        "%(site)s is not a site of %(wave)s.",
                        site=record.site_id.display_name,
                        wave=record.wave_id.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        for record in self:
            if record.signoff_ids:
                raise UserError(
                    self.env._(
                        "%(record)s has sign-offs and can't be deleted.",
                        record=record.display_name,
                    )
                )

    def _signoff_program(self):
        return self.program_id

    def _signoff_site(self):
        return self.site_id
