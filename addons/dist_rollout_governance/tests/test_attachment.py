import errno
import os
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.base.models.ir_attachment import IrAttachment

from ..services import faults


class _Steps:
    """A long step whose database says what it is told to."""

    def __init__(self, env):
        self.env = env

    @faults.explained
    def run(self, error):
        raise error


@tagged("post_install", "-at_install")
class TestFaultSentences(TransactionCase):
    def test_full_disk_of_the_database(self):
        problem = faults.database_problem(psycopg2.errors.DiskFull("no space"))
        self.assertEqual(str(problem), "The disk of the database is full (no space).")

    def test_lost_connection(self):
        for error in (
            psycopg2.InterfaceError("cursor already closed"),
            psycopg2.OperationalError("server closed the connection unexpectedly"),
        ):
            self.assertIn("connection", str(faults.database_problem(error)))

    def test_what_is_no_fault_of_the_server(self):
        for error in (
            psycopg2.errors.UniqueViolation("twice"),
            psycopg2.errors.DivisionByZero("zero"),
            ValueError("x"),
        ):
            self.assertIsNone(faults.database_problem(error))


@tagged("post_install", "-at_install")
class TestAttachment(TransactionCase):
    """Fault 5, a full disk for files; ``test_faults_files`` fills a real one."""

    def _create(self, error):
        """Create a file whose first bytes are written when the disk says ``error``."""

        def write(attachments, bin_value, checksum):
            _name, path = attachments._get_path(bin_value, checksum)
            with open(path, "wb") as torn:
                torn.write(bin_value[:2])
            self.path = path
            raise error

        with patch.object(IrAttachment, "_file_write", write):
            return self.env["ir.attachment"].create({"name": "x", "raw": self.content})

    def setUp(self):
        super().setUp()
        self.content = os.urandom(50)

    def test_full_disk_is_said_and_leaves_no_torn_file(self):
        with self.assertRaisesRegex(UserError, "no space left for files"):
            self._create(OSError(errno.ENOSPC, "No space left on device"))
        self.assertFalse(os.path.exists(self.path))
        # the same content again: Odoo would take the torn file for a collision
        again = self.env["ir.attachment"].create({"name": "x", "raw": self.content})
        self.assertEqual(again.raw, self.content)

    def test_other_errors_stay_what_they_are(self):
        with self.assertRaises(PermissionError):
            self._create(PermissionError(errno.EACCES, "Permission denied"))
        self.assertFalse(os.path.exists(self.path))

    def test_full_disk_while_the_folder_is_made(self):
        error = OSError(errno.ENOSPC, "No space left on device")
        with (
            patch.object(IrAttachment, "_get_path", side_effect=error),
            self.assertRaisesRegex(UserError, "no space left for files"),
        ):
            self.env["ir.attachment"].create({"name": "x", "raw": self.content})

    def test_long_step_ends_in_a_sentence(self):
        steps = _Steps(self.env)
        with self.assertRaisesRegex(UserError, "connection .* Nothing was saved"):
            steps.run(psycopg2.InterfaceError("cursor already closed"))
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            steps.run(psycopg2.errors.UniqueViolation("twice"))
