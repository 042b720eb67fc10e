from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class DistDocument(models.Model):
    """A procedure on a page: what is approved there is the released version."""

    _name = "dist.document"
    _inherit = ["dist.document", "dist.page.mixin"]

    page_id = fields.Many2one(tracking=True)
    page_is_ahead = fields.Boolean(
        string="Page Not Released",
        compute="_compute_page_is_ahead",
        compute_sudo=True,
        help="The approved text of the page is not the released version.",
    )

    @api.depends("page_id.history_head", "current_version_id.page_revision_id")
    def _compute_page_is_ahead(self):
        for document in self:
            revision = document.page_id._approved_revision()
            document.page_is_ahead = (
                revision and revision != document.current_version_id.page_revision_id
            )

    @api.constrains("page_id", "type", "confidentiality")
    def _check_page_document(self):
        for document in self.filtered("page_id"):
            if document.type != "sop":
                raise ValidationError(
                    self.env._("Only a standard operating procedure is kept on a page.")
                )
            if document.confidentiality != "internal":
                raise ValidationError(
                    self.env._(
                        "The wiki knows no confidentiality: only an internal document "
                        "is kept on a page."
                    )
                )

    def action_release_page(self):
        """Release the approved text of the page as the next version.

        For a page that was approved before it was linked; what is approved later is
        released by its approval.
        """
        for document in self:
            document.check_access("write")
            document.page_id.check_access("read")
            # sudo: what is approved counts; the rights are checked above
            revision = document.sudo().page_id._approved_revision()
            if not revision:
                raise UserError(
                    self.env._(
                        "%(document)s has no page with an approved text.",
                        document=document.display_name,
                    )
                )
            # sudo: see DistDocumentVersion.action_release
            document.sudo()._release_revision(revision)

    def _release_revision(self, revision):
        """Release an approved text of the page, once, as the next version."""
        for document in self:
            if document.current_version_id.page_revision_id == revision:
                continue
            version = self.env["dist.document.version"].create(
                document._prepare_page_version_vals(revision)
            )
            version._check_releasable()
            version._release()

    def _prepare_page_version_vals(self, revision):
        """Return the values of the version that an approved text becomes.

        The text is kept as a file: the page goes on, the version stays.
        """
        page = revision.page_id
        return {
            "document_id": self.id,
            "page_revision_id": revision.id,
            "author_id": revision.create_uid.id,
            "file": revision._rollout_file(),
            "file_name": f"{page.name}.html",
            "url": f"{page.get_base_url()}/odoo/document_pages/{page.id}",
            "change_note": revision.summary or revision.name,
        }
