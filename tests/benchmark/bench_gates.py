"""Gates of 300 sites × 40 computed lines against the SQL one would write by hand.

The suite's side is one run of the jobs: every level is computed for all sites, with
its values stored, and every gate line is evaluated. The statements are those of five of
the lines, run 40 lines over in all, so that both sides look at the same number of
lines; the values of these five must be exactly what they find. The number of
statements of the suite must not depend on the number of sites.
"""

import resource
import statistics
import time
from datetime import timedelta

from odoo import fields

SITES = 300
LINES = 40
PRODUCTS = 2_000
QUANTS_PER_SITE = 60
TRANSFERS_PER_SITE = 5
SHELVES_PER_SITE = 3
REPEATS = 5

NEGATIVE = """
SELECT w.dist_site_id, COUNT(*)
  FROM stock_quant q
  JOIN stock_location l ON l.id = q.location_id AND l.usage = 'internal'
  JOIN stock_warehouse w ON w.id = l.warehouse_id
 WHERE w.dist_site_id = ANY(%(sites)s) AND q.quantity < 0
 GROUP BY w.dist_site_id
"""
OVERDUE = """
SELECT w.dist_site_id, COUNT(*)
  FROM stock_picking p
  JOIN stock_picking_type t ON t.id = p.picking_type_id
  JOIN stock_warehouse w ON w.id = t.warehouse_id
 WHERE w.dist_site_id = ANY(%(sites)s) AND p.scheduled_date < %(now)s
   AND p.state IN ('waiting', 'confirmed', 'assigned')
 GROUP BY w.dist_site_id
"""
BARCODE = """
SELECT w.dist_site_id, COUNT(DISTINCT p.id)
  FROM stock_quant q
  JOIN stock_location l ON l.id = q.location_id AND l.usage = 'internal'
  JOIN stock_warehouse w ON w.id = l.warehouse_id
  JOIN product_product p ON p.id = q.product_id
 WHERE w.dist_site_id = ANY(%(sites)s) AND q.quantity > 0
   AND COALESCE(p.barcode, '') = ''
 GROUP BY w.dist_site_id
"""
LOCATION = """
SELECT w.dist_site_id, COUNT(*)
  FROM stock_location l JOIN stock_warehouse w ON w.id = l.warehouse_id
 WHERE w.dist_site_id = ANY(%(sites)s) AND l.active AND l.usage = 'internal'
   AND COALESCE(l.barcode, '') = ''
 GROUP BY w.dist_site_id
"""
VENDOR = """
WITH stocked AS (
    SELECT DISTINCT w.dist_site_id AS site_id, s.company_id, q.product_id
      FROM stock_quant q
      JOIN stock_location l ON l.id = q.location_id AND l.usage = 'internal'
      JOIN stock_warehouse w ON w.id = l.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id
     WHERE s.id = ANY(%(sites)s) AND q.quantity <> 0)
SELECT k.site_id, COUNT(*)
  FROM stocked k
  JOIN product_product p ON p.id = k.product_id AND p.active
  JOIN product_template t ON t.id = p.product_tmpl_id AND t.purchase_ok
 WHERE NOT EXISTS (
       SELECT 1 FROM product_supplierinfo v
        WHERE v.product_tmpl_id = t.id
          AND (v.company_id IS NULL OR v.company_id = k.company_id))
 GROUP BY k.site_id
"""
STATEMENTS = {
    "negative_quants": NEGATIVE,
    "overdue_transfers": OVERDUE,
    "stock_without_barcode": BARCODE,
    "locations_without_barcode": LOCATION,
    "products_without_vendor": VENDOR,
}


def create_sites(env):
    """Return the sites of a program, each with a warehouse."""
    program = env["dist.program"].create({"name": "Gates", "code": "GATES"})
    sites = env["dist.site"].create(
        [
            {
                "name": f"Site {number}",
                "code": f"S{number:03}",
                "program_id": program.id,
                "manager_id": env.uid,
            }
            for number in range(SITES)
        ]
    )
    env["stock.warehouse"].create(
        [
            {
                "name": f"Warehouse {number}",
                "code": f"W{number:03}",
                "dist_site_id": site.id,
            }
            for number, site in enumerate(sites)
        ]
    )
    return sites


def create_products(env):
    vendor = env["res.partner"].create({"name": "Vendor"})
    return env["product.product"].create(
        [
            {
                "name": f"Product {number}",
                "is_storable": True,
                "barcode": f"B{number:05}" if number % 7 else False,
                "seller_ids": [fields.Command.create({"partner_id": vendor.id})]
                if number % 5
                else [],
            }
            for number in range(PRODUCTS)
        ]
    )


def create_records(env, sites, products):
    """Fill the shelves of every site, some of them below zero, and let orders wait."""
    now = fields.Datetime.now()
    supplier = env.ref("stock.stock_location_suppliers")
    quants, transfers, shelves = [], [], []
    for number, site in enumerate(sites):
        warehouse = site.warehouse_ids
        quants += [
            {
                "product_id": products[(number * 7 + shelf) % PRODUCTS].id,
                "location_id": warehouse.lot_stock_id.id,
                "quantity": -1 if shelf % 20 == number % 20 else 5,
            }
            for shelf in range(QUANTS_PER_SITE)
        ]
        transfers += [
            {
                "picking_type_id": warehouse.in_type_id.id,
                "location_id": supplier.id,
                "location_dest_id": warehouse.lot_stock_id.id,
            }
            for _transfer in range(TRANSFERS_PER_SITE)
        ]
        shelves += [
            {
                "name": f"Shelf {shelf}",
                "location_id": warehouse.lot_stock_id.id,
                "barcode": False if shelf == number % 4 else f"S{number}-{shelf}",
            }
            for shelf in range(SHELVES_PER_SITE)
        ]
    env["stock.location"].create(shelves)
    env["stock.quant"].create(quants)
    pickings = env["stock.picking"].create(transfers)
    env.flush_all()
    # confirmed by hand: thousands of confirmations are not what is measured
    env.cr.execute(
        "UPDATE stock_picking SET state = 'assigned',"
        " scheduled_date = %s::timestamp + (id %% 5 - 2) * INTERVAL '1 day'"
        " WHERE id = ANY(%s)",
        [now, pickings.ids],
    )
    env.invalidate_all()


def create_gates(env, sites):
    """Return the lines of the sites' gates, with the shipped computed lines."""
    standard = env.ref("dist_wave_planning.gate_template_standard")
    template = env["dist.gate.template"].create({"name": "Gates"})
    computed = standard.line_ids.filtered(lambda line: line.source == "computed")
    for line in computed[:LINES]:
        line.copy({"template_id": template.id})
    wave = env["dist.wave"].create(
        {
            "name": "Gates",
            "program_id": sites.program_id.id,
            "template_id": template.id,
            "planned_go_live": fields.Date.today() + timedelta(days=30),
            "site_ids": [fields.Command.set(sites.ids)],
        }
    )
    env["dist.gate"].create(
        [{"wave_id": wave.id, "site_id": site.id} for site in sites]
    )
    env.flush_all()
    return wave.gate_ids.line_ids


def evaluate(env, lines):
    """Compute the levels and evaluate the lines; return (seconds, statements)."""
    sites = lines.site_id
    day = sites[0]._local_day()
    env.flush_all()
    before = env.cr.sql_log_count
    start = time.perf_counter()
    env["dist.measure"]._compute_window("level", sites, day, day)
    lines._evaluate()
    return time.perf_counter() - start, env.cr.sql_log_count - before


def by_hand(env, sites):
    """Run the statements, as many as there are lines; return (seconds, figures)."""
    values = {"sites": sites.ids, "now": fields.Datetime.now()}
    start = time.perf_counter()
    figures = {}
    for number in range(LINES):
        code = list(STATEMENTS)[number % len(STATEMENTS)]
        env.cr.execute(STATEMENTS[code], values)
        figures[code] = dict(env.cr.fetchall())
    return time.perf_counter() - start, figures


def check(env, sites, expected):
    """Raise unless the values of the five lines are what the statements say."""
    for code, figures in expected.items():
        values = env["dist.measure.value"].search(
            [("measure_id.code", "=", code), ("site_id", "in", sites.ids)]
        )
        found = {value.site_id.id: int(value.value) for value in values}
        wanted = {site.id: figures.get(site.id, 0) for site in sites}
        if not figures or found != wanted:
            raise ValueError(f"{code}: the two sides give different figures")


def run(env):
    """Called by tools/bench.py."""
    sites = create_sites(env)
    create_records(env, sites, create_products(env))
    lines = create_gates(env, sites)
    if len(lines) != SITES * LINES:
        raise ValueError(f"there are {len(lines)} lines")
    suite, hand = [], []
    for _number in range(REPEATS):
        seconds, figures = by_hand(env, sites)
        hand.append(seconds)
        seconds, statements = evaluate(env, lines)
        suite.append(seconds)
    check(env, sites, figures)
    few = lines.filtered(lambda line: line.site_id in sites[: SITES // 10])
    _seconds, statements_of_few = evaluate(env, few)
    # measures are written once a second, so that the runs differ by a few of them
    if abs(statements - statements_of_few) > LINES:
        raise ValueError(f"{statements_of_few} statements grow to {statements}")
    suite_seconds, sql_seconds = statistics.median(suite), statistics.median(hand)
    return [
        {
            "name": f"gates, {SITES} sites x {LINES} lines ({statements} statements)",
            "rows": SITES * LINES,
            "suite_seconds": suite_seconds,
            "sql_seconds": sql_seconds,
            "ratio": suite_seconds / sql_seconds,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    ]
