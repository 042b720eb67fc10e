from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.dist_rollout_governance.models.dist_document_version import (
    DistDocumentVersion as Base,
)


class DistDocumentVersion(models.Model):
    _inherit = "dist.document.version"
    _protected_fields = Base._protected_fields | {"page_revision_id", "author_id"}

    page_revision_id = fields.Many2one(
        "document.page.history",
        string="Page Revision",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The approved text of the page that this version is.",
    )
    author_id = fields.Many2one(
        "res.users", string="Written By", readonly=True, copy=False
    )

    def _check_releasable(self):
        result = super()._check_releasable()
        if self.document_id.page_id and not self.page_revision_id:
            raise UserError(
                self.env._(
                    "%(document)s is kept on a page: a version is released by "
                    "approving the change there.",
                    document=self.document_id.display_name,
                )
            )
        return result
