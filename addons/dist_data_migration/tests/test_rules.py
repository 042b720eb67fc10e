import psycopg2

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..services.rules import FIXED_RULES, RULES
from ..services.rules.partners import is_valid_vat
from .quality_common import QualityCommon

MAPPING = """
name: Rules
source_system: rules
objects:
  - object: product_category
    file: categories.csv
    key: code
    fields:
      name: code
      income_account: income
      valuation: valuation
      valuation_account: account
  - object: location
    file: locations.csv
    key: code
    fields: {name: code, parent: parent}
  - object: supplier
    file: suppliers.csv
    key: code
    fields: {name: name, code: ref, vat: vat, country: country, active: active}
  - object: customer
    file: customers.csv
    key: code
    fields: {name: name, vat: vat, country: country, active: active}
  - object: product
    file: products.csv
    key: code
    fields:
      name: name
      code: ref
      barcode: barcode
      uom: uom
      category: category
      standard_price: cost
      sale_tax: tax
      routes: routes
      active: active
  - object: lot
    file: lots.csv
    key: lot
    fields: {product: product, number: lot, expiration: expiration}
  - object: supplier_price
    file: prices.csv
    key: [supplier, product]
    fields:
      supplier: supplier
      product: product
      price: price
      lead_time: lead
      currency: currency
  - object: stock
    file: stock.csv
    key: [product, location, lot]
    fields: {product: product, location: location, lot: lot, quantity: qty}
    legacy: {bin: {column: bin, kind: bin}}
  - object: sale_order
    file: sales.csv
    key: number
    fields: {number: number, customer: customer}
  - object: sale_order_line
    file: saleslines.csv
    key: [order, product]
    fields: {order: order, product: product, quantity: qty, price: price}
  - object: purchase_order
    file: orders.csv
    key: number
    fields: {number: number, supplier: supplier}
  - object: purchase_order_line
    file: lines.csv
    key: [order, product]
    fields:
      order: order
      product: product
      quantity: {column: qty, minus: [received]}
      uom: uom
      price: price
  - object: open_receivable
    file: receivables.csv
    key: number
    fields:
      customer: customer
      number: number
      date: date
      due_date: due
      amount: amount
  - object: opening_balance
    file: balance.csv
    key: account
    fields: {account: account, debit: debit, credit: credit}
"""
#: an extract without any defect; each case adds or replaces lines
FILES = {
    "categories": "code,income,valuation,account\nGoods,400RX,periodic,\n",
    "locations": "code,parent\nR,\nR1,R\n",
    "suppliers": (
        "code,name,ref,vat,country,active\n"
        "V1,Müller,M1,DE136695976,DE,1\nV2,Dupont,M2,,FR,1\nV3,Ended,M3,,FR,0\n"
    ),
    "customers": (
        "code,name,vat,country,active\nC1,Anna,,DE,1\nC2,Bert,,DE,1\nC3,Carl,,DE,0\n"
    ),
    "products": (
        "code,name,ref,barcode,uom,category,cost,tax,routes,active\n"
        "P1,Apple,0101,4006381333931,Units,Fruit,2,Sale 10X,Buy,1\n"
        "P2,Flour,0102,,kg,Food,1,Sale 10X,Buy,1\n"
        "P3,Quince,0103,,Units,Fruit,3,Sale 10X,Buy,0\n"
    ),
    "lots": "lot,product,expiration\nL1,P1,2026-12-31\nL2,P1,2026-04-30\n",
    "prices": (
        "supplier,product,price,lead,currency\n"
        "V1,P1,1,5,EUR\nV1,P2,1,6,EUR\nV1,P3,1,7,EUR\nV2,P1,1,6,EUR\nV2,P2,1,90,EUR\n"
    ),
    "stock": "product,location,lot,qty,bin\nP1,R1,L1,10,A|1\nP2,R1,,2.5,A|2\n",
    "sales": "number,customer\nS1,C1\n",
    "saleslines": "order,product,qty,price\nS1,P1,1,1\n",
    "orders": "number,supplier\nO1,V1\n",
    "lines": (
        "order,product,qty,received,uom,price\nO1,P1,5,2,Units,1\nO1,P2,2,2,kg,1\n"
    ),
    "receivables": "number,customer,date,due,amount\nI1,C1,2026-04-01,2026-05-01,9\n",
    "balance": "account,debit,credit\n100RX,60,\n400RX,,60\n",
}
#: rule, severity, object, key, lines that are added to a file
CASES = (
    ("vat", "supplier", "V4", "suppliers", "V4,Meyer,M4,DE136695978,DE,1\n"),
    ("vat", "customer", "C4", "customers", "C4,Dora,123456789,DE,1\n"),
    (
        "barcode",
        "product",
        "P4",
        "products",
        "P4,Fig,0104,4006381333932,Units,Fruit,1,Sale 10X,Buy,1\n",
    ),
    (
        "damaged_code",
        "product",
        "P4",
        "products",
        "P4,Fig,0104,36000291452,Units,Fruit,1,Sale 10X,Buy,1\n",
    ),
    ("unit_conversion", "purchase_order_line", "O1|P3", "lines", "O1,P3,1,1,kg,1\n"),
    (
        "missing_route",
        "product",
        "P4",
        "products",
        "P4,Fig,0104,,Units,Fruit,1,Sale 10X,,1\n",
    ),
    ("missing_tax", "product", "P4", "products", "P4,Fig,0104,,Units,Fruit,1,,Buy,1\n"),
    (
        "missing_category",
        "product",
        "P4",
        "products",
        "P4,Fig,0104,,Units,,1,Sale 10X,Buy,1\n",
    ),
    (
        "missing_account",
        "product_category",
        "TOOLS",
        "categories",
        "Tools,,periodic,\n",
    ),
    (
        "missing_account",
        "product_category",
        "TOOLS",
        "categories",
        "Tools,400RX,real_time,\n",
    ),
    ("lead_time", "supplier_price", "V1|P4", "prices", "V1,P4,1,60,EUR\n"),
    ("lead_time", "supplier_price", "V2|P3", "prices", "V2,P3,1,-1,EUR\n"),
    ("location_without_parent", "location", "X", "locations", "X,\n"),
    ("missing_bin", "stock", "P2||", "stock", "P2,,,1,B\n"),
    ("missing_bin", "stock", "P2|R|", "stock", "P2,R,,1,N/A|0\n"),
    ("missing_bin", "stock", "P2|R|", "stock", "P2,R,,1,\n"),
    ("negative_quantity", "stock", "P2|R|", "stock", "P2,R,,-1,B\n"),
    ("fractional_quantity", "stock", "P1|R|L1", "stock", "P1,R,L1,1.5,B\n"),
    ("expired_lot", "stock", "P1|R|L2", "stock", "P1,R,L2,1,B\n"),
    ("inactive_with_stock", "stock", "P3|R|", "stock", "P3,R,,1,B\n"),
    ("inactive_with_orders", "sale_order_line", "S1|P3", "saleslines", "S1,P3,1,1\n"),
    (
        "inactive_with_orders",
        "purchase_order_line",
        "O1|P3",
        "lines",
        "O1,P3,2,1,Units,1\n",
    ),
    (
        "missing_due_date",
        "open_receivable",
        "I2",
        "receivables",
        "I2,C1,2026-04-01,,5\n",
    ),
    (
        "duplicate_code",
        "supplier",
        "V4",
        "suppliers",
        "V4,Meyer,M1,,DE,1\n",
    ),
)
#: rules whose finding is an error, the others warn
ERRORS = {"unit_conversion", "negative_quantity"}


@tagged("post_install", "-at_install")
class TestRules(QualityCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.EUR").active = True
        Account = cls.env["account.account"].with_company(cls.company)
        for code, kind in (
            ("100RX", "asset_current"),
            ("120RX", "asset_receivable"),
            ("400RX", "income"),
        ):
            Account.create(
                {
                    "name": code,
                    "code": code,
                    "account_type": kind,
                    "reconcile": kind == "asset_receivable",
                    "company_ids": cls.company.ids,
                }
            )
        group = cls.env["account.tax.group"].create(
            {"name": "X", "company_id": cls.company.id}
        )
        country = cls.env.ref("base.de")
        cls.env["account.tax"].create(
            {
                "name": "Sale 10X",
                "amount": 10,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "tax_group_id": group.id,
                "country_id": (cls.company.account_fiscal_country_id or country).id,
            }
        )

    def _cycle(self, **added):
        """Return a validated cycle of the clean extract with lines added."""
        files = {
            f"{name}.csv": text + added.get(name, "") for name, text in FILES.items()
        }
        cycle = self._stage_text(MAPPING, files)
        cycle.action_validate()
        return cycle

    def test_clean_extract_has_no_findings(self):
        cycle = self._cycle()
        self.assertEqual(self._found(cycle), set())
        self.assertEqual(cycle.quality, 100.0)
        line = self._rows(cycle, "purchase_order_line")[0]
        self.assertEqual(line.data["quantity"], "3")

    def test_each_rule_finds_its_defect_and_nothing_else(self):
        for rule, code, key, name, lines in CASES:
            with self.subTest(rule=rule, key=key, lines=lines):
                added = {name: lines}
                if key == "V1|P4":
                    added["products"] = "P4,Fig,0104,,Units,Fruit,1,Sale 10X,Buy,1\n"
                elif name == "products":
                    # a product of its own, with a supplier
                    added["prices"] = "V2,P4,1,6,EUR\n"
                cycle = self._cycle(**added)
                found = {item[0::2][0:2] + item[3:] for item in self._found(cycle)}
                self.assertIn((rule, code, key), found)
                self.assertLessEqual({item[0] for item in found}, {rule})
                if rule != "duplicate_code":
                    self.assertEqual(len(cycle.finding_ids), 1)
                finding = cycle.finding_ids[0]
                self.assertEqual(finding.responsible, RULES[rule][1])
                wanted = "error" if rule in ERRORS else "warning"
                if "real_time" in lines:
                    wanted = "error"
                self.assertEqual(finding.severity, wanted)

    def test_missing_supplier(self):
        cycle = self._cycle(products="P4,Fig,0104,,Units,Fruit,1,Sale 10X,Buy,1\n")
        self.assertEqual(
            self._found(cycle), {("missing_supplier", "warning", "product", "P4")}
        )

    def test_zero_cost_counts_for_stocked_products_only(self):
        product = "P4,Fig,0104,,Units,Fruit,{},Sale 10X,Buy,1\n"
        price = "V2,P4,1,6,EUR\n"
        for cost in ("", "0", "-1"):
            with self.subTest(cost):
                cycle = self._cycle(
                    products=product.format(cost), prices=price, stock="P4,R,,1,B\n"
                )
                self.assertEqual(
                    self._found(cycle), {("zero_cost", "warning", "product", "P4")}
                )
        cycle = self._cycle(products=product.format("0"), prices=price)
        self.assertFalse(cycle.finding_ids)

    def test_lost_leading_zeros_in_codes(self):
        rows = "".join(
            f"P{n},Thing {'x' * n},0{n},,Units,Fruit,1,Sale 10X,Buy,1\n"
            for n in range(110, 120)
        )
        prices = "".join(f"V3,P{n},1,6,EUR\n" for n in range(110, 120))
        damaged = "P9,Broken,99,,Units,Fruit,1,Sale 10X,Buy,1\n"
        cycle = self._cycle(products=rows + damaged, prices=prices + "V3,P9,1,6,EUR\n")
        self.assertEqual(
            self._found(cycle), {("damaged_code", "warning", "product", "P9")}
        )

    def test_orders_of_inactive_partners(self):
        cycle = self._cycle(
            orders="O2,V3\n",
            lines="O2,P1,1,0,Units,1\n",
            sales="S2,C3\n",
            saleslines="S2,P1,1,1\n",
        )
        self.assertEqual(
            self._found(cycle),
            {
                ("inactive_partner", "warning", "purchase_order", "O2"),
                ("inactive_partner", "warning", "sale_order", "S2"),
            },
        )

    def test_open_order_with_nothing_outstanding_is_held_back(self):
        cycle = self._cycle(orders="O2,V1\n", lines="O2,P1,4,4,Units,1\n")
        self.assertEqual(
            self._found(cycle),
            {
                ("order_complete", "error", "purchase_order", "O2"),
                ("reference_error", "error", "purchase_order_line", "O2|P1"),
            },
        )
        # a received line beside an open one is fine, as the clean extract shows

    def test_unbalanced_opening_is_held_back_as_a_whole(self):
        cycle = self._cycle(balance="120RX,10.05,\n")
        finding = cycle.finding_ids
        self.assertEqual(len(finding), 1)
        self.assertEqual(
            (finding.rule, finding.severity, finding.responsible),
            ("unbalanced", "error", "finance"),
        )
        self.assertIn("70.05 debit and 60 credit", finding.message)
        self.assertIn("10.05", finding.message)
        states = self._rows(cycle, "opening_balance").mapped("state")
        self.assertEqual(states, ["invalid"] * 3)

    def test_open_items_stand_for_missing_control_accounts(self):
        # 60 debit less 69 credit: the open receivable of 9 makes up for it
        files = dict(FILES, balance="account,debit,credit\n100RX,60,\n400RX,,69\n")
        cycle = self._stage_text(
            MAPPING, {f"{name}.csv": text for name, text in files.items()}
        )
        cycle.action_validate()
        self.assertFalse(cycle.finding_ids)

    def test_vat_by_country(self):
        for vat, country, expected in (
            ("DE136695976", "DE", True),
            ("DE 136 695 976", "", True),
            ("DE136695978", "", False),
            ("136695978", "DE", False),
            ("EL094259216", "GR", True),
            ("NL123456782B90", "NL", True),
            ("NL123456783B90", "NL", False),
            ("GB980780684", "GB", True),
            ("12-3456789", "US", True),
            ("", "", True),
        ):
            with self.subTest(vat=vat):
                self.assertIs(is_valid_vat(vat, country), expected)

    # -- severities -------------------------------------------------------------------

    def _severity(self, rule, severity):
        return (
            self.env["dist.migration.rule"]
            .with_user(self.user_steward)
            .create(
                {
                    "program_id": self.program.id,
                    "rule": rule,
                    "severity": severity,
                    "reason": "Decided with the warehouse.",
                }
            )
        )

    def test_program_chooses_severities(self):
        added = {"stock": "P2,,,1,B\n", "customers": "C4,Dora,123456789,DE,1\n"}
        self._severity("missing_bin", "error")
        setting = self._severity("vat", "off")
        cycle = self._cycle(**added)
        self.assertEqual(
            self._found(cycle), {("missing_bin", "error", "stock", "P2||")}
        )
        self.assertEqual(cycle.invalid_count, 1)
        setting.severity = "warning"
        cycle.action_validate()
        self.assertEqual(len(cycle.finding_ids), 2)

    def test_program_chooses_severities_of_cell_rules(self):
        product = "P4,Fig,0104,4006381333932,Units,Fruit,1,Sale 10X,Buy,1\n"
        added = {"products": product, "prices": "V2,P4,1,6,EUR\n"}
        setting = self._severity("barcode", "error")
        cycle = self._cycle(**added)
        self.assertEqual(self._findings(cycle, "barcode").severity, "error")
        setting.severity = "off"
        cycle.action_validate()
        self.assertNotIn("barcode", cycle.finding_ids.mapped("rule"))

    def test_what_prevents_a_record_stays_an_error(self):
        for rule in sorted(FIXED_RULES):
            with self.subTest(rule), self.assertRaises(ValidationError):
                self._severity(rule, "off")
        setting = self._severity("vat", "off")
        self.assertNotIn("required", dict(setting._selection_rule()))

    def test_one_severity_per_rule(self):
        self._severity("vat", "off")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._severity("vat", "error")

    def test_only_stewards_choose(self):
        for user in (self.user_viewer, self.user_finance, self.user_consultant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["dist.migration.rule"].with_user(user).create(
                    {
                        "program_id": self.program.id,
                        "rule": "vat",
                        "severity": "off",
                        "reason": "x",
                    }
                )

    # -- quality ----------------------------------------------------------------------

    def test_quality_weighs_rows(self):
        """Four stock rows: one with an error, one with a warning, two clean."""
        cycle = self._cycle(stock="P2,R,,-1,B\nP1,R,L2,1,B\n")
        score = cycle.score_ids.filtered(lambda one: one.object_id.code == "stock")
        self.assertRecordValues(
            score,
            [
                {
                    "row_count": 4,
                    "error_count": 1,
                    "warning_count": 1,
                    "points": 2.75,
                    "score": 68.75,
                }
            ],
        )
        rows = sum(cycle.score_ids.mapped("row_count"))
        self.assertAlmostEqual(cycle.quality, 100 * (rows - 1.25) / rows, places=2)

    def test_trend_over_cycles_is_no_mean_of_percentages(self):
        first = self._cycle(stock="P2,R,,-1,B\n", customers="C4,Dora,1234,DE,1\n")
        mapping, files = first.mapping_id, FILES
        second = self._create_cycle(mapping_id=mapping.id, sequence=2)
        for name, text in files.items():
            second._add_file(f"{name}.csv", text.encode())
        second.action_stage()
        second.action_validate()
        Score = self.env["dist.migration.score"].with_user(self.user_viewer)
        domain = [
            ("object_id.code", "in", ("stock", "customer")),
            ("program_id", "=", self.program.id),
            ("cycle_id", "in", (first + second).ids),
        ]
        groups = dict(Score._read_group(domain, ["cycle_id"], ["score:avg"]))
        # stock 2 of 3, customers 3.75 of 4: 5.75 of 7 rows
        self.assertAlmostEqual(groups[first], 100 * 5.75 / 7)
        self.assertAlmostEqual(groups[second], 100.0)
        self.assertEqual(second.action_view_scores()["res_model"], Score._name)

    def test_findings_grouped_by_who_fixes_them(self):
        cycle = self._cycle(stock="P2,R,,-1,B\n", customers="C4,Dora,1234,DE,1\n")
        groups = self.env["dist.migration.finding"]._read_group(
            [("cycle_id", "=", cycle.id)], ["responsible"], ["__count"]
        )
        self.assertEqual(dict(groups), {"warehouse": 1, "owner": 1})
