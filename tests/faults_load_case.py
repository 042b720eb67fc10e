"""A load in a process of its own, and what has to be true of it at any time."""

from faults_case import HERE, TIMEOUT, FaultCase
from faults_data import PRODUCTS


class LoadCase(FaultCase):
    data = "faults_data.py"

    def start_load(self):
        return self.start_in_odoo(HERE / "faults_load.py")

    def count(self, condition):
        """Count the rows of the cycle that meet a condition."""
        return self.number(f"SELECT COUNT(*) FROM dist_migration_row WHERE {condition}")

    def wait_for(self, loaded):
        """Wait until so many rows are loaded; the load must not be through by then."""
        self.wait_until(lambda: self.count("state = 'loaded'") >= loaded)
        self.assertGreater(self.count("state = 'valid'"), 0, "it was too fast")

    def assert_consistent(self):
        """What counts as loaded is there, once, and nothing else is."""
        loaded = self.count(
            "state = 'loaded' AND object_id = (SELECT id FROM dist_migration_object"
            " WHERE code = 'product')"
        )
        there = self.query(
            "SELECT COUNT(*), COUNT(DISTINCT default_code) FROM product_product"
            " WHERE default_code LIKE 'FAULT%'"
        )
        self.assertEqual(there, [f"{loaded}|{loaded}"])

    def assert_finished(self):
        self.assertEqual(self.count("state <> 'loaded'"), 0)
        self.assert_consistent()
        self.assertEqual(
            self.query("SELECT state, load_problem FROM dist_migration_cycle"),
            ["loaded|"],
        )
        expected = sum(number % 7 + 1 for number in range(PRODUCTS))
        for table in ("stock_quant", "stock_move"):
            place = "q.location_id" if table == "stock_quant" else "q.location_dest_id"
            total = self.number(
                f"SELECT SUM(q.quantity)::int FROM {table} q JOIN stock_location l"
                f" ON l.id = {place} WHERE l.usage = 'internal'"
            )
            self.assertEqual(total, expected, table)

    def problem(self):
        """Return what the cycle says about its load."""
        return self.query("SELECT load_problem FROM dist_migration_cycle")[0]

    def resume(self):
        self.assertEqual(self.start_load().wait(TIMEOUT), 0)
        self.assert_finished()
