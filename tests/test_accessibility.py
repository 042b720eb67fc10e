"""No screen of ours has a defect of accessibility that Odoo's own screens don't have.

axe-core looks at the action area of each screen in a real browser: lists, cards and
forms of Odoo's applications first, then ours. What breaks a rule on Odoo's screens, an
element of the same tag in the same widget, is Odoo's and not held against ours.
"""

import json
import os
from pathlib import Path

from odoo.tests import HttpCase, tagged

ALL_VIEWS = ("list", "kanban", "form")
# screens of Odoo that are built as ours are
REFERENCES = (
    "account.action_account_form",
    "account.action_move_journal_line",
    "base.action_partner_form",
    "base.open_module_tree",
    "base.action_res_company_form",
    "base.action_res_users",
    "mail.mail_activity_type_action",
    "product.product_template_action",
    "project.action_view_all_task",
    "project.open_view_project_all",
    "purchase.purchase_rfq",
    "sale.action_quotations_with_onboarding",
    "stock.action_location_form",
    "stock.action_orderpoint",
    "stock.action_picking_tree_all",
    "stock.action_picking_type_list",
    "stock.action_warehouse_form",
)
# how the classes of Odoo's widgets begin that none of these screens shows
WIDGETS = (
    "o-mail-",
    "o_clipboard_button",
    "o_progress",
    "o_searchview_facet_label",
    "o_tag",
)

SCRIPT = """
(async () => {
    const screens = %(screens)s;
    const {env} = odoo.__WOWL_DEBUG__.root;
    (0, eval)(await (await fetch("/web/content/%(axe)s")).text());
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
    const widget = (element) => {
        for (let one = element; one; one = one.parentElement) {
            const name = [...one.classList].find((name) => /^o[_-]/.test(name));
            if (name) {
                return name.replace(/_?\\d+$/, "");
            }
        }
    };
    const isOdoos = (name) => %(widgets)s.some((start) => name?.startsWith(start));
    const known = new Set();
    const found = new Set();
    try {
        for (const {action, view, record, groupBy, isOurs} of screens) {
            await env.services.action.doAction(action, {
                clearBreadcrumbs: true,
                viewType: view,
                additionalContext: groupBy ? {group_by: [groupBy]} : {},
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
                    const name = widget(element);
                    const defect = `${id} ${element.tagName} ${name}`;
                    if (!isOurs) {
                        known.add(defect);
                    } else if (!known.has(defect) && !isOdoos(name)) {
                        found.add(`${action} ${view}: ${defect}: ${html}`);
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


class AccessibilityCase(HttpCase):
    views = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dist.rollout.demo"]._build()
        cls.env["res.users"].search([]).odoobot_state = "disabled"
        # the page takes it from here, which keeps it out of the messages of a failure
        cls.axe = cls.env["ir.attachment"].create(
            {
                "name": "axe.txt",
                "raw": Path(os.environ["AXE"]).read_bytes(),
                "public": True,
            }
        )

    def _screens(self, user, actions, views, is_ours):
        """Return the views of the actions; a form shows a record, if there is one."""
        found = []
        for action in actions:
            Model = self.env[action.res_model].with_user(user)
            record = Model.with_context(allowed_company_ids=user.company_id.ids).search(
                [], limit=1
            )
            for view in views:
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
            {
                "action": "product.product_template_action",
                "view": "list",
                "groupBy": "categ_id",
                "isOurs": False,
            },
            *self._screens(user, references, ALL_VIEWS, False),
            *self._screens(user, ours, self.views, True),
        ]
        self.browser_js(
            "/odoo",
            SCRIPT
            % {
                "axe": self.axe.id,
                "screens": json.dumps(screens),
                "widgets": json.dumps(WIDGETS),
            },
            "Boolean(odoo.__WOWL_DEBUG__?.root"
            " && document.querySelector('.o_main_navbar'))",
            login=login,
            timeout=600,
        )


@tagged("post_install", "-at_install")
class TestAccessibilityOnTheDesktop(AccessibilityCase):
    browser_size = "1400x900"
    views = ALL_VIEWS

    def test_consultant(self):
        self._check("consultant")


@tagged("post_install", "-at_install")
class TestAccessibilityOnThePhone(AccessibilityCase):
    browser_size = "390x844"
    touch_enabled = True
    # lists give way to cards on a phone
    views = ("kanban", "form")

    def test_site_manager(self):
        self._check("lille")
