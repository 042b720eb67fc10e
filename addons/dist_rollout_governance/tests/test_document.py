import base64
import hashlib
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from .common import RolloutCommon

CONTENT = b"The way goods are received."


class DocumentCommon(RolloutCommon):
    @classmethod
    def _create(cls, user=None, released=False, **values):
        document = (
            cls.env["dist.document"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "name": "Receiving",
                    "code": "sop-1",
                    "program_id": cls.program.id,
                    **values,
                }
            )
        )
        if released:
            cls._add_version(document).action_release()
        return document

    @classmethod
    def _add_version(cls, document, **values):
        return cls.env["dist.document.version"].create(
            {
                "document_id": document.id,
                "file": base64.b64encode(CONTENT),
                "file_name": "sop.txt",
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestDocument(DocumentCommon):
    def test_versions(self):
        document = self._create()
        first = self._add_version(document).with_user(self.user_consultant)
        first.action_release()
        self.assertEqual(first.sha256, hashlib.sha256(CONTENT).hexdigest())
        self.assertEqual((document.state, document.current_number), ("released", 1))
        with self.assertRaisesRegex(UserError, "Add a new version"):
            first.file = base64.b64encode(b"other")
        with self.assertRaisesRegex(UserError, "Add a new version"):
            first.unlink()
        second = self._add_version(document, file=False, url="https://x.example/y")
        second.with_user(self.user_consultant).action_release()
        self.assertEqual((first.state, second.state), ("superseded", "released"))
        self.assertEqual(document.current_version_id, second)
        document.with_user(self.user_consultant).action_retire()
        third = self._add_version(document).with_user(self.user_consultant)
        with self.assertRaisesRegex(UserError, "is retired"):
            third.action_release()

    def test_release_needs_content(self):
        version = self._add_version(self._create(), file=False)
        with self.assertRaisesRegex(UserError, "Upload the file"):
            version.action_release()

    def test_protected(self):
        with self.assertRaises(AccessError):
            self._create(state="released")
        version = self._add_version(self._create()).with_user(self.user_consultant)
        for values in ({"state": "released"}, {"sha256": "0"}, {"number": 9}):
            with self.subTest(values), self.assertRaises(AccessError):
                version.write(values)

    def test_bad_input(self):
        self._create()
        with self.assertRaises(ValidationError):
            self._add_version(self._create(code="x"), url="javascript:alert(1)")

    def test_finance_is_for_finance(self):
        document = self._create(
            self.user_finance, confidentiality="finance", code="F", released=True
        )
        version = document.version_ids
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", version._name),
                    ("res_id", "=", version.id),
                    ("res_field", "=", "file"),
                ]
            )
        )
        self.assertTrue(attachment)
        for role in ("viewer", "consultant", "governance", "steward", "site_manager"):
            user = getattr(self, f"user_{role}")
            with self.subTest(role):
                for record in (document, version):
                    Model = self.env[record._name].with_user(user)
                    self.assertFalse(Model.search([("id", "=", record.id)]))
                    self.assertEqual(
                        Model._read_group([("id", "=", record.id)], [], ["__count"]),
                        [(0,)],
                    )
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["display_name"])
                with self.assertRaises(AccessError):
                    attachment.with_user(user).read(["datas"])
        self.assertEqual(
            version.with_user(self.user_finance).file, base64.b64encode(CONTENT)
        )
        self.assertTrue(document.with_user(self.user_admin).read(["name"]))

    def test_personnel_is_for_the_owner(self):
        document = self._create(
            self.user_admin,
            confidentiality="hr",
            code="HR",
            owner_id=self.user_steward.id,
        )
        self.assertTrue(document.with_user(self.user_steward).read(["name"]))
        for role in ("consultant", "finance", "viewer"):
            with self.subTest(role), self.assertRaises(AccessError):
                document.with_user(getattr(self, f"user_{role}")).read(["name"])

    def test_site_people_see_internal_ones_of_their_site(self):
        mine = self._create(site_id=self.site_a.id)
        self._create(site_id=self.site_b.id, code="b")
        self._create(site_id=self.site_a.id, code="g", confidentiality="governance")
        self.env.flush_all()
        Document = self.env["dist.document"].with_user(self.manager_a)
        self.assertEqual(Document.search([]), mine)

    def test_review_is_reminded_of_once(self):
        document = self._create(
            released=True, review_date=fields.Date.today() + timedelta(days=3)
        )
        cron = self.env.ref("dist_rollout_governance.ir_cron_document_review")
        with freeze_time(fields.Datetime.now() + timedelta(days=5)):
            for _run in range(2):
                with self.enter_registry_test_mode():
                    cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(len(document.activity_ids), 1)
            self.assertTrue(document.is_overdue)

    def test_released_is_kept(self):
        document = self._create(released=True)
        with self.assertRaisesRegex(UserError, "Retire it"):
            document.with_user(self.user_admin).unlink()
        draft = self._create(code="d", retention_until="2099-01-01")
        with self.assertRaisesRegex(UserError, "Retire it"):
            draft.with_user(self.user_admin).unlink()


@tagged("post_install", "-at_install")
class TestDocumentFile(DocumentCommon, HttpCase):
    def test_file_over_http(self):
        document = self._create(
            self.user_finance, confidentiality="finance", code="F", released=True
        )
        url = f"/web/content/dist.document.version/{document.version_ids.id}/file"
        self.authenticate(self.user_viewer.login, self.user_viewer.login)
        self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(self.user_finance.login, self.user_finance.login)
        self.assertEqual(self.url_open(url).content, CONTENT)
