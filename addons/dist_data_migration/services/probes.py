"""Behaviour probes: does the system work with the records that were loaded?

Each probe takes a few migrated records and does with them what people will do on the
first day. All of it runs in a savepoint that is always rolled back (see
``dist.migration.probe``): nothing of it remains, except used-up sequence numbers.

A new probe is a subclass of :class:`Probe` decorated with :func:`register`.
"""

from dataclasses import dataclass, field

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: ``{key: probe class}`` in the order they run
PROBES = {}
#: how many records a probe tries
SAMPLE = 3
#: candidates that are looked at to find a sample
CANDIDATES = 200


def register(cls):
    """Make a probe known under its ``key``."""
    PROBES[cls.key] = cls
    return cls


class ProbeError(ValueError):
    """What should have happened did not; the message is shown."""


@dataclass
class Findings:
    """What a probe did.

    :param samples: names of the records it tried
    :param failures: sentences, empty when all went well
    """

    samples: list = field(default_factory=list)
    failures: list = field(default_factory=list)


class Probe:
    """Tries one behaviour on sampled records.

    :param cycle: ``dist.migration.cycle`` record, as superuser in its company
    """

    key = ""
    label = ""

    def __init__(self, cycle):
        self.cycle = cycle
        self.env = cycle.env
        self.company = cycle.company_id

    # -- to implement -----------------------------------------------------------------

    def samples(self):
        """Return the migrated records to try, at most :data:`SAMPLE`."""
        raise NotImplementedError

    def run(self, record):
        """Do it with one record.

        :raise Exception: it does not work; the message tells why
        """
        raise NotImplementedError

    # -- building blocks --------------------------------------------------------------

    def loaded(self, code, limit=CANDIDATES):
        """Return existing records that this cycle loaded for an object."""
        keys = self.env["dist.legacy.key"].search(
            [("cycle_id", "=", self.cycle.id), ("object_id.code", "=", code)],
            order="id",
            limit=limit,
        )
        models = set(keys.mapped("res_model"))
        if not models:
            return None
        records = self.env[models.pop()].browse(dict.fromkeys(keys.mapped("res_id")))
        return records.exists()

    def products(self):
        """Return migrated products that are in use, one after the other."""
        products = self.loaded("product") or self.env["product.product"]
        return products.filtered("active")

    def transfer(self, picking):
        """Move everything that a transfer asks for.

        :raise ProbeError: it stays open
        """
        for move in picking.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        ):
            if move.product_id.tracking != "none" and not move.move_line_ids.lot_id:
                self._invent_lot(move)
            elif not move.quantity:
                move.quantity = move.product_uom_qty
            move.picked = True
        picking._action_done()
        if picking.state != "done":
            raise ProbeError(
                _lt("The transfer %(name)s stays open.", name=picking.name)
            )

    def _invent_lot(self, move):
        """Goods that arrive get a lot, as the receiving clerk gives it."""
        pieces = move.product_uom_qty
        is_serial = move.product_id.tracking == "serial"
        move.move_line_ids.unlink()
        count = int(pieces) if is_serial else 1
        move.move_line_ids = [
            Command.create(
                {
                    "product_id": move.product_id.id,
                    "product_uom_id": move.product_uom.id,
                    "location_id": move.location_id.id,
                    "location_dest_id": move.location_dest_id.id,
                    "picking_id": move.picking_id.id,
                    "lot_name": f"PROBE-{move.id}-{number}",
                    "quantity": 1 if is_serial else pieces,
                }
            )
            for number in range(count)
        ]

    def post(self, invoices):
        """Post drafts.

        :raise ProbeError: there is none
        """
        if not invoices:
            raise ProbeError(_lt("There was nothing to invoice."))
        for invoice in invoices:
            invoice.invoice_date = invoice.invoice_date or invoice.date
        invoices._post(soft=False)


@register
class ReplenishmentProbe(Probe):
    """A migrated reordering rule proposes what is missing."""

    key = "replenishment"
    label = _lt("Reordering rule proposes an order")

    def samples(self):
        rules = self.loaded("reorder_rule")
        if rules:
            return rules.filtered("active")[:SAMPLE]
        return self.env["stock.warehouse.orderpoint"]

    def run(self, rule):
        before = self._last_ids(rule.product_id)
        # below the minimum, whatever is there and on its way
        shortage = max(rule.product_max_qty, rule.product_min_qty, 1.0)
        rule.product_min_qty = rule.qty_forecast + shortage
        rule.product_max_qty = rule.product_min_qty
        rule._compute_qty_to_order_computed()
        rule._procure_orderpoint_confirm(company_id=self.company)
        if self._last_ids(rule.product_id) == before:
            raise ProbeError(
                _lt("Nothing was proposed: no purchase order and no transfer.")
            )

    def _last_ids(self, product):
        """Return what a rule makes: lines of purchase orders, transfers."""
        self.env.flush_all()
        lines = self.env["purchase.order.line"].search(
            [("product_id", "=", product.id)]
        )
        moves = self.env["stock.move"].search([("product_id", "=", product.id)])
        return (
            set(lines.ids),
            sum(lines.mapped("product_qty")),
            set(moves.ids),
        )


@register
class SaleProbe(Probe):
    """A sales order of a migrated product reserves, picks, ships and is invoiced."""

    key = "sale"
    label = _lt("Sales order reserves, picks, ships and is invoiced")

    def samples(self):
        houses = self.cycle._warehouses()
        products = self.products().filtered("sale_ok")
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "in", products.ids),
                ("location_id.warehouse_id", "in", houses.ids),
                ("location_id.usage", "=", "internal"),
                ("owner_id", "=", False),
            ]
        )
        free = quants.filtered(
            lambda quant: quant.quantity - quant.reserved_quantity >= 1
            and (not quant.lot_id or quant.product_id.tracking != "none")
        )
        return self.env["product.product"].browse(
            list(dict.fromkeys(free.product_id.ids))[:SAMPLE]
        )

    def run(self, product):
        order = self.env["sale.order"].create(
            {
                "partner_id": self._customer().id,
                "company_id": self.company.id,
                "warehouse_id": self._warehouse(product).id,
                "user_id": False,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 1})
                ],
            }
        )
        order.action_confirm()
        if not order.picking_ids:
            raise ProbeError(_lt("The order made no transfer; check its route."))
        self._reserve(order)
        first = order.picking_ids.filtered(lambda one: not one.move_ids.move_orig_ids)
        if set(first.mapped("state")) - {"assigned", "done"}:
            raise ProbeError(_lt("There is stock, but nothing was reserved."))
        # one transfer of pick, pack and ship after the other
        for _step in range(10):
            ready = order.picking_ids.filtered(lambda one: one.state == "assigned")
            if not ready:
                break
            for picking in ready:
                self.transfer(picking)
            order.invalidate_recordset(["picking_ids"])
            self._reserve(order)
        line = order.order_line
        if line.qty_delivered != 1:
            raise ProbeError(
                _lt("Shipped are %(done)s of 1.", done=f"{line.qty_delivered:g}")
            )
        line.price_unit = line.price_unit or 1.0
        self.post(order._create_invoices())

    def _reserve(self, order):
        """Reserve what confirming has not reserved yet."""
        waiting = order.picking_ids.filtered(
            lambda one: one.state in ("confirmed", "waiting")
        )
        for picking in waiting:
            picking.action_assign()

    def _customer(self):
        customers = self.loaded("customer", limit=1)
        return customers[:1] if customers else self.company.partner_id

    def _warehouse(self, product):
        """Return a warehouse of the cycle that has the product."""
        for house in self.cycle._warehouses():
            if product.with_context(warehouse_id=house.id).free_qty >= 1:
                return house
        return self.cycle.warehouse_id


@register
class PurchaseProbe(Probe):
    """A purchase order of a migrated product is received and billed."""

    key = "purchase"
    label = _lt("Purchase order is received and billed")

    def samples(self):
        return self.products().filtered("purchase_ok")[:SAMPLE]

    def run(self, product):
        suppliers = self.loaded("supplier", limit=1)
        supplier = product.seller_ids.partner_id[:1] or (suppliers or [None])[0]
        order = self.env["purchase.order"].create(
            {
                "partner_id": (supplier or self.company.partner_id).id,
                "company_id": self.company.id,
                "picking_type_id": self.cycle.warehouse_id.in_type_id.id,
                "user_id": False,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_qty": 2, "price_unit": 1.0}
                    )
                ],
            }
        )
        # the approval of amounts is not what is tried here
        order.write({"state": "purchase"})
        order._create_picking()
        for _step in range(10):
            ready = order.picking_ids.filtered(lambda one: one.state == "assigned")
            if not ready:
                break
            for picking in ready:
                self.transfer(picking)
            order.invalidate_recordset(["picking_ids"])
        line = order.order_line
        if line.qty_received != 2:
            raise ProbeError(
                _lt("Received are %(done)s of 2.", done=f"{line.qty_received:g}")
            )
        order.action_create_invoice()
        self.post(order.invoice_ids)


@register
class CountProbe(Probe):
    """A count corrects migrated stock."""

    key = "count"
    label = _lt("A count adjusts the stock")

    def samples(self):
        quants = self.loaded("stock")
        if not quants:
            return self.env["stock.quant"]
        return quants.filtered(lambda quant: quant.quantity > 0)[:SAMPLE]

    def run(self, quant):
        counted = quant.quantity - 1 if quant.quantity >= 1 else 0.0
        quant.with_context(inventory_mode=True).inventory_quantity = counted
        quant.action_apply_inventory()
        if quant.exists() and quant.product_uom_id.compare(quant.quantity, counted):
            raise ProbeError(
                _lt(
                    "Counted are %(counted)s, the stock says %(found)s.",
                    counted=f"{counted:g}",
                    found=f"{quant.quantity:g}",
                )
            )


@register
class ReportProbe(Probe):
    """The documents of a migrated order print."""

    key = "report"
    label = _lt("Order and delivery slip print")
    orders = {
        "sale_order": "sale.action_report_saleorder",
        "purchase_order": "purchase.action_report_purchase_order",
    }

    def samples(self):
        for code in self.orders:
            found = self.loaded(code)
            if found:
                return found[:SAMPLE]
        return self.env["sale.order"]

    def run(self, order):
        code = "sale_order" if order._name == "sale.order" else "purchase_order"
        self._print(self.orders[code], order)
        pickings = order.picking_ids
        if pickings:
            self._print("stock.action_report_delivery", pickings[0])

    def _print(self, report, record):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            report, record.ids
        )
        if (record.name or "").encode() not in content:
            raise ProbeError(
                _lt("The document does not show the number %(name)s.", name=record.name)
            )
