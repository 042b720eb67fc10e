"""Measures of purchasing and accounting against the SQL one would write by hand.

Both sides run in the same transaction on the same rows, by turns, and must give the
same numbers. The suite's side has more to do: it keeps breakdowns by supplier, category
and warehouse next to the value.
"""

import pathlib
import resource
import statistics
import sys
import time
from datetime import date, timedelta

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import books
import generator

SITES = 8
ORDERS = 30_000
DAYS = 90
REPEATS = 5

ON_TIME = """
SELECT site.id, ((m.date AT TIME ZONE 'UTC') AT TIME ZONE site.tz)::date AS day,
       COUNT(*) FILTER (
           WHERE ((m.date AT TIME ZONE 'UTC') AT TIME ZONE site.tz)::date
              <= ((l.dist_promised_at AT TIME ZONE 'UTC') AT TIME ZONE site.tz)::date),
       COUNT(*)
  FROM stock_move m
  JOIN purchase_order_line l ON l.id = m.purchase_line_id
  JOIN stock_picking_type t ON t.id = m.picking_type_id
  JOIN stock_warehouse w ON w.id = t.warehouse_id
  JOIN dist_site site ON site.id = w.dist_site_id
 WHERE m.state = 'done' AND m.date >= %(utc_from)s AND m.date < %(utc_to)s
   AND site.id = ANY(%(sites)s)
   AND ((m.date AT TIME ZONE 'UTC') AT TIME ZONE site.tz)::date
       BETWEEN %(date_from)s AND %(date_to)s
 GROUP BY 1, 2
"""

BILL_PRICE = """
SELECT a.company_id, a.date,
       SUM(a.balance - a.quantity * l.price_subtotal / l.product_qty),
       SUM(a.quantity * l.price_subtotal / l.product_qty)
  FROM account_move_line a
  JOIN purchase_order_line l ON l.id = a.purchase_line_id
 WHERE a.parent_state = 'posted' AND a.company_id = ANY(%(companies)s)
   AND a.date BETWEEN %(date_from)s AND %(date_to)s
 GROUP BY 1, 2
"""

EXCEPTION = """
SELECT o.site, o.day, COUNT(*) FILTER (WHERE o.is_late OR o.is_dear), COUNT(*)
  FROM (SELECT site.id AS site,
               ((p.date_approve AT TIME ZONE 'UTC') AT TIME ZONE site.tz)::date AS day,
               p.id,
               BOOL_OR(((m.date AT TIME ZONE 'UTC') AT TIME ZONE site.tz)::date
                    > ((l.dist_promised_at AT TIME ZONE 'UTC')
                       AT TIME ZONE site.tz)::date) AS is_late,
               BOOL_OR(a.price_subtotal > 1.005 * l.price_subtotal) AS is_dear
          FROM purchase_order p
          JOIN purchase_order_line l ON l.order_id = p.id
          JOIN stock_picking_type t ON t.id = p.picking_type_id
          JOIN stock_warehouse w ON w.id = t.warehouse_id
          JOIN dist_site site ON site.id = w.dist_site_id
     LEFT JOIN stock_move m ON m.purchase_line_id = l.id
     LEFT JOIN account_move_line a ON a.purchase_line_id = l.id
         WHERE p.state = 'purchase' AND p.date_approve >= %(utc_from)s
           AND p.date_approve < %(utc_to)s AND site.id = ANY(%(sites)s)
         GROUP BY 1, 2, 3) AS o
 WHERE o.day BETWEEN %(date_from)s AND %(date_to)s
 GROUP BY 1, 2
"""

STATEMENTS = {
    "supplier_on_time": ON_TIME,
    "purchase_exception_rate": EXCEPTION,
    "bill_price_variance": BILL_PRICE,
}


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def by_hand(env, statement, parameters):
    env.cr.execute(statement, parameters)
    return {
        tuple(row[:2]): tuple(round(float(one), 2) for one in row[2:])
        for row in env.cr.fetchall()
    }


def stored(env, measure, date_from, date_to):
    env.cr.execute(
        """
        SELECT COALESCE(site_id, company_id), day, numerator, denominator
          FROM dist_measure_value
         WHERE measure_id = %s AND day BETWEEN %s AND %s
        """,
        [measure.id, date_from, date_to],
    )
    return {
        tuple(row[:2]): tuple(round(float(one), 2) for one in row[2:])
        for row in env.cr.fetchall()
    }


def compare(env, code, sites, date_from, date_to):
    """Return the median seconds of the suite and of the statement, after a check."""
    measure = env["dist.measure"]._get(code)
    utc_from, utc_to = env["dist.measure.provider"]._utc_window(date_from, date_to)
    parameters = {
        "sites": sites.ids,
        "companies": sites.company_id.ids,
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
    if not expected or expected != stored(env, measure, date_from, date_to):
        raise ValueError(f"{code}: the two sides give different figures")
    return statistics.median(suite), statistics.median(hand)


def run(env):
    """Called by tools/bench.py."""
    sites = generator.create_sites(env, SITES)
    products = generator.create_products(env, 500)
    rows = books.create_books(env, sites, products, ORDERS, DAYS)
    middle = date.fromisoformat(generator.FIRST_DAY) + timedelta(days=DAYS // 2)
    results = []
    for window, name in ((1, "one day"), (31, "31 days")):
        for code in STATEMENTS:
            suite_seconds, sql_seconds = compare(
                env, code, sites, middle, middle + timedelta(days=window - 1)
            )
            results.append(
                {
                    "name": f"{code}, {name}",
                    "rows": rows,
                    "suite_seconds": suite_seconds,
                    "sql_seconds": sql_seconds,
                    "ratio": suite_seconds / sql_seconds,
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                    / 1024,
                }
            )
    return results
