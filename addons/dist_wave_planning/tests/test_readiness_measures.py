from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestReadinessMeasures(WaveCommon):
    """Each measure: the fact is made false, the value rises, its records open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse_a = cls._create_warehouse("RMA", cls.site_a)
        cls.warehouse_b = cls._create_warehouse("RMB", cls.site_b)
        cls.warehouse_c = cls._create_warehouse("RMC", cls.site_c)
        cls.sites = cls.site_a | cls.site_b | cls.site_c
        cls.product = cls.env["product.product"].create(
            {"name": "Bolt", "is_storable": True, "barcode": "4006381333931"}
        )

    def _values(self, code):
        """Compute a measure and return {site: value}, checking its records."""
        measure = self.env["dist.measure"]._get(code)
        today = fields.Date.today()
        measure._compute_values(self.sites, today, today)
        values = self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id), ("site_id", "in", self.sites.ids)]
        )
        for value in values:
            action = value.action_open_records()
            self.assertEqual(
                self.env[action["res_model"]].search_count(action["domain"]),
                value.sample_size,
            )
            self.assertEqual(value.day, value.site_id._local_day())
        return {value.site_id: value.value for value in values}

    def _quant(self, warehouse, quantity, product=None):
        self.env["stock.quant"]._update_available_quantity(
            product or self.product, warehouse.lot_stock_id, quantity
        )

    def test_negative_quants(self):
        self.assertEqual(self._values("negative_quants"), dict.fromkeys(self.sites, 0))
        self._quant(self.warehouse_a, -2)
        self._quant(self.warehouse_c, 5)
        self.assertEqual(
            self._values("negative_quants"),
            {self.site_a: 1, self.site_b: 0, self.site_c: 0},
        )

    def test_overdue_transfers(self):
        self._picking(self.warehouse_a, days=-1)
        self._picking(self.warehouse_a, days=1)
        self._picking(self.warehouse_b, days=-1).action_cancel()
        self.assertEqual(
            self._values("overdue_transfers"),
            {self.site_a: 1, self.site_b: 0, self.site_c: 0},
        )

    def test_stock_without_barcode(self):
        nameless = self.env["product.product"].create(
            {"name": "Nut", "is_storable": True}
        )
        self._quant(self.warehouse_a, 1)
        self._quant(self.warehouse_b, 1, nameless)
        self.assertEqual(
            self._values("stock_without_barcode"),
            {self.site_a: 0, self.site_b: 1, self.site_c: 0},
        )

    def test_site_without_warehouse_has_no_evidence(self):
        self.site_b.warehouse_ids = False
        self.assertNotIn(self.site_b, self._values("negative_quants"))

    def _picking(self, warehouse, days):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": warehouse.in_type_id.id,
                "move_ids": [
                    fields.Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.scheduled_date = fields.Datetime.now() + timedelta(days=days)
        return picking
