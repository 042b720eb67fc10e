"""Opening the command center of a wave of a hundred sites with a million values.

``suite_seconds`` is the method the screen calls when it opens, with the rights of
somebody of the command center and nothing in the cache; ``sql_seconds`` the statement
one would write for the latest value of each measure and site alone. The number of
statements must not depend on the number of sites.
"""

import pathlib
import resource
import statistics
import sys
import time
from datetime import timedelta

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import business
import records

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

SITES, FEW_SITES = 100, 10
VALUES = 1_000_000
REPEATS = 5
MOST_SECONDS = 1

# Ratios between 80 and 100 %, broken down by five categories.
WRITE_VALUES = """
INSERT INTO dist_measure_value (measure_id, kind, site_id, program_id, company_id, day,
                                numerator, denominator, value, sample_size, source,
                                parts, computed_at)
SELECT m.id, m.kind, s.id, s.program_id, s.company_id, d.day, figure, 100, figure, 100,
       'computed', (
           SELECT jsonb_agg(jsonb_build_array('category', 'Category ' || n, 20, 20, 20,
                                              100))
             FROM generate_series(1, 5) n),
       NOW()
  FROM generate_series(0, %(days)s - 1) n
 CROSS JOIN LATERAL (SELECT %(today)s::date - n AS day) d
 CROSS JOIN dist_site s
 CROSS JOIN dist_measure m
 CROSS JOIN LATERAL (SELECT 80 + (m.id + s.id + n) %% 20 AS figure) f
 WHERE s.id = ANY(%(sites)s) AND m.active AND m.grain = 'site'
"""

LATEST = """
SELECT m.id, s.id, v.day, v.value
  FROM dist_measure m
 CROSS JOIN dist_site s
 CROSS JOIN LATERAL (
       SELECT v.day, v.value FROM dist_measure_value v
        WHERE v.measure_id = m.id AND COALESCE(v.site_id, -v.company_id) = s.id
        ORDER BY v.day DESC LIMIT 1) v
 WHERE m.active AND s.id = ANY(%(sites)s)
"""


def create_wave(env, sites):
    """Return a wave whose sites are all in hypercare."""
    wave = env["dist.wave"].create(
        {
            "name": "Benchmark",
            "program_id": sites.program_id.id,
            "site_ids": [Command.set(sites.ids)],
            "gate_ids": [Command.create({"site_id": site.id}) for site in sites],
            "state": "hypercare",
        }
    )
    wave._create_hypercare()
    return wave


def write_values(env, sites):
    """Write so many values of the sites; return their number."""
    measures = env["dist.measure"].search_count([("grain", "=", "site")])
    env.flush_all()
    env.cr.execute(
        WRITE_VALUES,
        {
            "days": -(-VALUES // (measures * len(sites))),
            "today": fields.Date.today(),
            "sites": sites.ids,
        },
    )
    count = env.cr.rowcount
    env.cr.commit()
    business.vacuum(env, ["dist_measure_value", "dist_site", "dist_measure"])
    return count


def open_screen(env, wave, sites):
    """Return the seconds, the statements and the data of one opening."""
    env.cr.commit()
    env.invalidate_all()
    before, start = env.cr.sql_log_count, time.perf_counter()
    data = wave.command_center_data(site_ids=sites.ids)
    return time.perf_counter() - start, env.cr.sql_log_count - before, data


def by_hand(env, sites):
    start = time.perf_counter()
    env.cr.execute(LATEST, {"sites": sites.ids})
    env.cr.fetchall()
    return time.perf_counter() - start


def run(env):
    """Called by tools/bench.py, on a database of its own."""
    cutover = fields.Date.today() - timedelta(days=365)
    sites = records.create_sites(env, SITES, cutover)
    wave = create_wave(env, sites)
    rows = write_values(env, sites)
    user = new_test_user(
        env, "bench", groups="dist_rollout_governance.group_command_center"
    )
    env.cr.commit()
    wave = wave.with_user(user)
    results, counts = [], []
    for some in (sites[:FEW_SITES], sites):
        open_screen(env, wave, some)
        suite, hand = [], []
        for _number in range(REPEATS):
            seconds, statements, data = open_screen(env, wave, some)
            suite.append(seconds)
            hand.append(by_hand(env, some))
        counts.append(statements)
        shown = len(data["heat_map"]["rows"]) * len(data["heat_map"]["columns"])
        suite_seconds, hand_seconds = statistics.median(suite), statistics.median(hand)
        results.append(
            {
                "name": f"command center, {len(some)} sites, {shown} figures "
                f"({statements} statements)",
                "rows": rows,
                "suite_seconds": suite_seconds,
                "sql_seconds": hand_seconds,
                "ratio": suite_seconds / hand_seconds,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    if counts[0] != counts[1]:
        raise ValueError(f"{counts[0]} statements grow to {counts[1]}")
    if suite_seconds > MOST_SECONDS:
        raise ValueError(f"the command center took {suite_seconds:.1f} seconds to open")
    return results
