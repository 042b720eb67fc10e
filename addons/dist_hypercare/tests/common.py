from datetime import date

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user

from odoo.addons.base.tests.common import BaseCommon

# Months away from any clock change of the two timezones but New York's of 8 March.
CUTOVER = "2026-03-01 12:00:00"


def day(number, month=3):
    return date(2026, month, number)


class HypercareCommon(BaseCommon):
    """Two companies with a live site each, and helpers that use Odoo's own flows.

    ``site_akl`` is in Pacific/Auckland (UTC+13 in March), ``site_nyc`` in
    America/New_York (UTC-4 from 8 March on). Both cut over on 1 March 2026 at noon
    UTC. Every helper takes the moment at which it happens, in UTC.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_nz = cls._new_company("Kauri Distribution")
        cls.company_us = cls._new_company("Hudson Supply")
        cls.env.user.company_ids = [
            Command.link(cls.company_nz.id),
            Command.link(cls.company_us.id),
        ]
        cls.env = cls.env(
            context=dict(
                cls.env.context,
                allowed_company_ids=[cls.company_nz.id, cls.company_us.id],
            )
        )
        cls.program = cls.env["dist.program"].create(
            {"name": "Harmony", "code": "HRM", "company_id": cls.company_nz.id}
        )
        cls.warehouse_akl = cls._warehouse(cls.company_nz)
        cls.warehouse_nyc = cls._warehouse(cls.company_us)
        cls.site_akl = cls._new_site(
            "AKL", cls.company_nz, "Pacific/Auckland", cls.warehouse_akl
        )
        cls.site_nyc = cls._new_site(
            "NYC", cls.company_us, "America/New_York", cls.warehouse_nyc
        )
        cls.sites = cls.site_akl | cls.site_nyc
        cls.customer = cls.env["res.partner"].create({"name": "Corner Shop"})
        cls.apple, cls.pear, cls.plum = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "is_storable": True}
                for name in ("Apple", "Pear", "Plum")
            ]
        )
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.env["dist.measure.queue"].search([]).unlink()

    # -- set-up -------------------------------------------------------------------

    @classmethod
    def _new_company(cls, name):
        return cls.env["res.company"].create({"name": name})

    @classmethod
    def _warehouse(cls, company):
        return cls.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )

    @classmethod
    def _new_site(cls, code, company, timezone, warehouse, **values):
        return cls.env["dist.site"].create(
            {
                "name": f"Site {code}",
                "code": code,
                "program_id": cls.program.id,
                "company_id": company.id,
                "tz": timezone,
                "manager_id": cls.env.user.id,
                "warehouse_ids": [Command.set(warehouse.ids)],
                "cutover_at": CUTOVER,
                **values,
            }
        )

    @classmethod
    def _user(cls, login, groups, company=None):
        """Return a person of one company with these groups and no rollout role."""
        company = company or cls.company_us
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    # -- flows --------------------------------------------------------------------

    @classmethod
    def _order(cls, site, moment, lines, warehouse=None, **values):
        """Confirm a sales order of ``[(product, quantity[, unit])]``."""
        warehouse = warehouse or site.sudo().warehouse_ids[:1]
        with freeze_time(moment):
            order = (
                cls.env["sale.order"]
                .with_company(site.company_id)
                .create(
                    {
                        "partner_id": cls.customer.id,
                        "company_id": site.company_id.id,
                        "warehouse_id": warehouse.id,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": line[0].id,
                                    "product_uom_qty": line[1],
                                    "price_unit": 10,
                                    **(
                                        {"product_uom_id": line[2].id}
                                        if len(line) > 2
                                        else {}
                                    ),
                                }
                            )
                            for line in lines
                        ],
                        **values,
                    }
                )
            )
            order.action_confirm()
        return order

    @classmethod
    def _validate(cls, picking, moment, quantities=None, cancel_backorder=False):
        """Validate a transfer with these quantities by product (default: demand)."""
        with freeze_time(moment):
            for move in picking.move_ids:
                move.quantity = (
                    move.product_uom_qty
                    if quantities is None
                    else quantities.get(move.product_id, 0)
                )
                move.picked = move.quantity > 0
            if cancel_backorder:
                picking = picking.with_context(picking_ids_not_to_backorder=picking.ids)
            picking.with_context(skip_backorder=True).button_validate()
        return picking

    @classmethod
    def _open_picking(cls, order, code="outgoing"):
        return order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
            and picking.picking_type_id.code == code
        )

    @classmethod
    def _ship(cls, order, moment, quantities=None, **kwargs):
        """Validate the order's open delivery."""
        return cls._validate(cls._open_picking(order), moment, quantities, **kwargs)

    @classmethod
    def _drop_ship(cls, order, moment):
        """Let the order's open delivery go from a supplier to the customer."""
        cls._open_picking(order).location_id = cls.env.ref(
            "stock.stock_location_suppliers"
        )
        return cls._ship(order, moment)

    @classmethod
    def _return(cls, picking, moment, quantities, reason=None):
        """Return these quantities by product of a transfer."""
        with freeze_time(moment):
            wizard = (
                cls.env["stock.return.picking"]
                .with_context(active_id=picking.id, active_model="stock.picking")
                .create({})
            )
            for line in wizard.product_return_moves:
                line.quantity = quantities.get(line.product_id, 0)
            if reason:
                wizard.dist_return_reason_id = reason
            returned = cls.env["stock.picking"].browse(
                wizard.action_create_returns()["res_id"]
            )
        return cls._validate(returned, moment)

    @classmethod
    def _count(cls, product, location, quantity, moment, applied_at=None, **keys):
        """Count a record and apply it, back-dated when ``applied_at`` is given."""
        with freeze_time(applied_at or moment):
            quant = (
                cls.env["stock.quant"]
                .with_company(location.company_id)
                .with_context(inventory_mode=True)
                .create(
                    {
                        "product_id": product.id,
                        "location_id": location.id,
                        "inventory_quantity": quantity,
                        **keys,
                    }
                )
            )
            quant.action_apply_inventory(
                fields.Datetime.to_datetime(moment) if applied_at else None
            )
        return quant

    # -- figures ------------------------------------------------------------------

    @classmethod
    def _compute(cls, code, date_from, date_to, sites=None):
        """Compute a measure; return ``{(site code, day): (counted, of how many)}``."""
        measure = cls.env["dist.measure"]._get(code)
        measure._compute_values(sites or cls.sites, date_from, date_to)
        return cls._figures(code, sites)

    @classmethod
    def _figures(cls, code, sites=None):
        values = cls.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", code),
                ("site_id", "in", (sites or cls.sites).ids),
            ]
        )
        return {
            (value.site_id.code, value.day): (value.numerator, value.denominator)
            for value in values
        }

    def assertRecords(self, code, site, on_day, records):
        """Assert that the value opens exactly these records, as many as it counted."""
        value = self.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", code),
                ("site_id", "=", site.id),
                ("day", "=", on_day),
            ]
        )
        action = value.action_open_records()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, records)
        self.assertEqual(len(found), value.sample_size)

    def _queued(self, topic):
        """Return the queued ``{(site code, day)}`` of a topic, and empty the queue."""
        rows = self.env["dist.measure.queue"].search([("topic", "=", topic)])
        names = {site.id: site.code for site in self.env["dist.site"].search([])}
        queued = {(names[row.site_ref], row.day) for row in rows}
        self.env["dist.measure.queue"].search([]).unlink()
        return queued
