"""Purchases and invoices for the benchmarks, on the sites of ``generator``.

One receipt in five is a day late, one bill in ten is 5 % dearer than the order, and one
invoice in three is still open.
"""

import generator


def create_books(env, sites, products, orders, days):
    """Insert purchase orders with receipts and bills, and as many invoices.

    :return: number of journal items
    """
    warehouses = sites.warehouse_ids
    accounts = {
        account_type: env["account.account"]
        .create({"name": account_type, "code": code, "account_type": account_type})
        .id
        for code, account_type in (
            ("99101", "income"),
            ("99102", "expense"),
            ("99103", "asset_receivable"),
            ("99104", "liability_payable"),
        )
    }
    journals = {
        type_: env["account.journal"]
        .create({"name": f"Bench {type_}", "code": f"B{type_[:3]}", "type": type_})
        .id
        for type_ in ("sale", "purchase")
    }
    parameters = {
        **accounts,
        **{f"journal_{type_}": id_ for type_, id_ in journals.items()},
        "first_day": generator.FIRST_DAY,
        "orders": orders,
        "minutes": days * 24 * 60,
        "warehouses": warehouses.ids,
        "types": [warehouse.in_type_id.id for warehouse in warehouses],
        "stocks": [warehouse.lot_stock_id.id for warehouse in warehouses],
        "products": products.ids,
        "unit": products[0].uom_id.id,
        "supplier": env.ref("stock.stock_location_suppliers").id,
        "partner": env.company.partner_id.id,
        "currency": env.company.currency_id.id,
        "company": env.company.id,
        "uid": env.uid,
    }
    env.flush_all()
    for statement in (ORDERS, LINES, RECEIPTS, BILLS, BILL_LINES, INVOICES, ITEMS):
        env.cr.execute(statement, parameters)
    for table in (
        "purchase_order",
        "purchase_order_line",
        "stock_move",
        "account_move",
        "account_move_line",
        "account_account",
    ):
        env.cr.execute(f"ANALYZE {table}")
    env.invalidate_all()
    env.cr.execute("SELECT COUNT(*) FROM account_move_line")
    return env.cr.fetchone()[0]


ORDERS = """
INSERT INTO purchase_order (company_id, partner_id, name, date_order, date_approve,
                            picking_type_id, currency_id, currency_rate, state,
                            create_uid, create_date)
SELECT %(company)s, %(partner)s, 'BENCHP/' || n, moment, moment,
       (%(types)s)[1 + n %% cardinality(%(types)s)], %(currency)s, 1, 'purchase',
       %(uid)s, moment
  FROM generate_series(1, %(orders)s) n
 CROSS JOIN LATERAL (
       SELECT %(first_day)s::timestamp
              + (n::float / %(orders)s) * %(minutes)s * INTERVAL '1 minute' AS moment) m
"""

LINES = """
INSERT INTO purchase_order_line (order_id, name, product_id, product_uom_id,
                                 product_qty,
                                 price_unit, price_subtotal, date_planned,
                                 dist_promised_at, dist_reference_price, qty_received,
                                 qty_invoiced, company_id, partner_id, create_uid,
                                 create_date)
SELECT po.id, 'Line ' || l,
       (%(products)s)[1 + (po.id * 7 + l) %% cardinality(%(products)s)],
       %(unit)s, 10, 5, 50, po.date_approve + INTERVAL '3 days',
       po.date_approve + INTERVAL '3 days', 4, 10, 10, %(company)s, %(partner)s,
       %(uid)s, po.create_date
  FROM purchase_order po, generate_series(1, 3) l
 WHERE po.name LIKE 'BENCHP/%%'
"""

RECEIPTS = """
INSERT INTO stock_move (company_id, product_id, product_uom, location_id,
                        location_dest_id, procure_method, product_uom_qty, quantity,
                        date, state, picking_type_id, purchase_line_id, create_uid,
                        create_date)
SELECT %(company)s, pol.product_id, %(unit)s, %(supplier)s,
       (%(stocks)s)[t.place], 'make_to_stock', 10, 10,
       pol.date_planned + CASE WHEN po.id %% 5 = 0 THEN INTERVAL '1 day'
                               ELSE -INTERVAL '1 hour' END,
       'done', po.picking_type_id, pol.id, %(uid)s, pol.create_date
  FROM purchase_order po
  JOIN purchase_order_line pol ON pol.order_id = po.id
  JOIN unnest(%(types)s) WITH ORDINALITY t(id, place) ON t.id = po.picking_type_id
 WHERE po.name LIKE 'BENCHP/%%'
"""

BILLS = """
INSERT INTO account_move (name, company_id, journal_id, currency_id, move_type, state,
                          date, invoice_date, ref, partner_id, commercial_partner_id,
                          auto_post, create_uid, create_date)
SELECT po.name, %(company)s, %(journal_purchase)s, %(currency)s, 'in_invoice', 'posted',
       (po.date_approve + INTERVAL '5 days')::date,
       (po.date_approve + INTERVAL '5 days')::date, po.name, %(partner)s, %(partner)s,
       'no', %(uid)s, po.create_date
  FROM purchase_order po WHERE po.name LIKE 'BENCHP/%%'
"""

BILL_LINES = """
INSERT INTO account_move_line (move_id, company_id, journal_id, account_id, currency_id,
                               company_currency_id, display_type, parent_state, date,
                               product_id, product_uom_id, quantity, price_unit,
                               price_subtotal, balance, purchase_line_id, partner_id,
                               create_uid, create_date)
SELECT am.id, %(company)s, am.journal_id, %(expense)s, %(currency)s, %(currency)s,
       'product', 'posted', am.date, pol.product_id, %(unit)s, 10, price, 10 * price,
       10 * price, pol.id, %(partner)s, %(uid)s, am.create_date
  FROM account_move am
  JOIN purchase_order po ON po.name = am.name
  JOIN purchase_order_line pol ON pol.order_id = po.id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN po.id %% 10 = 0 THEN 5.25 ELSE 5 END AS price) p
 WHERE am.name LIKE 'BENCHP/%%'
"""

INVOICES = """
INSERT INTO account_move (name, company_id, journal_id, currency_id, move_type, state,
                          date, invoice_date, partner_id, commercial_partner_id,
                          auto_post, create_uid, create_date)
SELECT 'BENCHI/' || n, %(company)s, %(journal_sale)s, %(currency)s, 'out_invoice',
       'posted', day, day, %(partner)s, %(partner)s, 'no', %(uid)s, day
  FROM generate_series(1, %(orders)s) n
 CROSS JOIN LATERAL (
       SELECT (%(first_day)s::timestamp
               + (n::float / %(orders)s) * %(minutes)s * INTERVAL '1 minute')::date
              AS day) d
"""

ITEMS = """
INSERT INTO account_move_line (move_id, company_id, journal_id, account_id, currency_id,
                               company_currency_id, display_type, parent_state, date,
                               balance, amount_residual, reconciled, partner_id,
                               create_uid, create_date)
SELECT am.id, %(company)s, am.journal_id, side.account, %(currency)s, %(currency)s,
       side.display_type, 'posted', am.date, side.balance,
       CASE WHEN side.display_type = 'payment_term' AND am.id %% 3 = 0
            THEN side.balance ELSE 0 END,
       side.display_type = 'payment_term' AND am.id %% 3 > 0, %(partner)s, %(uid)s,
       am.create_date
  FROM account_move am
 CROSS JOIN LATERAL (
       VALUES (%(asset_receivable)s, 'payment_term', 150),
              (%(income)s, 'product', -150)) AS side (account, display_type, balance)
 WHERE am.name LIKE 'BENCHI/%%'
"""
