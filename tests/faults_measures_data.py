"""Data for test_faults_measures: live sites with shipments and counts, all queued.

Run on the test's own database, see ``tools/in_odoo.py``.
"""

import pathlib
import sys
from datetime import date, timedelta

sys.path.insert(0, str(pathlib.Path(__file__).parent / "load"))
sys.path.insert(0, str(pathlib.Path(__file__).parent / "benchmark" / "support"))

import history
import records

SITES, ORDERS, COUNTS, DAYS = 3, 200, 100, 9


def main(env, _arguments):
    sites = records.create_sites(env, SITES, history.CUTOVER)
    products = history.create_products(env, 5)
    history.create_history(env, sites, products, ORDERS, DAYS, counts=COUNTS)
    first = date.fromisoformat(history.FIRST_DAY)
    env.cr.execute("DELETE FROM dist_measure_queue")
    for offset in range(DAYS):
        # other sites than the day before, so that each day is a window of its own
        some = sites - sites[offset % SITES]
        day = first + timedelta(days=offset)
        env["dist.measure"]._backfill(some, day, day)
    job = env.ref("dist_rollout_governance.ir_cron_measure_compute")
    env["ir.cron"].search([("id", "!=", job.id)]).active = False
    job._trigger()
