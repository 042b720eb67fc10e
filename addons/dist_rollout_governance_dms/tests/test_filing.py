import base64
import hashlib

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.dist_rollout_governance_dms.hooks import post_init_hook

from .common import CONTENT, FilingCommon


@tagged("post_install", "-at_install")
class TestFiling(FilingCommon):
    def test_place_name_and_bytes(self):
        document = self._create_released(site_id=self.site_a.id)
        file = self._files(document)
        self.assertEqual(
            file.directory_id.complete_name, "TST Test Program / Internal / A Site A"
        )
        self.assertEqual(file.storage_id.name, "Rollout Documents")
        self.assertFalse(file.company_id)
        self.assertEqual(file.name, "SOP-1 v1 sop.txt")
        self.assertEqual(file.dist_version_id, document.current_version_id)
        self.assertEqual(
            hashlib.sha256(base64.b64decode(file.content)).hexdigest(),
            document.current_version_id.sha256,
        )
        self.assertFalse(file.tag_ids)

    def test_draft_and_address_are_not_filed(self):
        document = self._create_released()
        self.env["dist.document.version"].create(
            {"document_id": document.id, "file": base64.b64encode(b"next")}
        )
        document._file_in_dms()
        self.assertEqual(len(self._files(document)), 1)
        self._release_version(document, b"", url="https://x.example/y")
        self.assertEqual(self._files(document).tag_ids.name, "Superseded")

    def test_superseded_and_retired_are_marked(self):
        document = self._create_released()
        first = self._files(document)
        self._release_version(document, b"second")
        second = self._files(document) - first
        self.assertEqual(first.tag_ids.name, "Superseded")
        self.assertEqual(base64.b64decode(first.content), CONTENT)
        self.assertFalse(second.tag_ids)
        document.action_retire()
        self.assertEqual(first.tag_ids.name, "Superseded")
        self.assertEqual(second.tag_ids.name, "Retired")

    def test_filing_again_changes_nothing(self):
        document = self._create_released()
        files = self._files(document)
        written = files.write_date
        directories = self.env["dms.directory"].search_count([])
        document.sudo()._file_in_dms()
        self.env.flush_all()
        self.assertEqual(self._files(document), files)
        self.assertEqual(files.write_date, written)
        self.assertEqual(self.env["dms.directory"].search_count([]), directories)

    def test_back_fill(self):
        document = self._create_released()
        self._release_version(document, b"second")
        self._files(document).unlink()
        post_init_hook(self.env)
        second, first = self._files(document)
        self.assertEqual(base64.b64decode(first.content), CONTENT)
        self.assertEqual(base64.b64decode(second.content), b"second")
        self.assertEqual(first.tag_ids.name, "Superseded")

    def test_names_follow(self):
        document = self._create_released(site_id=self.site_a.id)
        document.code = "a/b"
        self.program.name = "Other/Program"
        self.site_a.name = "Lyon"
        file = self._files(document)
        self.assertEqual(file.name, "A-B v1 sop.txt")
        self.assertEqual(
            file.directory_id.complete_name, "TST Other-Program / Internal / A Lyon"
        )

    def test_confidentiality_moves_the_file(self):
        document = self._create_released(confidentiality="governance")
        file = self._files(document)
        self.assertTrue(file.with_user(self.user_governance).read(["content"]))
        document.with_user(self.user_admin).confidentiality = "finance"
        self.env.flush_all()
        self.assertEqual(file.directory_id.name, "Finance")
        with self.assertRaises(AccessError):
            file.with_user(self.user_governance).read(["name"])
        self.assertTrue(file.with_user(self.user_finance).read(["content"]))

    def test_limits_of_uploads_do_not_stop_a_release(self):
        set_param = self.env["ir.config_parameter"].set_param
        set_param("dms.binary_max_size", 0)
        set_param("dms.forbidden_extensions", "txt")
        self.assertTrue(self._files(self._create_released()))

    def test_long_and_hostile_file_names(self):
        document = self._create_released(code="x" * 300)
        self._release_version(
            document, b"a", file_name="../" + "\N{GRINNING FACE}" * 300 + ".pdf"
        )
        self._release_version(document, b"b", file_name="..")
        self._release_version(document, b"c", file_name=False)
        self.assertEqual(len(self._files(document)), 4)
        self.assertEqual(len(set(self._files(document).mapped("name"))), 4)

    def test_open(self):
        document = self._create_released()
        self.assertEqual(document.dms_file_count, 1)
        action = document.action_open_dms_files()
        self.assertEqual(action["res_id"], self._files(document).id)
        self._release_version(document, b"second")
        self.assertFalse(document.action_open_dms_files()["res_id"])

    def test_role_through_another_group(self):
        group = self.env["res.groups"].create(
            {
                "name": "Controllers of the region",
                "implied_ids": [
                    Command.link(
                        self.env.ref(
                            "dist_rollout_governance.group_finance_controller"
                        ).id
                    )
                ],
            }
        )
        user = new_test_user(self.env, "rollout_regional", groups="base.group_user")
        user.group_ids = [Command.link(group.id)]
        document = self._create_released(
            user=self.user_finance, confidentiality="finance"
        )
        self.env.flush_all()
        self.assertTrue(self._files(document).with_user(user).read(["content"]))
        user.group_ids = [Command.unlink(group.id)]
        self.env.flush_all()
        with self.assertRaises(AccessError):
            self._files(document).with_user(user).read(["content"])
