"""A short history of sites for the tests under load and faults, a few statements each.

Shipments and counts only: one order in ten ships short and sends the rest two days
later, one in eight is late, one count in five finds a difference. The benchmarks have a
whole business, see ``tests/benchmark/support``.
"""

CUTOVER, FIRST_DAY = "2026-01-01 00:00:00", "2026-01-05"


def create_products(env, number):
    return env["product.product"].create(
        [
            {"name": f"Bench product {one}", "type": "consu", "is_storable": True}
            for one in range(number)
        ]
    )


def create_history(env, sites, products, orders, days, lines=3, counts=0):
    """Insert orders with their shipments, and counts, spread evenly over the days.

    :return: number of done moves
    """
    warehouses = sites.warehouse_ids
    dozen = env.ref("uom.product_uom_dozen")
    parameters = {
        "first_day": FIRST_DAY,
        "orders": orders,
        "lines": lines,
        "counts": counts,
        "minutes": days * 24 * 60,
        "warehouses": warehouses.ids,
        "types": [warehouse.out_type_id.id for warehouse in warehouses],
        "stocks": [warehouse.lot_stock_id.id for warehouse in warehouses],
        "products": products.ids,
        "unit": products[0].uom_id.id,
        "dozen": dozen.id,
        "customer": env.ref("stock.stock_location_customers").id,
        "loss": products[0].property_stock_inventory.id,
        "partner": env.company.partner_id.id,
        "company": env.company.id,
        "uid": env.uid,
    }
    env.flush_all()
    for statement in (ORDERS, LINES, PICKINGS, MOVES, COUNTS, COUNT_LINES):
        env.cr.execute(statement, parameters)
    for table in (
        "sale_order",
        "sale_order_line",
        "stock_picking",
        "stock_move",
        "stock_move_line",
        "stock_warehouse",
        "stock_picking_type",
        "stock_location",
        "uom_uom",
        "dist_site",
    ):
        env.cr.execute(f"ANALYZE {table}")
    env.invalidate_all()
    env.cr.execute("SELECT COUNT(*) FROM stock_move WHERE state = 'done'")
    return env.cr.fetchone()[0]


ORDERS = """
INSERT INTO sale_order (company_id, partner_id, partner_invoice_id, partner_shipping_id,
                        name, date_order, picking_policy, state, warehouse_id,
                        currency_rate, create_uid, create_date)
SELECT %(company)s, %(partner)s, %(partner)s, %(partner)s, 'BENCH/' || n,
       %(first_day)s::timestamp
           + (n::float / %(orders)s) * %(minutes)s * INTERVAL '1 minute',
       'direct', 'sale', (%(warehouses)s)[1 + n %% cardinality(%(warehouses)s)],
       1, %(uid)s, NOW()
  FROM generate_series(1, %(orders)s) n
"""

LINES = """
INSERT INTO sale_order_line (order_id, name, product_uom_qty, price_unit, customer_lead,
                             state, product_id, product_uom_id, warehouse_id,
                             qty_delivered_method, company_id, create_uid, create_date)
SELECT so.id, 'Line ' || l, CASE WHEN l = 1 THEN 2 ELSE 10 END, 10, 1, 'sale',
       (%(products)s)[1 + (so.id * 7 + l) %% cardinality(%(products)s)],
       CASE WHEN l = 1 THEN %(dozen)s ELSE %(unit)s END, so.warehouse_id,
       'stock_move', %(company)s, %(uid)s, NOW()
  FROM sale_order so, generate_series(1, %(lines)s) l
 WHERE so.name LIKE 'BENCH/%%'
"""

# The first shipment a day after the order; of one order in ten a second one follows.
PICKINGS = """
INSERT INTO stock_picking (name, location_id, location_dest_id, picking_type_id,
                           move_type, state, date_done, date_deadline, sale_id,
                           company_id, create_uid, create_date)
SELECT so.name || '/' || part, (%(stocks)s)[w.place], %(customer)s,
       (%(types)s)[w.place], 'direct', 'done',
       so.date_order + (1 + 2 * part) * INTERVAL '1 day',
       so.date_order + CASE WHEN so.id %% 8 = 0 THEN INTERVAL '2 hours'
                            ELSE INTERVAL '3 days' END,
       so.id, %(company)s, %(uid)s, NOW()
  FROM sale_order so
  JOIN unnest(%(warehouses)s) WITH ORDINALITY w(id, place) ON w.id = so.warehouse_id
 CROSS JOIN generate_series(0, 1) part
 WHERE so.name LIKE 'BENCH/%%' AND (part = 0 OR so.id %% 10 = 0)
"""

MOVES = """
INSERT INTO stock_move (company_id, product_id, product_uom, location_id,
                        location_dest_id, procure_method, product_uom_qty, quantity,
                        date, state, picking_id, picking_type_id, sale_line_id,
                        create_uid, create_date)
SELECT %(company)s, sol.product_id, %(unit)s, sp.location_id, sp.location_dest_id,
       'make_to_stock', shipped.quantity, shipped.quantity, sp.date_done, 'done',
       sp.id, sp.picking_type_id, sol.id, %(uid)s, NOW()
  FROM stock_picking sp
  JOIN sale_order_line sol ON sol.order_id = sp.sale_id
  JOIN uom_uom unit ON unit.id = sol.product_uom_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN sp.sale_id %% 10 > 0 THEN sol.product_uom_qty * unit.factor
                   ELSE sol.product_uom_qty * unit.factor / 2 END AS quantity) shipped
 WHERE sp.name LIKE 'BENCH/%%'
"""

COUNTS = """
INSERT INTO stock_move (company_id, product_id, product_uom, location_id,
                        location_dest_id, procure_method, product_uom_qty, quantity,
                        date, state, is_inventory, create_uid, create_date)
SELECT %(company)s, (%(products)s)[1 + n %% cardinality(%(products)s)], %(unit)s,
       CASE WHEN n %% 10 = 9 THEN %(loss)s ELSE place.stock END,
       CASE WHEN n %% 10 = 9 THEN place.stock ELSE %(loss)s END,
       'make_to_stock', n %% 5 / 4, n %% 5 / 4,
       %(first_day)s::timestamp
           + (n::float / %(counts)s) * %(minutes)s * INTERVAL '1 minute',
       'done', TRUE, %(uid)s, NOW()
  FROM generate_series(1, %(counts)s) n
 CROSS JOIN LATERAL (
       SELECT (%(stocks)s)[1 + n %% cardinality(%(stocks)s)] AS stock) place
"""

COUNT_LINES = """
INSERT INTO stock_move_line (company_id, product_id, product_uom_id, location_id,
                             location_dest_id, date, state, move_id, quantity,
                             create_uid, create_date)
SELECT company_id, product_id, product_uom, location_id, location_dest_id, date, state,
       id, quantity, %(uid)s, NOW()
  FROM stock_move WHERE is_inventory AND picking_id IS NULL
"""
