from odoo.tests import tagged

from .common import FILES, MigrationCommon


@tagged("post_install", "-at_install")
class TestValidate(MigrationCommon):
    def _validated(self, **files):
        cycle = self._create_staged_cycle(files)
        cycle.action_validate()
        return cycle

    def _found(self, cycle):
        return {
            (finding.rule, finding.severity, finding.legacy_key)
            for finding in cycle.finding_ids
        }

    def test_clean_extract_has_only_what_the_data_owner_should_know(self):
        cycle = self._validated()
        self.assertEqual(
            self._found(cycle),
            {
                ("pack_size", "warning", "P2"),
                ("inactive_with_stock", "warning", "P3|"),
                ("inactive_with_orders", "warning", "1001|P3"),
                ("missing_supplier", "warning", "P4"),
                ("missing_bin", "warning", "P3|"),
            },
        )
        self.assertEqual(cycle.state, "validated")
        self.assertEqual(cycle.pending_count, cycle.row_count)

    def test_each_rule_finds_its_defect_and_nothing_else(self):
        quiet = {
            "pack_size",
            "inactive_with_stock",
            "inactive_with_orders",
            "missing_supplier",
            "missing_bin",
        }
        products, stock = FILES["products.csv"], FILES["stock.csv"]
        orders, lines = FILES["orders.csv"], FILES["lines.csv"]
        cases = (
            ("required", "P5", {"products": products + "P5,,,1,,0,\n"}),
            ("format", "P5", {"products": products + "P5,Fig,,1.x,,0,\n"}),
            (
                "damaged_code",
                "3.27E+12",
                {"products": products + "3.27E+12,F,,1,,0,\n"},
            ),
            ("barcode", "P5", {"products": products + "P5,Fig,4006381333932,1,,0,\n"}),
            ("reference", "P5", {"products": products + "P5,Fig,,1,V9,0,\n"}),
            ("negative_quantity", "P1|R", {"stock": stock + "P1,R,-1\n"}),
            ("fractional_quantity", "P1|R", {"stock": stock + "P1,R,1.5\n"}),
            ("precision", "P1|R", {"stock": stock + "P1,R,1.005\n"}),
            ("order_without_lines", "1009", {"orders": orders + "1009,C1,1/1/2026,\n"}),
            ("reference", "1009|P1", {"lines": lines + "1009,P1,1,1,0\n"}),
        )
        for rule, key, files in cases:
            with self.subTest(rule=rule, key=key):
                cycle = self._validated(**files)
                found = {
                    (finding.rule, finding.legacy_key)
                    for finding in cycle.finding_ids
                    if finding.rule not in quiet
                }
                allowed = {(rule, key)}
                if rule == "precision":
                    allowed.add(("fractional_quantity", key))
                if rule == "damaged_code":
                    # the key and the reference are the same column
                    found = set(found)
                self.assertEqual(found, allowed)

    def test_duplicates_ignore_case_space_and_punctuation(self):
        products = FILES["products.csv"] + "P5,apple.,4006381333931,1,,0,\n"
        cycle = self._validated(products=products)
        self.assertEqual(
            self._findings(cycle, "duplicate_name").mapped("legacy_key"), ["P1", "P5"]
        )
        codes = self._findings(cycle, "duplicate_code")
        self.assertEqual(codes.mapped("legacy_key"), ["P1", "P5"])
        self.assertEqual(set(codes.mapped("severity")), {"error"})

    def test_errors_spread_to_what_refers_to_the_row(self):
        cycle = self._validated(
            customers="code,name,city\nC1,,x\nC2,Padaria,y\n",
        )
        self.assertEqual(
            self._findings(cycle, "reference_error").mapped("legacy_key"),
            ["1001", "1001|P1", "1001|P3"],
        )

    def test_findings_say_who_fixes_them(self):
        cycle = self._validated(stock=FILES["stock.csv"] + "P1,R,-1\n")
        finding = self._findings(cycle, "negative_quantity")
        self.assertEqual(finding.responsible, "warehouse")
        self.assertEqual(finding.line, 6)
        self.assertIn("-1", finding.message)

    def test_validating_again_gives_the_same(self):
        cycle = self._validated()
        before = self._found(cycle)
        cycle.action_validate()
        self.assertEqual(self._found(cycle), before)
