"""Statements that write sales, purchases, transfers, counts and stock."""

# The moment of the n-th of so many things.
MOMENT = """%(start)s::timestamp
              + (n::float / %({total})s) * %(minutes)s * INTERVAL '1 minute'"""

ORDERS = f"""
INSERT INTO sale_order (company_id, partner_id, partner_invoice_id, partner_shipping_id,
                        name, date_order, dist_promise_date, picking_policy, state,
                        warehouse_id, team_id, user_id, currency_rate, create_uid,
                        create_date)
SELECT %(company)s, partner, partner, partner, 'BENCH/' || n, moment,
       moment + CASE WHEN n %% 9 = 0 THEN INTERVAL '2 hours' ELSE INTERVAL '3 days' END,
       'direct', 'sale',
       (%(warehouses)s)[1 + (n + n / 100) %% cardinality(%(warehouses)s)],
       (%(channels)s)[1 + n %% cardinality(%(channels)s)], %(uid)s, 1, %(uid)s, moment
  FROM generate_series(1, %(orders)s) n
 CROSS JOIN LATERAL (
       SELECT {MOMENT.format(total="orders")} AS moment,
              (%(partners)s)[1 + n * 7 %% cardinality(%(partners)s)] AS partner) x
"""

# Delivered is what the transfers below ship.
LINES = """
INSERT INTO sale_order_line (order_id, sequence, name, product_uom_qty, price_unit,
                             price_subtotal, customer_lead, state, product_id,
                             product_uom_id, warehouse_id, qty_delivered_method,
                             qty_delivered, qty_invoiced, company_id, order_partner_id,
                             create_uid, create_date)
SELECT so.id, l, 'Line ' || l, quantity, 10, 10 * quantity, 1, 'sale',
       (%(products)s)[1 + (so.id * 7 + l) %% cardinality(%(products)s)],
       CASE WHEN l = 1 THEN %(dozen)s ELSE %(unit)s END, so.warehouse_id, 'stock_move',
       CASE WHEN so.date_order + INTERVAL '1 day' >= %(now)s THEN 0
            WHEN so.id %% 100 = 0
                 OR so.id %% 10 = 0 AND so.date_order + INTERVAL '3 days' >= %(now)s
            THEN quantity / 2 ELSE quantity END,
       CASE WHEN so.date_order + INTERVAL '3 days' < %(now)s THEN quantity ELSE 0 END,
       %(company)s, so.partner_id, %(uid)s, so.create_date
  FROM sale_order so
 CROSS JOIN generate_series(1, 3) l
 CROSS JOIN LATERAL (SELECT CASE WHEN l = 1 THEN 2 ELSE 10 END AS quantity) q
 WHERE so.name LIKE 'BENCH/%%'
"""

# The first shipment a day after the order, of one order in ten a second one.
SHIPMENTS = """
INSERT INTO stock_picking (name, location_id, location_dest_id, picking_type_id,
                           move_type, state, date_done, scheduled_date,
                           date_deadline, sale_id, partner_id, company_id,
                           dist_done_by_id, create_uid, create_date)
SELECT so.name || '/' || part, (%(stocks)s)[w.place], %(customer)s,
       (%(out_types)s)[w.place], 'direct',
       CASE WHEN is_done THEN 'done' ELSE 'assigned' END,
       CASE WHEN is_done THEN done_at END, done_at,
       so.date_order + CASE WHEN so.id %% 8 = 0 THEN INTERVAL '2 hours'
                            ELSE INTERVAL '3 days' END,
       so.id, so.partner_id, %(company)s, %(uid)s, %(uid)s, so.create_date
  FROM sale_order so
  JOIN unnest(%(warehouses)s) WITH ORDINALITY w(id, place) ON w.id = so.warehouse_id
 CROSS JOIN generate_series(0, 1) part
 CROSS JOIN LATERAL (
       SELECT so.date_order + (1 + 2 * part) * INTERVAL '1 day' AS done_at) x
 CROSS JOIN LATERAL (
       SELECT done_at < %(now)s AND (part = 0 OR so.id %% 100 > 0) AS is_done) y
 WHERE so.name LIKE 'BENCH/%%' AND (part = 0 OR so.id %% 10 = 0)
"""

SHIPMENT_MOVES = """
INSERT INTO stock_move (company_id, product_id, product_uom, location_id,
                        location_dest_id, location_final_id, procure_method,
                        product_uom_qty, quantity, value, is_out, date, date_deadline,
                        state, picking_id, picking_type_id, sale_line_id, create_uid,
                        create_date)
SELECT %(company)s, sol.product_id, %(unit)s, sp.location_id, sp.location_dest_id,
       sp.location_dest_id, 'make_to_stock', shipped.quantity, shipped.quantity,
       4 * shipped.quantity, sp.state = 'done',
       COALESCE(sp.date_done, sp.date_deadline), sp.date_deadline, sp.state,
       sp.id, sp.picking_type_id, sol.id, %(uid)s, sp.create_date
  FROM stock_picking sp
  JOIN sale_order_line sol ON sol.order_id = sp.sale_id
  JOIN uom_uom unit ON unit.id = sol.product_uom_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN sp.sale_id %% 10 > 0 THEN sol.product_uom_qty * unit.factor
                   ELSE sol.product_uom_qty * unit.factor / 2 END AS quantity) shipped
 WHERE sp.name LIKE 'BENCH/%%'
"""

PURCHASES = f"""
INSERT INTO purchase_order (company_id, partner_id, name, date_order, date_approve,
                            picking_type_id, currency_id, currency_rate, state, user_id,
                            create_uid, create_date)
SELECT %(company)s, (%(partners)s)[1 + n * 7 %% cardinality(%(partners)s)],
       'BENCHP/' || n, moment, moment,
       (%(in_types)s)[1 + (n + n / 100) %% cardinality(%(in_types)s)], %(currency)s, 1,
       'purchase', %(uid)s, %(uid)s, moment
  FROM generate_series(1, %(purchases)s) n
 CROSS JOIN LATERAL (SELECT {MOMENT.format(total="purchases")} AS moment) m
"""

# Received and billed is what the receipts and the bills below say.
PURCHASE_LINES = """
INSERT INTO purchase_order_line (order_id, sequence, name, product_id, product_uom_id,
                                 product_qty, price_unit, price_subtotal, date_planned,
                                 dist_promised_at, dist_reference_price, qty_received,
                                 qty_invoiced, company_id, partner_id, create_uid,
                                 create_date)
SELECT po.id, l, 'Line ' || l,
       (%(products)s)[1 + (po.id * 7 + l) %% cardinality(%(products)s)], %(unit)s, 10,
       5, 50, po.date_approve + INTERVAL '3 days',
       po.date_approve + INTERVAL '3 days', 4,
       CASE WHEN po.date_approve + CASE WHEN po.id %% 5 = 0 THEN INTERVAL '4 days'
                                        ELSE INTERVAL '71 hours' END < %(now)s
            THEN 10 ELSE 0 END,
       CASE WHEN po.date_approve + INTERVAL '6 days' < %(now)s THEN 10 ELSE 0 END,
       %(company)s, po.partner_id, %(uid)s, po.create_date
  FROM purchase_order po, generate_series(1, 3) l
 WHERE po.name LIKE 'BENCHP/%%'
"""

RECEIPTS = """
INSERT INTO stock_picking (name, location_id, location_dest_id, picking_type_id,
                           move_type, state, date_done, scheduled_date,
                           date_deadline, origin, partner_id, company_id,
                           dist_done_by_id, create_uid, create_date)
SELECT po.name, %(supplier)s, (%(stocks)s)[t.place], po.picking_type_id, 'direct',
       CASE WHEN done_at < %(now)s THEN 'done' ELSE 'assigned' END,
       CASE WHEN done_at < %(now)s THEN done_at END, done_at,
       po.date_approve + INTERVAL '3 days', po.id, po.partner_id, %(company)s, %(uid)s,
       %(uid)s, po.create_date
  FROM purchase_order po
  JOIN unnest(%(in_types)s) WITH ORDINALITY t(id, place) ON t.id = po.picking_type_id
 CROSS JOIN LATERAL (
       SELECT po.date_approve + CASE WHEN po.id %% 5 = 0 THEN INTERVAL '4 days'
                                     ELSE INTERVAL '71 hours' END AS done_at) x
 WHERE po.name LIKE 'BENCHP/%%'
"""

RECEIPT_MOVES = """
INSERT INTO stock_move (company_id, product_id, product_uom, location_id,
                        location_dest_id, procure_method, product_uom_qty, quantity,
                        value, is_in, date, state, picking_id, picking_type_id,
                        purchase_line_id, create_uid, create_date)
SELECT %(company)s, pol.product_id, %(unit)s, sp.location_id, sp.location_dest_id,
       'make_to_stock', 10, 10, 50, sp.state = 'done',
       COALESCE(sp.date_done, sp.date_deadline), sp.state, sp.id, sp.picking_type_id,
       pol.id, %(uid)s, sp.create_date
  FROM stock_picking sp
  JOIN purchase_order_line pol ON pol.order_id = sp.origin::int
 WHERE sp.name LIKE 'BENCHP/%%'
"""

COUNTS = f"""
INSERT INTO stock_move (company_id, product_id, product_uom, location_id,
                        location_dest_id, procure_method, product_uom_qty, quantity,
                        value, dist_book_quantity, date, state, is_inventory,
                        create_uid, create_date)
SELECT %(company)s, (%(products)s)[1 + n %% cardinality(%(products)s)], %(unit)s,
       CASE WHEN n %% 10 = 9 THEN %(loss)s ELSE place.stock END,
       CASE WHEN n %% 10 = 9 THEN place.stock ELSE %(loss)s END,
       'make_to_stock', n %% 5 / 4, n %% 5 / 4, 4 * (n %% 5 / 4),
       CASE WHEN n %% 3 = 0 THEN 200 ELSE 50 END, moment, 'done', TRUE, %(uid)s, moment
  FROM generate_series(1, %(counts)s) n
 CROSS JOIN LATERAL (
       SELECT (%(stocks)s)[1 + (n + n / 100) %% cardinality(%(stocks)s)] AS stock) place
 CROSS JOIN LATERAL (SELECT {MOMENT.format(total="counts")} AS moment) m
"""

COUNT_LINES = """
INSERT INTO stock_move_line (company_id, product_id, product_uom_id, location_id,
                             location_dest_id, date, state, move_id, quantity,
                             quantity_product_uom, create_uid, create_date)
SELECT company_id, product_id, product_uom, location_id, location_dest_id, date, state,
       id, quantity, quantity, %(uid)s, create_date
  FROM stock_move WHERE is_inventory AND picking_id IS NULL
"""

QUANTS = """
INSERT INTO stock_quant (company_id, product_id, location_id, quantity,
                         reserved_quantity, in_date, create_uid, create_date)
SELECT %(company)s, product, stock, 50 + product %% 100, 0,
       %(now)s - (product %% 300) * INTERVAL '1 day', %(uid)s, %(now)s
  FROM unnest(%(products)s) product, unnest(%(stocks)s) stock
"""

STATEMENTS = (
    ORDERS,
    LINES,
    SHIPMENTS,
    SHIPMENT_MOVES,
    PURCHASES,
    PURCHASE_LINES,
    RECEIPTS,
    RECEIPT_MOVES,
    COUNTS,
    COUNT_LINES,
    QUANTS,
)
