"""Opening the gates of a wave of 60 sites with the standard template.

The suite's side is the consultant's button: the step is checked, every site gets its
gate with all lines of the template, and the lines are evaluated. The reference side
inserts the same number of lines with one statement. The number of statements must not
depend on the number of sites.
"""

import resource
import statistics
import time
from datetime import timedelta

from odoo import fields

SITES = 60
FEW_SITES = 5
REPEATS = 3
MOST_SECONDS = 3
# log messages of the gates are written in batches of a thousand
TOLERANCE = 5

BY_HAND = """
INSERT INTO dist_gate_line (
       gate_id, template_line_id, wave_id, site_id, company_id, sequence, name,
       workstream, is_mandatory, weight, guidance, source, measure_id, operator,
       threshold, max_age_days, consecutive_days, valid_days, result, create_uid,
       write_uid, create_date, write_date)
SELECT g.id, t.id, g.wave_id, g.site_id, g.company_id, t.sequence,
       t.name->>'en_US', t.workstream, t.is_mandatory, t.weight,
       t.guidance->>'en_US', t.source, t.measure_id, t.operator, t.threshold,
       t.max_age_days, t.consecutive_days, t.valid_days, 'no_evidence', %(uid)s,
       %(uid)s, NOW(), NOW()
  FROM dist_gate g CROSS JOIN dist_gate_template_line t
 WHERE g.id = ANY(%(gates)s) AND t.template_id = %(template)s
"""


def create_wave(env, name, count):
    """Return a planned wave with that many sites of its own."""
    program = env["dist.program"].create({"name": name, "code": name})
    sites = env["dist.site"].create(
        [
            {
                "name": f"Site {number}",
                "code": f"S{number:03}",
                "program_id": program.id,
                "manager_id": env.uid,
            }
            for number in range(count)
        ]
    )
    wave = env["dist.wave"].create(
        {
            "name": name,
            "program_id": program.id,
            "template_id": env.ref("dist_wave_planning.gate_template_standard").id,
            "planned_go_live": fields.Date.today() + timedelta(days=30),
            "fallback": "The old system goes on.",
            "site_ids": [fields.Command.set(sites.ids)],
        }
    )
    wave.state = "planned"
    return wave


def open_gates(env, wave):
    """Open the wave's gates; return (seconds, statements)."""
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    start = time.perf_counter()
    wave.action_open_gates()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - before


def by_hand(env, wave):
    """Insert the lines once more with one statement, for nothing; return seconds."""
    template = wave.template_id
    start = time.perf_counter()
    with env.cr.savepoint() as savepoint:
        env.cr.execute(
            BY_HAND,
            {"uid": env.uid, "gates": wave.gate_ids.ids, "template": template.id},
        )
        seconds = time.perf_counter() - start
        savepoint.rollback()
    return seconds


def run(env):
    """Called by tools/bench.py."""
    _seconds, few = open_gates(env, create_wave(env, "WARM", FEW_SITES))
    _seconds, few = open_gates(env, create_wave(env, "FEW", FEW_SITES))
    suite, hand = [], []
    for number in range(REPEATS):
        wave = create_wave(env, f"OPEN{number}", SITES)
        seconds, statements = open_gates(env, wave)
        suite.append(seconds)
        hand.append(by_hand(env, wave))
    lines = len(wave.gate_ids.line_ids)
    if lines != SITES * len(wave.template_id.line_ids):
        raise ValueError(f"there are {lines} lines")
    if abs(statements - few) > TOLERANCE:
        raise ValueError(f"{few} statements grow to {statements}")
    suite_seconds, sql_seconds = statistics.median(suite), statistics.median(hand)
    if suite_seconds > MOST_SECONDS:
        raise ValueError(f"opening took {suite_seconds:.1f} seconds")
    return [
        {
            "name": f"open gates, {SITES} sites x {lines // SITES} lines "
            f"({statements} statements)",
            "rows": lines,
            "suite_seconds": suite_seconds,
            "sql_seconds": sql_seconds,
            "ratio": suite_seconds / sql_seconds,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    ]
