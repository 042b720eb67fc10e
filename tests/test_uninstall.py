"""Uninstalling the suite with a program in it: refused, or Odoo works afterwards."""

import os
import unittest
from pathlib import Path

import template_db

SCRIPT = Path(__file__).with_name("uninstall_program.py")


class TestUninstall(unittest.TestCase):
    def test_uninstall(self):
        database = f"uninstall_{os.getpid()}"
        self.addCleanup(template_db.drop, database)
        template_db.clone(template_db.full_template(), database)
        for step in ("refuse", "uninstall", "use"):
            self.assertEqual(template_db.script(database, SCRIPT, step), 0, step)
