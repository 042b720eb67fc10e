"""A distributor of a hundred sites, for the benchmarks of the measures.

Rows are written by a few INSERT … SELECT statements: Odoo's own flows make about ten
orders a second. They have what the measures read, in the proportions of a working
business, evenly spread over half a year that ends at midnight UTC:

* an order of three lines ships a day later; one in ten ships short and sends the rest
  two days after that, one in a hundred never does; one in eight is late
* one receipt in five is a day late, one bill in ten is 5 % dearer than the order
* one count in five finds a difference, in either direction
* one ticket in thirty is open, one target in eleven is missed

``BENCH_SHARE`` is the share of the full size to write, which is two million stock
moves, a million lines of sales orders, five million journal items and half a million
tickets.
"""

import os
from datetime import timedelta

import books
import records
import tickets
import trade

from odoo import fields

SHARE = float(os.environ.get("BENCH_SHARE", "0.1"))
SITES = 100
DAYS = 180
# of the full size; orders and purchases have three lines
ORDERS = 333_334
PURCHASES = 233_333
COUNTS = 200_000
ITEMS = 5_000_000
TICKETS = 500_000
TABLES = (
    "account_account",
    "account_move",
    "account_move_line",
    "dist_correction",
    "dist_posting_attempt",
    "dist_site",
    "helpdesk_ticket",
    "helpdesk_ticket_sla",
    "product_category",
    "product_product",
    "product_template",
    "purchase_order",
    "purchase_order_line",
    "res_company",
    "res_partner",
    "sale_order",
    "sale_order_line",
    "sale_order_line_invoice_rel",
    "stock_location",
    "stock_move",
    "stock_move_line",
    "stock_picking",
    "stock_picking_type",
    "stock_quant",
    "stock_warehouse",
    "uom_uom",
)


def create(env, share=SHARE):
    """Write the business into a database of its own and commit it.

    :return: the sites, and the last whole day of the history
    """
    today = fields.Date.today()
    sites = records.create_sites(env, SITES, today - timedelta(days=DAYS + 1))
    parameters = {
        **records.create_master_data(env, sites),
        "now": fields.Datetime.to_datetime(today),
        "start": fields.Datetime.to_datetime(today - timedelta(days=DAYS)),
        "minutes": DAYS * 24 * 60,
        "orders": int(ORDERS * share),
        "purchases": int(PURCHASES * share),
        "counts": int(COUNTS * share),
        "items": int(ITEMS * share),
        "tickets": int(TICKETS * share),
        "uid": env.uid,
    }
    env.flush_all()
    for statement in (*trade.STATEMENTS, *books.STATEMENTS, *tickets.STATEMENTS):
        env.cr.execute(statement, parameters)
    env.cr.commit()
    vacuum(env)
    env.invalidate_all()
    return sites, today - timedelta(days=1)


def vacuum(env, tables=TABLES):
    """Let the database have the statistics it has after a night."""
    cr = env.registry.cursor()
    cr._cnx.autocommit = True
    try:
        for table in tables:
            cr.execute(f"VACUUM ANALYZE {table}")
    finally:
        cr.close()


def sizes(env):
    """Return ``{name: rows}`` of what the issue gives a size for."""
    env.cr.execute(
        """
        SELECT (SELECT COUNT(*) FROM stock_move),
               (SELECT COUNT(*) FROM sale_order_line),
               (SELECT COUNT(*) FROM account_move_line),
               (SELECT COUNT(*) FROM helpdesk_ticket)
        """
    )
    names = ("stock moves", "order lines", "journal items", "tickets")
    return dict(zip(names, env.cr.fetchone(), strict=True))
