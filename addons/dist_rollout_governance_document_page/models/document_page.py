from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DocumentPage(models.Model):
    """A page that a document or a blueprint of the rollout stands on."""

    _inherit = "document.page"

    dist_document_ids = fields.One2many(
        "dist.document",
        "page_id",
        string="Controlled Documents",
        readonly=True,
        groups="dist_rollout_governance.group_viewer,"
        "dist_rollout_governance.group_super_user",
    )
    dist_document_count = fields.Integer(
        string="Controlled Documents (count)",
        compute="_compute_dist_document_count",
        groups="dist_rollout_governance.group_viewer,"
        "dist_rollout_governance.group_super_user",
    )

    @api.depends("dist_document_ids")
    @api.depends_context("uid")
    def _compute_dist_document_count(self):
        counts = dict(
            self.env["dist.document"]._read_group(
                [("page_id", "in", self.ids)], ["page_id"], ["__count"]
            )
        )
        for page in self:
            page.dist_document_count = counts.get(page._origin, 0)

    @api.constrains("approval_required", "parent_id")
    def _check_rollout_approval(self):
        # sudo: whatever stands on a page counts, whoever may see it; a category
        # passes its approval on
        pages = self.sudo().with_context(active_test=False)
        for page in pages.search([("id", "child_of", self.ids)]):
            if page._is_of_rollout() and not page.is_approval_required:
                raise ValidationError(
                    self.env._(
                        "%(page)s is a procedure of the rollout: its changes need "
                        "approval.",
                        page=page.display_name,
                    )
                )

    def _is_of_rollout(self):
        """Say whether a document or a blueprint stands on the page; as superuser."""
        self.ensure_one()
        return any(
            self.env[model]
            .with_context(active_test=False)
            .search_count([("page_id", "=", self.id)], limit=1)
            for model in ("dist.document", "dist.blueprint.element")
        )

    def _approved_revision(self):
        """Return the text that is approved, by an approver and not by default."""
        revision = self.history_head
        if not self.is_approval_required or revision.state != "approved":
            return revision.browse()
        return revision

    def action_open_rollout_documents(self):
        """Open the controlled documents that are kept on the page."""
        self.ensure_one()
        documents = self.env["dist.document"].search([("page_id", "=", self.id)])
        return documents._get_records_action(name=self.env._("Controlled Documents"))
