from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import RolloutCommon


@tagged("post_install", "-at_install")
class TestWorkplan(RolloutCommon):
    def _wizard(self):
        return (
            self.env["dist.workplan.wizard"]
            .with_user(self.user_consultant)
            .create({"program_id": self.program.id})
        )

    def test_roles_become_people(self):
        wizard = self._wizard()
        self.assertGreaterEqual(len(wizard.role_ids), 5)
        line = wizard.role_ids.filtered(lambda role: role.role_name == "Data Steward")
        line.user_ids = [Command.set(self.user_steward.ids)]
        wizard.action_confirm()
        project = self.program.project_id
        self.assertFalse(project.is_template)
        self.assertEqual(project.user_id, self.program.manager_id)
        mine = project.task_ids.filtered(lambda t: self.user_steward in t.user_ids)
        self.assertEqual(len(mine), 2)
        self.assertGreater(len(project.task_ids), 15)
        with self.assertRaisesRegex(UserError, "has its workplan already"):
            self._wizard().action_confirm()

    def test_opened_with_own_rights(self):
        with self.assertRaisesRegex(UserError, "no workplan yet"):
            self.program.action_open_workplan()
        self._wizard().action_confirm()
        action = self.program.with_user(self.user_viewer).action_open_workplan()
        self.assertEqual(action["res_model"], "project.task")

    def test_improvements_in_the_order_of_their_score(self):
        self._wizard().action_confirm()
        values = {
            "project_id": self.program.project_id.id,
            "dist_is_improvement": True,
            "dist_control": "3",
            "dist_adoption": "4",
        }
        small, large, open_ = self.env["project.task"].create(
            [
                {**values, "name": "S", "dist_value": "5", "dist_effort": "1"},
                {**values, "name": "L", "dist_value": "5", "dist_effort": "5"},
                {**values, "name": "O"},
            ]
        )
        self.assertEqual(small.dist_improvement_score, 12)
        self.assertAlmostEqual(large.dist_improvement_score, 2.4)
        self.assertEqual(open_.dist_improvement_score, 0)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.project_task_action_improvement"
        )
        backlog = self.env["project.task"].search(
            [("dist_is_improvement", "=", True)],
            order="dist_improvement_score desc",
        )
        self.assertEqual(backlog, small | large | open_)
        self.assertIn("dist_is_improvement", action["domain"])

    def test_bad_input(self):
        with self.assertRaises(ValidationError):
            self.env["project.task"].create(
                {"name": "Alone", "dist_is_improvement": True}
            )
        with self.assertRaises(ValueError):
            self.env["project.task"].create({"name": "X", "dist_effort": "9"})
