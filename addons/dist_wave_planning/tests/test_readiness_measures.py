from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestReadinessMeasures(ReadinessCommon):
    """Each measure of the stock: the fact is made false, its value rises."""

    def _picking(self, warehouse, days, picking_type=None, confirm=True):
        """Return a transfer that is due in some days."""
        picking_type = picking_type or warehouse.in_type_id
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "scheduled_date": self.now + timedelta(days=days),
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": picking_type.default_location_src_id.id,
                            "location_dest_id": (
                                picking_type.default_location_dest_id.id
                            ),
                        }
                    )
                ],
            }
        )
        if confirm:
            picking.action_confirm()
        picking.scheduled_date = self.now + timedelta(days=days)
        return picking

    def test_negative_quants(self):
        self._quant(self.warehouse_c, 5)
        self._check_level("negative_quants", lambda: self._quant(self.warehouse_a, -2))

    def test_overdue_transfers(self):
        self._picking(self.warehouse_a, days=1)
        self._picking(self.warehouse_b, days=-1).action_cancel()
        self._check_level(
            "overdue_transfers", lambda: self._picking(self.warehouse_a, days=-1)
        )

    def test_stock_without_barcode(self):
        nameless = self._create_product(barcode=False)
        self._quant(self.warehouse_a, 1)

        def make_wrong():
            self._quant(self.warehouse_a, 1, nameless)
            return nameless

        self._check_level("stock_without_barcode", make_wrong)

    def test_draft_transfers(self):
        warehouse = self.warehouse_a
        self._picking(warehouse, -0.5, confirm=False)
        self._picking(warehouse, -2, warehouse.int_type_id, confirm=False)
        self._picking(warehouse, -2)
        self._check_level(
            "draft_transfers",
            lambda: (
                self._picking(warehouse, -2, confirm=False)
                | self._picking(warehouse, -2, warehouse.out_type_id, confirm=False)
            ).sorted(),
        )

    def test_stock_without_lot(self):
        tracked = self._create_product(tracking="lot")
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": tracked.id})
        self.env["stock.quant"]._update_available_quantity(
            tracked, self.warehouse_b.lot_stock_id, 3, lot_id=lot
        )
        self._quant(self.warehouse_a, 1)
        self._check_level(
            "stock_without_lot", lambda: self._quant(self.warehouse_a, 1, tracked)
        )

    def test_counts_to_apply(self):
        quant = self._quant(self.warehouse_a, 3)

        def make_wrong():
            quant.with_context(inventory_mode=True).inventory_quantity = 4
            return quant

        self._check_level("counts_to_apply", make_wrong)
        quant.action_apply_inventory()
        self.assertEqual(self._values("counts_to_apply")[self.site_a], 0)

    def test_counts_overdue(self):
        quant = self._quant(self.warehouse_a, 3, inventory_date=self.today)

        def make_wrong():
            quant.inventory_date = self.today - timedelta(days=3)
            return quant

        self._check_level("counts_overdue", make_wrong)
        quant.with_context(inventory_mode=True).inventory_quantity = 3
        self.assertEqual(self._values("counts_overdue")[self.site_a], 0)

    def test_locations_without_barcode(self):
        warehouses = self.site_a.warehouse_ids | self.warehouse_b | self.warehouse_c
        locations = self.env["stock.location"].search(
            [("warehouse_id", "in", warehouses.ids), ("usage", "=", "internal")]
        )
        for location in locations:
            location.barcode = f"LOC-{location.id}"
        shelf = self.warehouse_a.lot_stock_id.copy({"name": "Shelf", "barcode": False})
        shelf.active = False

        def make_wrong():
            shelf.active = True
            return shelf

        self._check_level("locations_without_barcode", make_wrong)

    def test_operation_types_incomplete(self):
        receipts = self.warehouse_a.in_type_id
        place = self.warehouse_a.lot_stock_id.copy({"name": "Dock"})
        returns = receipts.copy({"default_location_dest_id": place.id})

        def make_wrong():
            receipts.sequence_id = False
            place.active = False
            return (receipts | returns).sorted()

        self._check_level("operation_types_incomplete", make_wrong)

    def test_deliveries_unreserved(self):
        def delivery(warehouse, days):
            moves = self._picking(warehouse, days, warehouse.out_type_id).move_ids
            moves.date = self.now + timedelta(days=days)
            return moves

        self._quant(self.warehouse_b, 1)
        delivery(self.warehouse_b, -1)._action_assign()
        delivery(self.warehouse_a, 1)
        self._check_level(
            "deliveries_unreserved", lambda: delivery(self.warehouse_a, -1)
        )

    def test_site_without_warehouse_has_no_evidence(self):
        self.site_b.warehouse_ids = False
        for code in (
            "negative_quants",
            "stock_without_barcode",
            "products_without_vendor",
            "sale_orders_overdue",
        ):
            with self.subTest(code):
                self.assertNotIn(self.site_b, self._values(code))
