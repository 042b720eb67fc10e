from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common_blueprint import BlueprintCommon


@tagged("post_install", "-at_install")
class TestConformance(BlueprintCommon):
    def _check(self, expected, element=None, **values):
        """Evaluate one rule and compare the findings of the three sites."""
        blueprint = self._create_blueprint()
        rule = self._create_rule(self._create_element(blueprint), **values)
        self._release(blueprint)
        self.assertFalse(rule.last_error)
        found = {
            finding.site_id.code: finding.status
            for finding in rule.finding_ids.filtered(
                lambda finding: finding.site_id.code in expected
            )
        }
        self.assertEqual(found, expected)
        return rule

    def test_selection_of_a_warehouse(self):
        self.warehouse_b.delivery_steps = "ship_only"
        rule = self._check(
            {"A": "conforming", "B": "uncovered", "C": "nothing"},
            field="delivery_steps",
            options=["pick_ship", "pick_pack_ship"],
        )
        finding = self._finding(self.site_b, rule)
        self.assertEqual(finding.actual, "Deliver (1 step)")
        self.assertEqual((finding.checked_count, finding.deviating_count), (1, 1))
        self.assertEqual(finding.uncovered_since, fields.Date.today())
        self.assertIn("Pick then Deliver", finding.expected)

    def test_value_by_company_and_its_default(self):
        category = self.env["product.category"].create({"name": "Conformance"})
        category.with_company(self.company_c).property_cost_method = "standard"
        category.with_company(self.site_a.company_id).property_cost_method = "fifo"
        rule = self._check(
            {"A": "conforming", "B": "conforming", "C": "uncovered"},
            model="product.category",
            field="property_cost_method",
            operator="equals",
            options=["fifo"],
            filter_domain=f"[('id', '=', {category.id})]",
        )
        self.assertEqual(self._finding(self.site_c, rule).actual, "Standard Price")
        # without a value of its own the category has the company's default
        self.env["ir.default"].set(
            "product.category",
            "property_cost_method",
            "average",
            company_id=self.company_c.id,
        )
        self.env.cr.execute(
            "UPDATE product_category SET property_cost_method = NULL WHERE id = %s",
            [category.id],
        )
        rule._evaluate(self.site_c)
        self.assertEqual(self._finding(self.site_c, rule).actual, "Average Cost (AVCO)")

    def test_number_of_records(self):
        Quant = self.env["stock.quant"]
        product = self.env["product.product"].create(
            {"name": "Negative", "is_storable": True}
        )
        Quant._update_available_quantity(product, self.warehouse_a.lot_stock_id, -3)
        rule = self._check(
            {"A": "uncovered", "B": "conforming", "C": "conforming"},
            model="stock.quant",
            operator="equals",
            expected_number=0,
            filter_domain="[('quantity', '<', 0)]",
        )
        finding = self._finding(self.site_a, rule)
        self.assertEqual(finding.actual, "1 records")
        self.user_consultant.group_ids |= self.env.ref("stock.group_stock_user")
        action = finding.with_user(self.user_consultant).action_open_setting()
        self.assertEqual(
            Quant.browse(action["res_id"]).location_id, self.warehouse_a.lot_stock_id
        )

    def test_format_of_a_name(self):
        self.warehouse_b.code = "9b"
        self._check(
            {"A": "conforming", "B": "uncovered"},
            field="code",
            operator="format",
            expected_text="A??",
        )

    def test_threshold_of_the_company(self):
        self.site_a.company_id.po_double_validation_amount = 900
        self.company_c.po_double_validation_amount = 20000
        self._check(
            {"A": "conforming", "B": "conforming", "C": "uncovered"},
            model="res.company",
            field="po_double_validation_amount",
            operator="at_most",
            expected_number=5000,
        )

    def test_age_of_a_lock_date(self):
        today = fields.Date.today()
        self.site_a.company_id.sudo().tax_lock_date = today - timedelta(days=20)
        self.company_c.sudo().tax_lock_date = today - timedelta(days=200)
        self._check(
            {"A": "conforming", "C": "uncovered"},
            model="res.company",
            field="tax_lock_date",
            operator="max_age",
            expected_number=31,
        )

    def test_record_of_a_shared_category(self):
        fifo = self.env.ref("stock.removal_fifo")
        category = self.env["product.category"].create({"name": "Shared"})
        rule = self._check(
            {"A": "uncovered", "B": "uncovered", "C": "uncovered"},
            model="product.category",
            field="removal_strategy_id",
            operator="equals",
            expected_record_id=fifo.id,
            filter_domain=f"[('id', '=', {category.id})]",
        )
        self.assertEqual(self._finding(self.site_a, rule).actual, "(empty)")
        category.removal_strategy_id = fifo
        rule.blueprint_id._evaluate()
        self.assertEqual(self._finding(self.site_a, rule).status, "conforming")

    def test_users_outside_the_role_model(self):
        group = self.env.ref("stock.group_stock_manager")
        self.user_steward.group_ids |= group
        rule = self._check(
            {"C": "conforming"},
            model="res.users",
            operator="at_most",
            expected_number=0,
            filter_domain=f"[('all_group_ids', 'in', [{group.id}]), "
            f"('login', '=', '{self.user_steward.login}')]",
        )
        self.assertEqual(self._finding(self.site_a, rule).status, "uncovered")

    def test_type_of_site(self):
        self.site_b.type = "branch"
        (self.warehouse_a | self.warehouse_b).delivery_steps = "ship_only"
        rule = self._check(
            {"A": "uncovered"},
            field="delivery_steps",
            options=["pick_ship"],
            site_type=self.site_a.type,
        )
        self.assertFalse(self._finding(self.site_b, rule))

    def test_finding_goes_with_the_drift(self):
        blueprint = self._release(self._create_delivery_blueprint())
        self.assertEqual(self._finding(self.site_a).status, "conforming")
        self.warehouse_a.delivery_steps = "ship_only"
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_conformance"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._finding(self.site_a).status, "uncovered")
        self.assertEqual(blueprint.uncovered_count, 1)
        self.warehouse_a.delivery_steps = "pick_ship"
        blueprint.with_user(self.user_consultant).action_evaluate()
        self.assertEqual(self._finding(self.site_a).status, "conforming")
        self.assertFalse(self._finding(self.site_a).uncovered_since)

    def test_findings_go_with_their_version(self):
        first = self._release(self._create_delivery_blueprint())
        second = self.env["dist.blueprint"].browse(
            first.with_user(self.user_consultant).action_new_version()["res_id"]
        )
        self._release(second)
        findings = self.env["dist.conformance.finding"].search([])
        self.assertEqual(findings.blueprint_id, second)

    def test_failing_rule_does_not_stop_the_others(self):
        blueprint = self._create_blueprint()
        bad = self._create_rule(
            self._create_element(blueprint, "BAD"),
            field="delivery_steps",
            options=["pick_ship"],
        )
        good = self._create_rule(
            self._create_element(blueprint, "GOOD"),
            field="reception_steps",
            options=["one_step"],
        )
        # what an uninstalled addon leaves behind
        self.env.cr.execute(
            "UPDATE dist_conformance_rule SET filter_domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", bad.id],
        )
        bad.invalidate_recordset()
        with self.assertLogs(
            "odoo.addons.dist_rollout_governance.models.dist_conformance_rule", "ERROR"
        ):
            self._release(blueprint)
        self.assertTrue(bad.last_error)
        self.assertTrue(good.finding_ids)
        self.assertFalse(bad.finding_ids)

    def test_measures_follow(self):
        self.warehouse_a.delivery_steps = "ship_only"
        self._release(self._create_delivery_blueprint())
        values = {
            (value.measure_id.code, value.site_id.code): value.value
            for value in self.env["dist.measure.value"].search(
                [("measure_id.topic", "=", "conformance")]
            )
        }
        self.assertEqual(values["drift_uncovered", "A"], 1)
        self.assertEqual(values["drift_uncovered", "B"], 0)
        self.assertEqual(values["conformance_rate", "A"], 0)
        self.assertEqual(values["conformance_rate", "B"], 100)
        # no warehouse, no record to check, hence no statement
        self.assertNotIn(("drift_uncovered", "C"), values)

    def test_statements_do_not_grow_with_sites(self):
        blueprint = self._create_blueprint()
        element = self._create_element(blueprint)
        self._create_rule(element, field="delivery_steps", options=["pick_ship"])
        self._create_rule(
            element,
            model="product.category",
            field="property_cost_method",
            options=["fifo"],
            code="COST",
        )
        self._release(blueprint)

        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            # The time of the last computation is written once a second; and in the six
            # hours after a site's midnight the first run closes its day before.
            with freeze_time("2030-03-05 15:00:00"):
                blueprint.sudo()._evaluate()
                self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def add_sites(numbers):
            for number in numbers:
                site = self._create_site(f"N{number}", manager_id=self.manager_a.id)
                self._create_warehouse(f"N{number:02}", site)
            blueprint.sudo()._evaluate()

        add_sites(range(5))
        few = statements()
        add_sites(range(5, 40))
        self.assertEqual(statements(), few)

    def test_setting_is_opened_with_own_rights(self):
        product = self.env["product.product"].create(
            {"name": "Reordered", "is_storable": True}
        )
        orderpoint = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": product.id,
                "warehouse_id": self.warehouse_a.id,
                "location_id": self.warehouse_a.lot_stock_id.id,
            }
        )
        rule = self._check(
            {"A": "uncovered", "B": "conforming"},
            model="stock.warehouse.orderpoint",
            expected_number=0,
            filter_domain="['|', ('product_id.seller_ids', '=', False), "
            "('product_id.seller_ids.delay', '<=', 0)]",
        )
        finding = self._finding(self.site_a, rule)
        with self.assertRaisesRegex(AccessError, "Ask somebody with rights"):
            finding.with_user(self.user_viewer).action_open_setting()
        self.user_viewer.group_ids |= self.env.ref("stock.group_stock_user")
        action = finding.with_user(self.user_viewer).action_open_setting()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("stock.warehouse.orderpoint", orderpoint.id),
        )
        orderpoint.unlink()
        with self.assertRaisesRegex(UserError, "No record deviates"):
            finding.with_user(self.user_viewer).action_open_setting()

    def test_setting_of_the_company(self):
        blueprint = self._create_blueprint()
        self._create_rule(
            self._create_element(blueprint),
            model="res.company",
            field="po_double_validation",
            options=["two_step"],
        )
        self.site_a.company_id.po_double_validation = "one_step"
        self._release(blueprint)
        finding = self._finding(self.site_a)
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.site_a.company_id
        action = finding.with_user(admin).action_open_setting()
        self.assertEqual(action["res_model"], "res.config.settings")

    def test_nobody_writes_findings(self):
        self._release(self._create_delivery_blueprint())
        finding = self._finding(self.site_a)
        for user in (self.user_admin, self.user_consultant, self.manager_a):
            with self.subTest(user.login), self.assertRaises(AccessError):
                finding.with_user(user).write({"status": "conforming"})

    def test_own_sites_and_companies_only(self):
        self.warehouse_a.delivery_steps = "ship_only"
        self._create_warehouse("WHC", self.site_c)
        self._release(self._create_delivery_blueprint())
        self.env.flush_all()
        Finding = self.env["dist.conformance.finding"]
        self.assertEqual(
            Finding.with_user(self.manager_a).search([]).site_id, self.site_a
        )
        viewer_c = self._create_user("viewer", "viewer_c", company=self.company_c)
        self.assertEqual(Finding.with_user(viewer_c).search([]).site_id, self.site_c)
        [(count,)] = Finding.with_user(viewer_c)._read_group([], [], ["__count"])
        self.assertEqual(count, 1)
        self.assertFalse(
            Finding.with_user(viewer_c).search([("site_id.code", "=", "A")])
        )

    def test_archived_site_is_left_out(self):
        blueprint = self._release(self._create_delivery_blueprint())
        self.warehouse_b.dist_site_id = False
        self.site_b.active = False
        blueprint.sudo()._evaluate()
        self.assertFalse(self._finding(self.site_b))

    def test_members_of_command_center_read(self):
        self._release(self._create_delivery_blueprint())
        findings = self.env["dist.conformance.finding"].with_user(
            self.user_command_center
        )
        self.assertTrue(findings.search([]).mapped("actual"))

    def test_options_are_one_of(self):
        rule = self._create_rule(
            self._create_element(self._create_blueprint()),
            field="delivery_steps",
            options=["pick_ship", "ship_only"],
        )
        rule.write({"expected_selection_ids": [Command.clear()], "operator": "is_set"})
        self.assertEqual(rule.rule_text, "Warehouse: Outgoing Shipments is set")
