from odoo.exceptions import UserError
from odoo.tests import tagged

from ..demo_program.people import WORKERS
from ..demo_program.program import PROGRAM_CODE
from ..demo_program.supply import AGREEMENT
from .common import DemoCommon


@tagged("post_install", "-at_install")
class TestDemo(DemoCommon):
    """The demo is the whole thread: files, load, gate, signature, go, hypercare."""

    def test_pilot_is_in_hypercare_with_one_red_day(self):
        self.assertEqual(self.pilot.state, "hypercare")
        hypercare = self.env["dist.hypercare"].search([("wave_id", "=", self.pilot.id)])
        self.assertRecordValues(hypercare, [{"state": "monitoring", "clean_days": 4}])
        today = hypercare.site_id._local_day()
        self.assertEqual((today - hypercare.last_red_day).days, 5)

    def test_command_center_has_work(self):
        data = self.pilot.with_user(self._user("command")).command_center_data()
        entries = {
            section["key"]: [entry["name"] for entry in section["entries"]]
            for section in data["sections"]
        }
        self.assertEqual(len(entries["tickets"]), 5)
        self.assertEqual(len(entries["roster"]), 1)
        problem = self.env["dist.problem"].search(
            [("program_id", "=", self.program.id)]
        )
        self.assertEqual(problem.ticket_count, 3)
        session = self.env["dist.hypercare.session"].search(
            [("wave_id", "=", self.pilot.id)]
        )
        self.assertEqual(session.state, "open")
        self.assertIn(
            "Replace the label printer of dock 2", session.item_ids.mapped("decision")
        )
        workaround = self.env["dist.workaround"].search(
            [("program_id", "=", self.program.id)]
        )
        self.assertEqual(workaround.state, "authorized")

    def test_figures_come_from_the_records(self):
        """Of 54 orders two went out short and one late; one of 45 counts was off."""
        expected = {
            "order_fill_rate": (52, 54),
            "on_time_shipment": (53, 54),
            "inventory_accuracy": (44, 45),
        }
        for code, figures in expected.items():
            values = self.env["dist.measure.value"].search(
                [("measure_id.code", "=", code), ("program_id", "=", self.program.id)]
            )
            with self.subTest(code):
                self.assertEqual(
                    (
                        sum(values.mapped("numerator")),
                        sum(values.mapped("denominator")),
                    ),
                    figures,
                )
                for value in values:
                    action = value.action_open_records()
                    self.assertEqual(
                        self.env[action["res_model"]].search_count(action["domain"]),
                        value.sample_size,
                    )

    def _value(self, code):
        """Return numerator and denominator of the pilot's days, added up."""
        values = self.env["dist.measure.value"].search(
            [("measure_id.code", "=", code), ("site_id.code", "=", "LYO")]
        )
        return sum(values.mapped("numerator")), sum(values.mapped("denominator"))

    def test_people_work_in_their_roles(self):
        """Each day the worker of a role works in it; the others look on."""
        rows = self.env["dist.adoption.snapshot"].search(
            [("site_id.code", "=", "LYO"), ("transactions", ">", 0)]
        )
        for login, role, days in (
            ("lyon.sales", "sales", 8),
            ("lyon.picker", "stock", 9),
            ("lyon.inventory", "stock", 9),
            ("lyon.buyer", "purchase", 7),
        ):
            own = rows.filtered(lambda row, login=login: row.user_id.login == login)
            with self.subTest(login):
                self.assertEqual(set(own.mapped("role")), {role})
                self.assertEqual(len(own), days)
        self.assertLessEqual(set(rows.user_id.mapped("login")), set(WORKERS))
        active, holders = self._value("adoption_rate")
        self.assertEqual(active, len(rows))
        self.assertLess(active, holders)

    def test_supply(self):
        """Six receipts, one of them held, and a customer whom the vendor serves."""
        orders = self.env["purchase.order"].search(
            [("user_id.login", "=", "lyon.buyer")]
        )
        self.assertEqual(len(orders), 8)
        for line in orders.order_line:
            self.assertEqual(line.selected_seller_id.product_name, AGREEMENT)
            self.assertEqual(line.price_unit, line.selected_seller_id.price)
            self.assertGreater(line.price_unit, 0)
        by_usage = {}
        for move in orders.picking_ids.move_ids.filtered(lambda m: m.state == "done"):
            usage = (move.location_id.usage, move.location_dest_id.usage)
            by_usage.setdefault(usage, set()).add(move.picking_id)
        self.assertEqual(
            {usage: len(pickings) for usage, pickings in by_usage.items()},
            {
                ("supplier", "internal"): 5,
                ("transit", "internal"): 1,
                ("supplier", "customer"): 1,
            },
        )
        held = self.env["stock.quant"].search(
            [("location_id.name", "=", "Quality Hold"), ("quantity", ">", 0)]
        )
        self.assertTrue(held)
        on_time, receipts = self._value("supplier_on_time")
        self.assertEqual(receipts - on_time, 2)

    def test_planner_goes_round_the_season(self):
        plan = self.env["dist.wave.plan"].search([("program_id", "=", self.program.id)])
        self.assertEqual(plan.state, "proposed")
        season = self.env["dist.blackout"].search([("effect", "=", "block")])
        new = plan.line_ids.filtered(lambda line: not line.wave_id)
        self.assertEqual(sorted(new.site_id.mapped("code")), ["HAM", "MRS", "ROT"])
        for entry in plan.schedule.values():
            if not entry["wave_id"]:
                self.assertGreater(entry["go_live"], str(season.date_to))

    def test_loads_reconcile_or_say_where_they_differ(self):
        pilot, second = self.env["dist.migration.cycle"].search(
            [("program_id", "=", self.program.id)], order="id"
        )
        self.assertEqual(pilot.reconciliation_id.result, "passed")
        self.assertEqual(pilot.state, "signed")
        run = second.reconciliation_id
        self.assertEqual(run.result, "failed")
        # the stock at Lille, and no more than that
        self.assertEqual(
            set(
                run.control_ids.filtered(lambda c: c.result == "failed").mapped("code")
            ),
            {"onhand_quantity", "rows_loaded"},
        )

    def test_red_line_leads_to_its_discrepancy(self):
        gate = self.second.gate_ids.filtered(lambda gate: gate.site_id.code == "LIL")
        line = gate.line_ids.filtered(lambda line: "Opening stock" in line.name)
        self.assertEqual(line.result, "failed")
        action = line.with_user(self._user("consultant")).action_open_records()
        discrepancy = self.env[action["res_model"]].search(action["domain"])
        self.assertTrue(discrepancy)
        self.assertEqual(discrepancy.mapped("legacy_value")[0], 48)
        self.assertEqual(discrepancy[0].kind, "missing")

    def test_green_line_has_no_discrepancy(self):
        line = self.pilot.gate_ids.line_ids.filtered(
            lambda line: "Opening stock" in line.name
        )
        action = line.action_open_records()
        self.assertFalse(self.env[action["res_model"]].search(action["domain"]))

    def test_registers(self):
        """Lyon has tested its devices, Lille lacks a printer, Boston has not begun."""
        for code, results in (
            ("LYO", {"passed"}),
            ("LIL", {"passed", "failed"}),
            ("BOS", {"untested"}),
        ):
            checks = self.env["dist.device.check"].search(
                [("program_id", "=", self.program.id), ("site_id.code", "=", code)]
            )
            with self.subTest(code):
                self.assertEqual(set(checks.mapped("result")), results)
        integrations = self.env["dist.integration"].search(
            [("program_id", "=", self.program.id)], order="id"
        )
        self.assertEqual(integrations.mapped("status"), ["passed", "untested"])
        tests = self.env["dist.performance.test"].search(
            [("program_id", "=", self.program.id)], order="id"
        )
        self.assertEqual(tests.mapped("result"), ["passed", "failed"])

    def test_site_managers_see_their_own(self):
        for login, code in (("lyon", "LYO"), ("lille", "LIL"), ("boston", "BOS")):
            user = self._user(login)
            gates = self.env["dist.gate"].with_user(user).search([])
            with self.subTest(login):
                self.assertEqual(gates.site_id.code, code)

    def test_open_purchases_and_roster(self):
        """Of two orders one is undecided; of the first three days the nights are."""
        lille = self._user("lille")
        transactions = self.env["dist.open.transaction"].with_user(lille).search([])
        self.assertEqual(
            transactions.mapped("disposition").count(False), len(transactions) - 1
        )
        self.assertEqual(
            transactions.mapped("kind").count("purchase"),
            2,
            transactions.mapped("name"),
        )
        today = self.pilot.site_ids._local_day()
        self.env["dist.measure"]._compute_window(
            "roster", self.second.site_ids, today, today
        )
        uncovered = self.env["dist.measure.value"].search(
            [
                ("measure_id.code", "=", "support_uncovered"),
                ("site_id.code", "=", "LIL"),
            ]
        )
        self.assertEqual(uncovered.value, 3 * 8)
        self.assertIn("nobody", self.second.support_gaps)

    def test_third_wave_lies_in_the_season(self):
        self.assertEqual(self.third.state, "draft")
        self.assertTrue(self.third.has_calendar_obstacle)
        self.assertIn("Spring peak season", self.third.calendar_conflicts)
        with self.assertRaisesRegex(UserError, "Spring peak season"):
            self.third.with_user(self._user("consultant")).action_plan()

    def test_holding_with_five_entities_and_four_warehouses(self):
        sites = self.program.site_ids
        self.assertEqual(len(sites.company_id), 4)
        self.assertEqual(len(self._user("program").company_ids), 6)
        self.assertEqual(
            sorted(sites.mapped("type")),
            ["branch", "branch", "dc", "dc", "regional", "regional"],
        )

    def test_chain_is_intact(self):
        chain = self.env["dist.signoff.chain"]._of_program(self.program)
        self.assertEqual(chain.last_seq, 5)
        self.assertFalse(chain._run_check())

    def test_built_once(self):
        self.env["dist.rollout.demo"]._build()
        self.assertEqual(
            self.env["dist.program"].search_count([("code", "=", PROGRAM_CODE)]), 1
        )
