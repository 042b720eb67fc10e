import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DistDocumentVersion(models.Model):
    """A version of a controlled document: a file or an address, frozen once released.

    The SHA-256 of the file is taken at the release: a copy elsewhere can be compared.
    """

    _name = "dist.document.version"
    _description = "Document Version"
    _inherit = "dist.protected.mixin"
    _order = "document_id, number desc"
    _protected_fields = frozenset(
        {"number", "state", "sha256", "released_at", "released_by_id"}
    )
    _immutable_fields = frozenset({"document_id"})

    document_id = fields.Many2one(
        "dist.document", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(
        related="document_id.program_id", store=True, index=True
    )
    site_id = fields.Many2one(related="document_id.site_id", store=True, index=True)
    company_id = fields.Many2one(
        related="document_id.company_id", store=True, index=True
    )
    number = fields.Integer(string="Version", readonly=True)
    file = fields.Binary(attachment=True)
    file_name = fields.Char()
    url = fields.Char(string="Address", help="Where the document lives, if elsewhere.")
    change_note = fields.Char(string="What Changed")
    sha256 = fields.Char(string="SHA-256", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("released", "Released"),
            ("superseded", "Superseded"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    released_at = fields.Datetime(string="Released", readonly=True, copy=False)
    released_by_id = fields.Many2one(
        "res.users", string="Released By", readonly=True, copy=False
    )

    _number_uniq = models.UniqueIndex(
        "(document_id, number)", "The document has this version already."
    )

    @api.depends("document_id", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = f"{version.document_id.code} v{version.number}"

    @api.constrains("url")
    def _check_url(self):
        for version in self:
            if version.url and not version.url.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._(
                        "The address of a document starts with https:// or http://."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        versions = super().create(vals_list)
        for version in versions.sudo():
            # sudo: the number is protected; it is counted here and nowhere else
            numbers = (version.document_id.version_ids - version).mapped("number")
            version.number = max(numbers, default=0) + 1
        return versions

    def write(self, vals):
        if not self.env.su:
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        self._check_draft()

    def _check_draft(self):
        for version in self:
            if version.state != "draft":
                raise UserError(
                    self.env._(
                        "%(version)s is released and frozen. Add a new version.",
                        version=version.display_name,
                    )
                )

    def action_release(self):
        """Release the version; the one before is superseded."""
        for version in self:
            version.check_access("write")
            version.document_id.check_access("write")
            version._check_releasable()
            # sudo: state and hash are protected; rights and content are checked above
            version.sudo()._release()

    def _check_releasable(self):
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(version)s is released already.", version=self.display_name
                )
            )
        if self.document_id.state == "retired":
            raise UserError(
                self.env._(
                    "%(document)s is retired. Create a new document.",
                    document=self.document_id.display_name,
                )
            )
        if not self.file and not self.url:
            raise UserError(
                self.env._("Upload the file, or give the address, before the release.")
            )

    def _release(self):
        content = base64.b64decode(self.file) if self.file else self.url.encode()
        self.document_id.version_ids.filtered(
            lambda version: version.state == "released"
        ).state = "superseded"
        self.write(
            {
                "state": "released",
                "sha256": hashlib.sha256(content).hexdigest(),
                "released_at": fields.Datetime.now(),
                "released_by_id": self.env.uid,
            }
        )
        self.document_id.write(
            {
                "state": "released",
                "current_version_id": self.id,
                "reminded_on": False,
            }
        )
