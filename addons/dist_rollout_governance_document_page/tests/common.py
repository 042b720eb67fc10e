from odoo import fields
from odoo.tests import new_test_user


class PageMixin:
    """Pages whose changes an approver approves; mixed into a case of the suite.

    ``approver`` and ``editor`` have rights in the wiki and none in the rollout;
    ``manager_a`` edits the wiki and manages a site.
    """

    @classmethod
    def _set_up_pages(cls):
        cls.approver = new_test_user(
            cls.env,
            "rollout_approver",
            groups="document_page_approval.group_document_approver_user",
        )
        cls.editor = new_test_user(
            cls.env, "rollout_editor", groups="document_page.group_document_editor"
        )
        editors = cls.env.ref("document_page.group_document_editor")
        cls.manager_a.group_ids |= editors
        cls.user_consultant.group_ids |= cls.env.ref(
            "document_knowledge.group_document_user"
        )
        cls.category = cls.env["document.page"].create(
            {"name": "Procedures", "type": "category", "approval_required": True}
        )

    @classmethod
    def _create_page(cls, name="Receiving", **values):
        """Return a page without any text yet."""
        return cls.env["document.page"].create(
            {"name": name, "parent_id": cls.category.id, **values}
        )

    @classmethod
    def _change(cls, page, content, user=None, **values):
        """Return a change of a page that waits for approval."""
        revision = (
            cls.env["document.page.history"]
            .with_user(user or cls.editor)
            .create({"page_id": page.id, "content": content, **values})
        )
        revision.action_to_approve()
        return revision

    @classmethod
    def _approve(cls, revision, user=None):
        revision.with_user(user or cls.approver).action_approve()
        cls.env.flush_all()
        cls.env.invalidate_all()
        return revision

    @classmethod
    def _create_approved_page(cls, content="<p>First.</p>", **values):
        page = cls._create_page(**values)
        cls._approve(cls._change(page, content))
        return page

    @classmethod
    def _create_sop(cls, page, code="SOP-1", **values):
        return (
            cls.env["dist.document"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "name": "Receiving",
                    "code": code,
                    "program_id": cls.program.id,
                    "page_id": page.id,
                    "review_date": fields.Date.today(),
                    **values,
                }
            )
        )
