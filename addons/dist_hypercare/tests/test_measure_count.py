from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from .common import CUTOVER, HypercareCommon, day

ACCURACY = "inventory_accuracy"


@tagged("post_install", "-at_install")
class TestMeasureCount(HypercareCommon):
    """Inventory accuracy on counts applied by Odoo's own flow."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shelf = cls.warehouse_nyc.lot_stock_id
        cls.shelf_akl = cls.warehouse_akl.lot_stock_id
        for product, location in (
            (cls.apple, cls.shelf),
            (cls.pear, cls.shelf),
            (cls.apple, cls.shelf_akl),
        ):
            cls._count(product, location, 10, "2026-02-20 12:00:00")
        cls.env["dist.measure.queue"].search([]).unlink()

    def _accuracy(self, first=1, last=31):
        return self._compute(ACCURACY, day(first), day(last))

    def _count_lines(self, *moments):
        return self.env["stock.move.line"].search(
            [("is_inventory", "=", True), ("move_id.date", "in", moments)]
        )

    def test_confirmed_and_corrected(self):
        """Apple confirmed, pear two short, plum found: one of three is exact."""
        self._count(self.apple, self.shelf, 10, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 8, "2026-03-10 15:00:00")
        self._count(self.plum, self.shelf, 1, "2026-03-10 15:00:00")
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (1, 3)})
        lines = self._count_lines("2026-03-10 15:00:00")
        self.assertEqual(sorted(lines.mapped("quantity")), [0, 1, 2])
        self.assertRecords(ACCURACY, self.site_nyc, day(10), lines)

    def test_last_count_of_the_day_wins(self):
        self._count(self.apple, self.shelf, 8, "2026-03-10 15:00:00")
        self._count(self.apple, self.shelf, 8, "2026-03-10 18:00:00")
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (1, 1)})
        last = self._count_lines("2026-03-10 18:00:00")
        self.assertRecords(ACCURACY, self.site_nyc, day(10), last)
        self._count(self.apple, self.shelf, 9, "2026-03-10 19:00:00")
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (0, 1)})

    def test_a_record_per_lot_owner_and_package(self):
        self.plum.tracking = "lot"
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.plum.id} for name in ("L1", "L2")]
        )
        package = self.env["stock.package"].create({"name": "P1"})
        for keys in (
            {"lot_id": lots[0].id},
            {"lot_id": lots[1].id},
            {"lot_id": lots[1].id, "package_id": package.id},
            {"lot_id": lots[1].id, "owner_id": self.customer.id},
        ):
            for quantity, hour in ((5, 15), (5, 16)):
                self._count(
                    self.plum, self.shelf, quantity, f"2026-03-10 {hour}:00:00", **keys
                )
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (4, 4)})

    def test_local_day_and_site(self):
        """Noon UTC is the 10th in New York and 1 am of the 11th in Auckland."""
        self._count(self.apple, self.shelf, 10, "2026-03-10 12:00:00")
        self._count(self.apple, self.shelf_akl, 4, "2026-03-10 12:00:00")
        self.assertEqual(
            self._accuracy(), {("NYC", day(10)): (1, 1), ("AKL", day(11)): (0, 1)}
        )

    def test_backdated_count(self):
        self._count(
            self.apple,
            self.shelf,
            10,
            "2026-03-05 15:00:00",
            applied_at="2026-03-10 15:00:00",
        )
        self.assertEqual(self._accuracy(), {("NYC", day(5)): (1, 1)})
        self.assertEqual(self._queued("count"), {("NYC", day(5)), ("NYC", day(10))})

    def test_cutover_and_opening_load(self):
        self._count(self.apple, self.shelf, 99, CUTOVER)
        self._count(self.pear, self.shelf, 99, "2026-03-02 15:00:00")
        load = self._count_lines("2026-03-02 15:00:00").move_id
        load.dist_is_opening_load = True
        self.assertEqual(self._accuracy(), {})
        self._queued("count")
        load.date = "2026-03-01 15:00:00"
        self.assertFalse(self._queued("count"))

    def test_relocation_is_no_count(self):
        """Odoo marks the moves of a relocation as inventory moves."""
        corner = self.env["stock.location"].create(
            {
                "name": "Corner",
                "location_id": self.shelf.id,
                "company_id": self.company_us.id,
            }
        )
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.apple.id), ("location_id", "=", self.shelf.id)]
        )
        with freeze_time("2026-03-10 15:00:00"):
            quant.move_quants(location_dest_id=corner)
        self.assertTrue(self._count_lines("2026-03-10 15:00:00"))
        self.assertEqual(self._accuracy(), {})

    def test_quantity_typed_into_the_product_is_no_count(self):
        with freeze_time("2026-03-10 15:00:00"):
            self.plum.with_company(self.company_us).qty_available = 7
        move = self._count_lines("2026-03-10 15:00:00").move_id
        self.assertTrue(move.dist_is_quantity_edit)
        self.assertEqual(self._accuracy(), {})

    def test_a_count_is_not_hidden_by_a_context_key(self):
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.apple.id), ("location_id", "=", self.shelf.id)]
        )
        with freeze_time("2026-03-10 15:00:00"):
            quant = quant.with_context(inventory_mode=True, from_inverse_qty=True)
            quant.inventory_quantity = quant.quantity - 1
            quant.action_apply_inventory()
        self.assertTrue(self._accuracy())

    def test_a_count_is_not_hidden_by_a_stamp(self):
        with freeze_time("2026-03-10 15:00:00"):
            self.plum.with_company(self.company_us).qty_available = 7
        move = self._count_lines("2026-03-10 15:00:00").move_id
        user = new_test_user(
            self.env,
            "stock_manager",
            groups="stock.group_stock_manager",
            company_id=self.company_us.id,
            company_ids=[Command.set(self.company_us.ids)],
        )
        for values in (
            {"dist_is_quantity_edit": True},
            {"dist_reverted_move_id": move.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                move.with_user(user).write(values)

    def test_undone_count(self):
        """Neither the count nor the move that undoes it, a day later, is measured."""
        self._count(self.apple, self.shelf, 4, "2026-03-10 15:00:00")
        self._count(self.pear, self.shelf, 10, "2026-03-10 15:00:00")
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (1, 2)})
        line = self._count_lines("2026-03-10 15:00:00").filtered("quantity")
        self.env["dist.measure.queue"].search([]).unlink()
        with freeze_time("2026-03-11 15:00:00"):
            line.action_revert_inventory()
        self.assertEqual(self._queued("count"), {("NYC", day(10))})
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (1, 1)})

    def test_edited_count(self):
        self._count(self.apple, self.shelf, 12, "2026-03-10 15:00:00")
        self._accuracy()
        self.env["dist.measure.queue"].search([]).unlink()
        with freeze_time("2026-03-20 15:00:00"):
            self._count_lines("2026-03-10 15:00:00").quantity = 0
        self.assertEqual(self._queued("count"), {("NYC", day(10))})
        self.assertEqual(self._accuracy(), {("NYC", day(10)): (1, 1)})

    def test_counting_today_queues_nothing(self):
        with freeze_time("2026-03-10 15:00:00"):
            self._count(self.apple, self.shelf, 12, "2026-03-10 15:00:00")
        self.assertFalse(self.env["dist.measure.queue"].search([]))
