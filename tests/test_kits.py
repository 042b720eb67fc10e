"""Kits, which need manufacturing: the cases of an addon on a database that has it."""

import os
import unittest
from pathlib import Path

import run_tests
import template_db
from toolbox import ADDONS, LOGS

CASES = ADDONS / "dist_hypercare" / "tests" / "kit_cases.py"


class TestKits(unittest.TestCase):
    def test_kits(self):
        database = f"kits_{os.getpid()}"
        self.addCleanup(template_db.drop, database)
        template_db.clone(template_db.full_template(), database)
        log = Path(LOGS) / f"install-{database}.log"
        self.addCleanup(log.unlink, missing_ok=True)
        template_db.install(database, ["sale_mrp", "purchase_mrp"], log)
        self.assertEqual(run_tests.pytest(database, str(CASES)), 0)
