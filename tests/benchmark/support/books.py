"""Statements that write bills, invoices and other entries.

A bill comes five days after the order, an invoice two days after it, with the cost of
what it sells. One invoice in thirty and what is younger than a month is open. Other
entries make up the number of journal items.
"""

BILLS = """
INSERT INTO account_move (name, company_id, journal_id, currency_id, move_type, state,
                          date, invoice_date, ref, partner_id, commercial_partner_id,
                          auto_post, create_uid, create_date)
SELECT po.name, %(company)s, %(journal_purchase)s, %(currency)s, 'in_invoice', 'posted',
       day, day, po.name, po.partner_id, po.partner_id, 'no', %(uid)s, day
  FROM purchase_order po
 CROSS JOIN LATERAL (
       SELECT (po.date_approve + INTERVAL '5 days')::date AS day) d
 WHERE po.name LIKE 'BENCHP/%%' AND day < %(now)s
"""

BILL_LINES = """
INSERT INTO account_move_line (move_id, sequence, company_id, journal_id, account_id,
                               currency_id, company_currency_id, display_type,
                               parent_state, date, product_id, product_uom_id, quantity,
                               price_unit, price_subtotal, balance, purchase_line_id,
                               partner_id, create_uid, create_date)
SELECT am.id, pol.sequence, %(company)s, am.journal_id, %(expense)s, %(currency)s,
       %(currency)s, 'product', 'posted', am.date, pol.product_id, %(unit)s, 10, price,
       10 * price, 10 * price, pol.id, am.partner_id, %(uid)s, am.create_date
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
                          team_id, auto_post, create_uid, create_date)
SELECT so.name, %(company)s, %(journal_sale)s, %(currency)s, 'out_invoice', 'posted',
       day, day, so.partner_id, so.partner_id, so.team_id, 'no', %(uid)s, day
  FROM sale_order so
 CROSS JOIN LATERAL (SELECT (so.date_order + INTERVAL '2 days')::date AS day) d
 WHERE so.name LIKE 'BENCH/%%' AND day < %(now)s
"""

INVOICE_LINES = """
INSERT INTO account_move_line (move_id, sequence, company_id, journal_id, account_id,
                               currency_id, company_currency_id, display_type,
                               parent_state, date, product_id, product_uom_id, quantity,
                               price_unit, price_subtotal, balance, partner_id,
                               create_uid, create_date)
SELECT am.id, sol.sequence, %(company)s, am.journal_id, %(income)s, %(currency)s,
       %(currency)s, 'product', 'posted', am.date, sol.product_id, sol.product_uom_id,
       sol.product_uom_qty, sol.price_unit, sol.price_subtotal, -sol.price_subtotal,
       am.partner_id, %(uid)s, am.create_date
  FROM account_move am
  JOIN sale_order so ON so.name = am.name
  JOIN sale_order_line sol ON sol.order_id = so.id
 WHERE am.name LIKE 'BENCH/%%'
"""

INVOICED = """
INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)
SELECT aml.id, sol.id
  FROM account_move am
  JOIN account_move_line aml ON aml.move_id = am.id
  JOIN sale_order so ON so.name = am.name
  JOIN sale_order_line sol ON sol.order_id = so.id AND sol.sequence = aml.sequence
 WHERE am.name LIKE 'BENCH/%%'
"""

COSTS = """
INSERT INTO account_move_line (move_id, company_id, journal_id, account_id, currency_id,
                               company_currency_id, display_type, parent_state, date,
                               product_id, cogs_origin_id, balance, partner_id,
                               create_uid, create_date)
SELECT aml.move_id, aml.company_id, aml.journal_id, side.account, aml.currency_id,
       aml.company_currency_id, 'cogs', 'posted', aml.date, aml.product_id, aml.id,
       side.sign * 4 * aml.quantity * unit.factor, aml.partner_id, %(uid)s,
       aml.create_date
  FROM account_move_line aml
  JOIN uom_uom unit ON unit.id = aml.product_uom_id
 CROSS JOIN (VALUES (%(expense)s, 1), (%(asset_current)s, -1)) AS side (account, sign)
 WHERE aml.account_id = %(income)s
"""

# What the partner owes or is owed.
TERMS = """
INSERT INTO account_move_line (move_id, company_id, journal_id, account_id, currency_id,
                               company_currency_id, display_type, parent_state, date,
                               balance, amount_residual, reconciled, partner_id,
                               create_uid, create_date)
SELECT am.id, am.company_id, am.journal_id,
       CASE am.move_type WHEN 'out_invoice' THEN %(asset_receivable)s
                         ELSE %(liability_payable)s END,
       %(currency)s, %(currency)s, 'payment_term', 'posted', am.date, total.balance,
       CASE WHEN is_open THEN total.balance ELSE 0 END, NOT is_open, am.partner_id,
       %(uid)s, am.create_date
  FROM account_move am
  JOIN (SELECT move_id, -SUM(balance) AS balance FROM account_move_line
         WHERE display_type = 'product' GROUP BY move_id) total
    ON total.move_id = am.id
 CROSS JOIN LATERAL (
       SELECT am.id %% 30 = 0 OR am.date > %(now)s - INTERVAL '30 days' AS is_open) o
 WHERE am.name LIKE 'BENCH%%'
"""

ENTRIES = """
INSERT INTO account_move (name, company_id, journal_id, currency_id, move_type, state,
                          date, auto_post, create_uid, create_date)
SELECT 'BENCHE/' || n, %(company)s, %(journal_general)s, %(currency)s, 'entry',
       'posted', day, 'no', %(uid)s, day
  FROM generate_series(1, GREATEST(0, %(items)s - (
           SELECT COUNT(*) FROM account_move_line)) / 10) n
 CROSS JOIN LATERAL (
       SELECT (%(start)s + (n %% 180) * INTERVAL '1 day')::date AS day) d
"""

ENTRY_LINES = """
INSERT INTO account_move_line (move_id, company_id, journal_id, account_id, currency_id,
                               company_currency_id, display_type, parent_state, date,
                               balance, create_uid, create_date)
SELECT am.id, am.company_id, am.journal_id,
       CASE WHEN l %% 2 = 0 THEN %(expense)s ELSE %(asset_current)s END, %(currency)s,
       %(currency)s, 'product', 'posted', am.date, CASE WHEN l %% 2 = 0 THEN 7 ELSE -7
       END, %(uid)s, am.create_date
  FROM account_move am, generate_series(1, 10) l
 WHERE am.name LIKE 'BENCHE/%%'
"""

# One document in fifty fails first, one in seventy is posted late.
ATTEMPTS = """
INSERT INTO dist_posting_attempt (outcome, attempted_at, company_id, user_id, move_type,
                                  move_ref, document)
SELECT outcome, am.date + CASE WHEN am.id %% 70 = 0 THEN INTERVAL '9 days'
                               ELSE INTERVAL '9 hours' END,
       am.company_id, %(uid)s, am.move_type, am.id, am.name
  FROM account_move am
 CROSS JOIN unnest(ARRAY['failed', 'posted']) outcome
 WHERE am.name LIKE 'BENCH%%' AND am.move_type <> 'entry'
   AND (outcome = 'posted' OR am.id %% 50 = 0)
"""

CORRECTIONS = """
INSERT INTO dist_correction (kind, role, occurred_at, company_id, warehouse_id, user_id,
                             document, res_model, res_id)
SELECT 'sale_cancelled', 'sales', so.date_order, %(company)s, so.warehouse_id, %(uid)s,
       so.name, 'sale.order', so.id
  FROM sale_order so WHERE so.name LIKE 'BENCH/%%' AND so.id %% 50 = 0
 UNION ALL
SELECT 'purchase_changed', 'purchase', po.date_approve, %(company)s, NULL, %(uid)s,
       po.name, 'purchase.order', po.id
  FROM purchase_order po WHERE po.name LIKE 'BENCHP/%%' AND po.id %% 50 = 0
"""

STATEMENTS = (
    BILLS,
    BILL_LINES,
    INVOICES,
    INVOICE_LINES,
    INVOICED,
    COSTS,
    TERMS,
    ENTRIES,
    ENTRY_LINES,
    ATTEMPTS,
    CORRECTIONS,
)
