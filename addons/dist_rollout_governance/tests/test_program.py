from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import RolloutCommon


@tagged("post_install", "-at_install")
class TestProgram(RolloutCommon):
    def test_code_is_normalized_and_unique(self):
        program = self.env["dist.program"].create({"name": "X", "code": " neu\u200b "})
        self.assertEqual(program.code, "NEU")
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.env["dist.program"].create({"name": "Y", "code": "Neu"})

    def test_companies_are_those_of_the_sites(self):
        self.assertEqual(self.program.company_ids, self.company | self.company_c)

    def test_consultant_creates_program_and_site(self):
        Program = self.env["dist.program"].with_user(self.user_consultant)
        program = Program.create({"name": "Consulted", "code": "CON"})
        site = program.site_ids.create(
            {
                "name": "One",
                "code": "one",
                "program_id": program.id,
                "manager_id": self.manager_a.id,
            }
        )
        self.assertEqual(site.display_name, "ONE One")
        self.assertEqual(program.site_count, 1)
        self.assertEqual(program.action_open_sites()["domain"][0][2], program.id)
        with self.assertRaises(AccessError):
            program.unlink()

    def test_copy_has_its_own_code(self):
        copy = self.program.copy()
        self.assertEqual(copy.code, "TST-COPY")
        self.assertFalse(copy.site_ids)

    def test_reader_answers_in_the_chatter(self):
        message = self.program.with_user(self.user_viewer).message_post(body="Noted")
        self.assertTrue(message)
