"""An Odoo server with several worker processes, for tests and for the load."""

import os
import signal
import subprocess
import time
import urllib.request

from toolbox import LOGS, fail, free_port


class Server:
    """Serves one database on the loopback address.

    :param workers: processes for requests
    :param crons: processes for scheduled actions
    """

    def __init__(self, database, workers=3, crons=0):
        self.database = database
        self.workers = workers
        self.crons = crons
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = LOGS / f"{database}.log"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [
                "odoo",
                f"--database={self.database}",
                f"--db-filter=^{self.database}$",
                f"--workers={self.workers}",
                f"--max-cron-threads={self.crons}",
                "--http-interface=127.0.0.1",
                f"--http-port={self.port}",
                f"--gevent-port={free_port()}",
                f"--logfile={self.log}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for _try in range(120):
            try:
                urllib.request.urlopen(f"{self.url}/web/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.5)
        self.kill()
        fail(f"the server did not start; its log is {self.log}")

    def kill(self):
        """Kill all of its processes at once, as a power cut would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
