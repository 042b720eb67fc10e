from datetime import datetime, time

import pytz

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, LoadError, Outcome, Row, number, register

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: legacy dates have no time of day; noon keeps them on their day in every view
NOON = time(12)


@register
class SaleOrderLineLoader(Loader):
    """Order lines; they are loaded together with their order."""

    key = "sale_order_line"
    model = "sale.order.line"
    parent = "sale_order"
    targets = {
        "order": Target(
            _lt("Order"), "reference", required=True, reference="sale_order"
        ),
        "product": Target(
            _lt("Product"), "reference", required=True, reference="product"
        ),
        "quantity": Target(_lt("Quantity"), "number", required=True),
        "price": Target(_lt("Unit Price"), "number", required=True),
        "discount": Target(_lt("Discount (%)"), "number"),
        "description": Target(_lt("Description"), "text"),
    }

    def prepare(self, row):
        vals = {
            "product_id": self.reference(row, "product"),
            "product_uom_qty": number(row, "quantity"),
            "price_unit": number(row, "price"),
            "discount": number(row, "discount", 0.0),
        }
        if row.data.get("description"):
            vals["name"] = row.data["description"]
        return vals


@register
class SaleOrderLoader(Loader):
    """Open sales orders with their lines, confirmed, without a message to anybody.

    An order is loaded whole or not at all: half an order would ship incompletely.
    Number and date of the legacy order are kept, the number as source document and,
    unless the extract has the customer's own, as customer reference.
    """

    key = "sale_order"
    model = "sale.order"
    targets = {
        "number": Target(_lt("Order Number"), "code", required=True),
        "customer": Target(
            _lt("Customer"), "reference", required=True, reference="customer"
        ),
        "date": Target(_lt("Order Date"), "date"),
        "promised_date": Target(_lt("Promised Date"), "date"),
        "customer_reference": Target(_lt("Customer Reference")),
        "warehouse": Target(_lt("Warehouse Code"), "code"),
        "note": Target(_lt("Terms and Conditions"), "text"),
    }
    chunk_size = 50
    create_only = frozenset({"user_id", "warehouse_id"})

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        line_object = self.env["dist.migration.object"]._get(SaleOrderLineLoader.key)
        self.lines = SaleOrderLineLoader(cycle, line_object)

    def prepare(self, row):
        data = row.data
        vals = {
            "partner_id": self.reference(row, "customer"),
            "origin": data["number"],
            "client_order_ref": data.get("customer_reference") or data["number"],
            "company_id": self.cycle.company_id.id,
            "warehouse_id": self.warehouse(row).id,
            # nobody gets a mail about orders that are years old
            "user_id": False,
        }
        for name, target in (
            ("date", "date_order"),
            ("promised_date", "commitment_date"),
        ):
            if data.get(name):
                vals[target] = self._moment(data[name])
        if data.get("note"):
            vals["note"] = data["note"]
        return vals

    def apply(self, rows):
        lines = self._lines_of(rows)
        self.fetch_references(rows)
        self.lines.fetch_references([line for part in lines.values() for line in part])
        known = self.find([row.key for row in rows])
        outcomes, fresh = [], []
        for row in rows:
            order = known.get(row.key)
            if order is None:
                fresh.append(row)
            else:
                outcomes += self._update_order(order, row, lines.get(row.key, []))
        outcomes += self._create_orders(fresh, lines)
        return outcomes

    def _lines_of(self, rows):
        """Return ``{order key: [line rows]}``.

        :raise LoadError: a line of an order has errors
        """
        found = self.cycle._child_rows(
            self.lines.object, "order", [row.key for row in rows]
        )
        lines = {}
        for state, error, values in found:
            line = Row(*values)
            if state == "invalid":
                raise LoadError(
                    _lt(
                        "The order is held back: its line %(key)s has errors. %(why)s",
                        key=line.key,
                        why=error or "",
                    )
                )
            lines.setdefault(line.data["order"], []).append(line)
        return lines

    def _create_orders(self, rows, lines):
        if not rows:
            return []
        empty = [row.data["number"] for row in rows if not lines.get(row.key)]
        if empty:
            raise LoadError(
                _lt("The order %(numbers)s has no lines.", numbers=", ".join(empty))
            )
        vals_list = []
        for row in rows:
            commands = [
                Command.create(dict(self.lines.prepare(line), sequence=position))
                for position, line in enumerate(lines[row.key], start=1)
            ]
            vals_list.append(dict(self.prepare(row), order_line=commands))
        orders = self.env["sale.order"].create(vals_list)
        self._drop_included_taxes(orders.order_line)
        dates = [order.date_order for order in orders]
        orders.action_confirm()
        for order, date in zip(orders, dates, strict=True):
            # confirming sets today
            order.date_order = date
        outcomes = []
        for row, order in zip(rows, orders, strict=True):
            outcomes.append(Outcome(row.id, "create", order.id))
            pairs = zip(
                lines[row.key], order.order_line.sorted("sequence"), strict=True
            )
            part = [Outcome(line.id, "create", record.id) for line, record in pairs]
            self.lines.remember(lines[row.key], part)
            outcomes += part
        self.remember(
            rows, [done for done in outcomes if done.row_id in {row.id for row in rows}]
        )
        return outcomes

    def _update_order(self, order, row, line_rows):
        changed = self.difference(order, self.prepare(row))
        if changed:
            order.write(changed)
        status = "update" if changed else "same"
        outcomes = []
        known = self.lines.find([line.key for line in line_rows])
        for line in line_rows:
            outcomes.append(self._update_line(order, line, known.get(line.key)))
        self.lines.remember(line_rows, outcomes)
        own = Outcome(row.id, status, order.id)
        self.remember([row], [own])
        return [own, *outcomes]

    def _update_line(self, order, line, record):
        vals = self.lines.prepare(line)
        if record is None:
            record = self.env["sale.order.line"].create(dict(vals, order_id=order.id))
            self._drop_included_taxes(record)
            return Outcome(line.id, "create", record.id)
        changed = self.lines.difference(record, vals)
        if changed:
            record.write(changed)
        return Outcome(line.id, "update" if changed else "same", record.id)

    @staticmethod
    def _drop_included_taxes(lines):
        """Legacy prices are net: a tax included in the price would shrink them."""
        for line in lines:
            included = line.tax_ids.filtered("price_include")
            if included:
                line.tax_ids -= included

    def _moment(self, day):
        zone = pytz.timezone(self.cycle._timezone())
        local = zone.localize(datetime.combine(datetime.fromisoformat(day), NOON))
        return local.astimezone(pytz.utc).replace(tzinfo=None)
