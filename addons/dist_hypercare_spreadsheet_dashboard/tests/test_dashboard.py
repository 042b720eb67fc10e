from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon

SHOWN = """
(async () => {
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    for (let turn = 0; turn < 200; turn++) {
        await pause(100);
        if (document.querySelector(".o_error_dialog")) {
            throw new Error("the dashboard shows an error");
        }
        if (document.querySelectorAll(".o-figure").length >= 10) {
            await pause(1000);
            const grid = document.querySelector(".o-grid").getBoundingClientRect();
            for (const figure of document.querySelectorAll(".o-figure")) {
                if (figure.getBoundingClientRect().right > grid.right + 1) {
                    throw new Error("a chart is cut off at the right");
                }
            }
            if (!document.querySelector(".o_error_dialog")) {
                console.log("test successful");
            }
            return;
        }
    }
    throw new Error("the dashboard does not open");
})();
"""
SHARED = """
(async () => {
    const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));
    const button = () =>
        [...document.querySelectorAll("button")].find(
            (one) => one.textContent.trim() === "Share"
        );
    for (let turn = 0; turn < 200; turn++) {
        await pause(100);
        if (!document.querySelectorAll(".o-figure").length || !button()) {
            continue;
        }
        button().click();
        for (let wait = 0; wait < 100; wait++) {
            await pause(100);
            const dialog = document.querySelector(".modal");
            if (dialog && dialog.textContent.includes("Rollout Viewer")) {
                console.log("test successful");
                return;
            }
        }
        throw new Error("nothing says why there is no link");
    }
    throw new Error("there is no button to share");
})();
"""


@tagged("post_install", "-at_install")
class TestDashboard(RolloutCommon, HttpCase):
    # tall, as figures below the screen are not drawn
    browser_size = "1400x1700"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref(
            "dist_hypercare_spreadsheet_dashboard.spreadsheet_dashboard_hypercare"
        )

    def _visible_to(self, user):
        return (
            self.env["spreadsheet.dashboard"]
            .with_user(user)
            .search([("id", "=", self.dashboard.id)])
        )

    def test_who_sees_it(self):
        for user in (self.user_viewer, self.user_governance, self.user_command_center):
            self.assertTrue(self._visible_to(user), user.login)
        for user in (self.manager_a, self.user_nobody):
            self.assertFalse(self._visible_to(user), user.login)

    def _share(self, user, dashboard):
        return (
            self.env["spreadsheet.dashboard.share"]
            .with_user(user)
            .action_get_share_url(
                {
                    "dashboard_id": dashboard.id,
                    "spreadsheet_data": dashboard.sudo().spreadsheet_data,
                    "excel_files": [],
                }
            )
        )

    def test_no_link_shows_it_to_anybody(self):
        """Neither of the dashboard nor of a copy, whoever asks for it."""
        copied = self.dashboard.copy()
        for user in (self.user_viewer, self.manager_a, self.env.user):
            for dashboard in self.dashboard | copied:
                with (
                    self.subTest(user.login, name=dashboard.name),
                    self.assertRaisesRegex(ValidationError, "Rollout Viewer"),
                ):
                    self._share(user, dashboard)

    def test_other_dashboards_have_links(self):
        other = self.env["spreadsheet.dashboard"].create(
            {
                "name": "Other",
                "dashboard_group_id": self.dashboard.dashboard_group_id.id,
            }
        )
        self.assertIn("/dashboard/share/", self._share(self.user_viewer, other))
        share = self.env["spreadsheet.dashboard.share"].with_user(self.user_viewer)
        with self.assertRaises(ValidationError):
            share.search([]).dashboard_id = self.dashboard

    def test_it_opens_for_a_viewer(self):
        """With the rights of a viewer, every figure and chart is drawn."""
        self.browser_js(
            f"/odoo/dashboards?dashboard_id={self.dashboard.id}",
            SHOWN,
            "Boolean(odoo.__WOWL_DEBUG__?.root)",
            login=self.user_viewer.login,
            timeout=120,
        )

    def test_whoever_asks_for_a_link_is_told_why_there_is_none(self):
        self.browser_js(
            f"/odoo/dashboards?dashboard_id={self.dashboard.id}",
            SHARED,
            "Boolean(odoo.__WOWL_DEBUG__?.root)",
            login=self.user_viewer.login,
            timeout=120,
        )
