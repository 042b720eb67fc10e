"""Drift of 300 sites × 40 rules against the SQL one would write by hand.

The suite's side is the whole evaluation: every rule, the findings, the deviations that
cover them, the measures. The statements are those of three of the rules, run 40 times
over in all, so that both sides look at the same number of rules; three of the suite's
rules must find exactly what they find.
"""

import resource
import statistics
import time

SITES = 300
RULES = 40
PRODUCTS = 5_000
REPEATS = 5

STEPS = """
SELECT s.id, COUNT(w.id), COUNT(w.id) FILTER (WHERE w.delivery_steps <> 'pick_ship')
  FROM dist_site s JOIN stock_warehouse w ON w.dist_site_id = s.id AND w.active
 WHERE s.program_id = %(program)s
 GROUP BY s.id
"""
REFERENCE = """
WITH product AS (
    SELECT t.company_id, COUNT(*) AS checked,
           COUNT(*) FILTER (
               WHERE p.default_code IS NULL OR p.default_code !~ '^[A-Z]{3}-[0-9]{5}$')
           AS deviating
      FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id
     WHERE p.active AND t.is_storable
     GROUP BY t.company_id)
SELECT s.id, SUM(p.checked)::int, SUM(p.deviating)::int
  FROM dist_site s
  JOIN product p ON p.company_id = s.company_id OR p.company_id IS NULL
 WHERE s.program_id = %(program)s
 GROUP BY s.id
"""
LOCATION = """
SELECT s.id, COUNT(l.id), COUNT(l.id) FILTER (WHERE COALESCE(l.barcode, '') = '')
  FROM dist_site s JOIN stock_warehouse w ON w.dist_site_id = s.id
  JOIN stock_location l ON l.warehouse_id = w.id AND l.active AND l.usage = 'internal'
 WHERE s.program_id = %(program)s
 GROUP BY s.id
"""
STATEMENTS = {
    "DELIVERY-STEPS": STEPS,
    "PRODUCT-REFERENCE": REFERENCE,
    "LOCATION-BARCODE": LOCATION,
}


def create_program(env):
    """Return a program of many sites, each with a warehouse."""
    program = env["dist.program"].create({"name": "Drift", "code": "DRIFT"})
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
                "delivery_steps": "ship_only" if number % 3 else "pick_ship",
            }
            for number, site in enumerate(sites)
        ]
    )
    env["product.product"].create(
        [
            {
                "name": f"Product {number}",
                "default_code": f"ABC-{number:05}" if number % 7 else f"old{number}",
                "is_storable": True,
            }
            for number in range(PRODUCTS)
        ]
    )
    return program


def create_blueprint(env, program):
    """Return a released blueprint with the catalogue's rules, some of them twice."""
    blueprint = env["dist.blueprint"].create(
        {"name": "Drift", "program_id": program.id}
    )
    env["dist.conformance.catalogue.wizard"].create(
        {"blueprint_id": blueprint.id}
    ).action_confirm()
    rules = blueprint.element_ids.rule_ids
    for rule in rules[: RULES - len(rules)]:
        rule.copy({"code": f"{rule.code}-2"})
    blueprint._release()
    return blueprint


def evaluate(env, blueprint):
    before = env.cr.sql_log_count
    start = time.perf_counter()
    blueprint._evaluate()
    env.flush_all()
    return time.perf_counter() - start, env.cr.sql_log_count - before


def by_hand(env, program):
    start = time.perf_counter()
    figures = {}
    for number in range(RULES):
        code = list(STATEMENTS)[number % len(STATEMENTS)]
        env.cr.execute(STATEMENTS[code], {"program": program.id})
        figures[code] = {site: (n, d) for site, n, d in env.cr.fetchall()}
    return time.perf_counter() - start, figures


def check(env, blueprint, expected):
    """Raise unless the findings of the three rules are what the statements say."""
    for code, figures in expected.items():
        findings = env["dist.conformance.finding"].search(
            [("blueprint_id", "=", blueprint.id), ("rule_id.code", "=", code)]
        )
        found = {
            finding.site_id.id: (finding.checked_count, finding.deviating_count)
            for finding in findings
        }
        if not figures or found != figures:
            raise ValueError(f"{code}: the two sides give different figures")


def run(env):
    """Called by tools/bench.py."""
    program = create_program(env)
    blueprint = create_blueprint(env, program)
    suite, hand = [], []
    for _number in range(REPEATS):
        seconds, figures = by_hand(env, program)
        hand.append(seconds)
        seconds, statements = evaluate(env, blueprint)
        suite.append(seconds)
    check(env, blueprint, figures)
    rules = len(blueprint.element_ids.rule_ids)
    if rules != RULES or statements > 15 * RULES:
        raise ValueError(f"{rules} rules took {statements} statements")
    suite_seconds, sql_seconds = statistics.median(suite), statistics.median(hand)
    return [
        {
            "name": f"drift, {SITES} sites x {RULES} rules ({statements} statements)",
            "rows": SITES * RULES,
            "suite_seconds": suite_seconds,
            "sql_seconds": sql_seconds,
            "ratio": suite_seconds / sql_seconds,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    ]
