from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from .base import Loader, Outcome, Row
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


class OrderLineLoader(Loader):
    """Lines of orders; they are loaded together with their order."""

    #: field of a line that holds its quantity
    quantity = ""

    def take_back(self, records):
        """Lines that were added to an order of another cycle get quantity zero.

        Those of an order that the cycle created go with it.
        """
        mine = self.cycle._created_ids(records.order_id)
        results = []
        for line in records:
            if line.order_id.id in mine:
                results.append((line.id, "cancelled", ""))
            elif line.move_ids.filtered(lambda move: move.state == "done"):
                results.append((line.id, "kept", self.env._("It has been moved.")))
            else:
                line[self.quantity] = 0
                results.append((line.id, "cancelled", ""))
        return results


class OrderLoader(Loader):
    """Open orders with their lines, confirmed, without a message to anybody.

    An order is loaded whole or not at all: half an order would move incompletely.
    """

    line_loader = OrderLineLoader
    chunk_size = 50

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        line_object = self.env["dist.migration.object"]._get(self.line_loader.key)
        self.lines = self.line_loader(cycle, line_object)

    # -- to implement -----------------------------------------------------------------

    def confirm(self, orders):
        """Confirm new orders; their dates stay those of the extract."""
        raise NotImplementedError

    def cancel(self, order):
        """Cancel an order of which nothing has been moved or invoiced."""
        raise NotImplementedError

    # -- engine -----------------------------------------------------------------------

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
        orders = self.env[self.model].create(vals_list)
        self._drop_included_taxes(orders.order_line)
        self.confirm(orders)
        outcomes = []
        for row, order in zip(rows, orders, strict=True):
            outcomes.append(Outcome(row.id, "create", order.id))
            records = order.order_line.sorted("sequence")
            pairs = zip(lines[row.key], records, strict=True)
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
            record = self.env[self.lines.model].create(dict(vals, order_id=order.id))
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

    # -- taking back ------------------------------------------------------------------

    def used(self, records):
        found = {}
        for order in records:
            if any(move.state == "done" for move in order.order_line.move_ids):
                found[order.id] = self.env._("Goods have been moved.")
            elif order.invoice_ids.filtered(lambda invoice: invoice.state != "cancel"):
                found[order.id] = self.env._("It has been invoiced.")
        return found

    def take_back(self, records):
        """Cancel orders; those that goods have moved for are kept."""
        used = self.used(records)
        results = []
        for order in records:
            if order.id in used:
                results.append((order.id, "kept", used[order.id]))
            else:
                self.cancel(order)
                results.append((order.id, "cancelled", ""))
        return results
