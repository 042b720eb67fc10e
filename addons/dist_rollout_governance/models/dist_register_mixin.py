from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DistRegisterMixin(models.AbstractModel):
    """An entry of a program's register: of one site, or of the whole program.

    Gives the links that decide who may see the entry. They are set once: record
    rules are not checked again after a write. The rules of a register are the same
    everywhere, see ``security/``: own companies for all, everything of them for
    viewers, own sites for site managers.
    """

    _name = "dist.register.mixin"
    _description = "Register Entry"
    _inherit = [
        "dist.import.template.mixin",
        "dist.protected.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _mail_post_access = "read"
    _immutable_fields = frozenset({"program_id", "site_id"})

    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "dist.program",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self._default_program_id(),
    )
    site_id = fields.Many2one(
        "dist.site",
        ondelete="restrict",
        index=True,
        domain="[('program_id', '=', program_id)]",
        help="Empty: the entry concerns the whole program.",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        index=True,
        help="The site's company. Empty: all companies of the program see the entry.",
    )

    @api.model
    def _default_program_id(self):
        """Return the only program there is to choose from, if it is one."""
        programs = self.env["dist.program"].search([], limit=2)
        return programs if len(programs) == 1 else programs.browse()

    @api.depends("site_id")
    def _compute_company_id(self):
        for entry in self:
            entry.company_id = entry.site_id.company_id

    @api.constrains("program_id", "site_id")
    def _check_site_program(self):
        for entry in self:
            if entry.site_id and entry.site_id.program_id != entry.program_id:
                raise ValidationError(
                    self.env._(
                        "%(site)s belongs to another program. Choose a site of "
                        "%(program)s.",
                        site=entry.site_id.display_name,
                        program=entry.program_id.display_name,
                    )
                )
