"""What one would write by hand for the figures of the measures, a statement each.

A statement returns site or company, day, numerator and denominator. It has what the
definition needs on the rows of ``business`` and nothing more: no breakdowns, no records
behind the figure, nothing is stored.
"""


def local(moment, timezone="s.tz"):
    return f"(({moment} AT TIME ZONE 'UTC') AT TIME ZONE {timezone})::date"


TODAY = local("%(now)s::timestamp")
# What the company was called ``c`` for, in its own timezone.
COMPANIES = """(SELECT c.id, COALESCE(p.tz, 'UTC') AS tz
                  FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                 WHERE c.id = ANY(%(companies)s)) s"""
OF_TYPE = """JOIN stock_picking_type t ON t.id = p.picking_type_id AND t.code = '{code}'
      JOIN stock_warehouse w ON w.id = t.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)"""
OUTGOING, INCOMING = OF_TYPE.format(code="outgoing"), OF_TYPE.format(code="incoming")
DONE = """p.state = 'done' AND p.date_done >= %(utc_from)s
   AND p.date_done < %(utc_to)s"""
IN_WINDOW = "BETWEEN %(date_from)s AND %(date_to)s"

# -- orders -----------------------------------------------------------------------

CANDIDATE = f"""WITH candidate AS MATERIALIZED (
    SELECT DISTINCT p.sale_id FROM stock_picking p WHERE {DONE})"""

LINES = f"""{CANDIDATE},
issued AS (
    SELECT l.order_id, s.id AS site_id, s.tz, l.id, l.product_id,
           l.product_uom_qty * lu.factor AS ordered, m.quantity * mu.factor AS moved,
           p.date_done,
           MIN(p.date_done) OVER (PARTITION BY l.order_id, w.dist_site_id) AS first_at
      FROM candidate c
      JOIN sale_order_line l ON l.order_id = c.sale_id
      JOIN uom_uom lu ON lu.id = l.product_uom_id
      JOIN stock_move m ON m.sale_line_id = l.id AND m.state = 'done'
      JOIN uom_uom mu ON mu.id = m.product_uom
      JOIN stock_picking p ON p.id = m.picking_id
      {OUTGOING}),
line AS (
    SELECT order_id, site_id, MIN(tz) AS tz, first_at, MIN(product_id) AS product_id,
           MIN(ordered) AS ordered, MAX(date_done) AS last_at,
           SUM(moved) FILTER (WHERE date_done = first_at) AS first_shipped,
           SUM(moved) AS shipped
      FROM issued GROUP BY order_id, site_id, first_at, id)
"""

ORDER_FILL = f"""{LINES}, unit AS (
    SELECT order_id, site_id, MIN(tz) AS tz, first_at,
           BOOL_AND(first_shipped >= ordered) AS is_filled
      FROM line GROUP BY order_id, site_id, first_at)
SELECT site_id, {local("first_at", "tz")} AS day, COUNT(*) FILTER (WHERE is_filled),
       COUNT(*)
  FROM unit WHERE {local("first_at", "tz")} {IN_WINDOW} GROUP BY 1, 2
"""

LINE_FILL = f"""{LINES}
SELECT site_id, {local("first_at", "tz")} AS day,
       COUNT(*) FILTER (WHERE first_shipped >= ordered), COUNT(*)
  FROM line WHERE {local("first_at", "tz")} {IN_WINDOW} GROUP BY 1, 2
"""

UNIT_FILL = f"""{LINES}
SELECT site_id, {local("first_at", "tz")} AS day,
       SUM(LEAST(COALESCE(first_shipped, 0), ordered) / u.factor),
       SUM(ordered / u.factor)
  FROM line
  JOIN product_product pp ON pp.id = line.product_id
  JOIN product_template pt ON pt.id = pp.product_tmpl_id
  JOIN uom_uom u ON u.id = pt.uom_id
 WHERE {local("first_at", "tz")} {IN_WINDOW} GROUP BY 1, 2
"""

CYCLE_COMPLETE = f"""{LINES}, unit AS (
    SELECT order_id, site_id, MIN(tz) AS tz, MAX(last_at) AS last_at
      FROM line GROUP BY order_id, site_id HAVING BOOL_AND(shipped >= ordered))
SELECT site_id, {local("last_at", "tz")} AS day,
       SUM(EXTRACT(EPOCH FROM last_at - o.date_order) / 3600), COUNT(*)
  FROM unit JOIN sale_order o ON o.id = order_id
 WHERE {local("last_at", "tz")} {IN_WINDOW} GROUP BY 1, 2
"""

FIRST_PICKING = f"""{CANDIDATE},
first_picking AS (
    SELECT DISTINCT ON (p.sale_id, s.id) s.id AS site_id, o.date_order, p.date_done,
           {local("p.date_done")} AS day, {local("p.date_deadline")} AS deadline,
           {local("o.dist_promise_date")} AS promise
      FROM candidate c
      JOIN sale_order o ON o.id = c.sale_id
      JOIN stock_picking p ON p.sale_id = c.sale_id AND p.state = 'done'
      {OUTGOING}
  ORDER BY p.sale_id, s.id, p.date_done)
"""

CYCLE_FIRST = f"""{FIRST_PICKING}
SELECT site_id, day, SUM(EXTRACT(EPOCH FROM date_done - date_order) / 3600), COUNT(*)
  FROM first_picking WHERE day {IN_WINDOW} GROUP BY 1, 2
"""

ON_TIME = f"""{FIRST_PICKING}
SELECT site_id, day, COUNT(*) FILTER (WHERE day <= deadline), COUNT(*)
  FROM first_picking WHERE day {IN_WINDOW} GROUP BY 1, 2
"""

ON_TIME_PROMISE = f"""{FIRST_PICKING}
SELECT site_id, day, COUNT(*) FILTER (WHERE day <= promise), COUNT(*)
  FROM first_picking WHERE day {IN_WINDOW} GROUP BY 1, 2
"""

ON_TIME_ALL = f"""
SELECT s.id, {local("p.date_done")} AS day,
       COUNT(*) FILTER (WHERE {local("p.date_done")} <= {local("p.date_deadline")}),
       COUNT(*)
  FROM stock_picking p
      {OUTGOING}
 WHERE {DONE} AND p.sale_id IS NOT NULL AND {local("p.date_done")} {IN_WINDOW}
 GROUP BY 1, 2
"""

RETURN_RATE = f"""
SELECT s.id, {local("p.date_done")} AS day,
       COUNT(*) FILTER (WHERE m.location_id = %(customer)s),
       COUNT(*) FILTER (WHERE m.location_dest_id = %(customer)s)
  FROM stock_picking p
  JOIN stock_move m ON m.picking_id = p.id AND m.state = 'done'
  JOIN stock_picking_type t ON t.id = p.picking_type_id
  JOIN stock_warehouse w ON w.id = t.warehouse_id
  JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)
 WHERE {DONE} AND {local("p.date_done")} {IN_WINDOW}
   AND %(customer)s IN (m.location_id, m.location_dest_id)
 GROUP BY 1, 2
"""

PICK_ACCURACY = f"""
SELECT s.id, {local("p.date_done")} AS day,
       COUNT(*) FILTER (WHERE m.dist_is_corrected IS NOT TRUE AND NOT EXISTS (
           SELECT FROM stock_move r
             JOIN stock_picking rp ON rp.id = r.picking_id
             JOIN dist_return_reason reason ON reason.id = rp.dist_return_reason_id
            WHERE r.origin_returned_move_id = m.id AND reason.is_picking_error)),
       COUNT(*)
  FROM stock_picking p
      {OUTGOING}
  JOIN stock_move m ON m.picking_id = p.id AND m.state = 'done'
       AND m.sale_line_id IS NOT NULL
 WHERE {DONE} AND {local("p.date_done")} {IN_WINDOW}
 GROUP BY 1, 2
"""

# -- counts and receipts ----------------------------------------------------------

COUNTED = f"""
    SELECT s.id AS site_id, {local("m.date")} AS day, m.date, m.value, l.quantity,
           l.product_id, stock.id AS location_id, l.lot_id, l.owner_id, l.package_id,
           CASE WHEN stock.id = l.location_id THEN -1 ELSE 1 END AS sign,
           m.dist_book_quantity AS book
      FROM stock_move m
      JOIN stock_move_line l ON l.move_id = m.id
      JOIN stock_location stock ON stock.usage = 'internal'
           AND stock.id IN (l.location_id, l.location_dest_id)
      JOIN stock_warehouse w ON w.id = stock.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)
     WHERE m.is_inventory AND m.state = 'done'
       AND m.date >= %(utc_from)s AND m.date < %(utc_to)s
       AND {local("m.date")} {IN_WINDOW}
"""
STANDING = f"""
SELECT DISTINCT ON (site_id, day, product_id, location_id, lot_id, owner_id, package_id)
       site_id, day, quantity, book
  FROM ({COUNTED}) counted
 ORDER BY site_id, day, product_id, location_id, lot_id, owner_id, package_id, date DESC
"""


def counted(numerator, denominator="COUNT(*)", rows=STANDING, condition="TRUE"):
    return f"""SELECT site_id, day, {numerator}, {denominator}
  FROM ({rows}) rows WHERE {condition} GROUP BY 1, 2"""


RECEIVING = f"""
SELECT s.id, {local("p.date_done")} AS day, COUNT(*), NULL
  FROM stock_picking p
      {INCOMING}
  JOIN stock_move m ON m.picking_id = p.id AND m.state = 'done'
       AND m.location_id = %(supplier)s
 WHERE {DONE} AND {local("p.date_done")} {IN_WINDOW}
 GROUP BY 1, 2
"""

# -- purchases --------------------------------------------------------------------

RECEIPTS = f"""
  FROM stock_move p
  JOIN purchase_order_line l ON l.id = p.purchase_line_id
  JOIN purchase_order o ON o.id = l.order_id
      {INCOMING}
 WHERE p.state = 'done' AND p.date >= %(utc_from)s AND p.date < %(utc_to)s
   AND {local("p.date")} {IN_WINDOW}
 GROUP BY 1, 2
"""

SUPPLIER_ON_TIME = f"""
SELECT s.id, {local("p.date")} AS day,
       COUNT(*) FILTER (WHERE {local("p.date")} <= {local("l.dist_promised_at")}),
       COUNT(*) {RECEIPTS}
"""

LEAD_TIME = f"""
SELECT s.id, {local("p.date")} AS day,
       SUM(EXTRACT(EPOCH FROM p.date - o.date_approve) / 86400), COUNT(*) {RECEIPTS}
"""

DELAY = f"""
SELECT s.id, {local("p.date")} AS day,
       SUM(EXTRACT(EPOCH FROM p.date - l.dist_promised_at) / 86400), COUNT(*) {RECEIPTS}
"""

PURCHASE_EXCEPTION = f"""
WITH approved AS MATERIALIZED (
    SELECT o.id, s.id AS site_id, s.tz, {local("o.date_approve")} AS day
      FROM purchase_order o
      JOIN stock_picking_type t ON t.id = o.picking_type_id
      JOIN stock_warehouse w ON w.id = t.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)
     WHERE o.state = 'purchase' AND o.date_approve >= %(utc_from)s
       AND o.date_approve < %(utc_to)s AND {local("o.date_approve")} {IN_WINDOW}),
judged AS (
    SELECT o.site_id, o.day, o.id,
           BOOL_OR({local("m.date", "o.tz")} > {local("l.dist_promised_at", "o.tz")})
               AS is_late,
           BOOL_OR(ABS(a.price_subtotal / a.quantity - l.price_subtotal / l.product_qty)
                   > 0.005 * l.price_subtotal / l.product_qty) AS is_dear,
           BOOL_OR(l.qty_received > l.product_qty OR l.qty_invoiced > l.qty_received)
               AS is_much
      FROM approved o
      JOIN purchase_order_line l ON l.order_id = o.id
 LEFT JOIN stock_move m ON m.purchase_line_id = l.id AND m.state = 'done'
 LEFT JOIN account_move_line a ON a.purchase_line_id = l.id
       AND a.parent_state = 'posted'
     GROUP BY 1, 2, 3)
SELECT site_id, day,
       COUNT(*) FILTER (WHERE is_late OR is_dear OR is_much OR EXISTS (
           SELECT FROM dist_correction c
            WHERE c.res_model = 'purchase.order' AND c.res_id = judged.id
              AND c.kind = 'purchase_changed')),
       COUNT(*)
  FROM judged GROUP BY 1, 2
"""

VARIANCE = """
SELECT a.company_id, a.date, SUM(a.balance - a.quantity * {price}),
       SUM(a.quantity * {price})
  FROM account_move_line a
  JOIN purchase_order_line l ON l.id = a.purchase_line_id
 WHERE a.parent_state = 'posted' AND a.company_id = ANY(%(companies)s)
   AND a.date BETWEEN %(date_from)s AND %(date_to)s
 GROUP BY 1, 2
"""

# -- invoices ---------------------------------------------------------------------

INVOICE_EXCEPTION = f"""
WITH document AS MATERIALIZED (
    SELECT a.*, s.tz FROM account_move a JOIN {COMPANIES} ON s.id = a.company_id
     WHERE a.state = 'posted' AND a.date {IN_WINDOW}
       AND a.move_type IN ('out_invoice', 'out_refund', 'in_invoice', 'in_refund')),
twin AS (
    SELECT a.commercial_partner_id, a.ref FROM account_move a
     WHERE a.state = 'posted' AND a.move_type = 'in_invoice'
       AND a.ref IN (SELECT ref FROM document WHERE move_type = 'in_invoice')
     GROUP BY 1, 2 HAVING COUNT(*) > 1),
attempt AS (
    SELECT d.id, BOOL_OR(p.outcome = 'failed') AS has_failed,
           MIN({local("p.attempted_at", "d.tz")}) FILTER (WHERE p.outcome = 'posted')
               > d.invoice_date + 7 AS is_late
      FROM document d JOIN dist_posting_attempt p ON p.move_ref = d.id
     GROUP BY d.id, d.invoice_date),
bill AS (
    SELECT d.id, BOOL_OR(b.purchase_line_id IS NULL) AS is_free,
           BOOL_OR(ABS(b.price_subtotal / b.quantity - l.price_subtotal / l.product_qty)
                   > 0.005 * l.price_subtotal / l.product_qty) AS is_dear
      FROM document d
      JOIN account_move_line b ON b.move_id = d.id AND b.display_type = 'product'
 LEFT JOIN purchase_order_line l ON l.id = b.purchase_line_id
     WHERE d.move_type = 'in_invoice' GROUP BY d.id)
SELECT d.company_id, d.date,
       COUNT(*) FILTER (WHERE a.has_failed OR a.is_late OR bill.is_free OR bill.is_dear
                           OR twin.ref IS NOT NULL OR d.made_sequence_gap
                           OR EXISTS (SELECT FROM dist_correction c
                                       WHERE c.res_model = 'account.move'
                                         AND c.res_id = d.id)),
       COUNT(*)
  FROM document d
  LEFT JOIN attempt a ON a.id = d.id
  LEFT JOIN bill ON bill.id = d.id
  LEFT JOIN twin ON twin.ref = d.ref AND d.move_type = 'in_invoice'
       AND twin.commercial_partner_id = d.commercial_partner_id
 GROUP BY 1, 2
"""

POSTING_SUCCESS = f"""
SELECT s.id, {local("a.attempted_at")} AS day,
       COUNT(*) FILTER (WHERE a.outcome = 'posted'), COUNT(*)
  FROM dist_posting_attempt a JOIN {COMPANIES} ON s.id = a.company_id
 WHERE a.attempted_at >= %(utc_from)s AND a.attempted_at < %(utc_to)s
   AND {local("a.attempted_at")} {IN_WINDOW}
 GROUP BY 1, 2
"""

GROSS_MARGIN = f"""
WITH line AS MATERIALIZED (
    SELECT a.id, a.company_id, a.date, -a.balance AS revenue
      FROM account_move_line a
      JOIN account_move d ON d.id = a.move_id
           AND d.move_type IN ('out_invoice', 'out_refund')
      JOIN product_product pp ON pp.id = a.product_id
      JOIN product_template pt ON pt.id = pp.product_tmpl_id AND pt.is_storable
     WHERE a.parent_state = 'posted' AND a.display_type = 'product'
       AND a.company_id = ANY(%(companies)s) AND a.date {IN_WINDOW}),
cost AS (
    SELECT cogs.cogs_origin_id AS id, SUM(cogs.balance) AS cost
      FROM account_move_line cogs
      JOIN account_account account ON account.id = cogs.account_id
           AND account.account_type LIKE 'expense%%'
     WHERE cogs.display_type = 'cogs' AND cogs.date {IN_WINDOW} GROUP BY 1)
SELECT company_id, date, SUM(revenue - cost), SUM(revenue)
  FROM line JOIN cost ON cost.id = line.id GROUP BY 1, 2
"""

CORRECTIONS = f"""
SELECT s.id, {local("c.occurred_at")} AS day, COUNT(*), NULL
  FROM dist_correction c JOIN {COMPANIES} ON s.id = c.company_id
 WHERE c.occurred_at >= %(utc_from)s AND c.occurred_at < %(utc_to)s
   AND {local("c.occurred_at")} {IN_WINDOW}
 GROUP BY 1, 2
"""

USER_ERRORS = f"""
SELECT site_id, day, 1000 * SUM(errors), SUM(1 - errors) FROM (
    SELECT s.id AS site_id, {local("e.moment")} AS day, e.errors FROM (
        SELECT warehouse_id, occurred_at AS moment, 1 AS errors FROM dist_correction
         WHERE occurred_at >= %(utc_from)s AND occurred_at < %(utc_to)s
         UNION ALL
        SELECT warehouse_id, date_order, 0 FROM sale_order
         WHERE state = 'sale' AND date_order >= %(utc_from)s AND date_order < %(utc_to)s
         UNION ALL
        SELECT t.warehouse_id, o.date_approve, 0
          FROM purchase_order o JOIN stock_picking_type t ON t.id = o.picking_type_id
         WHERE o.state = 'purchase' AND o.date_approve >= %(utc_from)s
           AND o.date_approve < %(utc_to)s
         UNION ALL
        SELECT t.warehouse_id, p.date_done, 0
          FROM stock_picking p JOIN stock_picking_type t ON t.id = p.picking_type_id
         WHERE {DONE}
         UNION ALL
        SELECT COALESCE(a.warehouse_id, b.warehouse_id), m.date, 0
          FROM stock_move m
          JOIN stock_location a ON a.id = m.location_id
          JOIN stock_location b ON b.id = m.location_dest_id
         WHERE m.is_inventory AND m.state = 'done'
           AND m.date >= %(utc_from)s AND m.date < %(utc_to)s) e
      JOIN stock_warehouse w ON w.id = e.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)) x
 WHERE day {IN_WINDOW} GROUP BY 1, 2
"""

# -- levels -----------------------------------------------------------------------

OPEN_LINES = f"""
    SELECT s.id AS site_id, {TODAY} AS day, s.tz, l.order_id, l.id,
           (l.product_uom_qty - l.qty_delivered) * l.price_subtotal
               / l.product_uom_qty AS amount,
           {local("MIN(m.date_deadline)")} AS deadline,
           BOOL_OR(m.state IN ('waiting', 'confirmed', 'partially_available'))
               AS is_unreserved
      FROM sale_order_line l
      JOIN stock_move m ON m.sale_line_id = l.id
           AND m.state NOT IN ('draft', 'done', 'cancel')
           AND m.location_dest_id = %(customer)s
      JOIN stock_warehouse w ON w.id = l.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)
     WHERE l.state = 'sale' AND l.qty_delivered < l.product_uom_qty
     GROUP BY s.id, l.id
"""


def backlog(figure, condition="TRUE"):
    return f"""SELECT site_id, day, {figure}, NULL
  FROM ({OPEN_LINES}) line WHERE {condition} GROUP BY 1, 2"""


BACKORDERS = f"""
    SELECT line.*, line.day - {local("MIN(p.date_done)", "MIN(line.tz)")} AS age
      FROM ({OPEN_LINES}) line
      JOIN stock_picking p ON p.sale_id = line.order_id AND p.state = 'done'
     GROUP BY line.site_id, line.day, line.tz, line.order_id, line.id, line.amount,
              line.deadline, line.is_unreserved
"""

QUANTS = """
    SELECT q.company_id, q.location_id, q.in_date,
           q.quantity * (p.standard_price ->> q.company_id::text)::numeric AS amount
      FROM stock_quant q
      JOIN product_product p ON p.id = q.product_id
      JOIN stock_location l ON l.id = q.location_id
           AND l.usage IN ('internal', 'transit')
     WHERE q.owner_id IS NULL AND q.company_id = ANY(%(companies)s)
"""

STOCK_VALUE = f"""
    SELECT company_id, SUM(amount) AS amount FROM ({QUANTS}) q GROUP BY 1
"""

INVENTORY_VALUE = f"""
SELECT s.id, {TODAY}, SUM(amount), NULL
  FROM ({QUANTS}) q JOIN {COMPANIES} ON s.id = q.company_id GROUP BY 1, 2
"""

AGED_STOCK = f"""
SELECT s.id, {TODAY},
       SUM(CASE WHEN in_date < %(now)s::timestamp - INTERVAL '180 days' THEN amount
                ELSE 0 END), SUM(amount)
  FROM ({QUANTS}) q
  JOIN stock_location l ON l.id = q.location_id
  JOIN stock_warehouse w ON w.id = l.warehouse_id
  JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)
 GROUP BY s.id
"""

ISSUED = """
    SELECT m.company_id, SUM(CASE WHEN m.is_in THEN -m.value ELSE m.value END) AS amount
      FROM stock_move m
     WHERE m.state = 'done' AND m.date > %(now)s::timestamp - INTERVAL '90 days'
       AND (m.is_out AND m.location_dest_id = %(customer)s
            OR m.is_in AND m.location_id = %(customer)s)
     GROUP BY 1
"""

TURNS = f"""
SELECT s.id, {TODAY}, i.amount * 365 / 90, (
       SELECT AVG(v.numerator) FROM dist_measure_value v
         JOIN dist_measure d ON d.id = v.measure_id AND d.code = 'inventory_value'
        WHERE v.company_id = s.id AND v.site_id IS NULL
          AND v.day >= (%(now)s::timestamp - INTERVAL '90 days')::date)
  FROM ({ISSUED}) i JOIN {COMPANIES} ON s.id = i.company_id
"""

OPEN_ITEMS = """
    SELECT a.company_id, {sign} * SUM(a.amount_residual) AS amount
      FROM account_move_line a
      JOIN account_account c ON c.id = a.account_id AND c.account_type = '{type}'
     WHERE a.parent_state = 'posted' AND a.reconciled IS NOT TRUE
       AND a.company_id = ANY(%(companies)s)
     GROUP BY 1
"""
RECEIVABLE = OPEN_ITEMS.format(sign=1, type="asset_receivable")
PAYABLE = OPEN_ITEMS.format(sign=-1, type="liability_payable")

INVOICED = """
    SELECT a.company_id, {sign} * SUM(a.balance) AS amount
      FROM account_move_line a
      JOIN account_move m ON m.id = a.move_id
           AND m.move_type IN ('{type}_invoice', '{type}_refund')
     WHERE a.parent_state = 'posted' AND a.display_type = 'product'
       AND a.date >= (%(now)s::timestamp - INTERVAL '90 days')::date
     GROUP BY 1
"""

DELIVERED = """
    SELECT o.company_id, SUM((l.qty_delivered - l.qty_invoiced) * l.price_subtotal
                             / l.product_uom_qty / o.currency_rate) AS amount
      FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id
     WHERE l.state = 'sale' AND l.qty_delivered > l.qty_invoiced
       AND l.product_uom_qty > 0
     GROUP BY 1
"""

RECEIVED = """
    SELECT o.company_id, -SUM((l.qty_received - l.qty_invoiced) * l.price_subtotal
                              / l.product_qty / o.currency_rate) AS amount
      FROM purchase_order_line l JOIN purchase_order o ON o.id = l.order_id
     WHERE o.state = 'purchase' AND l.qty_received > l.qty_invoiced
       AND l.product_qty > 0
     GROUP BY 1
"""

WORKING_CAPITAL = f"""
SELECT s.id, {TODAY}, SUM(amount), NULL
  FROM ({RECEIVABLE} UNION ALL
        SELECT company_id, -amount FROM ({PAYABLE}) payable UNION ALL
        {STOCK_VALUE} UNION ALL
        {DELIVERED} UNION ALL {RECEIVED}) part
  JOIN {COMPANIES} ON s.id = part.company_id
 GROUP BY 1, 2
"""


def level(rows):
    return f"""SELECT s.id, {TODAY}, amount, NULL
  FROM ({rows}) part JOIN {COMPANIES} ON s.id = part.company_id"""


def outstanding(rows, turnover):
    return f"""SELECT s.id, {TODAY}, 90 * part.amount, turnover.amount
  FROM ({rows}) part
  JOIN ({turnover}) turnover ON turnover.company_id = part.company_id
  JOIN {COMPANIES} ON s.id = part.company_id"""


# -- tickets ----------------------------------------------------------------------


def open_tickets(condition):
    return f"""
SELECT s.id, {TODAY}, COUNT(*), NULL
  FROM helpdesk_ticket t
  JOIN helpdesk_ticket_stage g ON g.id = t.stage_id AND g.closed IS NOT TRUE
  JOIN dist_site s ON s.id = t.dist_site_id AND s.id = ANY(%(sites)s)
 WHERE t.active AND t.duplicate_id IS NULL AND {condition}
 GROUP BY s.id"""


BREACH = f"""
SELECT s.id, {local("a.deadline")} AS day,
       COUNT(*) FILTER (WHERE a.state IN ('expired', 'in_progress')), COUNT(*)
  FROM helpdesk_ticket_sla a
  JOIN helpdesk_ticket t ON t.id = a.ticket_id AND t.active
       AND t.duplicate_id IS NULL
  JOIN dist_site s ON s.id = t.dist_site_id AND s.id = ANY(%(sites)s)
 WHERE a.deadline >= %(utc_from)s AND a.deadline < LEAST(%(utc_to)s, %(now)s)
   AND a.state <> 'on_hold' AND {local("a.deadline")} {IN_WINDOW}
 GROUP BY 1, 2
"""

TICKET_RATE = f"""
SELECT site_id, day, 1000 * SUM(tickets), SUM(1 - tickets) FROM (
    SELECT s.id AS site_id, {local("t.create_date")} AS day, 1 AS tickets
      FROM helpdesk_ticket t
      JOIN dist_site s ON s.id = t.dist_site_id AND s.id = ANY(%(sites)s)
     WHERE t.create_date >= %(utc_from)s AND t.create_date < %(utc_to)s
       AND t.active AND t.duplicate_id IS NULL
     UNION ALL
    SELECT s.id, {local("p.date_done")}, 0
      FROM stock_picking p
      JOIN stock_picking_type t ON t.id = p.picking_type_id
      JOIN stock_warehouse w ON w.id = t.warehouse_id
      JOIN dist_site s ON s.id = w.dist_site_id AND s.id = ANY(%(sites)s)
     WHERE {DONE}) x
 WHERE day {IN_WINDOW} GROUP BY 1, 2
"""

#: by the code of the measure, in the order of the topics
STATEMENTS = {
    "order_fill_rate": ORDER_FILL,
    "line_fill_rate": LINE_FILL,
    "unit_fill_rate": UNIT_FILL,
    "on_time_shipment": ON_TIME,
    "on_time_original_promise": ON_TIME_PROMISE,
    "on_time_all_shipments": ON_TIME_ALL,
    "order_cycle_first": CYCLE_FIRST,
    "order_cycle_complete": CYCLE_COMPLETE,
    "return_rate": RETURN_RATE,
    "pick_accuracy": PICK_ACCURACY,
    "inventory_accuracy": counted("COUNT(*) FILTER (WHERE quantity = 0)"),
    "inventory_accuracy_tolerance": counted(
        "COUNT(*) FILTER (WHERE quantity <= 0.01 * ABS(book))"
    ),
    "discrepancy_rate": counted("COUNT(*) FILTER (WHERE quantity <> 0)"),
    "count_variance_net": counted("SUM(sign * value)", "NULL", COUNTED),
    "count_variance_gross": counted("SUM(ABS(value))", "NULL", COUNTED),
    "adjustment_count": counted("COUNT(*)", "NULL", COUNTED, "quantity <> 0"),
    "adjustment_value": counted("SUM(ABS(value))", "NULL", COUNTED, "quantity <> 0"),
    "receiving_lines": RECEIVING,
    "supplier_on_time": SUPPLIER_ON_TIME,
    "supplier_lead_time": LEAD_TIME,
    "supplier_lead_time_variance": DELAY,
    "purchase_exception_rate": PURCHASE_EXCEPTION,
    "purchase_price_variance": VARIANCE.format(price="l.dist_reference_price"),
    "bill_price_variance": VARIANCE.format(price="l.price_subtotal / l.product_qty"),
    "invoice_exception_rate": INVOICE_EXCEPTION,
    "invoice_posting_success": POSTING_SUCCESS,
    "gross_margin": GROSS_MARGIN,
    "correction_count": CORRECTIONS,
    "user_error_rate": USER_ERRORS,
    "ticket_sla_breach": BREACH,
    "ticket_rate": TICKET_RATE,
    "tickets_severe": open_tickets("t.dist_severity IN ('1', '2')"),
    "tickets_aged": open_tickets("t.create_date < %(now)s::timestamp - INTERVAL '3 d'"),
    "backlog_orders": backlog("COUNT(DISTINCT order_id)"),
    "backlog_lines": backlog("COUNT(*)"),
    "backlog_value": backlog("SUM(amount)"),
    "backlog_overdue": backlog("COUNT(*)", "deadline < day"),
    "backlog_unreserved": backlog("COUNT(*)", "is_unreserved"),
    "backorder_lines": f"""SELECT site_id, day, COUNT(*), NULL
  FROM ({BACKORDERS}) line GROUP BY 1, 2""",
    "backorder_age": f"""SELECT site_id, day, SUM(age), COUNT(*)
  FROM ({BACKORDERS}) line GROUP BY 1, 2""",
    "inventory_value": INVENTORY_VALUE,
    "inventory_turns": TURNS,
    "aged_stock_share": AGED_STOCK,
    "receivable": level(RECEIVABLE),
    "payable": level(PAYABLE),
    "working_capital": WORKING_CAPITAL,
    "days_sales_outstanding": outstanding(
        RECEIVABLE, INVOICED.format(sign=-1, type="out")
    ),
    "days_payable_outstanding": outstanding(
        PAYABLE, INVOICED.format(sign=1, type="in")
    ),
    "cash_to_cash": f"""SELECT s.id, {TODAY},
       90 * (open.amount / sold.amount + stock.amount / issued.amount
             - owed.amount / bought.amount), 1
  FROM {COMPANIES}
  JOIN ({RECEIVABLE}) open ON open.company_id = s.id
  JOIN ({PAYABLE}) owed ON owed.company_id = s.id
  JOIN ({INVOICED.format(sign=-1, type="out")}) sold ON sold.company_id = s.id
  JOIN ({INVOICED.format(sign=1, type="in")}) bought ON bought.company_id = s.id
  JOIN ({STOCK_VALUE}) stock ON stock.company_id = s.id
  JOIN ({ISSUED}) issued ON issued.company_id = s.id""",
    "days_inventory": outstanding(STOCK_VALUE, ISSUED),
}
