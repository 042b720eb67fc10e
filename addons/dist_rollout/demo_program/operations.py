"""Nine days of work at a live site, through Odoo's own flows.

Orders are confirmed, picked and shipped, shelves are counted, each by the people whose
work it is, and the records are then dated to the day they stand for. The figures of
the demo are what the measures make of these records.
"""

import random
from datetime import datetime, time, timedelta

import pytz

from odoo.fields import Command
from odoo.tools import SQL

ORDERS_A_DAY = 6
COUNTS_A_DAY = 5


def local_moment(site, day, hour):
    """Return the naive UTC moment of an hour of the site's local day."""
    local = pytz.timezone(site.tz).localize(datetime.combine(day, time(hour)))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def in_hands_of(user, records, company):
    """Return the records in the hands of somebody who works in the company."""
    return records.with_user(user).with_context(
        allowed_company_ids=company.ids, mail_notrack=True, tracking_disable=True
    )


def made_at(records, moment):
    """Let the records have been made at a moment: Odoo has no field for it to set."""
    records.flush_recordset()
    records.env.cr.execute(
        SQL(
            "UPDATE %s SET create_date = %s WHERE id = ANY(%s)",
            SQL.identifier(records._table),
            moment,
            records.ids,
        )
    )
    records.invalidate_recordset(["create_date"])


class SiteOperations:
    """The days of one site; seeded, so every build gives the same figures.

    :param people: ``{role: user}`` for ``sales``, ``picker`` and ``inventory``
    """

    def __init__(self, site, customers, products, people):
        self.site = site
        self.people = people
        self.warehouse = site.warehouse_ids[0]
        self.customers = customers
        self.products = products
        self.random = random.Random(f"{site.code} 1")

    def run_days(self, days, red_ages):
        """Work the last ``days`` days, without today.

        :param red_ages: ages in days on which something goes wrong
        """
        today = self.site._local_day()
        for age in range(days, 0, -1):
            day = today - timedelta(days=age)
            is_red = age in red_ages
            for number in range(ORDERS_A_DAY):
                self._order(
                    day, short=is_red and number < 2, late=is_red and number == 3
                )
            self._count(day, wrong=is_red)

    def _moment(self, day, hour):
        return local_moment(self.site, day, hour)

    def _as(self, role, records):
        return in_hands_of(self.people[role], records, self.site.company_id)

    def _order(self, day, short, late):
        """Take an order the day before and ship it on ``day``."""
        ordered = self._moment(day - timedelta(days=1), 9)
        promised = self._moment(day - timedelta(days=1) if late else day, 18)
        order = self._as("sales", self.site.env["sale.order"]).create(
            {
                "partner_id": self.random.choice(self.customers).id,
                "company_id": self.site.company_id.id,
                "warehouse_id": self.warehouse.id,
                "commitment_date": promised,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": self.random.randint(2, 6),
                        }
                    )
                    for product in self.random.sample(list(self.products), 2)
                ],
            }
        )
        order.action_confirm()
        order.date_order = ordered
        made_at(order, ordered)
        # sudo: of the transfers of the site, the salesman sees those of his orders
        picking = self._as("picker", order.sudo().picking_ids)
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        if short:
            picking.move_ids[0].quantity = 1
        picking.with_context(skip_backorder=True).button_validate()
        picking.date_done = self._moment(day, 10 + self.random.randint(0, 6))

    def _count(self, day, wrong):
        """Count a few shelves; on a bad day the first of them is short."""
        quants = self._as("inventory", self.site.env["stock.quant"]).search(
            [
                ("location_id", "child_of", self.warehouse.lot_stock_id.id),
                ("quantity", ">", 5),
            ],
            order="id",
        )
        counted = quants.browse(
            self.random.sample(quants.ids, min(COUNTS_A_DAY, len(quants)))
        )
        for index, quant in enumerate(counted):
            quant.with_context(inventory_mode=True).inventory_quantity = (
                quant.quantity - (3 if wrong and index == 0 else 0)
            )
        before = self._moves([], limit=1).id
        counted.action_apply_inventory()
        moves = self._moves([("id", ">", before), ("is_inventory", "=", True)])
        moves.date = self._moment(day, 16)

    def _moves(self, domain, limit=None):
        Move = self._as("inventory", self.site.env["stock.move"])
        return Move.search(domain, order="id desc", limit=limit)
