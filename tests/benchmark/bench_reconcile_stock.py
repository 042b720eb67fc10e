"""Reconciling on-hand stock by product, location and lot against hand-written SQL.

Both sides get the same extract and must find the same differences. The statement's side
copies the extract into a table of its own and joins it; the suite's side is a whole run
over rows that are staged: controls, negative stock, discrepancies, diagnoses, hashes
and measures, all stored. The time of staging is measured by ``bench_stage``.

``BENCH_ROWS`` sets the sizes, 10000,100000,1000000 to see how the time grows.
"""

import io
import os
import resource
import statistics
import time

SIZES = [int(size) for size in os.environ.get("BENCH_ROWS", "10000,100000").split(",")]
REPEATS = 5
PRODUCTS_PER_ROW = 50
LOCATIONS = 200
# One key in so many is missing, unexpected or different.
DIFFERS = 500

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


class Extract:
    """A program with ``size`` quants, and a cycle whose rows say nearly the same."""

    def __init__(self, env, size):
        self.env, self.size = env, size
        self.cr = env.cr
        self.objects = {
            code: env["dist.migration.object"]._get(code).id
            for code in ("product", "location", "lot", "stock")
        }
        self._create_frame()
        self._create_quants()
        self._create_rows()
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
                }
                for number in range(max(20, self.size // PRODUCTS_PER_ROW // 20))
            ]
        )
        mapping = env["dist.migration.mapping"]._create_from_text(
            "name: Bench\nsource_system: BENCH\nobjects:\n"
            "  - {object: stock, file: stock.csv, key: [id], fields: {product: p,"
            " location: l, lot: t, quantity: q}}\n",
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

    def _create_rows(self):
        common = {
            "cycle": self.cycle.id,
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
        # every DIFFERS-th key: one in three missing in Odoo, the others of another size
        self.cr.execute(
            """
            INSERT INTO dist_migration_row (cycle_id, company_id, object_id, line,
                   legacy_key, data, state)
            SELECT %(cycle)s, %(company)s, %(stock)s, id, id::text,
                   jsonb_build_object('product', 'K' || product_id, 'location',
                       'K' || location_id, 'lot', 'K' || lot_id, 'quantity',
                       (quantity + CASE WHEN lot_id %% %(differs)s = 0 THEN 3
                                        ELSE 0 END)::text),
                   'loaded'
              FROM stock_quant WHERE lot_id >= %(first)s AND lot_id %% 1499 <> 0
            """,
            dict(common, differs=DIFFERS),
        )

    def as_csv(self):
        buffer = io.StringIO()
        self.cr.copy_expert(
            "COPY (SELECT data->>'product', data->>'location', data->>'lot',"
            " data->>'quantity' FROM dist_migration_row"
            f" WHERE cycle_id = {self.cycle.id}) TO STDOUT WITH (FORMAT csv)",
            buffer,
        )
        return buffer

    def by_hand(self, content):
        """Copy the extract, join, and return the keys that differ."""
        content.seek(0)
        self.cr.execute(
            "CREATE TEMPORARY TABLE hand_stage (product text, location text, lot text,"
            " quantity numeric) ON COMMIT DROP"
        )
        self.cr.copy_expert("COPY hand_stage FROM STDIN WITH (FORMAT csv)", content)
        self.cr.execute("ANALYZE hand_stage")
        self.cr.execute(
            HAND,
            {
                "program": self.program.id,
                "company": self.env.company.id,
                "warehouse": self.warehouse.id,
                **self.objects,
            },
        )
        found = self.cr.fetchall()
        self.cr.execute("DROP TABLE hand_stage")
        return found

    def by_suite(self):
        return self.cycle._engine()._reconcile()


def timed(function, *arguments):
    start = time.perf_counter()
    outcome = function(*arguments)
    return time.perf_counter() - start, outcome


def measure(env, size):
    extract = Extract(env, size)
    content = extract.as_csv()
    suite, hand = [], []
    for _number in range(REPEATS):
        seconds, expected = timed(extract.by_hand, content)
        hand.append(seconds)
        seconds, run = timed(extract.by_suite)
        suite.append(seconds)
        found = run.discrepancy_count
        if not expected or found != len(expected):
            raise ValueError(f"{found} differences, {len(expected)} by hand")
    return {
        "name": f"reconcile on hand, {size:,} rows",
        "rows": size,
        "suite_seconds": statistics.median(suite),
        "sql_seconds": statistics.median(hand),
        "ratio": statistics.median(suite) / statistics.median(hand),
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
