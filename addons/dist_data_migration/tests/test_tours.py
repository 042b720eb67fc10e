import json

from odoo.tests import HttpCase, tagged

from .common import MigrationCommon
from .test_reconcile_cases import CaseCommon

# opens one action after the other; each has to show records, or its help
OPEN_ALL = """
async (actions) => {
    const {env} = odoo.__WOWL_DEBUG__.root;
    const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
    const shown = ".o_group_name, .o_data_row, .o_view_nocontent, .o_kanban_record";
    for (const action of actions) {
        await env.services.action.doAction(action, {clearBreadcrumbs: true});
        let turn = 0;
        while (!document.querySelector(`.o_action_manager :is(${shown})`)) {
            if (document.querySelector(".o_error_dialog") || turn++ > 600) {
                throw new Error(`${action} does not open`);
            }
            await pause();
        }
    }
    console.log("test successful");
}
"""


@tagged("post_install", "-at_install")
class TestTours(HttpCase, MigrationCommon):
    """The way of an extract through the screens, as those who walk it."""

    def _open(self, path, tour, user):
        self.start_tour(f"/odoo/{path}", tour, login=user.login)

    def test_steward_and_controller(self):
        cycle = self._create_cycle(name="Tour")
        path = f"migration-cycles/{cycle.id}"
        self._open(path, "dist_migration_steward", self.user_steward)
        cycle.invalidate_recordset()
        self.assertEqual(cycle.state, "loading")
        running = cycle._engine()
        running._load_rows()
        running._finish_load()
        self._open(path, "dist_migration_reconcile", self.user_steward)
        cycle.invalidate_recordset()
        run = cycle.reconciliation_id
        self.assertEqual(run.result, "passed")
        self._open(
            f"reconciliations/{run.id}", "dist_migration_controller", self.user_finance
        )

    def test_screens_open(self):
        """Every list of the addon, those of people on the move on a phone as well."""
        cycle = self._create_loaded_cycle()
        cycle.action_reconcile()
        lists = (
            "migration_cycle",
            "migration_mapping",
            "migration_object",
            "migration_source",
            "migration_row",
            "migration_finding",
            "legacy_key",
            "legacy_link",
            "legacy_system",
            "migration_object_owner",
            "migration_creation",
            "migration_probe",
            "reconciliation",
            "reconciliation_discrepancy",
            "reconciliation_case",
            "reconciliation_tolerance",
        )
        phone = (
            "migration_cycle",
            "reconciliation",
            "reconciliation_discrepancy",
            "reconciliation_case",
        )
        for size, names in (("1400x900", lists), ("390x844", phone)):
            self.browser_size = size
            self.touch_enabled = size == "390x844"
            actions = [f"dist_data_migration.dist_{name}_action" for name in names]
            with self.subTest(size=size, screen="lists"):
                # one browser: its start takes longer than the screens
                self.browser_js(
                    "/odoo",
                    f"({OPEN_ALL})({json.dumps(actions)})",
                    "Boolean(odoo.__WOWL_DEBUG__?.root)",
                    login=self.user_steward.login,
                    timeout=300,
                )
            path = f"reconciliations/{cycle.reconciliation_id.id}"
            with self.subTest(size=size, screen="site manager"):
                self._open(path, "dist_migration_form", self.manager_a)


@tagged("post_install", "-at_install")
class TestCaseTours(HttpCase, CaseCommon):
    """A difference from the workbench to the signature, as those who settle it."""

    def test_site_manager_on_a_phone(self):
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour(
            "/odoo/action-dist_data_migration.dist_reconciliation_action",
            "dist_migration_site_manager",
            login=self.manager_a.login,
        )

    def test_explained_accepted_and_signed(self):
        action = "/odoo/action-dist_data_migration.dist_reconciliation_case_action"
        for tour, user in (
            ("dist_migration_case_steward", self.user_steward),
            ("dist_migration_case_controller", self.user_finance),
        ):
            self.start_tour(action, tour, login=user.login)
        self.assertRecordValues(
            self.case,
            [
                {
                    "state": "accepted",
                    "explanation": "Two crates were left behind.",
                    "reason": "Written off by the board.",
                    "accepted_by_id": self.user_finance.id,
                }
            ],
        )
        # the value follows from the quantity
        self._accept_all()
        run = self.cycle.reconciliation_id
        self.start_tour(
            f"/odoo/reconciliations/{run.id}",
            "dist_migration_controller_signs",
            login=self.user_finance.login,
        )
        self.assertEqual(run.signoff_state, "signed")
        self.assertEqual(run.signoff_ids.signer_id, self.user_finance)
