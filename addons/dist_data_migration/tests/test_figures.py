from odoo.tests import tagged

from .common import FILES, MigrationCommon


@tagged("post_install", "-at_install")
class TestFigures(MigrationCommon):
    def _value(self):
        return self.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", "migration_cycles_passed"),
                ("site_id", "=", self.site_a.id),
            ]
        )

    def test_cycles_are_compared(self):
        """M06: fewer errors in the second; the gate wants two, the last passed."""
        lines = FILES["lines.csv"].replace("1001,P3,1,4,0", "1001,P3,x,4,0")
        first = self._create_loaded_cycle({"lines": lines})
        # 19 rows: the line has an error, its order and the order's other line fail
        self.assertEqual(first.load_row_count, 19)
        self.assertAlmostEqual(first.error_rate, 100 * 3 / 19, 2)
        self.assertGreater(first.throughput, 0)
        self.assertGreater(first.load_seconds, 0)
        first.action_reconcile()
        controls = first.reconciliation_id.control_ids
        wrong = sum(controls.mapped("mismatch_count"))
        total = wrong + sum(controls.mapped("match_count"))
        self.assertGreater(wrong, 0)
        self.assertAlmostEqual(first.variance, 100 * wrong / total, 4)
        self.assertEqual((self._value().numerator, self._value().sample_size), (0, 1))
        second = self._create_loaded_cycle(
            mapping_id=first.mapping_id.id, sequence=2, name="Mock 2"
        )
        second.action_reconcile()
        self.assertEqual((second.error_rate, second.variance), (0, 0))
        self.assertLess(second.error_rate, first.error_rate)
        self.assertEqual((self._value().numerator, self._value().sample_size), (2, 2))
        model, domain = self.env[
            "dist.measure.provider.migration"
        ]._dist_records_cycles_passed(
            self._value().measure_id, self.site_a, self._value().day, self._value().day
        )
        self.assertEqual(self.env[model].search(domain), second | first)
        groups = self.env["dist.migration.cycle"]._read_group(
            [("id", "in", (first | second).ids)], ["name"], ["error_rate:avg"]
        )
        self.assertEqual(len(groups), 2)

    def test_a_simulation_leaves_no_figures(self):
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        cycle.action_simulate()
        self.assertEqual((cycle.load_seconds, cycle.load_row_count), (0, 0))
