"""What Lyon buys in its first days: at the prices of the group, and from the group.

Vendors deliver in two days, once a day late; one receipt is held for inspection, the
import entity delivers from inside the holding, and one customer is served by the
vendor directly.
"""

import random
from datetime import timedelta

from odoo.fields import Command

from .operations import in_hands_of, local_moment, made_at

# what the group pays, as a share of the cost of the legacy system
GROUP_PRICE = 0.92
AGREEMENT = "Group agreement"
LEAD_DAYS = 2
# ages in days of the orders; on one of them the vendor is late by a day
ORDER_AGES = (8, 7, 6, 4, 3)
LATE_AGE = 6
HELD_AGE = 4


class SiteSupply:
    """The purchases of one site; seeded, so every build gives the same figures.

    :param people: ``{role: user}`` for ``buyer``, ``group``, ``picker``, ``inventory``
    :param importer: company of the holding that imports for the site
    """

    def __init__(self, site, products, customer, people, importer):
        self.site = site
        self.products = products
        self.customer = customer
        self.people = people
        self.importer = importer
        self.warehouse = site.warehouse_ids[0]
        self.random = random.Random(f"{site.code} 2")

    def _as(self, role, records):
        return in_hands_of(self.people[role], records, self.site.company_id)

    def run(self):
        self.sold = self._products_by_vendor()
        self._agree_on_prices()
        *vendors, importer = self.sold
        today = self.site._local_day()
        for age in ORDER_AGES:
            day = today - timedelta(days=age)
            order = self._order(self.random.choice(vendors), day)
            receipt = self._receive(order, day, LEAD_DAYS + (age == LATE_AGE))
            if age == HELD_AGE:
                self._hold(receipt, day + timedelta(days=LEAD_DAYS))
        # out of transit inside the holding
        day = today - timedelta(days=5)
        self._receive(self._order(importer, day), day, LEAD_DAYS)
        self._to_the_customer(vendors[0], day)
        # underway
        self._order(vendors[-1], today - timedelta(days=1))

    def _products_by_vendor(self):
        """Return ``{vendor: products}``; the last one is the group's own importer."""
        sold = {}
        for product in self.products.with_company(self.site.company_id).sorted("id"):
            vendor = product.seller_ids[:1].partner_id
            sold[vendor] = sold.get(vendor, product.browse()) | product
        sold = dict(sorted(sold.items(), key=lambda item: item[0].id))
        sold[self.importer.partner_id] = next(iter(sold.values()))
        return sold

    def _agree_on_prices(self):
        """The group's purchasing agrees on prices that hold in every company."""
        self._as("group", self.products.env["product.supplierinfo"]).create(
            [
                {
                    "partner_id": vendor.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "product_name": AGREEMENT,
                    "company_id": False,
                    "price": round(GROUP_PRICE * product.standard_price, 2),
                    "delay": LEAD_DAYS,
                }
                for vendor, products in self.sold.items()
                for product in products
            ]
        )

    def _order(self, vendor, day, operation=None, **values):
        """Approve an order in the morning of a day, for what the vendor sells."""
        ordered = local_moment(self.site, day, 8)
        order = self._as("buyer", self.site.env["purchase.order"]).create(
            {
                "partner_id": vendor.id,
                "company_id": self.site.company_id.id,
                "picking_type_id": (operation or self.warehouse.in_type_id).id,
                "date_order": ordered,
                "date_planned": local_moment(
                    self.site, day + timedelta(days=LEAD_DAYS), 18
                ),
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": 10 * self.random.randint(2, 6),
                        }
                    )
                    for product in self.sold[vendor][:2]
                ],
                **values,
            }
        )
        order.button_confirm()
        order.date_approve = ordered
        made_at(order, ordered)
        return order

    def _receive(self, order, day, after):
        """Book the receipt so many days after the order."""
        receipt = self._as("picker", order.picking_ids)
        for move in receipt.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        receipt.button_validate()
        receipt.date_done = local_moment(self.site, day + timedelta(days=after), 11)
        return receipt

    def _hold(self, receipt, day):
        """Put one item aside until it is inspected."""
        hold = self._as("inventory", self.site.env["stock.location"]).create(
            {
                "name": "Quality Hold",
                "location_id": self.warehouse.view_location_id.id,
                "company_id": self.site.company_id.id,
                "usage": "internal",
            }
        )
        move = receipt.move_ids[:1]
        transfer = self._as("picker", self.site.env["stock.picking"]).create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": move.location_dest_id.id,
                "location_dest_id": hold.id,
                "origin": receipt.name,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": move.product_id.id,
                            "product_uom_qty": move.quantity,
                            "location_id": move.location_dest_id.id,
                            "location_dest_id": hold.id,
                        }
                    )
                ],
            }
        )
        transfer.action_confirm()
        transfer.action_assign()
        transfer.move_ids.picked = True
        transfer.button_validate()
        transfer.date_done = local_moment(self.site, day, 13)

    def _to_the_customer(self, vendor, day):
        """The vendor delivers to the customer: nothing passes through the site."""
        direct = self._as("inventory", self.site.env["stock.picking.type"]).create(
            {
                "name": "Drop-ship",
                "code": "incoming",
                "sequence_code": "DS",
                "company_id": self.site.company_id.id,
                "warehouse_id": self.warehouse.id,
                "default_location_src_id": vendor.property_stock_supplier.id,
                "default_location_dest_id": self.customer.property_stock_customer.id,
            }
        )
        order = self._order(vendor, day, direct, dest_address_id=self.customer.id)
        self._receive(order, day, LEAD_DAYS)
