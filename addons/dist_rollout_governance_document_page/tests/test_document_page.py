import base64
import hashlib

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon

from .common import PageMixin

SECOND = "<p>Second.</p>"


@tagged("post_install", "-at_install")
class TestDocumentPage(PageMixin, RolloutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_pages()
        cls.page = cls._create_approved_page()
        cls.document = cls._create_sop(cls.page)
        cls.document.action_release_page()
        cls.first = cls.document.current_version_id

    def test_first_release(self):
        self.assertRecordValues(
            self.first,
            [
                {
                    "number": 1,
                    "state": "released",
                    "author_id": self.editor.id,
                    "released_by_id": self.user_consultant.id,
                    "sha256": hashlib.sha256(b"<p>First.</p>").hexdigest(),
                }
            ],
        )
        self.assertFalse(self.document.page_is_ahead)
        self.document.action_release_page()
        self.assertEqual(self.document.version_ids, self.first)

    def test_draft_change_leaves_the_version(self):
        change = self._change(self.page, SECOND)
        self.env.invalidate_all()
        self.assertEqual(change.state, "to approve")
        self.assertEqual(self.document.current_version_id, self.first)
        self.assertEqual(self.document.version_ids, self.first)
        self.assertFalse(self.document.page_is_ahead)

    def test_approval_releases_the_next_version(self):
        self._approve(self._change(self.page, SECOND, summary="Scan first"))
        version = self.document.current_version_id
        self.assertRecordValues(
            version,
            [
                {
                    "number": 2,
                    "state": "released",
                    "author_id": self.editor.id,
                    "released_by_id": self.approver.id,
                    "sha256": hashlib.sha256(SECOND.encode()).hexdigest(),
                    "change_note": "Scan first",
                    "file_name": "Receiving.html",
                }
            ],
        )
        self.assertEqual(base64.b64decode(version.file), SECOND.encode())
        self.assertIn(f"/odoo/document_pages/{self.page.id}", version.url)
        self.assertEqual(self.first.state, "superseded")
        self.assertEqual(
            base64.b64decode(self.first.file), b"<p>First.</p>", "kept as it was"
        )
        # approving what is approved releases nothing
        self._approve(version.page_revision_id)
        self.assertEqual(self.document.current_version_id, version)

    def test_change_of_the_page_itself(self):
        self.page.with_user(self.editor).write(
            {"content": SECOND, "draft_summary": "Scan first"}
        )
        self.env.invalidate_all()
        self.assertEqual(self.document.current_version_id, self.first)
        change = self.env["document.page.history"].search(
            [("page_id", "=", self.page.id), ("state", "=", "to approve")]
        )
        self._approve(change)
        self.assertEqual(self.document.current_number, 2)

    def test_site_person_does_not_approve(self):
        for user in (self.manager_a, self.editor, self.user_consultant):
            with self.subTest(user.login):
                change = self._change(self.page, SECOND, self.manager_a)
                with self.assertRaises(UserError):
                    change.with_user(user).action_approve()
                self.env.invalidate_all()
                self.assertEqual(self.document.current_version_id, self.first)

    def test_approver_of_another_group_does_not_approve(self):
        self.page.approver_gid = self.env.ref(
            "dist_rollout_governance.group_governance_member"
        )
        change = self._change(self.page, SECOND)
        with self.assertRaises(UserError):
            self._approve(change)
        self.approver.group_ids |= self.page.approver_gid
        self._approve(change)
        self.assertEqual(self.document.current_number, 2)

    def test_nobody_passes_by_the_approval(self):
        History = self.env["document.page.history"].with_user(self.manager_a)
        change = self._change(self.page, SECOND, self.manager_a)
        with self.assertRaises(AccessError):
            change.write({"state": "approved"})
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            History.create(
                {"page_id": self.page.id, "content": SECOND, "state": "approved"}
            )
        other = self._create_approved_page(name="Other")
        with self.assertRaises(AccessError):
            other.history_head.with_user(self.manager_a).page_id = self.page
        revision = self.first.page_revision_id
        for user, values in (
            (self.manager_a, {"state": "cancelled"}),
            (self.manager_a, {"content": SECOND}),
            (self.approver, {"content": SECOND}),
            (self.approver, {"page_id": other.id}),
        ):
            self.env.invalidate_all()
            with self.subTest(values), self.assertRaises(AccessError):
                revision.with_user(user).write(values)
        self.env.invalidate_all()
        # pages of others are as before
        other.history_head.with_user(self.approver).content = SECOND
        self.assertEqual(self.document.version_ids, self.first)

    def test_approval_stays_required(self):
        with self.assertRaisesRegex(ValidationError, "need approval"):
            self.category.approval_required = False
        with self.assertRaisesRegex(ValidationError, "need approval"):
            self.page.parent_id = False

    def test_link_needs_an_approved_page(self):
        page = self.env["document.page"].create({"name": "Free"})
        with self.assertRaisesRegex(ValidationError, "need no approval"):
            self._create_sop(page, "SOP-2")
        with self.assertRaisesRegex(ValidationError, "need no approval"):
            self._create_sop(self.category, "SOP-3")
        with self.assertRaisesRegex(ValidationError, "operating procedure"):
            self._create_sop(self.page, "SOP-4", type="runbook")
        with self.assertRaisesRegex(ValidationError, "no confidentiality"):
            self.document.confidentiality = "governance"

    def test_no_version_by_hand(self):
        version = self.env["dist.document.version"].create(
            {"document_id": self.document.id, "url": "https://x.example/y"}
        )
        with self.assertRaisesRegex(UserError, "kept on a page"):
            version.with_user(self.user_consultant).action_release()
        with self.assertRaises(AccessError):
            version.with_user(
                self.user_consultant
            ).page_revision_id = self.first.page_revision_id

    def test_release_takes_the_right_on_the_document(self):
        document = self._create_sop(self.page, "SOP-2")
        self.assertTrue(document.page_is_ahead)
        for user in (self.user_viewer, self.manager_a, self.approver):
            with self.subTest(user.login), self.assertRaises(AccessError):
                document.with_user(user).action_release_page()

    def test_release_takes_an_approved_text(self):
        page = self._create_page("Empty")
        self._change(page, SECOND)
        document = self._create_sop(page, "SOP-2")
        self.assertFalse(document.page_is_ahead)
        with self.assertRaisesRegex(UserError, "approved text"):
            document.action_release_page()

    def test_retired_document_is_left(self):
        self.document.action_retire()
        self._approve(self._change(self.page, SECOND))
        self.assertEqual(self.document.version_ids, self.first)

    def test_page_leads_to_its_documents(self):
        page = self.page.with_user(self.user_consultant)
        self.assertEqual(page.dist_document_count, 1)
        action = page.action_open_rollout_documents()
        self.assertEqual(action["res_id"], self.document.id)
        self.assertEqual(self.document.action_open_page()["res_id"], self.page.id)
        with self.assertRaises(AccessError):
            self.page.with_user(self.editor).read(["dist_document_count"])
        # without a role in the rollout the form opens all the same
        self.assertTrue(self.page.with_user(self.editor).get_views([(False, "form")]))
