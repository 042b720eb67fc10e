from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..services.loaders.errors import LoadError
from ..services.loaders.product import ProductLoader
from .common import CUTOVER, FILES, MigrationCommon

MODELS = (
    "res.partner",
    "product.product",
    "stock.location",
    "stock.quant",
    "stock.move",
    "stock.picking",
    "sale.order",
    "sale.order.line",
    "dist.legacy.key",
    "mail.mail",
    "mail.message",
)


class _Killed(Exception):
    """Stands for the end of the process."""


@tagged("post_install", "-at_install")
class TestLoad(MigrationCommon):
    def _state(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in MODELS
        }

    def test_load_creates_what_the_extract_says(self):
        cycle = self._create_loaded_cycle()
        self.assertEqual((cycle.state, cycle.progress), ("loaded", 100.0))
        self.assertEqual(cycle.progress_text, "19 of 19")
        apple = self._loaded(cycle, "product", "P1")
        self.assertRecordValues(
            apple,
            [
                {
                    "name": "Apple",
                    "default_code": "P1",
                    "barcode": "4006381333931",
                    "list_price": 2.5,
                    "is_storable": True,
                    "active": True,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(
            apple.seller_ids.partner_id, self._loaded(cycle, "supplier", "V1")
        )
        customer = self._loaded(cycle, "customer", "C1")
        self.assertRecordValues(
            customer,
            [
                {
                    "name": "Café Königlich",
                    "city": "Köln",
                    "customer_rank": 1,
                    "ref": "C1",
                }
            ],
        )
        self.assertEqual(self._loaded(cycle, "customer", "C2").city, "São Paulo")
        rack, row = (self._loaded(cycle, "location", key) for key in ("R1", "R"))
        self.assertEqual((rack.location_id, row.location_id), (row, self.stock))

    def test_discontinued_products_are_archived_with_stock_and_orders(self):
        cycle = self._create_loaded_cycle()
        quince = self._loaded(cycle, "product", "P3")
        self.assertFalse(quince.active)
        self.assertFalse(quince.product_tmpl_id.active)
        self.assertEqual(self._onhand(quince), 5)
        order = self._loaded(cycle, "sale_order", "1001")
        self.assertIn(quince, order.order_line.product_id)

    def test_orders_are_confirmed_and_keep_number_date_price_and_discount(self):
        mails = self.env["mail.mail"].search_count([])
        cycle = self._create_loaded_cycle()
        order = self._loaded(cycle, "sale_order", "1001")
        self.assertRecordValues(
            order,
            [
                {
                    "state": "sale",
                    "origin": "1001",
                    "client_order_ref": "1001",
                    "company_id": self.company.id,
                    "warehouse_id": self.warehouse.id,
                    "user_id": False,
                }
            ],
        )
        # noon of the site's timezone, Europe/Paris
        self.assertEqual(
            order.date_order, fields.Datetime.to_datetime("2026-04-08 10:00:00")
        )
        line = self._loaded(cycle, "sale_order_line", "1001|P1")
        self.assertRecordValues(
            line,
            [
                {
                    "order_id": order.id,
                    "product_uom_qty": 3,
                    "price_unit": 2.45,
                    "discount": 15,
                    "price_subtotal": 6.25,
                }
            ],
        )
        self.assertTrue(order.picking_ids)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_taxes_included_in_prices_do_not_shrink_net_values(self):
        tax = self.env["account.tax"].create(
            {
                "name": "Included",
                "amount": 20,
                "price_include_override": "tax_included",
                "country_id": self.env.ref("base.fr").id,
                "tax_group_id": self.env["account.tax.group"]
                .create({"name": "Included", "country_id": self.env.ref("base.fr").id})
                .id,
            }
        )
        self.company.account_sale_tax_id = tax
        cycle = self._create_loaded_cycle()
        line = self._loaded(cycle, "sale_order_line", "1001|P1")
        self.assertEqual(line.price_subtotal, 6.25)

    def test_loading_twice_changes_nothing(self):
        cycle = self._create_loaded_cycle()
        before = self._state()
        stamps = self.env["product.product"].search([]).mapped("write_date")
        cycle._load_now()
        self.assertEqual(set(cycle.sudo().row_ids.mapped("outcome")), {"same"})
        self.assertEqual(self._state(), before)
        self.assertEqual(
            self.env["product.product"].search([]).mapped("write_date"), stamps
        )

    def test_next_cycle_updates_by_key(self):
        """Bad input 17: an existing key is updated, not refused or doubled."""
        self._create_loaded_cycle()
        products = (
            FILES["products.csv"].replace("Pear", "Birne").replace("1.25", "1.35")
        )
        lines = FILES["lines.csv"].replace("1003,P2,4", "1003,P2,6")
        mapping = self.env["dist.migration.mapping"].search([], limit=1)
        before = self._state()
        second = self._create_loaded_cycle(
            {"products": products, "lines": lines}, mapping_id=mapping.id, sequence=2
        )
        pear = self._loaded(second, "product", "P2")
        self.assertRecordValues(pear, [{"name": "Birne", "list_price": 1.35}])
        line = self._loaded(second, "sale_order_line", "1003|P2")
        self.assertEqual(line.product_uom_qty, 6)
        after = self._state()
        for name in ("res.partner", "product.product", "sale.order", "sale.order.line"):
            self.assertEqual(after[name], before[name], name)

    def test_opening_stock_is_dated_and_stamped(self):
        cycle = self._create_loaded_cycle()
        apple = self._loaded(cycle, "product", "P1")
        move = self.env["stock.move"].search(
            [("product_id", "=", apple.id), ("is_inventory", "=", True)]
        )
        self.assertRecordValues(
            move,
            [
                {
                    "date": CUTOVER,
                    "dist_is_opening_load": True,
                    "quantity": 10,
                    "state": "done",
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(move.move_line_ids.date, CUTOVER)
        quant = self.env["stock.quant"].search(
            [("product_id", "=", apple.id), ("location_id.usage", "=", "internal")]
        )
        self.assertEqual(quant.in_date, CUTOVER)

    def test_opening_stock_never_adds(self):
        cycle = self._create_loaded_cycle()
        apple = self._loaded(cycle, "product", "P1")
        rack = self._loaded(cycle, "location", "R1")
        cycle._add_file(
            "stock.csv", b"product,location,qty\nP1,R1,4\nP2,R1,20\nP3,,5\nP4,R,7\n"
        )
        cycle.action_stage()
        cycle.action_validate()
        cycle._load_now()
        self.assertEqual(self._onhand(apple, rack), 4)
        moves = self.env["stock.move"].search([("is_inventory", "=", True)])
        self.assertTrue(all(moves.mapped("dist_is_opening_load")))
        # 10 in and 6 out for apples, one move for each of the others
        self.assertEqual(len(moves.filtered(lambda m: m.product_id == apple)), 2)

    def test_rows_of_one_place_are_summed(self):
        mapping = self._create_mapping().sudo()
        stock = mapping.object_ids.filtered(lambda item: item.object_id.code == "stock")
        stock.key_columns = "product + location + bin"
        text = "product,location,bin,qty\nP1,R1,a,10\nP1,R1,b,5\nP2,,a,1\n"
        cycle = self._create_loaded_cycle({"stock": text}, mapping_id=mapping.id)
        self.assertEqual(self._onhand(self._loaded(cycle, "product", "P1")), 15)

    def test_stock_moved_since_the_cutover_is_not_overwritten(self):
        cycle = self._create_loaded_cycle()
        pear = self._loaded(cycle, "product", "P2")
        rack = self._loaded(cycle, "location", "R1")
        move = self.env["stock.move"].create(
            {
                "product_id": pear.id,
                "product_uom_qty": 8,
                "location_id": rack.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move.quantity = 8
        move.picked = True
        move._action_done()
        cycle._load_now()
        self.assertEqual(self._onhand(pear, rack), 12)
        row = self._rows(cycle, "stock").filtered(lambda row: row.state == "failed")
        self.assertEqual(row.legacy_key, "P2|R1")
        self.assertIn("moved since the cutover", row.error)

    def test_failing_row_is_listed_and_leaves_its_neighbours(self):
        origin = ProductLoader.prepare

        def prepare(loader, row):
            if row.key == "P2":
                raise LoadError("broken pear")
            return origin(loader, row)

        cycle = self._create_staged_cycle()
        cycle.action_validate()
        with patch.object(ProductLoader, "prepare", prepare):
            cycle._load_now()
        failed = cycle.sudo().row_ids.filtered(lambda row: row.state == "failed")
        self.assertEqual(
            {(row.object_id.code, row.legacy_key) for row in failed},
            {
                ("product", "P2"),
                ("stock", "P2|R1"),
                ("sale_order", "1003"),
                ("sale_order_line", "1003|P2"),
            },
        )
        self.assertEqual(
            failed.filtered(lambda row: row.object_id.code == "product").error,
            "broken pear",
        )
        self.assertEqual((cycle.state, cycle.progress_text), ("loaded", "15 of 19"))
        # corrected, the rest follows and what is there stays
        cycle._load_now()
        self.assertEqual(cycle.progress_text, "19 of 19")

    def test_locations_that_contain_each_other_are_listed(self):
        text = "code,name,parent\nA,A,B\nB,B,A\nR1,Rack,R\nR,Row,\n"
        cycle = self._create_loaded_cycle({"locations": text})
        rows = self._rows(cycle, "location").sorted("line")
        self.assertEqual(rows.mapped("state"), ["failed", "failed", "loaded", "loaded"])
        self.assertIn("circle", rows[0].error)

    def test_order_with_a_bad_line_is_held_back_whole(self):
        lines = FILES["lines.csv"].replace("1001,P3,1,4,0", "1001,P3,x,4,0")
        cycle = self._create_loaded_cycle({"lines": lines})
        self.assertFalse(self._rows(cycle, "sale_order")[0].res_id)
        order = self._rows(cycle, "sale_order").filtered(
            lambda row: row.legacy_key == "1001"
        )
        self.assertEqual(order.state, "failed")
        self.assertIn("1001|P3", order.error)
        self.assertEqual(
            self._rows(cycle, "sale_order_line").sorted("line").mapped("state"),
            ["failed", "invalid", "loaded"],
        )

    def test_simulation_leaves_nothing_and_tells_all(self):
        lines = FILES["lines.csv"].replace("1001,P3,1,4,0", "1001,P3,x,4,0")
        cycle = self._create_staged_cycle({"lines": lines})
        cycle.action_validate()
        before = self._state()
        cycle.action_simulate()
        # the cycle's own chatter is no record of the load
        after = self._state()
        before.pop("mail.message"), after.pop("mail.message")
        self.assertEqual(after, before)
        self.assertEqual(cycle.state, "simulated")
        self.assertEqual(
            cycle.simulation["product"],
            {"create": 4, "update": 0, "same": 0, "fail": 0},
        )
        self.assertEqual(cycle.simulation["sale_order"]["fail"], 2)
        self.assertIn("Products: would create 4", cycle.simulation_text)
        order = self._rows(cycle, "sale_order").filtered(
            lambda row: row.legacy_key == "1001"
        )
        self.assertEqual((order.state, order.outcome), ("valid", "fail"))
        self.assertIn("1001|P3", order.error)

    def test_killed_load_resumes_without_duplicates(self):
        """Every chunk could be the last one before the process dies."""
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        running = cycle._engine()
        running._start_load()
        chunks = []

        def kill_after_two(done):
            chunks.append(done)
            if len(chunks) == 2:
                raise _Killed
            return True

        with (
            patch.object(ProductLoader, "chunk_size", 2),
            self.assertRaises(_Killed),
        ):
            running._load_rows(after_chunk=kill_after_two)
        self.assertEqual(cycle.state, "loading")
        self.assertTrue(running._count_pending())
        self.assertTrue(running._load_rows())
        running._finish_load()
        self.assertEqual(cycle.progress, 100.0)
        self.assertEqual(
            self.env["product.product"]
            .with_context(active_test=False)
            .search_count([("default_code", "in", ["P1", "P2", "P3", "P4"])]),
            4,
        )

    def test_kill_before_the_commit_of_a_chunk(self):
        """What the chunk did is undone with its rows' states; nothing doubles."""
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        running = cycle._engine()
        running._start_load()
        before = self._state()
        pending = running._count_pending()
        with self.assertRaises(_Killed), self.env.cr.savepoint():

            def kill(_done):
                raise _Killed

            running._load_rows(after_chunk=kill)
        self.assertEqual(self._state(), before)
        self.assertEqual(running._count_pending(), pending)
        self.assertTrue(running._load_rows())

    def test_stopped_load_goes_on(self):
        """The scheduled action stops when its time is used up."""
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        cycle.action_load()
        running = cycle._engine()
        rounds = 0
        while not running._load_rows(after_chunk=lambda _done: False):
            rounds += 1
        self.assertGreater(rounds, 3)
        # the scheduled action must come again to close the cycle
        self.assertEqual(running._count_steps(), 1)
        cycle.invalidate_recordset()
        self.assertEqual(cycle.progress, 100.0)

    def test_load_is_taken_off_the_background(self):
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        cycle.action_load()
        running = cycle._engine()
        running._load_rows(after_chunk=lambda _done: False)
        cycle.action_stop()
        self.assertEqual(cycle.state, "validated")
        cycle._load_now()
        self.assertEqual(cycle.progress, 100.0)

    def test_scheduled_action_loads(self):
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        cycle.action_load()
        self.assertEqual(cycle.state, "loading")
        with self.enter_registry_test_mode():
            self.env.ref("dist_data_migration.ir_cron_load").method_direct_trigger()
        self.assertRecordValues(cycle, [{"state": "loaded", "progress": 100.0}])
        self.assertTrue(cycle.load_finished_at)

    def test_deleted_record_is_created_again(self):
        cycle = self._create_loaded_cycle()
        plum = self._loaded(cycle, "location", "R1")
        old = plum.id
        self.env["dist.legacy.key"].search(
            [("legacy_key", "=", "R1")]
        ).sudo().res_id = 999_999_999
        cycle._load_now()
        again = self._loaded(cycle, "location", "R1")
        self.assertTrue(again.exists())
        self.assertNotEqual(again.id, old)

    def test_steps_need_their_state(self):
        cycle = self._create_cycle()
        for step in ("validate", "simulate", "load", "stop", "reconcile"):
            with (
                self.subTest(step),
                self.assertRaisesRegex(UserError, "is in state Draft"),
            ):
                getattr(cycle, f"action_{step}")()

    def test_final_load_waits_for_the_cutover(self):
        cycle = self._create_staged_cycle(
            kind="final", cutover_at="2099-01-01 00:00:00"
        )
        cycle.action_validate()
        with self.assertRaisesRegex(UserError, "after the cutover"):
            cycle.action_load()

    def test_loaded_cycle_is_kept(self):
        cycle = self._create_loaded_cycle()
        with self.assertRaisesRegex(UserError, "kept as evidence"):
            cycle.unlink()

    def test_legacy_key_finds_its_record(self):
        cycle = self._create_loaded_cycle()
        key = self.env["dist.legacy.key"].search([("legacy_key", "=", "P2")])
        self.assertEqual(key.attributes_text, "pack_size: 12 x 1 kg")
        self.assertEqual(key.source_system, "TEST")
        self.assertEqual(
            key.action_open_record()["res_id"], self._loaded(cycle, "product", "P2").id
        )

    def test_shared_objects_are_found_by_other_companies(self):
        self.env.ref("dist_data_migration.object_product").is_shared = True
        cycle = self._create_loaded_cycle()
        pear = self._loaded(cycle, "product", "P2")
        self.assertFalse(pear.company_id)
        self.assertFalse(
            self.env["dist.legacy.key"].search([("legacy_key", "=", "P2")]).company_id
        )
