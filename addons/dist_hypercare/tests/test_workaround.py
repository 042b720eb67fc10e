from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


@tagged("post_install", "-at_install")
class TestWorkaround(RolloutCommon):
    def _workaround(self, user=None, **values):
        return (
            self.env["dist.workaround"]
            .with_user(user or self.manager_a)
            .create(
                {
                    "name": "Labels by hand",
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "reason": "The printer is broken",
                    "risk": "A wrong label",
                    "risk_level": "high",
                    "removal": "Replace the printer",
                    "date_expiry": fields.Datetime.now() + timedelta(hours=8),
                    "owner_id": self.manager_a.id,
                    **values,
                }
            )
        )

    def test_authorized_by_who_holds_the_right(self):
        workaround = self._workaround()
        self.assertEqual(workaround.proposed_by_id, self.manager_a)
        for user in (self.user_viewer, self.manager_a, self.user_consultant):
            with self.assertRaises(AccessError):
                workaround.with_user(user).action_authorize()
        workaround.with_user(self.user_command_center).action_authorize()
        self.assertRecordValues(
            workaround,
            [{"state": "authorized", "authorized_by_id": self.user_command_center.id}],
        )
        self.assertEqual(
            workaround.sudo().removal_action_id.responsible_id, self.manager_a
        )

    def test_member_of_a_governing_body_authorizes(self):
        workaround = self._workaround()
        self.env["dist.body"].create(
            {
                "name": "Steering",
                "type": "steering",
                "program_id": self.program.id,
                "member_ids": [Command.create({"user_id": self.user_governance.id})],
            }
        )
        workaround.with_user(self.user_governance).action_authorize()
        self.assertEqual(workaround.authorized_by_id, self.user_governance)

    def test_nobody_authorizes_what_they_proposed(self):
        workaround = self._workaround(self.user_command_center)
        with self.assertRaisesRegex(AccessError, "proposed .* yourself"):
            workaround.action_authorize()
        with self.assertRaises(AccessError):
            workaround.write({"proposed_by_id": self.user_viewer.id})
        with self.assertRaises(AccessError):
            self._workaround(proposed_by_id=self.user_viewer.id)

    def test_what_was_authorized_stays(self):
        workaround = self._workaround()
        workaround.with_user(self.user_command_center).action_authorize()
        with self.assertRaisesRegex(UserError, "was authorized as it is"):
            workaround.write({"date_expiry": fields.Datetime.now() + timedelta(days=9)})
        with self.assertRaises(AccessError):
            workaround.write({"state": "proposed"})
        with self.assertRaises(UserError):
            workaround.with_user(self.user_admin).unlink()

    def test_expiry_raises_an_issue_once(self):
        workaround = self._workaround()
        workaround.with_user(self.user_command_center).action_authorize()
        other = self._workaround(date_expiry=fields.Datetime.now() + timedelta(days=2))
        other.with_user(self.user_command_center).action_authorize()
        later = fields.Datetime.now() + timedelta(hours=9)
        cron = self.env.ref("dist_hypercare.ir_cron_workaround_expire")
        with freeze_time(later), self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
            self.assertTrue(workaround.is_overdue)
        workaround.invalidate_recordset()
        self.assertEqual((workaround.state, other.state), ("expired", "authorized"))
        issue = self.env["dist.issue"].search([("workaround", "=", "Labels by hand")])
        self.assertEqual(issue, workaround.sudo().issue_id)
        self.assertRecordValues(
            issue, [{"severity": "high", "site_id": self.site_a.id, "state": "open"}]
        )
        with freeze_time(later):
            workaround.with_user(self.manager_a).date_expiry = later + timedelta(days=1)
            workaround.with_user(self.user_command_center).action_authorize()
            workaround.with_user(self.manager_a).action_remove()
        self.assertEqual(workaround.state, "removed")
        self.assertEqual(workaround.sudo().removal_action_id.state, "done")

    def test_needs_a_future_and_an_owner(self):
        workaround = self._workaround(
            owner_id=False, date_expiry=fields.Datetime.now() - timedelta(hours=1)
        )
        with self.assertRaises(UserError) as raised:
            workaround.with_user(self.user_command_center).action_authorize()
        self.assertIn("expires in the past", str(raised.exception))
        self.assertIn("Name the owner", str(raised.exception))
        with self.assertRaises(UserError):
            workaround.with_user(self.manager_a).action_remove()

    def test_other_sites_and_companies(self):
        workaround = self._workaround()
        for user in (self.manager_b, self.manager_c, self.user_nobody):
            with self.assertRaises(AccessError):
                workaround.with_user(user).read(["name"])
