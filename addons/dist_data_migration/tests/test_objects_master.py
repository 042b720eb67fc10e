import base64
from datetime import date
from io import BytesIO

from PIL import Image
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_objects import ObjectsCommon

PRODUCTS = {"product": "key,name\nP1,Apple\nP2,Pear\n"}


@tagged("post_install", "-at_install")
class TestMasterObjects(ObjectsCommon):
    def test_category(self):
        cycle = self._load(
            {
                "product_category": (
                    "key,name,parent,costing_method,valuation,income_account,"
                    "expense_account,valuation_account\n"
                    "C2,Fruit,C1,average,real_time,4000,5000,1400\nC1,Food,,,,,,\n"
                ),
                "product": "key,name,category_key\nP1,Apple,C2\n",
            }
        )
        self._assert_loaded(cycle)
        fruit = self._loaded(cycle, "product_category", "C2")
        self.assertRecordValues(
            fruit.with_company(self.company),
            [
                {
                    "complete_name": "Food / Fruit",
                    "property_cost_method": "average",
                    "property_valuation": "real_time",
                    "property_account_income_categ_id": self.accounts["4000"].id,
                    "property_account_expense_categ_id": self.accounts["5000"].id,
                    "property_stock_valuation_account_id": self.accounts["1400"].id,
                }
            ],
        )
        self.assertEqual(self._loaded(cycle, "product", "P1").categ_id, fruit)
        self._again(cycle, "product_category", "product")

    def test_category_with_unknown_account(self):
        cycle = self._load(
            {"product_category": "key,name,income_account\nC1,Food,9999\nC2,Tin,4000\n"}
        )
        self.assertEqual(list(self._errors(cycle, "product_category")), ["C1"])
        self.assertIn("no account 9999", self._errors(cycle, "product_category")["C1"])

    def test_accounts_taxes_and_currencies_that_odoo_lacks(self):
        self.env["account.tax.group"].create(
            {"name": "Test", "company_id": self.company.id}
        )
        self.env["account.tax"].create(
            {"name": "Sale 20", "type_tax_use": "sale", "company_id": self.company.id}
        )
        cycle = self._stage(
            {
                "product_category": (
                    "key,name,income_account,expense_account\n"
                    "C1,Food,4000,9998\nC2,Tin,9999,5000\n"
                ),
                "product": (
                    "key,name,sale_tax,purchase_tax\n"
                    "P1,Apple,sale 20,\nP2,Pear,Sale 21,\nP3,Plum,,Sale 20\n"
                ),
                "supplier": "key,name\nS1,Supply\n",
                "supplier_price": (
                    "key,supplier,product,price,currency\n1,S1,P1,5,XXQ\n2,S1,P1,5,\n"
                ),
            }
        )
        found = {
            (finding.rule, finding.legacy_key, finding.field_name)
            for finding in cycle.finding_ids
            if finding.rule.startswith("unknown_")
        }
        self.assertEqual(
            found,
            {
                ("unknown_account", "C1", "expense_account"),
                ("unknown_account", "C2", "income_account"),
                ("unknown_tax", "P2", "sale_tax"),
                # it is a tax, but not one of purchases
                ("unknown_tax", "P3", "purchase_tax"),
                ("unknown_currency", "1", "currency"),
            },
        )

    def test_partners_with_hierarchy_and_terms(self):
        term = self.env["account.payment.term"].create({"name": "Net 21"})
        cycle = self._load(
            {
                "customer": (
                    "key,name,code,vat,parent,payment_term,city\n"
                    "B,Branch,B1,,A,net 21,Lyon\nA,Head,A1,FR23334175221,,,Paris\n"
                ),
                "supplier": "key,name,payment_term\nS,Supply,Net 21\n",
                "delivery_address": (
                    "key,customer,name,street,zip,city,country,phone\n"
                    "D1,A,Dock 4,Quai 1,13002,Marseille,FR,+33 4 00\n"
                ),
            }
        )
        self._assert_loaded(cycle)
        head, branch = (self._loaded(cycle, "customer", key) for key in "AB")
        self.assertRecordValues(
            branch,
            [
                {
                    "parent_id": head.id,
                    "is_company": True,
                    "city": "Lyon",
                    "property_payment_term_id": term.id,
                }
            ],
        )
        self.assertEqual((head.vat, head.ref), ("FR23334175221", "A1"))
        supplier = self._loaded(cycle, "supplier", "S")
        self.assertEqual(supplier.property_supplier_payment_term_id, term)
        dock = self._loaded(cycle, "delivery_address", "D1")
        self.assertRecordValues(
            dock,
            [
                {
                    "parent_id": head.id,
                    "type": "delivery",
                    "name": "Dock 4",
                    "city": "Marseille",
                    "is_company": False,
                    "customer_rank": 0,
                }
            ],
        )
        self._again(cycle, "customer", "supplier", "delivery_address")

    def test_unknown_payment_term_is_refused(self):
        cycle = self._load({"customer": "key,name,payment_term\nA,Head,Net 99\n"})
        self.assertIn("Net 99 is unknown", self._errors(cycle, "customer")["A"])

    def _variants(self, products, families="F,Shirt,10\n", **values):
        return self._load(
            {
                "product_attribute": (
                    "key,attribute,value,sequence\n"
                    "R,Shade,Red,1\nB,Shade,Blue,2\nS,Fit,S,\nM,Fit,M,\n"
                ),
                "product_family": f"key,name,list_price\n{families}",
                "product": f"key,name,family,attributes,code,standard_price,active\n"
                f"{products}",
            },
            **values,
        )

    def test_images_come_later_in_all_sizes(self):
        cycle = self._load(
            {"customer": "key,name\nA,Alpha\n", "product": "key,name\nP1,Apple\n"}
        )
        self._assert_loaded(cycle)
        image = BytesIO()
        Image.new("RGB", (400, 400), "green").save(image, "PNG")
        for code, key in (("customer", "A"), ("product", "P1")):
            record = self._loaded(cycle, code, key)
            with self.subTest(record=record):
                self.assertFalse(record.image_1920 or record.image_128)
                record.image_1920 = base64.b64encode(image.getvalue())
                self.env.flush_all()
                record.invalidate_recordset()
                small = base64.b64decode(record.image_128)
                self.assertEqual(Image.open(BytesIO(small)).size, (128, 128))

    def test_empty_deletion_flag_means_active(self):
        mapping = self._create_mapping(
            """
            name: Flags
            source_system: FLAGS
            objects:
              - object: product
                file: product.csv
                key: key
                fields:
                  name: name
                  active: {column: deleted, "true": [""], "false": [X]}
            """
        )
        line = mapping.object_ids.line_ids.filtered(
            lambda line: line.field_name == "active"
        )
        self.assertRecordValues(line, [{"true_values": '""', "false_values": "X"}])
        cycle = self._load(
            {"product": "key,name,deleted\nP1,Apple,\nP2,Pear,X\n"},
            cycle=self._create_cycle(mapping_id=mapping.id),
        )
        self._assert_loaded(cycle)
        self.assertEqual(
            [self._loaded(cycle, "product", key).active for key in ("P1", "P2")],
            [True, False],
        )

    def test_variants_of_a_family(self):
        cycle = self._variants(
            "P1,Shirt red S,F,Shade: Red; Fit: S,SH-R-S,4,1\n"
            "P2,Shirt red M,F,shade: red; fit: m,SH-R-M,4.5,1\n"
            "P3,Shirt blue M,F,Fit: M; Shade: Blue,SH-B-M,5,0\n"
            "P4,Hat,,,HAT,3,1\n"
        )
        self._assert_loaded(cycle)
        shirt = self._loaded(cycle, "product_family", "F")
        red, medium, blue, hat = (
            self._loaded(cycle, "product", f"P{number}") for number in range(1, 5)
        )
        # three of the four combinations: no variant that the legacy system lacks
        variants = shirt.with_context(active_test=False).product_variant_ids
        self.assertEqual(variants, red | medium | blue)
        self.assertEqual(shirt.product_variant_ids, red | medium)
        self.assertTrue(shirt.active)
        self.assertEqual(
            [
                product.product_template_attribute_value_ids.mapped("name")
                for product in (red, medium, blue)
            ],
            [["Red", "S"], ["Red", "M"], ["Blue", "M"]],
        )
        self.assertEqual(
            [product.default_code for product in (red, medium, blue, hat)],
            ["SH-R-S", "SH-R-M", "SH-B-M", "HAT"],
        )
        costs = [
            product.with_company(self.company).standard_price
            for product in (red, medium, blue)
        ]
        self.assertEqual(costs, [4, 4.5, 5])
        self.assertTrue(red.is_storable)
        self.assertEqual(red.lst_price, 10)
        self._again(cycle, "product_attribute", "product_family", "product")
        cycle.action_reconcile()
        facts = cycle.reconciliation_id._as_dict()
        self.assertEqual(
            (facts["product_count"]["legacy"], facts["product_count"]["odoo"]),
            ("4", "4"),
        )
        self.assertEqual(cycle.reconciliation_id.result, "passed")

    def test_variants_that_cannot_be(self):
        cycle = self._variants(
            "P1,Shirt,F,Shade: Red; Fit: S,A,4,1\n"
            "P2,Shirt,F,Shade: Rde; Fit: S,B,4,1\n"
            "P3,Shirt,F,Shade: Red,C,4,1\n"
            "P4,Shirt,F,,D,4,1\n"
            "P5,Shirt,,Shade: Red,E,4,1\n"
            "P6,Shirt,F,Shade: ; Fit: S,F,4,1\n"
            "P7,Shirt,G,Shade: Red; Fit: S,G,4,1\n"
            "P8,Shirt,F,Shade: Blue; Fit: S,H,4,1\n"
            "P9,Shirt,F,Fit: s;shade:  Blue,I,4,1\n"
        )
        errors = self._errors(cycle, "product")
        for key, text in {
            "P2": "Shade has no value Rde",
            "P3": "All variants of Shirt have the attributes",
            "P4": "needs its attributes",
            "P5": "name the product family",
            "P6": "no list of attributes",
            "P7": "G",
            "P8": "several keys: P8, P9",
            "P9": "several keys: P8, P9",
        }.items():
            with self.subTest(key):
                self.assertIn(text, errors.get(key, ""))
        self.assertEqual(set(errors), {f"P{number}" for number in range(2, 10)})

    def test_attributes_that_create_variants_by_themselves_are_refused(self):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Shade",
                "create_variant": "always",
                "value_ids": [fields.Command.create({"name": "red"})],
            }
        )
        cycle = self._variants("P1,Shirt,F,Shade: Red; Fit: S,A,4,1\n")
        self.assertIn("dynamically", self._errors(cycle, "product")["P1"])
        # the value that was there is used, not doubled
        self.assertEqual(
            self._loaded(cycle, "product_attribute", "R"), attribute.value_ids[0]
        )

    def test_variants_are_taken_back(self):
        cycle = self._variants("P1,Shirt,F,Shade: Red; Fit: S,A,4,1\n")
        shirt = self._loaded(cycle, "product_family", "F")
        attributes = shirt.attribute_line_ids.attribute_id
        cycle.sudo()._reverse_now()
        self.assertFalse(shirt.exists())
        self.assertFalse(attributes.exists())

    def test_product_with_tracking_taxes_and_routes(self):
        group = self.env["account.tax.group"].create(
            {"name": "Test", "company_id": self.company.id}
        )
        taxes = self.env["account.tax"].create(
            [
                {
                    "name": "Test 7%",
                    "amount": 7,
                    "type_tax_use": use,
                    "company_id": self.company.id,
                    "tax_group_id": group.id,
                }
                for use in ("sale", "purchase")
            ]
        )
        routes = self.env["stock.route"].create(
            [{"name": "By Rail"}, {"name": "By Road"}]
        )
        cycle = self._load(
            {
                "product": (
                    "key,name,tracking,sale_tax,purchase_tax,routes\n"
                    "P1,Apple,lot,Test 7%,test 7%,by rail; By Road\n"
                    "P2,Pear,none,Test 8%,,\nP3,Plum,,,,By Sea\n"
                )
            }
        )
        apple = self._loaded(cycle, "product", "P1")
        self.assertEqual(apple.tracking, "lot")
        self.assertEqual((apple.taxes_id, apple.supplier_taxes_id), tuple(taxes))
        self.assertEqual(apple.route_ids, routes)
        errors = self._errors(cycle, "product")
        self.assertIn("no tax Test 8%", errors["P2"])
        self.assertIn("By Sea is unknown", errors["P3"])
        cycle.sudo()._load_now()
        self.assertEqual(
            self._rows(cycle, "product").sorted("line").mapped("outcome"),
            ["same", False, "fail"],
        )

    def test_packaging(self):
        cycle = self._load(
            {
                **PRODUCTS,
                "packaging": (
                    "key,product,name,quantity,barcode\n"
                    "K1,P1,Crate,24,4006381333931\nK2,P2,Crate,24,\nK3,P2,Bag,0,\n"
                ),
            }
        )
        errors = self._errors(cycle, "packaging")
        self.assertIn("more than nothing", errors.pop("K3"))
        self.assertFalse(errors)
        apple, pear = (self._loaded(cycle, "product", key) for key in ("P1", "P2"))
        crate = self._loaded(cycle, "packaging", "K1")
        self.assertEqual(crate, self._loaded(cycle, "packaging", "K2"))
        self.assertRecordValues(
            crate,
            [
                {
                    "name": "Crate",
                    "relative_factor": 24,
                    "relative_uom_id": apple.uom_id.id,
                }
            ],
        )
        self.assertIn(crate, apple.uom_ids & pear.uom_ids)
        link = self.env["product.uom"].search([("barcode", "=", "4006381333931")])
        self.assertEqual((link.product_id, link.uom_id), (apple, crate))
        cycle.sudo()._load_now()
        self.assertEqual(
            self._rows(cycle, "packaging").sorted("line").mapped("outcome"),
            ["same", "same", "fail"],
        )

    def test_packaging_with_another_content_next_time(self):
        objects = {
            **PRODUCTS,
            "packaging": "key,product,name,quantity\nK1,P1,Crate,24\n",
        }
        cycle = self._load(objects)
        crate = self._loaded(cycle, "packaging", "K1")
        objects["packaging"] = "key,product,name,quantity\nK1,P1,Crate,30\n"
        self._load(objects, cycle=cycle)
        apple = self._loaded(cycle, "product", "P1")
        self.assertNotIn(crate, apple.uom_ids)
        self.assertEqual(apple.uom_ids.relative_factor, 30)
        self.assertEqual(self._rows(cycle, "packaging").outcome, "update")

    def test_supplier_prices(self):
        cycle = self._load(
            {
                "supplier": "key,name\nS,Supply\n",
                **PRODUCTS,
                "supplier_price": (
                    "key,supplier,product,price,min_quantity,lead_time,currency,"
                    "supplier_code,date_start,date_end\n"
                    "1,S,P1,1.25,10,2.5,,X-1,2026-01-01,2026-12-31\n"
                    "2,S,P1,1.10,100,3,XXX,,,\n"
                ),
            }
        )
        price = self._loaded(cycle, "supplier_price", "1")
        self.assertRecordValues(
            price,
            [
                {
                    "partner_id": self._loaded(cycle, "supplier", "S").id,
                    "product_id": self._loaded(cycle, "product", "P1").id,
                    "price": 1.25,
                    "min_qty": 10,
                    "delay": 3,
                    "currency_id": self.company.currency_id.id,
                    "product_code": "X-1",
                    "date_start": date(2026, 1, 1),
                    "date_end": date(2026, 12, 31),
                }
            ],
        )
        self.assertIn("currency XXX", self._errors(cycle, "supplier_price")["2"])
        cycle.sudo()._load_now()
        self.assertEqual(
            self._rows(cycle, "supplier_price").sorted("line").mapped("outcome"),
            ["same", False],
        )

    def test_pricelists_and_customer_prices(self):
        cycle = self._load(
            {
                "customer": "key,name\nA,Alpha\n",
                **PRODUCTS,
                "pricelist_item": (
                    "key,pricelist,product,customer,price,min_quantity,date_start\n"
                    "1,Wholesale,P1,A,2.2,,2026-06-01\n2,Wholesale,P2,,3,12,\n"
                ),
            }
        )
        self._assert_loaded(cycle)
        item = self._loaded(cycle, "pricelist_item", "1")
        pricelist = item.pricelist_id
        self.assertRecordValues(
            pricelist, [{"name": "Wholesale", "company_id": self.company.id}]
        )
        customer = self._loaded(cycle, "customer", "A").with_company(self.company)
        self.assertEqual(customer.specific_property_product_pricelist, pricelist)
        apple, pear = (self._loaded(cycle, "product", key) for key in ("P1", "P2"))
        # the first of June starts at 22:00 UTC of the day before in Paris
        self.assertEqual(
            item.date_start, fields.Datetime.to_datetime("2026-05-31 22:00:00")
        )
        june = fields.Datetime.to_datetime("2026-06-02 00:00:00")
        self.assertEqual(pricelist._get_product_price(apple, 1, date=june), 2.2)
        self.assertEqual(pricelist._get_product_price(pear, 12), 3)
        self._again(cycle, "pricelist_item")

    def test_customer_with_two_pricelists_is_refused(self):
        cycle = self._load(
            {
                "customer": "key,name\nA,Alpha\n",
                **PRODUCTS,
                "pricelist_item": (
                    "key,pricelist,product,customer,price\n1,One,P1,A,2\n2,Two,P2,A,3\n"
                ),
            }
        )
        errors = self._errors(cycle, "pricelist_item")
        self.assertEqual(len(errors), 2)
        self.assertIn("one price list only, not One, Two", errors["1"])

    def test_putaway(self):
        cycle = self._load(
            {
                "location": "key,name,parent\nR,Row,\nR1,Rack,R\nX,Else,\n",
                "product_category": "key,name\nC,Food\n",
                **PRODUCTS,
                "putaway": (
                    "key,location_from,location_to,product,category_key\n"
                    "1,R,R1,P1,\n2,R,R1,,C\n3,R,X,P2,\n4,R,R1,P1,C\n"
                ),
            }
        )
        rule = self._loaded(cycle, "putaway", "1")
        self.assertRecordValues(
            rule,
            [
                {
                    "location_in_id": self._loaded(cycle, "location", "R").id,
                    "location_out_id": self._loaded(cycle, "location", "R1").id,
                    "product_id": self._loaded(cycle, "product", "P1").id,
                }
            ],
        )
        errors = self._errors(cycle, "putaway")
        self.assertEqual(set(errors), {"3", "4"})
        self.assertIn("does not lie within", errors["3"])
        self.assertIn("not for both", errors["4"])
        cycle.sudo()._load_now()
        self.assertEqual(
            self._rows(cycle, "putaway").sorted("line").mapped("outcome"),
            ["same", "same", "fail", "fail"],
        )

    def test_reorder_rules(self):
        cycle = self._load(
            {
                "location": "key,name\nR,Row\n",
                **PRODUCTS,
                "reorder_rule": (
                    "key,product,location,warehouse,minimum,maximum,multiple\n"
                    "1,P1,,MIG,5,20,6\n2,P2,R,,1,4,\n3,P2,,MIG,9,4,\n"
                ),
            }
        )
        rule = self._loaded(cycle, "reorder_rule", "1")
        self.assertRecordValues(
            rule,
            [
                {
                    "location_id": self.stock.id,
                    "warehouse_id": self.warehouse.id,
                    "product_min_qty": 5,
                    "product_max_qty": 20,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertEqual(rule.replenishment_uom_id.relative_factor, 6)
        self.assertEqual(
            self._loaded(cycle, "reorder_rule", "2").location_id,
            self._loaded(cycle, "location", "R"),
        )
        self.assertIn("below the minimum", self._errors(cycle, "reorder_rule")["3"])

    def test_reorder_rule_that_is_there_is_updated(self):
        objects = {
            **PRODUCTS,
            "reorder_rule": "key,product,minimum,maximum\n1,P1,5,20\n",
        }
        cycle = self._stage(objects)
        cycle.sudo()._load_rows(only={"supplier", "product_category", "product"})
        apple = self._loaded(cycle, "product", "P1")
        rule = self.env["stock.warehouse.orderpoint"].create(
            {"product_id": apple.id, "location_id": self.stock.id}
        )
        cycle.sudo()._load_now()
        self.assertEqual(self._loaded(cycle, "reorder_rule", "1"), rule)
        self.assertEqual((rule.product_min_qty, rule.product_max_qty), (5, 20))
        self._again(cycle, "reorder_rule")

    def test_users(self):
        objects = {
            "user": (
                "key,login,name,email,roles\n"
                "1,new.viewer,New Viewer,new@example.com,rollout viewer; Consultant\n"
                "2,new.boss,New Boss,,Settings\n"
                f"3,{self.user_viewer.login},Thief,,Consultant\n"
            )
        }
        cycle = self._stage(objects)
        with self.assertRaisesRegex(AccessError, "may manage users"):
            cycle.with_user(self.user_steward).action_load()
        self.assertEqual(cycle.state, "validated")
        mails = self.env["mail.mail"].search_count([])
        cycle.sudo()._load_now()
        user = self._loaded(cycle, "user", "1")
        self.assertRecordValues(
            user,
            [
                {
                    "login": "new.viewer",
                    "company_id": self.company.id,
                    "company_ids": self.company.ids,
                    "share": False,
                }
            ],
        )
        self.assertTrue(user.has_group("dist_rollout_governance.group_viewer"))
        self.assertFalse(user.has_group("dist_rollout_governance.group_data_steward"))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        errors = self._errors(cycle, "user")
        self.assertIn("no role of the rollout", errors["2"])
        self.assertIn("exists already", errors["3"])

    def test_intercompany_balances_create_nothing(self):
        self.company_c.vat = "US1"
        cycle = self._load(
            {
                "intercompany_balance": (
                    "key,counterpart,account,amount\n1,US1,1200,10.5\n2,us2,,3\n"
                    f"3,{self.company.name},,3\n"
                )
            }
        )
        errors = self._errors(cycle, "intercompany_balance")
        self.assertEqual(set(errors), {"2", "3"})
        self.assertIn("no other company", errors["2"])
        self.assertFalse(
            self.env["dist.legacy.key"].search([("cycle_id", "=", cycle.id)])
        )

    def test_objects_of_apps_that_are_not_installed_say_so(self):
        cycle = self._load(
            {
                "employee": "key,name\nE,Eve\n",
                **PRODUCTS,
                "bill_of_material": (
                    "key,product,component,component_quantity\nB,P1,P2,2\n"
                ),
            }
        )
        for code, model, module in (
            ("employee", "hr.employee", "hr"),
            ("bill_of_material", "mrp.bom.line", "mrp"),
        ):
            with self.subTest(code):
                errors = list(self._errors(cycle, code).values())
                if model in self.env:
                    self.assertFalse(errors)
                else:
                    self.assertIn(f"need the module {module}", errors[0])

    # -- order ------------------------------------------------------------------------

    def test_order_follows_the_needs_and_then_the_sequence(self):
        Object = self.env["dist.migration.object"]
        customer = self.env.ref("dist_data_migration.object_customer")
        customer.sequence = 999
        codes = Object._ordered().mapped("code")
        self.assertEqual(len(codes), 27)
        for record in Object.search([]):
            for needed in record.depends_on_ids:
                self.assertLess(codes.index(needed.code), codes.index(record.code))
        self.assertLess(codes.index("customer"), codes.index("sale_order"))
        self.assertLess(codes.index("location"), codes.index("supplier"))

    def test_circle_is_refused_with_names(self):
        product = self.env.ref("dist_data_migration.object_product")
        lot = self.env.ref("dist_data_migration.object_lot")
        with self.assertRaisesRegex(ValidationError, "Products, Lots and Serial"):
            product.depends_on_ids = [fields.Command.link(lot.id)]

    def test_orders_before_their_customers_raise(self):
        cycle = self._create_staged_cycle()
        cycle.action_validate()
        with self.assertRaisesRegex(
            UserError, "Open Sales Orders need .*Customers.* have not been loaded"
        ):
            cycle._engine()._load_rows(only={"sale_order"})

    def test_owner_of_an_object_per_program(self):
        Owner = self.env["dist.migration.object.owner"].with_user(self.user_steward)
        product = self.env.ref("dist_data_migration.object_product")
        vals = {
            "program_id": self.program.id,
            "object_id": product.id,
            "owner_id": self.user_consultant.id,
            "steward_id": self.user_steward.id,
            "source_system": "TEST",
            "site_ids": [fields.Command.set(self.site_a.ids)],
        }
        owner = Owner.create(vals)
        self.assertEqual(product.owner_ids, owner)
        self.assertIn("Products", owner.display_name)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            Owner.create(dict(vals, source_system="test"))
