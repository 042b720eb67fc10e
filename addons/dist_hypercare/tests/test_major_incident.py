from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from odoo.addons.dist_rollout_governance.tests.common import RolloutCommon


@tagged("post_install", "-at_install")
class TestMajorIncident(RolloutCommon):
    def setUp(self):
        super().setUp()
        self.incident = (
            self.env["dist.major.incident"]
            .with_user(self.user_command_center)
            .create(
                {
                    "name": "No labels",
                    "program_id": self.program.id,
                    "site_id": self.site_a.id,
                    "detected_at": "2026-03-10 08:00:00",
                }
            )
        )

    def _log(self, message="We work on it"):
        action = self.incident.action_communicate()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.user_command_center)
            .with_context(**action["context"])
            .create({"audience": "Users of site A", "message": message})
        )
        wizard.action_log()

    def test_from_candidate_to_review(self):
        incident = self.incident
        with self.assertRaisesRegex(UserError, "where those concerned meet"):
            incident.action_declare()
        incident.war_room = "Room 4"
        incident.action_declare()
        self.assertIn(
            "Major incident: join the war room", incident.activity_ids.mapped("summary")
        )
        with self.assertRaises(UserError) as raised:
            incident.action_resolve()
        self.assertIn("log the communication", str(raised.exception))
        self._log()
        incident.resolution = "Driver replaced"
        with freeze_time("2026-03-10 10:30:00"):
            incident.action_resolve()
        self.assertEqual(incident.duration_hours, 2.5)
        with self.assertRaises(UserError) as raised:
            incident.action_review()
        for label in ("What Happened", "Root Cause", "Prevention"):
            self.assertIn(label, str(raised.exception))
        incident.write(
            {"timeline": "8:00 stop", "root_cause": "Driver", "prevention": "Test it"}
        )
        incident.action_review()
        self.assertEqual(incident.state, "reviewed")
        with self.assertRaisesRegex(UserError, "is closed"):
            self._log("Too late")
        with self.assertRaises(UserError):
            incident.with_user(self.user_admin).unlink()

    def test_log_is_append_only(self):
        self._log()
        row = self.incident.log_ids
        self.assertRecordValues(
            row,
            [{"author_id": self.user_command_center.id, "message": "We work on it"}],
        )
        for attempt in (
            lambda: row.sudo().write({"message": "Never said"}),
            lambda: row.sudo().unlink(),
            lambda: row.sudo().create(
                {
                    "incident_id": self.incident.id,
                    "audience": "X",
                    "message": "X",
                    "logged_at": "2026-03-10 08:00:00",
                    "author_id": self.user_viewer.id,
                }
            ),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_dismissed(self):
        self.incident.action_dismiss()
        self.assertEqual(self.incident.state, "dismissed")
        with self.assertRaises(UserError):
            self.incident.action_dismiss()

    def test_roles(self):
        for user in (self.user_viewer, self.manager_a):
            own = self.incident.with_user(user)
            self.assertEqual(own.name, "No labels")
            for step in (own.action_declare, own.action_communicate):
                with self.assertRaises(AccessError):
                    step()
        for user in (self.manager_b, self.user_nobody):
            with self.assertRaises(AccessError):
                self.incident.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            self.incident.write({"state": "reviewed"})
        # whoever works at the site may report one
        self.incident.with_user(self.manager_a).create(
            {"name": "Fire", "program_id": self.program.id, "site_id": self.site_a.id}
        )
