"""Reconciling on-hand stock by product, location and lot against hand-written SQL.

Both sides get the same CSV file and must find the same differences:

- *by key*: the suite compares the rows it has staged and stores each difference; by
  hand, the file is copied into a table and joined, once.
- *whole run*: all controls of the cycle (by key, at cost, value against moves and
  books, counts), cases, hashes and measures; by hand, statements for the first four.
- *again, 1 % changed*: a whole run after one quant in a hundred has another quantity,
  against the full one before it: staging the file and the first run.

``BENCH_ROWS`` sets the sizes, 10000,100000,1000000 to see how the time grows.
"""

import os
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import memory

from odoo.addons.dist_data_migration.services.comparisons import Comparisons

SIZES = [int(size) for size in os.environ.get("BENCH_ROWS", "10000,100000").split(",")]
REPEATS = 5
PRODUCTS_PER_ROW = 50
LOCATIONS = 200
# One key in so many is missing, unexpected or different.
DIFFERS = 500
COST = 2.5

HAND = """
WITH legacy AS (
    SELECT p.res_id AS product_id, l.res_id AS location_id, t.res_id AS lot_id,
           SUM(h.quantity) AS quantity
      FROM hand_stage h
      LEFT JOIN dist_legacy_key p
             ON p.program_id = %(program)s AND p.object_id = %(product)s
            AND p.source_system = 'BENCH' AND p.legacy_key = h.product
      LEFT JOIN dist_legacy_key l
             ON l.program_id = %(program)s AND l.object_id = %(location)s
            AND l.source_system = 'BENCH' AND l.legacy_key = h.location
      LEFT JOIN dist_legacy_key t
             ON t.program_id = %(program)s AND t.object_id = %(lot)s
            AND t.source_system = 'BENCH' AND t.legacy_key = h.lot
     GROUP BY 1, 2, 3),
onhand AS (
    SELECT q.product_id, q.location_id, q.lot_id, SUM(q.quantity)::numeric AS quantity
      FROM stock_quant q
      JOIN stock_location l ON l.id = q.location_id
       AND l.usage IN ('internal', 'transit') AND l.warehouse_id = %(warehouse)s
     WHERE q.company_id = %(company)s
     GROUP BY 1, 2, 3
    HAVING abs(SUM(q.quantity)) >= 0.005)
SELECT COALESCE(l.product_id, o.product_id), COALESCE(l.location_id, o.location_id),
       COALESCE(l.lot_id, o.lot_id), l.quantity, o.quantity
  FROM legacy l
  FULL JOIN onhand o ON o.product_id = l.product_id
        AND o.location_id = l.location_id AND o.lot_id = l.lot_id
 WHERE abs(COALESCE(l.quantity, 0) - COALESCE(o.quantity, 0)) >= 0.005
"""

HAND_COST = """
WITH legacy AS (
    SELECT p.res_id AS product_id, SUM(h.quantity * %(cost)s) AS amount
      FROM hand_stage h
      LEFT JOIN dist_legacy_key p
             ON p.program_id = %(program)s AND p.object_id = %(product)s
            AND p.source_system = 'BENCH' AND p.legacy_key = h.product
     GROUP BY 1),
onhand AS (
    SELECT q.product_id,
           SUM(q.quantity * COALESCE((p.standard_price->>%(company_key)s)::numeric, 0))
               AS amount
      FROM stock_quant q
      JOIN product_product p ON p.id = q.product_id
      JOIN stock_location l ON l.id = q.location_id
       AND l.usage IN ('internal', 'transit') AND l.warehouse_id = %(warehouse)s
     WHERE q.company_id = %(company)s
     GROUP BY 1)
SELECT COALESCE(l.product_id, o.product_id), l.amount, o.amount
  FROM legacy l FULL JOIN onhand o ON o.product_id = l.product_id
 WHERE abs(COALESCE(l.amount, 0) - COALESCE(o.amount, 0)) >= 0.005
"""
# value on hand by product against its moves; by account against the ledger
HAND_VALUE = """
WITH onhand AS (
    SELECT q.product_id,
           SUM(q.quantity * COALESCE((p.standard_price->>%(company_key)s)::numeric, 0))
               AS amount
      FROM stock_quant q
      JOIN product_product p ON p.id = q.product_id
      JOIN stock_location l ON l.id = q.location_id
       AND l.usage IN ('internal', 'transit') AND l.company_id IS NOT NULL
     WHERE q.company_id = %(company)s
     GROUP BY 1)
SELECT o.product_id, o.amount, m.amount
  FROM onhand o
  LEFT JOIN (SELECT product_id,
                    SUM(CASE WHEN is_in THEN value ELSE -value END) AS amount
               FROM stock_move
              WHERE company_id = %(company)s AND state = 'done' AND (is_in OR is_out)
              GROUP BY 1) m ON m.product_id = o.product_id
"""
HAND_LEDGER = """
SELECT account_id, SUM(balance) FROM account_move_line
 WHERE company_id = %(company)s AND parent_state = 'posted'
   AND account_id = %(account)s
 GROUP BY 1
"""


class Extract:
    """A program with ``size`` quants, and a file that says nearly the same."""

    def __init__(self, env, size):
        self.env, self.size = env, size
        self.cr = env.cr
        self.objects = {
            code: env["dist.migration.object"]._get(code).id
            for code in ("product", "location", "lot", "stock")
        }
        self._create_frame()
        self._create_quants()
        self._create_keys()
        self.file = self._create_file()
        self.cr.execute(
            "ANALYZE stock_quant, dist_migration_row, dist_legacy_key, stock_lot,"
            " product_product, product_template, stock_location"
        )

    def _create_frame(self):
        env = self.env
        program = env["dist.program"].create(
            {"name": "Bench", "code": f"RS{self.size}"}
        )
        site = env["dist.site"].create(
            {
                "name": "Bench",
                "code": f"RS{self.size}",
                "program_id": program.id,
                "manager_id": env.uid,
            }
        )
        self.warehouse = env["stock.warehouse"].create(
            {"name": "Bench", "code": f"R{self.size % 9973}", "dist_site_id": site.id}
        )
        self.locations = env["stock.location"].create(
            [
                {
                    "name": f"Shelf {number}",
                    "location_id": self.warehouse.lot_stock_id.id,
                }
                for number in range(LOCATIONS)
            ]
        )
        self.products = env["product.product"].create(
            [
                {
                    "name": f"Product {number}",
                    "is_storable": True,
                    "tracking": "lot",
                    # the extract has no prices, so the values agree at zero
                    "list_price": 0,
                    "standard_price": COST,
                }
                for number in range(max(20, self.size // PRODUCTS_PER_ROW // 20))
            ]
        )
        mapping = env["dist.migration.mapping"]._create_from_text(
            "name: Bench\nsource_system: BENCH\nobjects:\n"
            "  - {object: stock, file: stock.csv, key: [id], fields: {product: p,"
            " location: l, lot: t, quantity: q, value: v}}\n",
            company_id=env.company.id,
        )
        self.cycle = env["dist.migration.cycle"].create(
            {
                "name": f"Bench {self.size}",
                "program_id": program.id,
                "site_ids": [(6, 0, site.ids)],
                "mapping_id": mapping.id,
                "warehouse_id": self.warehouse.id,
                "cutover_at": "2026-01-01 00:00:00",
            }
        )
        self.program = program
        env.flush_all()

    def _create_quants(self):
        """A lot per product and row number, one quant each."""
        arguments = {
            "company": self.env.company.id,
            "products": self.products.ids,
            "count": len(self.products),
            "locations": self.locations.ids,
            "size": self.size,
        }
        self.cr.execute(
            """
            INSERT INTO stock_lot (name, product_id, company_id)
            SELECT 'L' || %(size)s || '-' || i,
                   (%(products)s::int[])[i %% %(count)s + 1], %(company)s
              FROM generate_series(1, %(size)s) i
            RETURNING id
            """,
            arguments,
        )
        first = self.cr.fetchone()[0]
        self.first_lot = first
        self.cr.execute(
            """
            INSERT INTO stock_quant
                (product_id, location_id, lot_id, company_id, quantity,
                 reserved_quantity, in_date)
            SELECT product_id, (%(locations)s::int[])[id %% 200 + 1], id, company_id,
                   1 + id %% 7, 0, '2026-01-01'
              FROM stock_lot WHERE id >= %(first)s
            """,
            dict(arguments, first=first),
        )

    def _create_keys(self):
        common = {
            "company": self.env.company.id,
            "program": self.program.id,
            "first": self.first_lot,
            **self.objects,
        }
        for code, model, ids in (
            ("product", "product.product", self.products.ids),
            ("location", "stock.location", self.locations.ids),
        ):
            self.cr.execute(
                """
                INSERT INTO dist_legacy_key (program_id, company_id, source_system,
                       object_id, legacy_key, res_model, res_id)
                SELECT %s, %s, 'BENCH', %s, 'K' || id, %s, id FROM unnest(%s::int[]) id
                """,
                [
                    self.program.id,
                    None
                    if self.env["dist.migration.object"]._get(code).is_shared
                    else self.env.company.id,
                    self.objects[code],
                    model,
                    ids,
                ],
            )
        self.cr.execute(
            """
            INSERT INTO dist_legacy_key (program_id, company_id, source_system,
                   object_id, legacy_key, res_model, res_id)
            SELECT %(program)s, %(company)s, 'BENCH', %(lot)s, 'K' || id,
                   'stock.lot', id
              FROM stock_lot WHERE id >= %(first)s
            """,
            common,
        )

    def _create_file(self):
        """Every DIFFERS-th key has another quantity, and some quants are missing."""
        file = tempfile.TemporaryFile()
        self.cr.copy_expert(
            "COPY (SELECT id, 'K' || product_id AS p, 'K' || location_id AS l,"
            f" 'K' || lot_id AS t, quantity + CASE WHEN lot_id % {DIFFERS} = 0 THEN 3"
            f" ELSE 0 END AS q, (quantity + CASE WHEN lot_id % {DIFFERS} = 0 THEN 3"
            f" ELSE 0 END) * {COST} AS v FROM stock_quant"
            f" WHERE lot_id >= {self.first_lot} AND lot_id % 1499 <> 0)"
            " TO STDOUT WITH (FORMAT csv, HEADER)",
            file,
        )
        return file

    def stage(self):
        """Stage the file as a steward does; what is staged counts as loaded."""
        self.file.seek(0)
        self.cycle._add_file("stock.csv", self.file.read())
        self.cycle.action_stage()
        self.cycle.action_validate()
        self.env.flush_all()

    def mark_loaded(self):
        self.cr.execute(
            "UPDATE dist_migration_row SET state = 'loaded' WHERE cycle_id = %s",
            [self.cycle.id],
        )
        self.cr.execute("ANALYZE dist_migration_row")
        self.env.invalidate_all()

    def change(self):
        """Give one quant in a hundred another quantity."""
        self.cr.execute(
            "UPDATE stock_quant SET quantity = quantity + 1"
            " WHERE lot_id >= %s AND lot_id %% 100 = 50",
            [self.first_lot],
        )

    def _hand_arguments(self):
        company = self.env.company
        return {
            "program": self.program.id,
            "company": company.id,
            "company_key": str(company.id),
            "warehouse": self.warehouse.id,
            "cost": COST,
            "account": company.account_stock_valuation_id.id or 0,
            **self.objects,
        }

    def by_hand(self, *others):
        """Copy the file, join, and return the keys that differ."""
        self.file.seek(0)
        self.cr.execute(
            "CREATE TEMPORARY TABLE hand_stage (id int, product text, location text,"
            " lot text, quantity numeric, value numeric) ON COMMIT DROP"
        )
        self.cr.copy_expert(
            "COPY hand_stage FROM STDIN WITH (FORMAT csv, HEADER)", self.file
        )
        self.cr.execute("ANALYZE hand_stage")
        self.cr.execute(HAND, self._hand_arguments())
        found = len(self.cr.fetchall())
        for statement in others:
            self.cr.execute(statement, self._hand_arguments())
            self.cr.fetchall()
        self.cr.execute("DROP TABLE hand_stage")
        return found

    def by_suite(self):
        """Return the number of keys that differ in a whole run."""
        run = self.cycle._engine()._reconcile()
        return run.discrepancy_ids._read_group(
            [
                ("reconciliation_id", "=", run.id),
                ("control_id.code", "=", "onhand_quantity"),
            ],
            [],
            ["__count"],
        )[0][0]

    def keys_by_suite(self):
        """Return the number of keys that differ, stored by the controls by key."""
        Run = self.env["dist.reconciliation"].sudo()
        run = Run.create(Run._prepare_run(self.cycle))
        comparisons = Comparisons(self.cycle)
        comparisons.keep("stock")
        run._run_comparison(comparisons, "stock")
        comparisons.drop("stock")
        run.invalidate_recordset(["discrepancy_count"])
        return run.discrepancy_count


def timed(function, *arguments):
    start = time.perf_counter()
    outcome = function(*arguments)
    return time.perf_counter() - start, outcome


def row(name, size, suite, hand):
    return {
        "name": name,
        "rows": size,
        "suite_seconds": suite,
        "sql_seconds": hand,
        "ratio": suite / hand,
        "peak_mb": memory.peak_mb(),
    }


def compare(extract, by_hand, by_suite):
    """Return the median seconds of both sides, run by turns, after a check."""
    suite, hand = [], []
    for _number in range(REPEATS):
        seconds, expected = timed(*by_hand)
        hand.append(seconds)
        seconds, found = timed(by_suite)
        suite.append(seconds)
        if not expected or found != expected:
            raise ValueError(f"{found} differences, {expected} by hand")
    return statistics.median(suite), statistics.median(hand)


def measure(env, size):
    extract = Extract(env, size)
    staging, _nothing = timed(extract.stage)
    extract.mark_loaded()
    memory.reset_peak()
    first, _found = timed(extract.by_suite)
    by_key = compare(extract, [extract.by_hand], extract.keys_by_suite)
    whole = compare(
        extract,
        [extract.by_hand, HAND_COST, HAND_VALUE, HAND_LEDGER],
        extract.by_suite,
    )
    extract.change()
    again, _found = timed(extract.by_suite)
    return [
        row(f"on hand by key, {size:,} rows", size, *by_key),
        row(f"whole run, {size:,} rows", size, *whole),
        row(f"again, 1 % changed, {size:,} rows", size, again, staging + first),
    ]


def run(env):
    """Called by tools/bench.py."""
    results = []
    for size in SIZES:
        results += measure(env, size)
        env.cr.rollback()
        env.invalidate_all()
    return results
