"""The job of the measures, disturbed: the same rows as undisturbed, each once.

The job runs as the scheduler runs it, in processes of their own. See
``test_faults.py`` for the numbers of the faults.
"""

import os
import signal
import subprocess
import unittest

from faults_case import HERE, NO_DISK, SMALL_DISK, TIMEOUT, FaultCase

import template_db

# A level is one of the day on which it was captured. One of them counts jobs that fail:
# a disturbed one is such a job.
VALUES = """
SELECT m.code, v.site_id, v.company_id, CASE WHEN v.kind <> 'level' THEN v.day END,
       v.numerator, v.denominator, v.sample_size, v.sum_squares, v.value, v.parts,
       v.source
  FROM dist_measure_value v JOIN dist_measure m ON m.id = v.measure_id
 WHERE m.code <> 'jobs_failing'
 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""


class TestMeasureFaults(FaultCase):
    data = "faults_measures_data.py"
    disk = SMALL_DISK

    @classmethod
    def setUpClass(cls):
        """Keep the rows that the job makes when nothing happens to it."""
        super().setUpClass()
        name = f"{cls.prepared}_quiet"
        cls.addClassCleanup(template_db.drop, name)
        template_db.clone(cls.prepared, name)
        subprocess.run(["python", HERE / "faults_scheduler.py", name], check=True)
        cls.expected = template_db.sql(VALUES, name)
        if len(cls.expected) < 100:
            raise RuntimeError("the job has computed too little to be disturbed")

    def start_job(self):
        return self.start(HERE / "faults_scheduler.py", self.database)

    def queued(self):
        return self.number("SELECT COUNT(*) FROM dist_measure_queue")

    def wait_for_half(self):
        """Wait until half of the days are computed; the others must not be yet."""
        half = self.queued() // 2
        self.wait_until(lambda: self.queued() <= half)
        self.assertGreater(self.queued(), 0, "it was too fast")

    def assert_as_undisturbed(self):
        self.assertEqual(self.queued(), 0)
        self.assertEqual(self.query(VALUES), self.expected)
        self.assertEqual(
            self.query(
                "SELECT code, last_error FROM dist_measure WHERE last_error IS NOT NULL"
            ),
            [],
        )

    def test_9_killed(self):
        """What was computed stays, the next run does the rest."""
        process = self.start_job()
        self.wait_for_half()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kept = set(self.query(VALUES))
        self.assertTrue(kept)
        self.assertEqual(self.start_job().wait(TIMEOUT), 0)
        self.assertLessEqual(kept, set(self.query(VALUES)))
        self.assert_as_undisturbed()

    def test_2_connection_lost(self):
        """The same process goes on with a new connection."""
        process = self.start_job()
        self.wait_for_half()
        self.cut_connections()
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assertTrue("Exception in cron" in self.log.read_text())
        self.assert_as_undisturbed()

    def test_3_server_restarted_at_once(self):
        """The same process goes on when the server is there again."""
        process = self.start_job()
        self.wait_for_half()
        self.restart_server()
        self.assertEqual(process.wait(TIMEOUT), 0, self.log.read_text()[-2000:])
        self.assert_as_undisturbed()

    @unittest.skipUnless(SMALL_DISK, NO_DISK)
    def test_4_disk_full(self):
        """What can't be stored stays queued until there is space again."""
        self.move_to_small_disk()
        process = self.start_job()
        self.wait_for_half()
        self.fill_disk()
        self.wait_until(lambda: "No space left on device" in self.log.read_text())
        self.assertGreater(self.queued(), 0)
        self.free_disk()
        # a job that has failed waits for its next hour
        self.wait_until(lambda: not self.queued() or self._waits())
        self.query("UPDATE ir_cron SET nextcall = '2026-01-01' WHERE active")
        self.assertEqual(process.wait(TIMEOUT), 0)
        self.assert_as_undisturbed()

    def _waits(self):
        return self.number(
            "SELECT COUNT(*) FROM ir_cron"
            " WHERE active AND nextcall > now() AT TIME ZONE 'UTC'"
        )

    def test_7_two_at_once(self):
        """Two schedulers share the database: one computes, neither complains."""
        codes = [
            process.wait(TIMEOUT) for process in (self.start_job(), self.start_job())
        ]
        self.assertEqual(codes, [0, 0])
        self.assertEqual(self.log.read_text(), "")
        self.assert_as_undisturbed()
