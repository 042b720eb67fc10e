"""Every screen of the suite in a real browser, on the desktop and on a phone.

Each one opens without an error, with hostile names in it, for the people who have it
in their menus; and it has no defect of accessibility that Odoo's own screens don't
have. What breaks a rule of axe-core on screens of Odoo's applications, an element of
the same tag in the same widget, is Odoo's and not held against ours.
"""

import json
import os
from pathlib import Path

from odoo.tests import HttpCase, tagged

from odoo.addons.dist_rollout.demo_program.program import PROGRAM_CODE

SCRIPT = Path(__file__).with_name("screens.js").read_text(encoding="utf-8")
READY = "Boolean(odoo.__WOWL_DEBUG__?.root && document.querySelector('.o_main_navbar'))"
DESKTOP, PHONE = "1400x900", "390x844"
PAYLOAD = "<img src='x' onerror='window.stolen = true'>"
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
    "o_list_button",
    "o_progress",
    "o_searchview_facet_label",
    "o_tag",
)
# whose forms the OCA made; they are opened, but their defects are not ours
OCA_FORMS = ("helpdesk.ticket",)
# views that axe-core looks at, beside forms: those that Odoo's own screens have too
LOOKED_AT = ("list", "kanban")


@tagged("post_install", "-at_install")
class TestScreens(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["dist.rollout.demo"]._build()
        cls.program = cls.env["dist.program"].search([("code", "=", PROGRAM_CODE)])
        cls.program.name = f"{PAYLOAD} Program"
        cls.program.site_ids.name = f"{PAYLOAD} Site"
        waves = cls.env["dist.wave"].search([("program_id", "=", cls.program.id)])
        for index, wave in enumerate(waves):
            wave.name = f"{PAYLOAD} Wave {index}"
        waves.gate_ids[0].message_post(body=f"{PAYLOAD} in the chatter")
        cls.env["res.users"].search([]).odoobot_state = "disabled"
        # the page takes it from here, which keeps it out of the messages of a failure
        cls.axe = cls.env["ir.attachment"].create(
            {
                "name": "axe.txt",
                "raw": Path(os.environ["AXE"]).read_bytes(),
                "public": True,
            }
        )

    # -- which screens ------------------------------------------------------------

    def _user(self, login):
        return self.env["res.users"].search([("login", "=", login)])

    def _our_actions(self, user):
        """Return the suite's actions that the user's menus lead to."""
        menus = self.env["ir.ui.menu"].with_user(user)
        root = self.env.ref("dist_rollout_governance.menu_root")
        visible = menus.browse(menus._visible_menu_ids()).sudo()
        ours = visible.filtered(
            lambda menu: (
                # the command center is no view of a model: a tour opens it
                menu.action
                and menu.action._name == "ir.actions.act_window"
                and menu.parent_path.startswith(root.parent_path)
            )
        )
        self.assertTrue(ours)
        return ours.mapped("action")

    def _screens(self, user, actions, views=None):
        """Return the views of the actions, and a record of each if there is one."""
        return [
            {
                "action": action.id,
                "views": [
                    view
                    for view in action.view_mode.split(",")
                    if view != "form" and (not views or view in views)
                ],
                "model": action.res_model,
                "record": self.env[action.res_model]
                .with_user(user)
                .with_context(allowed_company_ids=user.company_id.ids)
                .search([], limit=1)
                .id,
            }
            for action in actions
        ]

    def _bridge_screens(self, user):
        """Return what the bridges add: files, pages and the forms that lead there."""
        user.group_ids |= self.env.ref("document_knowledge.group_document_user")
        page = self.env["document.page"].create(
            {
                "name": f"{PAYLOAD} Page",
                "approval_required": True,
                "company_id": False,
                "content": "<p>Scan first.</p>",
            }
        )
        page.env["document.page.history"].search(
            [("page_id", "=", page.id)]
        ).action_approve()
        document = self.env["dist.document"].create(
            {
                "name": f"{PAYLOAD} Document",
                "code": "SCREEN",
                "program_id": self.program.id,
                "page_id": page.id,
            }
        )
        document.action_release_page()
        element = self.env["dist.blueprint.element"].search([], limit=1)
        # as superuser: the blueprint of the demo may be released
        element.sudo().write({"area": "sop", "page_id": page.id})
        return [
            {
                "action": self.env.ref(action).id,
                # the cards of the OCA have a widget that its own field warns of
                "views": ["list"],
                "model": record._name,
                "record": record.id,
            }
            for action, record in (
                ("dms.action_dms_file", document.dms_file_ids),
                ("dms.action_dms_directory", document.dms_file_ids.directory_id),
                ("document_page.action_page", page),
                ("dist_rollout_governance.dist_document_action", document),
                ("dist_rollout_governance.dist_blueprint_element_action", element),
            )
        ]

    # -- opening them -------------------------------------------------------------

    def _open(self, login, size, screens, axe=None):
        """Open the screens; see the script for what ``axe`` is."""
        self.browser_size = size
        self.touch_enabled = size == PHONE
        arguments = (screens, axe)
        self.browser_js(
            "/odoo",
            f"({SCRIPT.strip().rstrip(';')})({', '.join(map(json.dumps, arguments))})",
            READY,
            login=login,
            timeout=600,
        )

    def _looking(self, size, known):
        # lists of ours give way to cards on a phone; inside forms they are looked at
        is_ours_on_phone = size == PHONE and known is not None
        return {
            "library": self.axe.id,
            "views": ["kanban"] if is_ours_on_phone else LOOKED_AT,
            "known": known,
            "widgets": WIDGETS,
        }

    def _known_defects(self, size):
        """Return what axe-core says about Odoo's own screens."""
        admin = self.env.ref("base.user_admin")
        references = list(map(self.env.ref, REFERENCES))
        screens = self._screens(admin, references, LOOKED_AT)
        grouped = self.env.ref("product.product_template_action")
        screens.append({"action": grouped.id, "views": ["list"], "groupBy": "categ_id"})
        self._open(admin.login, size, screens, self._looking(size, None))
        found = self.env["ir.attachment"].search([("name", "=", "known defects")])
        return json.loads(found[:1].description)

    def _open_and_look(self, login, size):
        user = self._user(login)
        screens = self._screens(user, self._our_actions(user))
        for screen in screens:
            # the other tests open it
            if screen["model"] in OCA_FORMS:
                screen["record"] = False
        known = self._known_defects(size)
        self._open(login, size, screens, self._looking(size, known))

    def _open_all(self, login, size):
        user = self._user(login)
        self._open(login, size, self._screens(user, self._our_actions(user)))

    def test_consultant_on_the_desktop(self):
        self._open_and_look("consultant", DESKTOP)

    def test_consultant_on_the_phone(self):
        self._open_all("consultant", PHONE)

    def test_steward_on_the_desktop(self):
        self._open_all("steward", DESKTOP)

    def test_site_manager_on_the_phone(self):
        self._open_and_look("lille", PHONE)

    def test_bridges(self):
        """Files and pages, for somebody who has no right to manage either."""
        user = self._user("consultant")
        self._open("consultant", DESKTOP, self._bridge_screens(user))
