from unittest.mock import patch

from odoo.tests import tagged

from ..services.loaders.errors import LoadError
from ..services.loaders.product import ProductLoader
from ..services.loaders.stock import StockLoader
from ..services.quant_batch import QuantBatch
from .common import CUTOVER
from .common_objects import ObjectsCommon

RACKS = {
    "location": "key,name,parent\nR,Row,\nR1,Rack 1,R\nR2,Rack 2,R\nR3,Rack 3,R\n",
    "customer": "key,name\nA,Alpha\n",
}
STOCK = "key,product,location,quantity,value\n"


@tagged("post_install", "-at_install")
class TestOpeningMoves(ObjectsCommon):
    """A product has one opening move in a warehouse, with a line for each place."""

    def _load_stock(self, lines, method="standard", cycle=None):
        product = "key,name,category_key,standard_price\nP1,Apple,C,2\nP2,Pear,C,3\n"
        return self._load(
            {
                **RACKS,
                "product_category": f"key,name,costing_method\nC,Food,{method}\n",
                "product": product,
                "stock": STOCK + lines,
            },
            cycle=cycle,
        )

    def _moves(self, cycle, key="P1"):
        product = self._loaded(cycle, "product", key)
        return self.env["stock.move"].search([("product_id", "=", product.id)])

    def _stock_of(self, product):
        return {
            (quant.location_id.name, quant.lot_id.name, quant.owner_id.name): (
                quant.quantity,
                quant.in_date,
            )
            for quant in self.env["stock.quant"].search(
                [("product_id", "=", product.id)]
            )
        }

    def test_places_of_a_product_share_a_move(self):
        cycle = self._load_stock("1,P1,R1,4,\n2,P2,R1,9,\n3,P1,R2,5,\n4,P1,R3,6,\n")
        self._assert_loaded(cycle)
        move = self._moves(cycle)
        self.assertRecordValues(
            move,
            [
                {
                    "quantity": 15,
                    "value": 30,
                    "location_id": self.company.dist_opening_location_id.id,
                    "location_dest_id": self.stock.id,
                    "date": CUTOVER,
                    "state": "done",
                }
            ],
        )
        racks = [self._loaded(cycle, "location", f"R{n}") for n in (1, 2, 3)]
        self.assertEqual(
            [(line.location_dest_id, line.quantity) for line in move.move_line_ids],
            list(zip(racks, (4, 5, 6), strict=True)),
        )
        self.assertEqual(set(move.move_line_ids.mapped("date")), {CUTOVER})
        for key, rack, quantity in zip("134", racks, (4, 5, 6), strict=True):
            self.assertRecordValues(
                self._loaded(cycle, "stock", key),
                [
                    {
                        "location_id": rack.id,
                        "quantity": quantity,
                        "in_date": CUTOVER,
                        "company_id": self.company.id,
                    }
                ],
            )
        # a product in one place is moved there
        self.assertEqual(self._moves(cycle, "P2").location_dest_id, racks[0])
        self._again(cycle, "stock")

    def test_chunks_go_by_product_whatever_the_order_of_the_file(self):
        with patch.object(StockLoader, "chunk_size", 2):
            cycle = self._load_stock("1,P1,R1,4,\n2,P2,R1,9,\n3,P1,R2,5,\n4,P2,R2,1,\n")
        self._assert_loaded(cycle)
        self.assertEqual(self._moves(cycle).quantity, 9)
        self.assertEqual(self._moves(cycle, "P2").quantity, 10)

    def test_places_outside_the_stock_go_apart(self):
        self.warehouse.reception_steps = "two_steps"
        receiving = self.warehouse.wh_input_stock_loc_id
        cycle = self._load_stock("1,P1,R1,4,\n2,P1,R2,5,\n3,P1,I,6,\n", cycle=None)
        # the extract names a location that it does not bring
        self.assertIn("I", self._errors(cycle, "stock")["3"])
        self.env["dist.legacy.key"]._remember(
            cycle.sudo(),
            self.env.ref("dist_data_migration.object_location").sudo(),
            "stock.location",
            [("I", receiving.id, {})],
        )
        self._load_stock("1,P1,R1,4,\n2,P1,R2,5,\n3,P1,I,6,\n", cycle=cycle)
        self._assert_loaded(cycle)
        self.assertEqual(
            {move.location_dest_id: move.quantity for move in self._moves(cycle)},
            {receiving: 6, self.stock: 9},
        )

    def test_less_and_more_are_two_moves(self):
        cycle = self._load_stock("1,P1,R1,4,\n2,P1,R2,5,\n3,P1,R3,6,\n")
        self._load_stock("1,P1,R1,7,\n2,P1,R2,1,\n3,P1,R3,0,\n", cycle=cycle)
        self._assert_loaded(cycle)
        product = self._loaded(cycle, "product", "P1")
        stock = self._stock_of(product)
        self.assertEqual(
            {place[0]: quantity for place, (quantity, _date) in stock.items()},
            {"Rack 1": 7, "Rack 2": 1, "Rack 3": 0, "Opening Load": -8},
        )
        quants = self.env["stock.quant"].search([("product_id", "=", product.id)])
        self.assertEqual(len(quants), len(stock))
        self.assertEqual(
            sorted(
                (move.is_in, move.quantity, len(move.move_line_ids))
                for move in self._moves(cycle)
            ),
            [(False, 10, 2), (True, 3, 1), (True, 15, 3)],
        )

    def test_average_cost_is_of_what_has_a_value(self):
        cycle = self._load_stock(
            "1,P1,R1,4,10\n2,P1,R2,6,20\n3,P1,R3,2,\n", method="average"
        )
        self._assert_loaded(cycle)
        moves = self._moves(cycle).sorted("quantity")
        self.assertEqual(moves.mapped("quantity"), [2, 10])
        self.assertEqual(moves[1].value, 30)
        product = self._loaded(cycle, "product", "P1").with_company(self.company)
        self.assertAlmostEqual(product.total_value, sum(moves.mapped("value")))

    def test_fifo_keeps_a_layer_for_each_cost(self):
        cycle = self._load_stock(
            "1,P1,R1,4,10\n2,P1,R2,6,15\n3,P1,R3,2,9\n", method="fifo"
        )
        self._assert_loaded(cycle)
        moves = self._moves(cycle).sorted("quantity")
        self.assertEqual(
            [(move.quantity, move.value) for move in moves], [(2, 9), (10, 25)]
        )
        product = self._loaded(cycle, "product", "P1").with_company(self.company)
        self.assertEqual(product.total_value, 34)

    def test_steward_simulates_and_tries_goods_at_fifo(self):
        """Odoo asks for the rights of the user where it values these; a steward has
        none on stock moves."""
        objects = {
            "product_category": "key,name,costing_method\nC,Food,fifo\n",
            "customer": "key,name\nA,Alpha\n",
            "product": "key,name,category_key\nP1,Apple,C\n",
            "stock": "key,product,quantity,value\n1,P1,4,10\n",
        }
        cycle = self._stage(objects).with_user(self.user_steward)
        cycle.action_simulate()
        self.assertEqual(cycle.simulation["stock"]["create"], 1)
        cycle._load_now()
        self._assert_loaded(cycle)
        apple = self._loaded(cycle, "product", "P1").with_company(self.company)
        self.assertEqual(apple.total_value, 10)
        cycle.action_run_probes()
        self.assertEqual(
            cycle.probe_ids.run_by_id,
            self.user_steward,
        )
        results = {one.probe: one.message for one in cycle.probe_result_ids}
        self.assertFalse(results["count"])
        cycle.action_reconcile()
        cycle._reverse_now()
        self.assertEqual(self._onhand(apple), 0)

    def test_goods_of_others_go_apart(self):
        cycle = self._load(
            {
                **RACKS,
                "product": "key,name,standard_price\nP1,Apple,2\n",
                "stock": (
                    "key,product,location,owner,quantity\n1,P1,R1,,4\n2,P1,R2,A,5\n"
                    "3,P1,R3,,6\n"
                ),
            }
        )
        self._assert_loaded(cycle)
        moves = self._moves(cycle).sorted("quantity")
        self.assertEqual(
            [[move.quantity, move.value, move.restrict_partner_id] for move in moves],
            [
                [5, 0, self._loaded(cycle, "customer", "A")],
                [10, 20, self.env["res.partner"]],
            ],
        )

    def test_valued_lots_go_apart(self):
        product = "key,name,tracking\nP1,Apple,lot\n"
        lots = "key,product,number\nL1,P1,A\nL2,P1,B\n"
        cycle = self._load({**RACKS, "product": product, "lot": lots})
        apple = self._loaded(cycle, "product", "P1")
        apple.product_tmpl_id.lot_valuated = True
        self._load(
            {
                "stock": (
                    "key,product,location,lot,quantity\n1,P1,R1,L1,4\n2,P1,R2,L1,5\n"
                    "3,P1,R1,L2,6\n"
                )
            },
            cycle=self._create_cycle(
                mapping_id=self._create_mapping(
                    self._mapping_text(
                        {"stock": "key,product,location,lot,quantity\n"}, "test"
                    )
                ).id,
                name="Stock",
            ),
        )
        moves = self._moves(cycle).sorted("quantity")
        self.assertEqual(
            [(move.quantity, move.lot_ids.name) for move in moves], [(6, "B"), (9, "A")]
        )

    def test_batch_makes_the_quants_that_odoo_makes(self):
        objects = {
            **RACKS,
            "product": (
                "key,name,tracking\nP1,Apple,lot\nP2,Pear,none\nP3,Press,serial\n"
            ),
            "lot": "key,product,number\nL1,P1,A\nL2,P1,B\nS1,P3,1\nS2,P3,2\n",
            "stock": (
                "key,product,location,lot,owner,quantity\n1,P1,R1,L1,,4\n"
                "2,P1,R2,L1,,5\n3,P1,R1,L2,,6\n4,P2,R1,,,7.5\n5,P2,R1,,A,2\n"
                "7,P3,R1,S1,,1\n8,P3,R1,S2,,1\n"
            ),
        }
        stocks = []
        with patch.object(QuantBatch, "take", autospec=True, return_value=False):
            by_odoo = self._load(objects, "odoo")
        for cycle in (by_odoo, self._load(objects, "batch")):
            self._assert_loaded(cycle)
            keys = self.env["dist.legacy.key"].search(
                [("cycle_id", "=", cycle.id), ("object_id.code", "=", "product")],
                order="legacy_key",
            )
            products = self.env["product.product"].browse(keys.mapped("res_id"))
            stocks.append(
                [
                    {place: figures[0] for place, figures in stock.items()}
                    for stock in map(self._stock_of, products)
                ]
            )
        self.assertEqual(*stocks)
        self.assertEqual([len(stock) for stock in stocks[1]], [5, 4, 4])

    def test_a_place_with_stock_gets_no_second_quant(self):
        cycle = self._load_stock("1,P1,R1,4,\n2,P1,R2,5,\n")
        apple = self._loaded(cycle, "product", "P1")
        quants = self.env["stock.quant"].search([("product_id", "=", apple.id)])
        self._load_stock("1,P1,R1,6,\n2,P1,R2,8,\n", cycle=cycle)
        self.assertEqual(
            self.env["stock.quant"].search([("product_id", "=", apple.id)]), quants
        )
        self.assertEqual(sorted(quants.mapped("quantity")), [-14, 6, 8])

    def test_extensions_of_the_creation_of_quants_are_called(self):
        quant_class = self.env.registry["stock.quant"]
        create, seen = quant_class.create, []

        def spy(records, vals_list):
            seen.append(len(vals_list))
            return create(records, vals_list)

        with patch.object(quant_class, "create", spy):
            cycle = self._load_stock("1,P1,R1,4,\n2,P1,R2,5,\n")
        self._assert_loaded(cycle)
        self.assertEqual(seen, [3])

    def test_a_context_is_no_batch(self):
        """What a client sends as context is no object: Odoo's own way is taken."""
        cycle = self._load_stock("1,P1,R1,4,\n")
        apple = self._loaded(cycle, "product", "P1")
        move = self.env["stock.move"].create(
            {
                "product_id": apple.id,
                "product_uom_qty": 1,
                "location_id": self._loaded(cycle, "location", "R1").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        move._action_confirm()
        move.quantity = 1
        move.picked = True
        move.with_context(dist_quant_batch="batch")._action_done()
        self.assertEqual(self._onhand(apple), 3)

    def test_bad_places_leave_their_neighbours_in_the_chunk(self):
        lines = "".join(f"{n},P{n % 2 + 1},R{n % 3 + 1},1,\n" for n in range(1, 7))
        apply, calls = StockLoader.apply, []

        def spy(loader, rows):
            calls.append(len(rows))
            return apply(loader, rows)

        cycle = self._load_stock("1,P1,R1,4,\n")
        apple = self._loaded(cycle, "product", "P1")
        self.env["stock.quant"].with_context(inventory_mode=True).create(
            {
                "product_id": apple.id,
                "location_id": self._loaded(cycle, "location", "R1").id,
                "inventory_quantity": 3,
            }
        ).action_apply_inventory()
        with patch.object(StockLoader, "apply", spy):
            self._load_stock(lines, cycle=cycle)
        self.assertEqual(calls, [6])
        self.assertEqual(
            {key: text[:25] for key, text in self._errors(cycle, "stock").items()},
            {"6": "Apple has been moved since"[:25]},
        )
        self.assertEqual(self._onhand(apple), 3 + 2)

    def test_rows_without_their_product_cost_no_rollback(self):
        prepare, apply, calls = ProductLoader.prepare, StockLoader.apply, []

        def fail(loader, row):
            if row.key == "P1":
                raise LoadError("broken apple")
            return prepare(loader, row)

        def spy(loader, rows):
            calls.append(len(rows))
            return apply(loader, rows)

        with (
            patch.object(ProductLoader, "prepare", fail),
            patch.object(StockLoader, "apply", spy),
        ):
            cycle = self._load_stock("1,P1,R1,4,\n2,P1,R2,4,\n3,P2,R2,4,\n")
        self.assertEqual(calls, [1])
        self.assertEqual(
            self._errors(cycle, "stock"),
            dict.fromkeys("12", "Product P1 has not been loaded."),
        )

    def test_taking_back_leaves_the_place_that_moved_on(self):
        cycle = self._load_stock("1,P1,R1,4,\n2,P1,R2,5,\n3,P1,R3,6,\n")
        apple = self._loaded(cycle, "product", "P1")
        kept = self._loaded(cycle, "stock", "2")
        kept.with_context(inventory_mode=True).inventory_quantity = 3
        kept.action_apply_inventory()
        cycle._reverse_now()
        self.assertEqual(
            {
                name: quantity
                for (name, *_), (quantity, _date) in self._stock_of(apple).items()
                if name.startswith("Rack")
            },
            {"Rack 1": 0, "Rack 2": 3, "Rack 3": 0},
        )
        states = {
            self.env["stock.move.line"].browse(one.res_id).location_dest_id.name: (
                one.state
            )
            for one in cycle.sudo().creation_ids
            if one.res_model == "stock.move.line" and one.state != "reversal"
        }
        self.assertEqual(
            states, {"Rack 1": "deleted", "Rack 2": "kept", "Rack 3": "deleted"}
        )
        keys = self.env["dist.legacy.key"].search(
            [("cycle_id", "=", cycle.id), ("object_id.code", "=", "stock")]
        )
        self.assertEqual(keys.mapped("legacy_key"), ["2"])
