"""Loads that are cut off from outside: nothing lost, nothing twice, resumable.

The load runs in a process of its own on a database of the test's own and commits as
the scheduled action does. What is done to it is real: a kill, a lost connection, a
second process that does the same, a crash of the server, a full disk.

The number in a test's name is that of the fault:

1. the process is killed
2. the connection is lost
3. PostgreSQL is restarted at once, as after a crash
4. the disk of the database is full
5. the disk of the files is full: ``test_faults_files.py``
6. killed while people sign: ``test_concurrency.py``
7. two do the same at the same time
8. killed between two commits, which is the same as 1 for a load in chunks
9. the job of the measures is killed: ``test_faults_measures.py``
"""

import os
import signal
import unittest
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from api_server import ApiServer
from faults_case import HERE, NO_DISK, SMALL_DISK, TIMEOUT
from faults_data import PRODUCTS
from faults_load_case import LoadCase


class TestFaults(LoadCase):
    disk = SMALL_DISK

    def test_1_and_8_killed(self):
        process = self.start_load()
        self.wait_for(loaded=PRODUCTS // 2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.assert_consistent()
        self.resume()

    def test_2_connection_lost_while_stock_is_loaded(self):
        process = self.start_load()
        self.wait_for(loaded=PRODUCTS + 1)
        self.cut_connections()
        self.assertNotEqual(process.wait(TIMEOUT), 0)
        self.assert_consistent()
        self.assertIn("connection to the database was lost", self.problem())
        self.resume()

    def test_2_connection_lost_while_somebody_simulates(self):
        """A person waits for the answer: it is a sentence, and the next call works."""
        key = self._data_steward()
        server = ApiServer(self.database)
        self.addCleanup(server.kill)
        [cycle] = map(int, self.query("SELECT id FROM dist_migration_cycle"))
        step = partial(server.call, key, "dist.migration.cycle", ids=[cycle])
        with ThreadPoolExecutor(1) as pool:
            simulation = pool.submit(step, method="action_simulate")
            # it has begun to load what it will take back
            self.wait_until(
                lambda: self.number(
                    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname ="
                    " current_database() AND now() - xact_start > '0.5 s'"
                )
            )
            self.cut_connections()
            status, answer = simulation.result()
        self.assertEqual(status, 422, answer)
        self.assertEqual(
            answer["message"],
            "The connection to the database was lost. Nothing was saved: try again.",
        )
        self.assert_consistent()
        self.assertEqual(step(method="action_simulate")[0], 200)

    def _data_steward(self):
        """Take the cycle off the background load; return a key to go on with it."""
        process = self.start_in_odoo(HERE / "faults_key.py")
        self.assertEqual(process.wait(TIMEOUT), 0)
        return self.log.read_text().split()[-1]

    def test_3_server_restarted_at_once(self):
        process = self.start_load()
        self.wait_for(loaded=PRODUCTS // 2)
        self.restart_server()
        self.assertNotEqual(process.wait(TIMEOUT), 0)
        self.assert_consistent()
        self.assertIn("The connection to the database was lost", self.log.read_text())
        self.resume()

    @unittest.skipUnless(SMALL_DISK, NO_DISK)
    def test_4_disk_full(self):
        self.move_to_small_disk()
        process = self.start_load()
        self.wait_for(loaded=PRODUCTS // 4)
        self.fill_disk()
        self.assertNotEqual(process.wait(TIMEOUT), 0)
        self.assert_consistent()
        self.assertRegex(
            self.problem(), "disk of the database is full .*No space left on device"
        )
        self.free_disk()
        self.resume()

    def test_7_loaded_by_two_at_once(self):
        codes = [
            process.wait(TIMEOUT) for process in (self.start_load(), self.start_load())
        ]
        # the one that came second to a row may have been refused, both never
        self.assertIn(0, codes)
        self.assert_finished()
