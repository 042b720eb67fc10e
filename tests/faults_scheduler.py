"""Run scheduled actions as the scheduler's process does, until no day is queued.

``faults_scheduler.py DATABASE``; run by test_faults_measures. A lost connection is a
reason to try again, as for the scheduler.
"""

import sys
import time

import psycopg2

import odoo.http  # noqa: F401 - parts of Odoo expect it to be loaded
from odoo.modules.registry import Registry
from odoo.tools import config

PAUSE = 0.3


def is_work_left(registry):
    try:
        with registry.cursor() as cr:
            cr.execute("SELECT EXISTS (SELECT FROM dist_measure_queue)")
            return cr.fetchone()[0]
    except psycopg2.Error:
        return True


def main():
    database = sys.argv[1]
    options = ["--no-http", "-d", database, "--log-level=warn"]
    config.parse_config(options, setup_logging=True)
    registry = Registry(database)
    while is_work_left(registry):
        registry["ir.cron"]._process_jobs(database)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
