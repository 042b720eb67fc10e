import json

from odoo.tests import HttpCase, tagged

from ..demo_program.program import PROGRAM_CODE

PAYLOAD = "<img src='x' onerror='window.stolen = true'>"

# Opens each action in each of its views, then a record of it, as a person would by
# clicking; ends with a message for the runner, or with the screen that failed.
SCRIPT = """
(async () => {
    const screens = %(screens)s;
    const {env} = odoo.__WOWL_DEBUG__.root;
    const settled = async (what) => {
        for (let turn = 0; turn < 200; turn++) {
            await new Promise((resolve) => setTimeout(resolve, 50));
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
    try {
        for (const {action, views, model, record} of screens) {
            for (const viewType of views) {
                await env.services.action.doAction(action, {
                    clearBreadcrumbs: true,
                    viewType,
                });
                await settled(`${action} ${viewType}`);
            }
            if (record) {
                await env.services.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: model,
                    res_id: record,
                    views: [[false, "form"]],
                });
                await settled(`${model} ${record}`);
            }
        }
        if (window.stolen) {
            throw new Error("a name was run as a script");
        }
        console.log("test successful");
    } catch (error) {
        console.error(error.message);
    }
})();
"""


@tagged("post_install", "-at_install")
class TestScreensOnTheDesktop(HttpCase):
    """Every screen of the suite opens without a console error, with hostile names."""

    browser_size = "1400x900"

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

    def _screens(self, login):
        """Return the suite's actions that the user's menus lead to."""
        user = self.env["res.users"].search([("login", "=", login)])
        menus = self.env["ir.ui.menu"].with_user(user)
        root = self.env.ref("dist_rollout_governance.menu_root")
        visible = menus.browse(menus._visible_menu_ids()).sudo()
        ours = visible.filtered(
            lambda menu: menu.action and menu.parent_path.startswith(root.parent_path)
        )
        return [
            {
                "action": menu.action.id,
                "views": [
                    view for view in menu.action.view_mode.split(",") if view != "form"
                ],
                "model": menu.action.res_model,
                "record": self.env[menu.action.res_model]
                .with_user(user)
                .with_context(allowed_company_ids=user.company_id.ids)
                .search([], limit=1)
                .id,
            }
            for menu in ours
        ]

    def _bridge_screens(self, login):
        """Return what the bridges add: files, pages and the forms that lead there."""
        user = self.env["res.users"].search([("login", "=", login)])
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

    def _open_all(self, login, screens=None):
        screens = screens or self._screens(login)
        self.assertTrue(screens)
        self.browser_js(
            "/odoo",
            SCRIPT % {"screens": json.dumps(screens)},
            "Boolean(odoo.__WOWL_DEBUG__?.root"
            " && document.querySelector('.o_main_navbar'))",
            login=login,
            timeout=180,
        )

    def test_consultant(self):
        self._open_all("consultant")

    def test_bridges(self):
        """Files and pages, for somebody who has no right to manage either."""
        self._open_all("consultant", self._bridge_screens("consultant"))

    def test_steward(self):
        self._open_all("steward")

    def test_site_manager(self):
        self._open_all("lille")


@tagged("post_install", "-at_install")
class TestScreensOnThePhone(TestScreensOnTheDesktop):
    browser_size = "390x844"
    touch_enabled = True
