"""The upgrade from the first release, rehearsed with its code and its demo program.

The code comes from the repository's own history, see ``upgrade/foundation.txt``.
"""

import io
import json
import os
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

import template_db
from toolbox import CONF, LOGS, ROOT

HERE = Path(__file__).parent / "upgrade"
# computed anew by the upgrade, or by the scheduled actions that follow it
RECOMPUTED = {"write_date", "write_uid", "message_main_attachment_id"}


class TestUpgrade(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = f"upgrade_{os.getpid()}"
        cls.log = LOGS / f"{cls.database}.log"
        cls.addClassCleanup(template_db.drop, cls.database)
        template_db.clone(template_db.base_template(), cls.database)
        with tempfile.TemporaryDirectory() as folder:
            old = cls._extract(folder)
            conf = Path(folder) / "odoo.conf"
            conf.touch(mode=0o600)
            conf.write_text(
                "\n".join(
                    f"addons_path = {old}" if line.startswith("addons_path") else line
                    for line in CONF.read_text().splitlines()
                )
            )
            cls._odoo(conf, "-i", "dist_rollout")
            cls._script(conf, "build_demo.py")
        cls.before = cls._rows()
        cls._odoo(CONF, "-u", "dist_rollout_governance")
        cls.after = cls._rows()

    @classmethod
    def _extract(cls, folder):
        """Write the addons of the first release to a folder."""
        commit = (HERE / "foundation.txt").read_text().strip()
        done = subprocess.run(
            ["git", "-C", ROOT, "archive", commit, "addons"],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"the commit {commit} is not in this repository: get its whole history"
                " with: git fetch --unshallow"
            )
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(folder)
        return Path(folder) / "addons"

    @classmethod
    def _odoo(cls, conf, *arguments):
        if template_db.odoo(cls.database, "-c", conf, *arguments, log=cls.log):
            raise RuntimeError(f"odoo {' '.join(arguments)} failed; see {cls.log}")

    @classmethod
    def _script(cls, conf, name, *arguments):
        subprocess.run(
            ["python", ROOT / "tools" / "in_odoo.py", cls.database, HERE / name],
            env=dict(os.environ, ODOO_RC=str(conf)),
            check=True,
        )

    @classmethod
    def _rows(cls):
        """Return the rows of the suite's tables: {table: {id: {column: value}}}."""
        tables = template_db.sql(
            "SELECT c.table_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE c.table_name LIKE 'dist\\_%' AND c.column_name = 'id'"
            " AND t.table_type = 'BASE TABLE'",
            cls.database,
        )
        rows = {}
        for table in tables:
            found = template_db.sql(
                f'SELECT to_jsonb(t) FROM "{table}" t', cls.database
            )
            rows[table] = {row["id"]: row for row in map(json.loads, found)}
        return rows

    def test_1_no_row_is_lost(self):
        self.assertGreater(len(self.before["dist_measure_value"]), 20)
        self.assertGreater(len(self.before["dist_migration_row"]), 50)
        for table, rows in self.before.items():
            if table.endswith(("_wizard", "_upload", "_import", "_preview")):
                continue
            with self.subTest(table):
                self.assertLessEqual(rows.keys(), self.after[table].keys())

    def test_2_no_value_is_changed(self):
        shipped = self._shipped()
        for table, rows in self.before.items():
            for record_id, row in rows.items():
                if (table, record_id) in shipped or record_id not in self.after[table]:
                    continue
                new = self.after[table][record_id]
                kept = {
                    name: value
                    for name, value in row.items()
                    if name in new and name not in RECOMPUTED
                }
                with self.subTest(table=table, id=record_id):
                    self.assertEqual(kept, {name: new[name] for name in kept})

    def test_3_no_column_with_data_is_dropped(self):
        for table, rows in self.before.items():
            old = {
                name
                for row in rows.values()
                for name, value in row.items()
                if value not in (None, False, "")
            }
            new = {name for row in self.after[table].values() for name in row}
            with self.subTest(table):
                self.assertLessEqual(old if rows else set(), new)

    def test_4_signatures_hold(self):
        self.assertTrue(self.before["dist_signoff"])
        self._script(CONF, "check_signatures.py")

    def _shipped(self):
        """Return (table, id) of the records that come with the addons."""
        found = template_db.sql(
            "SELECT DISTINCT replace(model, '.', '_') || ' ' || res_id"
            " FROM ir_model_data WHERE model LIKE 'dist.%' AND NOT noupdate",
            self.database,
        )
        return {(table, int(record_id)) for table, record_id in map(str.split, found)}
