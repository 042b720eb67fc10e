from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.dist_rollout_governance.tests.common_blueprint import BlueprintCommon

from .common import PageMixin


@tagged("post_install", "-at_install")
class TestBlueprintPage(PageMixin, BlueprintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_pages()
        cls.page = cls._create_approved_page()
        cls.revision = cls.page.history_head
        cls.blueprint = cls._create_blueprint()
        cls.element = cls._create_element(
            cls.blueprint, "RECEIVING", area="sop", page_id=cls.page.id
        )

    def test_content_names_the_approved_text(self):
        content = self.element._content()["page"]
        self.assertEqual(content["id"], self.page.id)
        self.assertEqual(content["revision"], self.revision.id)
        plain = self._create_element(self.blueprint, "PLAIN")
        self.assertNotIn("page", plain._content())
        self.assertEqual(
            self.element.with_user(self.user_governance)._content()["page"], content
        )

    def test_draft_follows_and_released_stays(self):
        change = self._change(self.page, "<p>Second.</p>")
        self.env.invalidate_all()
        self.assertEqual(self.element.page_revision_id, self.revision)
        self._approve(change)
        self.assertEqual(self.element.page_revision_id, change)
        self._release(self.blueprint)
        content = self.element._content()
        third = self._approve(self._change(self.page, "<p>Third.</p>"))
        self.assertEqual(self.element._content(), content)
        action = self.blueprint.with_user(self.user_consultant).action_new_version()
        draft = self.env["dist.blueprint"].browse(action["res_id"])
        self.assertEqual(draft.element_ids.page_revision_id, third)
        [(code, kind, changes)] = draft._differences(self.blueprint)
        self.assertEqual((code, kind), ("RECEIVING", "changed"))
        self.assertEqual(len(changes), 1)

    def test_proposal_needs_an_approved_text(self):
        page = self._create_page("Empty")
        self.element.page_id = page
        self.assertFalse(self.element.page_revision_id)
        with self.assertRaisesRegex(UserError, "no approved text"):
            self._request(self.blueprint)

    def test_protected(self):
        with self.assertRaises(AccessError):
            self.element.page_revision_id = False
        with self.assertRaisesRegex(ValidationError, "operating procedures"):
            self.element.area = "kpi"

    def test_open(self):
        self.assertEqual(self.element.action_open_page()["res_id"], self.page.id)
        plain = self._create_element(self.blueprint, "PLAIN", area="sop")
        with self.assertRaisesRegex(UserError, "has no page"):
            plain.action_open_page()
