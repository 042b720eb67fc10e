"""The disk of the files is full: nothing is saved, and everything can be repeated.

See ``test_faults.py`` for the number of the fault.
"""

import json
import os
import subprocess
import unittest

from faults_case import HERE
from faults_cluster import can_mount, mounting

import template_db

DISK = 4 << 20


class TestFullFilestore(unittest.TestCase):
    def setUp(self):
        self.database = f"files_{os.getpid()}"
        self.addCleanup(template_db.drop, self.database)
        template_db.clone(template_db.full_template(), self.database)
        code = template_db.script(self.database, str(HERE / "faults_data.py"))
        self.assertEqual(code, 0)

    def _run(self):
        """Run the script; where nothing can be mounted, with a limit instead.

        The limit gives the same kind of error from the system at the same place. What
        it can't imitate is a disk that others have filled.
        """
        command = ["python", HERE.parent / "tools" / "in_odoo.py", self.database]
        command += [HERE / "faults_files.py", "disk" if can_mount() else "limit"]
        if can_mount():
            store = template_db.filestore(self.database)
            command = [*mounting(DISK), store, *command]
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return json.loads(done.stdout.strip().splitlines()[-1])

    def test_5_upload_and_signature(self):
        answer = self._run()
        for name in ("upload", "sign"):
            self.assertRegex(
                answer["full"][name], "^UserError: .* no space left for files"
            )
        self.assertEqual(answer["refused"], answer["before"])
        self.assertEqual(answer["refused"]["signoffs"], 0)
        # the same content once more: what was torn must not stand in its way
        self.assertEqual(answer["free"], {"upload": "done", "sign": "done"})
        self.assertEqual(answer["after"]["sources"], 1)
        self.assertEqual(answer["after"]["signoffs"], 1)
        self.assertEqual(answer["after"]["state"], "signed")
        self.assertEqual(
            answer["after"]["attachments"], answer["before"]["attachments"] + 2
        )
        # the files of before are off the small disk
        self.assertEqual(
            answer["after"]["without_content"], answer["before"]["without_content"]
        )
