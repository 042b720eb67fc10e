from odoo.fields import Command
from odoo.tests import freeze_time

from .common import HypercareCommon


class KpiCommon(HypercareCommon):
    """Three sites of two companies, two timezones and two currencies.

    ``site_nyc`` and ``site_qns`` belong to ``company_us`` (US dollar, New York);
    ``site_akl`` to ``company_nz`` (New Zealand dollar, Auckland). Queens picks before
    it ships. Apple costs 4 and Pear 2.5 in both currencies; Apple is a fruit of its
    own category.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        nzd = cls.env.ref("base.NZD")
        nzd.active = True
        cls.company_nz.currency_id = nzd
        cls.company_us.currency_id = cls.env.ref("base.USD")
        cls.warehouse_qns = cls.env["stock.warehouse"].create(
            {
                "name": "Queens",
                "code": "QNS",
                "company_id": cls.company_us.id,
                "delivery_steps": "pick_ship",
            }
        )
        cls.site_qns = cls._new_site(
            "QNS", cls.company_us, "America/New_York", cls.warehouse_qns
        )
        cls.sites |= cls.site_qns
        cls.category = cls.env["product.category"].create({"name": "Pome Fruit"})
        cls.apple.categ_id = cls.category
        for company in cls.company_us | cls.company_nz:
            cls.apple.with_company(company).standard_price = 4
            cls.pear.with_company(company).standard_price = 2.5
        (cls.apple | cls.pear | cls.plum).taxes_id = False
        cls.vendor = cls.env["res.partner"].create({"name": "Orchard"})
        cls.env["dist.measure.queue"].search([]).unlink()

    # -- flows --------------------------------------------------------------------

    @classmethod
    def _pick_and_ship(cls, order, picked_at, shipped_at, quantities=None):
        """Validate the pick, then the delivery of what was picked."""
        pick = cls._open_picking(order, "internal")
        cls._validate(pick, picked_at, quantities)
        cls._ship(order, shipped_at)
        return pick

    @classmethod
    def _receipt(cls, warehouse, moment, quantities, lines=None):
        """Receive these quantities by product from the vendor."""
        with freeze_time(moment):
            picking = cls.env["stock.picking"].create(
                {
                    "picking_type_id": warehouse.in_type_id.id,
                    "partner_id": cls.vendor.id,
                    "location_id": cls.env.ref("stock.stock_location_suppliers").id,
                    "location_dest_id": (
                        warehouse.in_type_id.default_location_dest_id.id
                    ),
                    "company_id": warehouse.company_id.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": quantity,
                                "product_uom": product.uom_id.id,
                                "location_id": cls.env.ref(
                                    "stock.stock_location_suppliers"
                                ).id,
                                "location_dest_id": (
                                    warehouse.in_type_id.default_location_dest_id.id
                                ),
                                "company_id": warehouse.company_id.id,
                            }
                        )
                        for product, quantity in quantities.items()
                    ],
                }
            )
            picking.action_confirm()
        return cls._validate(picking, moment)

    @classmethod
    def _transfer(cls, picking_type, source, target, quantity, before=None):
        """Return a confirmed transfer of apples, that follows another one if given."""
        picking = cls.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": picking_type.company_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": cls.apple.id,
                            "product_uom_qty": quantity,
                            "product_uom": cls.apple.uom_id.id,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                            "company_id": picking_type.company_id.id,
                            "move_orig_ids": [
                                Command.set(before.move_ids.ids if before else [])
                            ],
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        return picking

    @classmethod
    def _inter_site(cls):
        """Return a transfer of an apple out of New York, and the one into Queens."""
        transit = cls.company_us.internal_transit_location_id
        sent = cls._transfer(
            cls.warehouse_nyc.out_type_id, cls.warehouse_nyc.lot_stock_id, transit, 1
        )
        received = cls._transfer(
            cls.warehouse_qns.in_type_id,
            transit,
            cls.warehouse_qns.lot_stock_id,
            1,
            before=sent,
        )
        return sent, received

    # -- figures ------------------------------------------------------------------

    @classmethod
    def _level(cls, code, moment, sites=None):
        """Take a level at a moment; return ``{site code: value}``."""
        with freeze_time(moment):
            sites = sites or cls.sites
            measure = cls.env["dist.measure"]._get(code)
            day = sites[:1]._local_day()
            measure._compute_values(sites, day, day)
        values = cls.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id), ("site_id", "in", sites.ids)]
        )
        return {value.site_id.code: value.value for value in values}

    @classmethod
    def _parts(cls, code, dimension):
        """Return ``{(site code, label): (numerator, denominator)}`` of a dimension."""
        parts = cls.env["dist.measure.breakdown"].search(
            [("measure_id.code", "=", code), ("dimension", "=", dimension)]
        )
        return {
            (part.site_id.code, part.label): (part.numerator, part.denominator)
            for part in parts
        }
