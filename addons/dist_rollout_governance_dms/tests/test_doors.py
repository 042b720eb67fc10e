"""Who finds a filed version, through every door: exactly who may read the version."""

import base64
import hashlib

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import CONTENT, FilingCommon

ROLES = (
    "viewer",
    "consultant",
    "admin",
    "super_user",
    "site_manager",
    "governance",
    "command_center",
    "steward",
    "finance",
)


class DoorsCommon(FilingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dms_manager = new_test_user(
            cls.env, "rollout_dms", groups="dms.group_dms_manager"
        )
        # the weakest and the strongest there are
        cls.people = cls.dms_manager | cls.user_nobody
        for role in ROLES:
            cls.people |= getattr(cls, f"user_{role}")
        cls.people |= cls.manager_a | cls.manager_b | cls.manager_c

    def _readers(self, document):
        """Return who of the people may read the document's version."""
        version = document.sudo().current_version_id
        return self.people.filtered(
            lambda user: self.env["dist.document.version"]
            .with_user(user)
            .has_access("read")
            and version.with_user(user).has_access("read")
        )

    def _attachments(self, file):
        # sudo: the attachments behind a field are nobody's to search
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "dms.file"),
                    ("res_id", "=", file.id),
                    ("res_field", "!=", False),
                ]
            )
        )


@tagged("post_install", "-at_install")
class TestDoors(DoorsCommon):
    def _assert_readers(self, document, expected):
        """Check that the readers are those expected, and that the file has the same."""
        self.assertEqual(self._readers(document), expected)
        [file] = self._files(document)
        for user in self.people:
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                if user in expected:
                    self._assert_open(file, user, document.sudo().current_version_id)
                else:
                    self._assert_closed(file, user)

    def _assert_open(self, file, user, version):
        mine = file.with_user(user)
        self.assertEqual(mine.search([("id", "=", file.id)]), file)
        [values] = mine.read(["name", "content", "tag_ids", "directory_id"])
        content = base64.b64decode(values["content"])
        self.assertEqual(hashlib.sha256(content).hexdigest(), version.sha256)
        self.assertTrue(mine.directory_id.read(["name"]))
        self.assertTrue(mine.permission_read)
        self.assertFalse(mine.permission_write)

    def _assert_closed(self, file, user):
        mine = file.with_user(user)
        own = [("id", "=", file.id)]
        self.assertFalse(mine.search(own))
        self.assertFalse(mine.search_count(own))
        self.assertFalse(mine.search([("dist_version_id", "!=", False), *own]))
        self.assertEqual(mine._read_group(own, [], ["__count"]), [(0,)])
        self.assertFalse(mine.has_access("read"))
        self.assertFalse(mine._filtered_access("read"))
        # one by one: a field that is kept elsewhere is read another way
        for name in ("name", "content", "content_file", "image_1920", "checksum"):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                mine.read([name])
        attachments = self._attachments(file)
        self.assertTrue(attachments)
        for attachment in attachments:
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["datas"])

    def test_internal(self):
        document = self._create_released()
        # a site's people see documents of their site only
        expected = self.people - self.dms_manager - self.user_nobody
        expected -= self.user_super_user | self.user_site_manager
        expected -= self.manager_a | self.manager_b | self.manager_c
        self._assert_readers(document, expected)

    def test_site(self):
        document = self._create_released(site_id=self.site_a.id)
        expected = self.people - self.dms_manager - self.user_nobody
        expected -= self.user_super_user | self.user_site_manager
        expected -= self.manager_b | self.manager_c
        self._assert_readers(document, expected)

    def test_site_of_another_company(self):
        document = self._create_released(
            site_id=self.site_c.id, user=self.env.ref("base.user_root")
        )
        self._assert_readers(document, self.manager_c)

    def test_program_of_another_company(self):
        document = self._create_released()
        self.program.company_ids = self.company_c
        self.env.flush_all()
        self._assert_readers(document, self.env["res.users"])

    def test_governance(self):
        document = self._create_released(confidentiality="governance")
        self._assert_readers(
            document, self.user_consultant | self.user_admin | self.user_governance
        )

    def test_finance(self):
        document = self._create_released(
            user=self.user_finance, confidentiality="finance"
        )
        self._assert_readers(document, self.user_admin | self.user_finance)

    def test_personnel_is_for_the_owner(self):
        document = self._create_released(
            user=self.user_admin,
            confidentiality="hr",
            owner_id=self.user_steward.id,
        )
        self._assert_readers(document, self.user_admin | self.user_steward)
        document.owner_id = self.user_finance
        self.env.flush_all()
        self._assert_readers(document, self.user_admin | self.user_finance)

    def test_owner_at_another_site(self):
        document = self._create_released(
            site_id=self.site_a.id,
            confidentiality="governance",
            owner_id=self.manager_b.id,
        )
        self._assert_readers(
            document,
            self.user_consultant
            | self.user_admin
            | self.user_governance
            | self.manager_b,
        )

    def test_two_companies_chosen_one_at_a_time(self):
        user = self.user_viewer
        user.company_ids |= self.company_c
        document = self._create_released(
            site_id=self.site_c.id, user=self.env.ref("base.user_root")
        )
        mine = self._files(document).with_user(user)
        here = mine.with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(here.search([("id", "=", mine.id)]))
        with self.assertRaises(AccessError):
            here.read(["content"])
        there = mine.with_context(allowed_company_ids=self.company_c.ids)
        self.assertTrue(there.read(["content"]))

    def test_directories(self):
        self._create_released("a", site_id=self.site_a.id)
        self._create_released("b", site_id=self.site_b.id)
        self._create_released("f", user=self.user_finance, confidentiality="finance")
        Directory = self.env["dms.directory"]
        domain = [("dist_program_id", "=", self.program.id)]
        names = {
            user: sorted(Directory.with_user(user).search(domain).mapped("name"))
            for user in self.people
        }
        self.assertEqual(
            names[self.manager_a], ["A Site A", "Internal", "TST Test Program"]
        )
        self.assertEqual(
            names[self.user_viewer],
            ["A Site A", "B Site B", "Internal", "TST Test Program"],
        )
        self.assertIn("Finance", names[self.user_finance])
        self.assertEqual(names[self.user_nobody], [])
        self.assertEqual(names[self.dms_manager], [])

    def test_nobody_changes_a_filed_version(self):
        document = self._create_released()
        file = self._files(document)
        self.dms_manager.group_ids |= self.env.ref(
            "dist_rollout_governance.group_program_admin"
        )
        # even where the manager of the documents gives the group every right
        self.env.ref("dist_rollout_governance_dms.access_group_internal").with_user(
            self.dms_manager
        ).write({"perm_create": True, "perm_write": True, "perm_unlink": True})
        self.env.flush_all()
        mine = file.with_user(self.dms_manager)
        self.assertTrue(mine.read(["content"]))
        for values in (
            {"content": base64.b64encode(b"other")},
            {"content_file": base64.b64encode(b"other")},
            {"name": "other"},
            {"active": False},
            {"dist_version_id": False},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                mine.write(values)
        directory = mine.directory_id
        changes = {
            "unlink": mine.unlink,
            "lock": mine.lock,
            "unlink directory": directory.unlink,
            "rename directory": lambda: directory.write({"name": "other"}),
            "attachment": lambda: self._attachments(file)
            .with_user(self.dms_manager)
            .write({"raw": b"other"}),
            "stray file": lambda: mine.create(
                {
                    "name": "stray",
                    "directory_id": directory.id,
                    "content": base64.b64encode(b"stray"),
                }
            ),
            "stray directory": lambda: directory.create(
                {"name": "stray", "parent_id": directory.id}
            ),
        }
        for name, change in changes.items():
            self.env.invalidate_all()
            with self.subTest(name), self.assertRaises(AccessError):
                change()
        self.assertEqual(base64.b64decode(file.content), CONTENT)

    def test_nobody_forges_a_filed_version(self):
        version = self._create_released().current_version_id
        self._files(version.document_id).unlink()
        group = self.env["dms.access.group"].create(
            {
                "name": "Own",
                "perm_create": True,
                "perm_write": True,
                "explicit_user_ids": [Command.set(self.dms_manager.ids)],
            }
        )
        directory = self.env["dms.directory"].create(
            {
                "name": "Own",
                "is_root_directory": True,
                "storage_id": self.env["dms.storage"].create({"name": "Own"}).id,
                "group_ids": [Command.set(group.ids)],
            }
        )
        self.env.flush_all()
        File = self.env["dms.file"].with_user(self.dms_manager)
        vals = {
            "name": "forged",
            "directory_id": directory.id,
            "content": base64.b64encode(b"forged"),
        }
        with self.assertRaises(AccessError):
            File.create(dict(vals, dist_version_id=version.id))
        file = File.with_context(default_dist_version_id=version.id).create(vals)
        self.assertFalse(file.dist_version_id)
        with self.assertRaises(AccessError):
            file.dist_version_id = version
        # what is not the rollout's is as before
        file.name = "mine"
        self.assertTrue(file.read(["content"]))

    def test_another_site_manager(self):
        document = self._create_released(site_id=self.site_a.id)
        file = self._files(document)
        self.site_a.manager_id = self.manager_b
        self.env.flush_all()
        self._assert_closed(file, self.manager_a)
        self._assert_open(file, self.manager_b, document.current_version_id)


@tagged("post_install", "-at_install")
class TestDoorsOverHttp(DoorsCommon, HttpCase):
    def _addresses(self, file):
        yield f"/web/content/dms.file/{file.id}/content"
        yield f"/web/content/dms.file/{file.id}/content_file"
        for attachment in self._attachments(file):
            yield f"/web/content/{attachment.id}"

    def test_content(self):
        document = self._create_released(
            user=self.user_finance,
            confidentiality="finance",
            retention_until=fields.Date.today(),
        )
        file = self._files(document)
        token = file._portal_ensure_token()
        directory_token = file.directory_id._portal_ensure_token()
        self.env.flush_all()
        for user in (self.user_nobody, self.manager_a, self.user_viewer):
            self.authenticate(user.login, user.login)
            self._assert_closed(file, (token, directory_token))
        self.authenticate(None, None)
        self._assert_closed(file, (token, directory_token))
        self.authenticate(self.user_finance.login, self.user_finance.login)
        for address in self._addresses(file):
            with self.subTest(address):
                self.assertEqual(self.url_open(address).content, CONTENT)

    def _assert_closed(self, file, tokens):
        content, *others = self._addresses(file)
        addresses = [content, *others]
        for token in tokens:
            addresses += [
                f"{content}?access_token={token}",
                f"/my/dms/file/{file.id}/download?access_token={token}",
                f"/my/dms/directory/{file.directory_id.id}?access_token={token}",
            ]
        for address in addresses:
            with self.subTest(address):
                answer = self.url_open(address)
                self.assertNotIn(CONTENT, answer.content)
                self.assertNotIn(file.name.encode(), answer.content)
