"""What the tests of faults share: prepared databases, and processes to be disturbed."""

import os
import signal
import subprocess
import time
import unittest
from pathlib import Path
from unittest.mock import patch

from faults_cluster import Cluster, can_mount

import template_db
from toolbox import LOGS

HERE = Path(__file__).parent
TIMEOUT = 300
# bytes; a prepared database has about 100 MB
SMALL_DISK = 600 << 20 if can_mount() else 0
NO_DISK = "neither root nor user namespaces: no small disk can be mounted"


class FaultCase(unittest.TestCase):
    """Each test has a copy of a database that was prepared once for its class.

    It is on a PostgreSQL server of the class's own, which every tool and process uses
    while its tests run.
    """

    #: script that makes the data, see ``tools/in_odoo.py``
    data = ""
    #: bytes of a small disk that the server sees, if it needs one
    disk = 0

    @classmethod
    def setUpClass(cls):
        cls.prepared = f"fault_{cls.__name__.lower()}_{os.getpid()}"
        cls.addClassCleanup(template_db.drop, cls.prepared)
        template_db.clone(template_db.full_template(), cls.prepared)
        if template_db.script(cls.prepared, str(HERE / cls.data)):
            raise RuntimeError("the data of the test could not be made")
        cls.cluster = Cluster(cls.prepared, cls.disk)
        cls.addClassCleanup(cls.cluster.drop)
        cls.cluster.copy_database(cls.prepared)
        variables = patch.dict(os.environ, cls.cluster.variables())
        variables.start()
        cls.addClassCleanup(variables.stop)

    def setUp(self):
        self.database = f"{self.prepared}_run"
        template_db.clone(self.prepared, self.database)
        self.addCleanup(template_db.drop, self.database)
        self.log = LOGS / f"{self.database}.log"
        self.log.unlink(missing_ok=True)

    def start(self, script, *arguments):
        """Start a script in a process of its own; what it logs is in ``self.log``."""
        with open(self.log, "a") as log:
            process = subprocess.Popen(
                ["python", *map(str, (script, *arguments))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.addCleanup(self.kill, process)
        return process

    def start_in_odoo(self, script):
        """Start a script on the database, see ``tools/in_odoo.py``."""
        program = HERE.parent / "tools" / "in_odoo.py"
        return self.start(program, self.database, script)

    def kill(self, process):
        """Kill a process with all it has started, if it is there."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def query(self, text):
        return template_db.sql(text, self.database)

    def restart_server(self):
        """Stop the server as a crash would, and start it again at once."""
        self.cluster.stop("immediate")
        self.cluster.start()

    def cut_connections(self):
        """End every connection to the database from the outside."""
        self.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    def on_disk(self, command):
        """Let the server run a command in its small disk, which nobody else sees."""
        template_db.sql(
            f"COPY (SELECT) TO PROGRAM $run$cd {self.cluster.small} && {command}$run$"
        )

    def move_to_small_disk(self):
        """Have the database on the small disk; the log of transactions stays off it."""
        self.on_disk("mkdir -m 700 space")
        template_db.sql(
            f"CREATE TABLESPACE small LOCATION '{self.cluster.small}/space'"
        )
        self.addCleanup(template_db.sql, "DROP TABLESPACE small")
        self.addCleanup(template_db.drop, self.database)
        template_db.sql(f'ALTER DATABASE "{self.database}" SET TABLESPACE small')

    def fill_disk(self):
        """Leave nothing, though the server goes on writing meanwhile."""
        self.on_disk(
            "fallocate -l $(($(stat -f -c '%a * %S' .) - 1000000)) ballast;"
            " dd if=/dev/zero bs=4k >> ballast || true"
        )

    def free_disk(self):
        self.on_disk("rm ballast")

    def number(self, text):
        """Return the one number that a query finds."""
        return int(self.query(text)[0])

    def wait_until(self, condition):
        end = time.monotonic() + TIMEOUT
        while not condition():
            self.assertLess(time.monotonic(), end, self.log.read_text()[-2000:])
            time.sleep(0.05)
