from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DistAppScope(models.Model):
    """Whether an application is in the scope of a program, or of one of its sites."""

    _name = "dist.app.scope"
    _description = "Application Scope"
    _inherit = "dist.register.mixin"
    _order = "program_id, app_id, site_id, id"
    _rec_name = "app_id"
    _immutable_fields = frozenset({"program_id", "site_id", "app_id"})

    app_id = fields.Many2one(
        "dist.app", string="Application", required=True, ondelete="restrict", index=True
    )
    module_name = fields.Char(related="app_id.module_name", store=True, string="Module")
    status = fields.Selection(
        [
            ("baseline", "Baseline"),
            ("extension", "Extension"),
            ("excluded", "Out of Scope"),
        ],
        required=True,
        default="baseline",
        tracking=True,
    )
    reason = fields.Text(help="Why the operating model asks for the extension.")
    is_localization = fields.Boolean(
        string="Legal Localization",
        help="It is there because the law of a country asks for it.",
    )
    legal_reference = fields.Char(help="Law, regulation or ruling, with its paragraph.")
    is_installed = fields.Boolean(
        string="Installed",
        compute="_compute_is_installed",
        search="_search_is_installed",
    )

    _app_uniq = models.UniqueIndex(
        "(program_id, COALESCE(site_id, 0), app_id) WHERE active",
        "The application is in the register for this site already.",
    )

    @api.model
    def _installed_modules(self):
        # sudo: whether a module is installed is no secret; the list of modules is
        # for administrators
        modules = self.env["ir.module.module"].sudo()
        return modules.search([("state", "in", ("installed", "to upgrade"))]).mapped(
            "name"
        )

    @api.depends("module_name")
    def _compute_is_installed(self):
        installed = set(self._installed_modules())
        for line in self:
            line.is_installed = line.module_name in installed

    @api.model
    def _search_is_installed(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("module_name", "in", self._installed_modules())]

    @api.constrains("status", "reason", "is_localization", "legal_reference")
    def _check_reason(self):
        for line in self:
            if line.status == "extension" and not line.reason:
                raise ValidationError(
                    self.env._(
                        "%(app)s is an extension of the baseline: give the reason.",
                        app=line.app_id.name,
                    )
                )
            if line.is_localization and not line.legal_reference:
                raise ValidationError(
                    self.env._(
                        "%(app)s is legal localization: name the law or regulation.",
                        app=line.app_id.name,
                    )
                )
