"""No screen of ours has a defect of accessibility that Odoo's own screens don't have.

axe-core looks at the action area of each screen in a real browser: lists, cards and
forms of Odoo's applications first, then ours. What it finds there in a widget, an
element of the same kind and classes, is Odoo's and not held against ours.
"""

import json
import os
from pathlib import Path

from odoo.tests import HttpCase, tagged

VIEWS = ("list", "kanban", "form")
# screens of Odoo that are built as ours are
REFERENCES = (
    "account.action_account_form",
    "account.action_move_journal_line",
    "base.action_partner_form",
    "base.action_res_company_form",
    "base.action_res_users",
    "mail.mail_activity_type_action",
    "product.product_template_action",
    "project.action_view_all_task",
    "purchase.purchase_rfq",
    "sale.action_quotations_with_onboarding",
    "stock.action_location_form",
    "stock.action_orderpoint",
    "stock.action_picking_tree_all",
    "stock.action_picking_type_list",
    "stock.action_warehouse_form",
)

SCRIPT = """
(async () => {
    const screens = %(screens)s;
    const {env} = odoo.__WOWL_DEBUG__.root;
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const settled = async (what) => {
        for (let turn = 0; turn < 300; turn++) {
            await pause(50);
            if (document.querySelector(".o_error_dialog")) {
                throw new Error(`${what} shows an error`);
            }
            const view = document.querySelector(".o_action_manager .o_view_controller");
            if (view && !document.querySelector(".o_blockUI")) {
                return;
            }
        }
        throw new Error(`${what} does not open`);
    };
    const known = new Set();
    const found = new Set();
    try {
        for (const {action, view, record, isOurs} of screens) {
            await env.services.action.doAction(action, {
                clearBreadcrumbs: true,
                viewType: view,
                props: record ? {resId: record} : {},
            });
            await settled(`${action} ${view}`);
            await pause(150);
            const {violations} = await axe.run(
                document.querySelector(".o_action_manager"),
                {elementRef: true, resultTypes: ["violations"]}
            );
            for (const {id, nodes} of violations) {
                for (const {element, html} of nodes) {
                    const classes = [...element.classList].sort().join(".");
                    const defect = `${id} ${element.tagName}.${classes}`;
                    if (!isOurs) {
                        known.add(defect);
                    } else if (!known.has(defect)) {
                        found.add(`${action} ${view}: ${id}: ${html.slice(0, 300)}`);
                    }
                }
            }
        }
        if (found.size) {
            throw new Error([...found].join("\\n"));
        }
        console.log("test successful");
    } catch (error) {
        console.error(error.message);
    }
})();
"""


@tagged("post_install", "-at_install")
class TestAccessibility(HttpCase):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dist.rollout.demo"]._build()
        cls.env["res.users"].search([]).odoobot_state = "disabled"
        cls._furnish_references()
        cls.axe = Path(os.environ["AXE"]).read_text()

    @classmethod
    def _furnish_references(cls):
        """Give Odoo's screens what ours have as well: people, notes, activities."""
        people = cls.env.ref("base.user_admin") | cls.env.ref("base.user_root")
        project = cls.env["project.project"].create({"name": "Accessibility"})
        cls.env["project.task"].create(
            {"name": "Task", "project_id": project.id, "user_ids": people.ids}
        )
        for record in (
            cls.env["res.partner"].search([], limit=1),
            cls.env["project.task"].search([], limit=1),
            cls.env["stock.picking"].search([], limit=1),
        ):
            record.message_post(body="Note", author_id=people[0].partner_id.id)
            record.activity_schedule("mail.mail_activity_data_todo", summary="To Do")

    def _screens(self, user, actions, is_ours):
        """Return the views of the actions; a form shows a record, if there is one."""
        found = []
        for action in actions:
            Model = self.env[action.res_model].with_user(user)
            record = Model.with_context(allowed_company_ids=user.company_id.ids).search(
                [], limit=1
            )
            for view in VIEWS:
                if view in action.view_mode.split(",") and (view != "form" or record):
                    found.append(
                        {
                            "action": action.xml_id or action.id,
                            "view": view,
                            "record": view == "form" and record.id,
                            "isOurs": is_ours,
                        }
                    )
        return found

    def _our_actions(self, user):
        menus = self.env["ir.ui.menu"].with_user(user)
        root = self.env.ref("dist_rollout_governance.menu_root")
        visible = menus.browse(menus._visible_menu_ids()).sudo()
        return visible.filtered(
            lambda menu: menu.action and menu.parent_path.startswith(root.parent_path)
        ).mapped("action")

    def _check(self, login):
        user = self.env["res.users"].search([("login", "=", login)])
        ours = self._our_actions(user)
        self.assertTrue(ours)
        # for the screens of Odoo; those of ours were chosen before
        user.group_ids |= self.env.ref("base.user_admin").group_ids
        references = map(self.env.ref, REFERENCES)
        screens = [
            *self._screens(user, references, False),
            *self._screens(user, ours, True),
        ]
        self.browser_js(
            "/odoo",
            self.axe + SCRIPT % {"screens": json.dumps(screens)},
            "Boolean(odoo.__WOWL_DEBUG__?.root"
            " && document.querySelector('.o_main_navbar'))",
            login=login,
            timeout=600,
        )

    def test_consultant(self):
        self._check("consultant")


class TestAccessibilityOnThePhone(TestAccessibility):
    browser_size = "390x844"
    touch_enabled = True

    def test_consultant(self):
        self._check("lille")
