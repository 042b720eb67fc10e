from lxml import html

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_blueprint import BlueprintCommon


@tagged("post_install", "-at_install")
class TestBlueprint(BlueprintCommon):
    def test_release_freezes_the_version_before(self):
        first = self._create_delivery_blueprint()
        self._create_element(first, "NAMING", area="naming")
        self._release(first)
        self.assertEqual((first.state, first.version), ("released", 1))
        second = self.env["dist.blueprint"].browse(
            first.with_user(self.user_consultant).action_new_version()["res_id"]
        )
        self.assertEqual((second.version, second.previous_id), (2, first))
        self.assertEqual(second.rule_count, 1)
        self._release(second)
        self.assertEqual(first.state, "superseded")
        self.assertEqual(second.state, "released")
        for blueprint in (first, second):
            element = blueprint.element_ids.filtered("rule_ids")
            element = element.with_user(self.user_admin)
            with self.assertRaisesRegex(UserError, "Create a new version"):
                element.standard = "Anything goes."
            with self.assertRaisesRegex(UserError, "Create a new version"):
                element.rule_ids.unlink()
            with self.assertRaisesRegex(UserError, "Create a new version"):
                self._create_element(blueprint, "MORE")

    def test_difference_lists_exactly_what_changed(self):
        first = self._create_delivery_blueprint()
        for code in ("NAMING", "PRICING", "ROLES"):
            self._create_element(first, code)
        self._release(first)
        second = self.env["dist.blueprint"].browse(
            first.with_user(self.user_consultant).action_new_version()["res_id"]
        )
        by_code = {element.code: element for element in second.element_ids}
        by_code["PRICING"].with_user(self.user_consultant).standard = "One price list."
        by_code["DELIVERY"].rule_ids.sudo().operator = "differs"
        self.assertEqual(
            [(code, kind) for code, kind, _changes in second._differences(first)],
            [("DELIVERY", "changed"), ("PRICING", "changed")],
        )
        action = second.with_user(self.user_viewer).action_compare()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.old_id, first)
        page = html.fromstring(str(wizard.with_user(self.user_viewer).difference))
        self.assertEqual(
            [title.text for title in page.xpath("//h3/span[1]")],
            ["DELIVERY", "PRICING"],
        )
        self.assertIn("One price list.", page.text_content())

    def test_texts_are_escaped_on_screen(self):
        blueprint = self._create_blueprint()
        self._create_element(blueprint, "X", standard="<img src=x onerror=alert(1)>")
        wizard = self.env["dist.blueprint.compare.wizard"].create(
            {"new_id": blueprint.id}
        )
        self.assertNotIn("<img", wizard.difference)

    def test_new_version_is_one_at_a_time(self):
        first = self._release(self._create_delivery_blueprint())
        consultant = first.with_user(self.user_consultant)
        self.assertEqual(
            consultant.action_new_version()["res_id"],
            consultant.action_new_version()["res_id"],
        )

    def test_release_is_decided(self):
        blueprint = self._create_blueprint()
        with self.assertRaisesRegex(UserError, "no element"):
            self._request(blueprint)
        element = self._create_element(blueprint, standard=False)
        with self.assertRaisesRegex(UserError, "what the standard is"):
            self._request(blueprint)
        element.standard = "Pick, then ship."
        decision = self._request(blueprint)
        self.assertEqual(decision.activity_id.code, "blueprint_release")
        self._decide(blueprint, approve=False)
        self.assertEqual(blueprint.state, "draft")

    def test_content_is_the_same_in_every_language(self):
        blueprint = self._create_delivery_blueprint()
        self.env["res.lang"]._activate_lang("fr_FR")
        decision = self._request(blueprint)
        self.assertFalse(decision.with_context(lang="fr_FR").content_changed)
        blueprint.element_ids.with_user(self.user_consultant).standard = "Other"
        decision.invalidate_recordset()
        self.assertTrue(decision.content_changed)

    def test_protected(self):
        for values in ({"state": "released"}, {"version": 7}):
            with self.subTest(values), self.assertRaises(AccessError):
                self._create_blueprint(**values)
        blueprint = self._create_blueprint()
        with self.assertRaises(AccessError):
            blueprint.state = "released"
        with self.assertRaises(AccessError):
            blueprint.element_ids.browse().sudo(False).with_user(
                self.user_viewer
            ).create({"blueprint_id": blueprint.id, "code": "X", "name": "X"})

    def test_bad_input(self):
        blueprint = self._create_blueprint()
        element = self._create_element(blueprint)
        cases = [
            ({"filter_domain": "[('delivery_steps', '=', uid)]"}, "can't be read"),
            ({"filter_domain": "__import__('os')"}, "can't be read"),
            ({"filter_domain": "[('nothing', '=', 1)]"}, "do not have"),
            ({"operator": "at_least"}, "comparison that fits"),
            ({"options": []}, "expected options"),
        ]
        for values, message in cases:
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, message),
                self.env.cr.savepoint(),
            ):
                self._create_rule(
                    element,
                    field="delivery_steps",
                    **{"options": ["ship_only"], **values},
                )
        with self.assertRaisesRegex(ValidationError, "differs by company"):
            self._create_rule(
                element,
                model="product.category",
                operator="equals",
                filter_domain="[('property_cost_method', '=', 'fifo')]",
            )
        with self.assertRaisesRegex(ValidationError, "belongs to sites"):
            self._create_rule(element, model="res.partner")

    def test_rule_is_written_by_those_who_may_read(self):
        blueprint = self._create_blueprint()
        element = self._create_element(blueprint)
        values = {
            "element_id": element.id,
            "name": "Reordering",
            "code": "REORDERING",
            "model_id": self.env["ir.model"]._get_id("stock.warehouse.orderpoint"),
            "check_kind": "count",
        }
        Rule = self.env["dist.conformance.rule"].with_user(self.user_consultant)
        with self.assertRaisesRegex(AccessError, "may read the records"):
            Rule.create(values)
        self.user_consultant.group_ids |= self.env.ref("stock.group_stock_user")
        Rule.create(values)

    def test_catalogue_fills_a_blueprint(self):
        blueprint = self._create_blueprint()
        wizard = (
            self.env["dist.conformance.catalogue.wizard"]
            .with_user(self.user_consultant)
            .create({"blueprint_id": blueprint.id})
        )
        self.assertGreaterEqual(len(wizard.template_ids), 15)
        wizard.action_confirm()
        rules = blueprint.rule_count
        self.assertEqual(rules, len(wizard.template_ids))
        wizard.action_confirm()
        blueprint.invalidate_recordset()
        self.assertEqual(blueprint.rule_count, rules)
        self._release(blueprint)
        self.assertEqual(
            blueprint.element_ids.rule_ids.mapped("last_error"), [False] * rules
        )
        self.assertEqual(
            len(self.env["dist.conformance.finding"].search([])), 3 * rules
        )

    def test_site_people_read_the_released_version(self):
        blueprint = self._create_delivery_blueprint()
        self.env.flush_all()
        Blueprint = self.env["dist.blueprint"].with_user(self.manager_a)
        self.assertFalse(Blueprint.search([]))
        self._release(blueprint)
        self.env.flush_all()
        self.assertEqual(Blueprint.search([]), blueprint)
        self.assertTrue(blueprint.with_user(self.manager_a).element_ids.rule_ids)
        with self.assertRaises(AccessError):
            blueprint.with_user(self.manager_a).action_evaluate()
