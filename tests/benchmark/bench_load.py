"""Loading through the loaders against Odoo's own import of the same values.

Products and partners go through ``load`` in Odoo's import, on-hand lines through the
import of quants as inventory counts that are applied at once. ``sql_seconds`` holds the
time of Odoo's import: there is no statement that would do the same work. It takes a
part of the rows, on top of what the suite has loaded, and is scaled to all of them.

``BENCH_LOAD`` sets the rows of products and partners, ``BENCH_ONHAND`` those of stock,
``BENCH_PLACES`` in how many places a product is.
"""

import os
import resource
import time

SIZE = int(os.environ.get("BENCH_LOAD", "2000"))
ONHAND = int(os.environ.get("BENCH_ONHAND", "20000"))
# Rows that Odoo's import takes; it is scaled to all of them.
SAMPLE = 500
MAPPING = """
name: Bench
source_system: BENCHLOAD
objects:
  - {object: customer, file: customer.csv, key: key, fields: {name: name, code: code,
     street: street, city: city, zip: zip, country: country, phone: phone,
     payment_term: term}}
  - {object: supplier, file: supplier.csv, key: key, fields: {name: name}}
  - {object: product, file: product.csv, key: key, fields: {name: name, code: code,
     list_price: price, standard_price: cost, weight: weight, category: category,
     uom: uom, supplier: supplier, supplier_price: buy}}
  - {object: location, file: location.csv, key: key, fields: {name: name}}
  - {object: stock, file: stock.csv, key: [product, location], fields: {
     product: product, location: location, quantity: quantity}}
"""
LOCATIONS = int(os.environ.get("BENCH_PLACES", "20"))
SUPPLIERS, CATEGORIES = 30, 25
HEADERS = {
    "supplier": "key,name",
    "customer": "key,name,code,street,city,zip,country,phone,term",
    "product": "key,name,code,price,cost,weight,category,uom,supplier,buy",
    "location": "key,name",
    "stock": "product,location,quantity",
}


def rows_of(kind, size):
    """Return the rows of a file as lists of text."""
    if kind == "supplier":
        return [[f"S{n}", f"Supplier {n}"] for n in range(SUPPLIERS)]
    if kind == "customer":
        return [
            [
                f"C{n}",
                f"Customer {n} Ltd",
                f"{n:06}",
                f"{n} High Street",
                "Lyon",
                f"{69000 + n % 9}",
                "France",
                f"+33 4 {n:06}",
                "Bench 30",
            ]
            for n in range(size)
        ]
    if kind == "product":
        return [
            [
                f"P{n}",
                f"Product {n}",
                f"B{n:06}",
                f"{n % 90 + 10}.5",
                f"{n % 80 + 1}",
                "0.25",
                f"Bench {n % CATEGORIES}",
                "Units",
                f"Supplier {n % SUPPLIERS}",
                f"{n % 80 + 1}",
            ]
            for n in range(size)
        ]
    if kind == "location":
        return [[f"L{n}", f"Shelf {n}"] for n in range(LOCATIONS)]
    products = max(1, size // LOCATIONS)
    if products > SIZE:
        raise ValueError(f"BENCH_LOAD has to be {products} at least")
    return [
        [f"P{n % products}", f"L{n // products}", f"{n % 40 + 1}"] for n in range(size)
    ]


def prepare(env):
    program = env["dist.program"].create({"name": "Bench", "code": "LOAD"})
    site = env["dist.site"].create(
        {
            "name": "Bench",
            "code": "LOAD",
            "program_id": program.id,
            "manager_id": env.uid,
        }
    )
    warehouse = env["stock.warehouse"].create(
        {"name": "Bench", "code": "BL", "dist_site_id": site.id}
    )
    mapping = env["dist.migration.mapping"]._create_from_text(
        MAPPING, company_id=env.company.id
    )
    env["account.payment.term"].create({"name": "Bench 30"})
    cycle = env["dist.migration.cycle"].create(
        {
            "name": "Bench",
            "program_id": program.id,
            "site_ids": site.ids,
            "company_id": env.company.id,
            "warehouse_id": warehouse.id,
            "mapping_id": mapping.id,
        }
    )
    for kind, header in HEADERS.items():
        rows = rows_of(kind, ONHAND if kind == "stock" else SIZE)
        if kind == "product":
            # legacy keys of suppliers, where Odoo's import looks for names
            rows = [
                [*row[:8], f"S{n % SUPPLIERS}", row[9]] for n, row in enumerate(rows)
            ]
        lines = [header, *(",".join(row) for row in rows)]
        cycle._add_file(f"{kind}.csv", "\n".join(lines).encode())
    cycle.action_stage()
    cycle.action_validate()
    return cycle


def by_suite(cycle):
    """Load everything; return ``{object code: seconds}``."""
    engine = cycle._engine()
    engine._start_load()
    seconds, last = {}, time.perf_counter()
    rows = engine.env["dist.migration.row"]
    for code in HEADERS:
        object_id = engine.env["dist.migration.object"]._get(code).id
        engine._load_rows(only=[code])
        engine.env.flush_all()
        seconds[code] = time.perf_counter() - last
        last = time.perf_counter()
        wrong = rows.search_count(
            [
                ("cycle_id", "=", cycle.id),
                ("object_id", "=", object_id),
                ("state", "!=", "loaded"),
            ]
        )
        if wrong:
            raise ValueError(f"{wrong} rows of {code} were not loaded")
    return seconds


def imported(env, model, fields, rows):
    """Seconds of Odoo's import of these rows."""
    start = time.perf_counter()
    result = env[model].with_context(import_file=True).load(fields, rows)
    env.flush_all()
    if not result["ids"]:
        raise ValueError(result["messages"][:3])
    return time.perf_counter() - start


def by_core(env, warehouse):
    """Return ``{object code: seconds}`` of Odoo's import, scaled to all rows."""
    partners = [[f"bench.{row[0]}", *row[1:]] for row in rows_of("customer", SAMPLE)]
    fields = ["id", "name", "ref", "street", "city", "zip", "country_id", "phone"]
    fields += ["property_payment_term_id"]
    seconds = {"customer": imported(env, "res.partner", fields, partners)}
    products = [
        [f"bench.{row[0]}", *row[1:], "Goods", "True"]
        for row in rows_of("product", SAMPLE)
    ]
    fields = ["id", "name", "default_code", "list_price", "standard_price", "weight"]
    fields += ["categ_id", "uom_id", "seller_ids/partner_id", "seller_ids/price"]
    fields += ["type", "is_storable"]
    seconds["product"] = imported(env, "product.product", fields, products)
    locations = env["stock.location"].create(
        [
            {"name": f"Core {n}", "location_id": warehouse.lot_stock_id.id}
            for n in range(LOCATIONS)
        ]
    )
    quants = [
        [
            str(env.ref(f"bench.P{n // LOCATIONS}").id),
            str(locations[n % LOCATIONS].id),
            str(n % 40 + 1),
        ]
        for n in range(SAMPLE)
    ]
    fields = ["product_id/.id", "location_id/.id", "inventory_quantity_auto_apply"]
    seconds["stock"] = imported(
        env(context={"inventory_mode": True}), "stock.quant", fields, quants
    )
    return {
        code: value * (ONHAND if code == "stock" else SIZE) / SAMPLE
        for code, value in seconds.items()
    }


def run(env):
    """Called by tools/bench.py."""
    cycle = prepare(env)
    suite = by_suite(cycle)
    core = by_core(env, cycle.warehouse_id)
    return [
        {
            "name": f"load {code}, {size / suite[code]:,.0f} rows/s, core's import "
            f"{size / core[code]:,.0f}",
            "rows": size,
            "suite_seconds": suite[code],
            "sql_seconds": core[code],
            "ratio": suite[code] / core[code],
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        for code, size in (("customer", SIZE), ("product", SIZE), ("stock", ONHAND))
    ]
