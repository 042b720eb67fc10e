import base64
import hashlib

from odoo import api, models
from odoo.exceptions import AccessError

# what was approved, and what says so
FROZEN = frozenset({"page_id", "content"})
GUARDED = FROZEN | {"state", "approved_date", "approved_uid"}


class DocumentPageHistory(models.Model):
    """A change of a page: approved, it is what the rollout goes by.

    Editors of the wiki may write any change over RPC, its status and what was approved
    included. On pages of the rollout only approvers do the former, nobody the latter.
    """

    _inherit = "document.page.history"

    @api.model_create_multi
    def create(self, vals_list):
        revisions = super().create(vals_list)
        if not self.env.su:
            revisions._check_rollout_approval()
        return revisions

    def write(self, vals):
        guarded = not self.env.su and GUARDED & vals.keys()
        if guarded:
            self._check_rollout_approval(frozen=FROZEN & vals.keys())
        result = super().write(vals)
        if guarded:
            self._check_rollout_approval()
        return result

    def _check_rollout_approval(self, frozen=False):
        """Raise where somebody who does not approve touches what is approved.

        With ``frozen``, whoever it is.
        """
        for revision in self:
            # sudo: what stands on the page counts, whoever may see it
            page = revision.sudo().page_id
            if revision.sudo().state != "approved" or not page._is_of_rollout():
                continue
            if frozen or not page.can_user_approve_this_page(self.env.user):
                raise AccessError(
                    self.env._(
                        "%(page)s is a procedure of the rollout: its approvers approve "
                        "changes, and what was approved stays as it is.",
                        page=page.display_name,
                    )
                )

    def action_approve(self):
        """Approve, and release the text as the next version of the procedures."""
        result = super().action_approve()
        # sudo: who approves the page releases the procedure, with or without a right
        # on the document; that they are an approver is checked above
        self.sudo()._release_procedures()
        return result

    def _release_procedures(self):
        """Release the texts in the documents, and take them over in the drafts."""
        for revision in self.sorted("id"):
            page = revision.page_id
            if revision.state != "approved" or not page.is_approval_required:
                continue
            self.env["dist.document"].search(
                [("page_id", "=", page.id), ("state", "!=", "retired")]
            )._release_revision(revision)
            elements = self.env["dist.blueprint.element"].search(
                [("page_id", "=", page.id), ("blueprint_id.state", "=", "draft")]
            )
            elements.page_revision_id = revision

    def _rollout_bytes(self):
        """Return the text as it is filed and hashed."""
        self.ensure_one()
        return (self.content or "").encode()

    def _rollout_file(self):
        return base64.b64encode(self._rollout_bytes())

    def _rollout_sha256(self):
        return hashlib.sha256(self._rollout_bytes()).hexdigest()
