"""Staging and validating a file of products against reading and copying it by hand.

Both sides begin with the same CSV file. The statement's side decodes it, copies it
into a table, and lists the rows with an empty name, a used barcode or a doubled code;
the suite's side stages the file (encoding, mapping, conversions, checksums) and runs
every rule. 100,000 rows are expected to take at most 20 seconds, 5,000 rows/s.

``BENCH_FILE_ROWS`` sets the sizes.
"""

import csv
import io
import os
import resource
import statistics
import time

SIZES = [
    int(size) for size in os.environ.get("BENCH_FILE_ROWS", "10000,100000").split(",")
]
REPEATS = 3
# One row in so many has a defect.
DEFECTIVE = 1000
MAPPING = """
name: Bench
source_system: BENCH
objects:
  - object: product
    file: items.csv
    key: no
    fields:
      name: description
      code: no
      barcode: ean
      list_price: {column: price, decimal: ",", thousands: "."}
      standard_price: {column: cost, decimal: ","}
      weight: weight
      active: {column: blocked, "true": ["0"], "false": ["1"]}
"""
HAND = """
SELECT no FROM hand_items WHERE description = ''
UNION ALL
SELECT no FROM hand_items
  JOIN (SELECT ean FROM hand_items WHERE ean <> '' GROUP BY 1 HAVING COUNT(*) > 1) twice
 USING (ean)
"""


def make_file(size):
    """Return a CSV file of products; one in DEFECTIVE has no name."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(["no", "description", "ean", "price", "cost", "weight", "blocked"])
    for number in range(size):
        writer.writerow(
            [
                f"A{number:07}",
                "" if number % DEFECTIVE == 7 else f"Schraube {number} verzinkt",
                ean13(number),
                f"1.{number % 900 + 100},50",
                f"{number % 900 + 1},25",
                f"{number % 90 / 10:.1f}",
                int(number % 50 == 0),
            ]
        )
    return buffer.getvalue().encode()


def ean13(number):
    """Return a barcode with its check digit."""
    body = f"40{number:010}"
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(body))
    return f"{body}{-total % 10}"


def by_hand(env, content):
    cr = env.cr
    cr.execute(
        "CREATE TEMPORARY TABLE hand_items (no text, description text, ean text,"
        " price text, cost text, weight numeric, blocked boolean) ON COMMIT DROP"
    )
    cr.copy_expert(
        "COPY hand_items FROM STDIN WITH (FORMAT csv, HEADER, DELIMITER ';',"
        " FORCE_NOT_NULL (description, ean))",
        io.StringIO(content.decode()),
    )
    cr.execute("ANALYZE hand_items")
    cr.execute(HAND)
    found = {key for (key,) in cr.fetchall()}
    cr.execute("DROP TABLE hand_items")
    return found


def prepare(env, size, content):
    program = env["dist.program"].create({"name": "Bench", "code": f"ST{size}"})
    site = env["dist.site"].create(
        {
            "name": "Bench",
            "code": f"ST{size}",
            "program_id": program.id,
            "manager_id": env.uid,
        }
    )
    mapping = env["dist.migration.mapping"]._create_from_text(
        MAPPING, company_id=env.company.id
    )
    cycle = env["dist.migration.cycle"].create(
        {
            "name": f"Bench {size}",
            "program_id": program.id,
            "site_ids": site.ids,
            "company_id": env.company.id,
            "mapping_id": mapping.id,
        }
    )
    cycle._add_file("items.csv", content)
    return cycle


def by_suite(cycle):
    cycle.action_stage()
    cycle.action_validate()
    cycle.env.flush_all()


def timed(function, *arguments):
    start = time.perf_counter()
    outcome = function(*arguments)
    return time.perf_counter() - start, outcome


def measure(env, size):
    content = make_file(size)
    suite, hand = [], []
    for number in range(REPEATS):
        seconds, expected = timed(by_hand, env, content)
        hand.append(seconds)
        cycle = prepare(env, size * 10 + number, content)
        seconds, _nothing = timed(by_suite, cycle)
        suite.append(seconds)
        held_back = env["dist.migration.row"].search(
            [("cycle_id", "=", cycle.id), ("state", "=", "invalid")]
        )
        if set(held_back.mapped("legacy_key")) != expected:
            raise ValueError("other rows are held back than by hand")
    seconds = statistics.median(suite)
    return {
        "name": f"stage and validate products, {size / seconds:,.0f} rows/s",
        "rows": size,
        "suite_seconds": seconds,
        "sql_seconds": statistics.median(hand),
        "ratio": seconds / statistics.median(hand),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run(env):
    """Called by tools/bench.py."""
    results = []
    for size in SIZES:
        results.append(measure(env, size))
        env.cr.rollback()
        env.invalidate_all()
    return results
