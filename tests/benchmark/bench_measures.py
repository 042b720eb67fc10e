"""Measures of hypercare against the SQL one would write by hand for the same figures.

Both sides run in the same transaction on the same rows, by turns, and must give the
same numbers. The suite's side is all of it: building the query, replacing the values,
noting the time on the measure.
"""

import pathlib
import resource
import statistics
import sys
import time
from datetime import date, timedelta

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import generator

SITES = 8
ORDERS = 30_000
COUNTS = 20_000
DAYS = 90
REPEATS = 5

FILL = """
WITH candidate AS MATERIALIZED (
    SELECT DISTINCT sale_id FROM stock_picking
     WHERE state = 'done' AND date_done >= %(utc_from)s AND date_done < %(utc_to)s),
issued AS (
    SELECT l.order_id, w.dist_site_id AS site_id, l.id,
           l.product_uom_qty * lu.factor AS ordered, m.quantity * mu.factor AS moved,
           p.date_done,
           MIN(p.date_done) OVER (PARTITION BY l.order_id, w.dist_site_id) AS first_at
      FROM candidate c
      JOIN sale_order_line l ON l.order_id = c.sale_id
      JOIN uom_uom lu ON lu.id = l.product_uom_id
      JOIN stock_move m ON m.sale_line_id = l.id AND m.state = 'done'
      JOIN uom_uom mu ON mu.id = m.product_uom
      JOIN stock_picking p ON p.id = m.picking_id
      JOIN stock_picking_type t ON t.id = p.picking_type_id AND t.code = 'outgoing'
      JOIN stock_warehouse w ON w.id = t.warehouse_id),
line AS (
    SELECT order_id, site_id, first_at,
           SUM(moved) FILTER (WHERE date_done = first_at) >= MIN(ordered) AS is_filled
      FROM issued GROUP BY order_id, site_id, first_at, id),
unit AS (
    SELECT order_id, site_id, first_at, BOOL_AND(is_filled) AS is_filled
      FROM line GROUP BY order_id, site_id, first_at)
SELECT site_id, ((first_at AT TIME ZONE 'UTC') AT TIME ZONE s.tz)::date AS day,
       COUNT(*) FILTER (WHERE is_filled), COUNT(*)
  FROM unit JOIN dist_site s ON s.id = site_id
 WHERE s.id = ANY(%(sites)s)
   AND ((first_at AT TIME ZONE 'UTC') AT TIME ZONE s.tz)::date
       BETWEEN %(date_from)s AND %(date_to)s
 GROUP BY 1, 2
"""

ON_TIME = """
WITH candidate AS MATERIALIZED (
    SELECT DISTINCT sale_id FROM stock_picking
     WHERE state = 'done' AND date_done >= %(utc_from)s AND date_done < %(utc_to)s),
first_picking AS (
    SELECT DISTINCT ON (p.sale_id, s.id) s.id AS site_id,
           ((p.date_done AT TIME ZONE 'UTC') AT TIME ZONE s.tz)::date AS day,
           ((p.date_deadline AT TIME ZONE 'UTC') AT TIME ZONE s.tz)::date AS deadline
      FROM candidate c
      JOIN stock_picking p ON p.sale_id = c.sale_id AND p.state = 'done'
      JOIN stock_picking_type t ON t.id = p.picking_type_id AND t.code = 'outgoing'
      JOIN stock_warehouse w ON w.id = t.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id
     WHERE s.id = ANY(%(sites)s)
  ORDER BY p.sale_id, s.id, p.date_done)
SELECT site_id, day, COUNT(*) FILTER (WHERE day <= deadline), COUNT(*)
  FROM first_picking
 WHERE day BETWEEN %(date_from)s AND %(date_to)s
 GROUP BY 1, 2
"""

ACCURACY = """
WITH counted AS (
    SELECT DISTINCT ON (s.id, day.day, l.product_id, stock.id, l.lot_id, l.owner_id,
                        l.package_id)
           s.id AS site_id, day.day, l.quantity
      FROM stock_move m
      JOIN stock_move_line l ON l.move_id = m.id
      JOIN stock_location stock ON stock.usage = 'internal'
           AND stock.id IN (l.location_id, l.location_dest_id)
      JOIN stock_warehouse w ON w.id = stock.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id
     CROSS JOIN LATERAL (
           SELECT ((m.date AT TIME ZONE 'UTC') AT TIME ZONE s.tz)::date AS day) day
     WHERE m.is_inventory AND m.state = 'done' AND s.id = ANY(%(sites)s)
       AND m.date >= %(utc_from)s AND m.date < %(utc_to)s
       AND day.day BETWEEN %(date_from)s AND %(date_to)s
  ORDER BY s.id, day.day, l.product_id, stock.id, l.lot_id, l.owner_id, l.package_id,
           m.date DESC)
SELECT site_id, day, COUNT(*) FILTER (WHERE quantity = 0), COUNT(*)
  FROM counted GROUP BY 1, 2
"""

STATEMENTS = {
    "order_fill_rate": FILL,
    "on_time_shipment": ON_TIME,
    "inventory_accuracy": ACCURACY,
}


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def by_hand(env, statement, parameters):
    env.cr.execute(statement, parameters)
    return {tuple(row[:2]): tuple(row[2:]) for row in env.cr.fetchall()}


def stored(env, measure, sites, date_from, date_to):
    env.cr.execute(
        """
        SELECT site_id, day, numerator::int, denominator::int FROM dist_measure_value
         WHERE measure_id = %s AND site_id = ANY(%s) AND day BETWEEN %s AND %s
        """,
        [measure.id, sites.ids, date_from, date_to],
    )
    return {tuple(row[:2]): tuple(row[2:]) for row in env.cr.fetchall()}


def compare(env, code, sites, date_from, date_to):
    """Return the median seconds of the suite and of the statement, after a check."""
    measure = env["dist.measure"]._get(code)
    utc_from, utc_to = env["dist.measure.provider"]._utc_window(date_from, date_to)
    parameters = {
        "sites": sites.ids,
        "utc_from": utc_from,
        "utc_to": utc_to,
        "date_from": date_from,
        "date_to": date_to,
    }
    suite, hand = [], []
    for _number in range(REPEATS):
        seconds, expected = timed(by_hand, env, STATEMENTS[code], parameters)
        hand.append(seconds)
        seconds, _none = timed(measure._compute_values, sites, date_from, date_to)
        suite.append(seconds)
    if not expected or expected != stored(env, measure, sites, date_from, date_to):
        raise ValueError(f"{code}: the two sides give different figures")
    return statistics.median(suite), statistics.median(hand)


def run(env):
    """Called by tools/bench.py."""
    sites = generator.create_sites(env, SITES)
    products = generator.create_products(env, 500)
    rows = generator.create_history(env, sites, products, ORDERS, DAYS, counts=COUNTS)
    middle = date.fromisoformat(generator.FIRST_DAY) + timedelta(days=DAYS // 2)
    results = []
    for window, name in ((1, "one day"), (31, "31 days")):
        totals = [0.0, 0.0]
        for code in STATEMENTS:
            pair = compare(
                env, code, sites, middle, middle + timedelta(days=window - 1)
            )
            totals = [total + one for total, one in zip(totals, pair, strict=True)]
            results.append(result(f"{code}, {name}", rows, *pair))
        results.append(result(f"measures, {name}", rows, *totals))
    return results


def result(name, rows, suite_seconds, sql_seconds):
    return {
        "name": name,
        "rows": rows,
        "suite_seconds": suite_seconds,
        "sql_seconds": sql_seconds,
        "ratio": suite_seconds / sql_seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
