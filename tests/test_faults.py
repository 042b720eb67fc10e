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

from faults_case import TIMEOUT
from faults_cluster import can_mount
from faults_data import PRODUCTS
from faults_load_case import LoadCase

import template_db

# of the small file system; the database has about 100 MB
DISK = 600 << 20


class TestFaults(LoadCase):
    disk = DISK if can_mount() else 0

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

    def test_3_server_restarted_at_once(self):
        process = self.start_load()
        self.wait_for(loaded=PRODUCTS // 2)
        self.restart_server()
        self.assertNotEqual(process.wait(TIMEOUT), 0)
        self.assert_consistent()
        self.assertIn("The connection to the database was lost", self.log.read_text())
        self.resume()

    @unittest.skipUnless(
        can_mount(), "neither root nor user namespaces: no small disk can be mounted"
    )
    def test_4_disk_full(self):
        self._move_to_small_disk()
        process = self.start_load()
        self.wait_for(loaded=PRODUCTS // 4)
        self._on_disk("fallocate -l $(($(stat -f -c '%a * %S' .))) ballast")
        self.assertNotEqual(process.wait(TIMEOUT), 0)
        self.assert_consistent()
        self.assertRegex(
            self.problem(), "disk of the database is full .*No space left on device"
        )
        self._on_disk("rm ballast")
        self.resume()

    def test_7_loaded_by_two_at_once(self):
        codes = [
            process.wait(TIMEOUT) for process in (self.start_load(), self.start_load())
        ]
        # the one that came second to a row may have been refused, both never
        self.assertIn(0, codes)
        self.assert_finished()

    def _on_disk(self, command):
        """Let the server run a command in its small disk, which nobody else sees."""
        template_db.sql(
            f"COPY (SELECT) TO PROGRAM $run$cd {self.cluster.small} && {command}$run$"
        )

    def _move_to_small_disk(self):
        """Have the database on the small disk; the log of transactions stays off it."""
        self._on_disk("mkdir -m 700 space")
        template_db.sql(
            f"CREATE TABLESPACE small LOCATION '{self.cluster.small}/space'"
        )
        self.addCleanup(template_db.sql, "DROP TABLESPACE small")
        self.addCleanup(template_db.drop, self.database)
        template_db.sql(f'ALTER DATABASE "{self.database}" SET TABLESPACE small')
