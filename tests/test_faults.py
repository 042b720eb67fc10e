"""Loads that are cut off from outside: nothing lost, nothing twice, resumable.

The load runs in a process of its own on a database of the test's own and commits as
the scheduled action does. What is done to it is real: a kill, a lost connection, a
second process that does the same.
"""

import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

from faults_data import PRODUCTS

import template_db

HERE = Path(__file__).parent
TIMEOUT = 300


class TestFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prepared = f"fault_{os.getpid()}"
        cls.addClassCleanup(template_db.drop, cls.prepared)
        template_db.clone(template_db.full_template(), cls.prepared)
        code = template_db.script(cls.prepared, str(HERE / "faults_data.py"))
        if code:
            raise RuntimeError("the data of the test could not be made")

    def setUp(self):
        self.database = f"{self.prepared}_run"
        template_db.clone(self.prepared, self.database)
        self.addCleanup(template_db.drop, self.database)

    def _start(self):
        process = subprocess.Popen(
            [
                "python",
                HERE.parent / "tools" / "in_odoo.py",
                self.database,
                HERE / "faults_load.py",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.addCleanup(self._stop, process)
        return process

    def _stop(self, process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _query(self, text):
        return template_db.sql(text, self.database)

    def _count(self, condition):
        """Count the rows of the cycle that meet a condition."""
        found = self._query(
            f"SELECT COUNT(*) FROM dist_migration_row WHERE {condition}"
        )
        return int(found[0])

    def _wait_for(self, loaded):
        """Wait until so many rows are loaded; the load must not be through by then."""
        end = time.monotonic() + TIMEOUT
        while self._count("state = 'loaded'") < loaded:
            self.assertLess(time.monotonic(), end, "the load does not move")
            time.sleep(0.05)
        self.assertGreater(self._count("state = 'valid'"), 0, "it was too fast")

    def _assert_consistent(self):
        """What counts as loaded is there, once, and nothing else is."""
        loaded = self._count(
            "state = 'loaded' AND object_id = (SELECT id FROM dist_migration_object"
            " WHERE code = 'product')"
        )
        there = self._query(
            "SELECT COUNT(*), COUNT(DISTINCT default_code) FROM product_product"
            " WHERE default_code LIKE 'FAULT%'"
        )
        self.assertEqual(there, [f"{loaded}|{loaded}"])

    def _assert_finished(self):
        self.assertEqual(self._count("state <> 'loaded'"), 0)
        self._assert_consistent()
        self.assertEqual(
            self._query("SELECT state FROM dist_migration_cycle"), ["loaded"]
        )
        expected = sum(number % 7 + 1 for number in range(PRODUCTS))
        for table in ("stock_quant", "stock_move"):
            place = "q.location_id" if table == "stock_quant" else "q.location_dest_id"
            total = self._query(
                f"SELECT SUM(q.quantity)::int FROM {table} q JOIN stock_location l"
                f" ON l.id = {place} WHERE l.usage = 'internal'"
            )
            self.assertEqual(total, [str(expected)], table)

    def _resume(self):
        self.assertEqual(self._start().wait(TIMEOUT), 0)
        self._assert_finished()

    def test_killed(self):
        process = self._start()
        self._wait_for(loaded=PRODUCTS // 2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._assert_consistent()
        self._resume()

    def test_connection_lost_while_stock_is_loaded(self):
        process = self._start()
        self._wait_for(loaded=PRODUCTS + 1)
        self._query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self.assertNotEqual(process.wait(TIMEOUT), 0)
        self._assert_consistent()
        self._resume()

    def test_loaded_by_two_at_once(self):
        codes = [process.wait(TIMEOUT) for process in (self._start(), self._start())]
        # the one that came second to a row may have been refused, both never
        self.assertIn(0, codes)
        self._assert_finished()
