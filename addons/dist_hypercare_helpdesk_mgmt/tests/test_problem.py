from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TicketCommon


@tagged("post_install", "-at_install")
class TestProblem(TicketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cause = cls.env.ref("dist_hypercare_helpdesk_mgmt.ticket_cause_device")
        cls.cron = cls.env.ref("dist_hypercare_helpdesk_mgmt.ir_cron_ticket_detect")

    def _run(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
            self.cron.method_direct_trigger()
        return self.env["dist.problem"].search([("program_id", "=", self.program.id)])

    def test_three_tickets_of_one_cause_in_a_day_propose_a_problem_once(self):
        first = self._ticket(dist_cause_id=self.cause.id)
        second = self._ticket(dist_cause_id=self.cause.id, site=self.site_b)
        old = self._ticket(dist_cause_id=self.cause.id)
        self._written(old, fields.Datetime.now() - timedelta(hours=25))
        self._ticket(
            dist_cause_id=self.env.ref(
                "dist_hypercare_helpdesk_mgmt.ticket_cause_data"
            ).id
        )
        self.assertFalse(self._run())
        third = self._ticket(dist_cause_id=self.cause.id)
        problem = self._run()
        self.assertRecordValues(
            problem,
            [
                {
                    "name": "Device or printer: 3 tickets in 24 hours",
                    "cause_id": self.cause.id,
                    "ticket_count": 3,
                    "state": "proposed",
                    "site_id": False,
                }
            ],
        )
        self.assertEqual(problem.ticket_ids.ids, (third | second | first).sorted().ids)
        later = self._ticket(dist_cause_id=self.cause.id)
        self.assertEqual(self._run(), problem)
        self.assertEqual(later.sudo().dist_problem_id, problem)

    def test_solved_and_prevented(self):
        problem = (
            self.env["dist.problem"]
            .with_user(self.user_command_center)
            .create(
                {
                    "name": "Printers",
                    "program_id": self.program.id,
                    "cause_id": self.cause.id,
                    "owner_id": False,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "Name the owner"):
            problem.action_confirm()
        problem.owner_id = self.user_command_center
        problem.action_confirm()
        with self.assertRaisesRegex(UserError, "why it happens"):
            problem.action_solve()
        problem.write({"analysis": "Old driver", "solution": "New driver"})
        with self.assertRaisesRegex(UserError, "Choose how"):
            problem.action_prevent()
        problem.prevention = "gate_line"
        problem.action_prevent()
        action = problem.sudo().prevention_ref
        self.assertEqual(action.name, "Line of the Gate Template against: Printers")
        with self.assertRaisesRegex(UserError, "prevented already"):
            problem.action_prevent()
        problem.action_solve()
        self.assertEqual(problem.state, "solved")
        risk = problem.create(
            {
                "name": "Scanners",
                "program_id": self.program.id,
                "cause_id": self.cause.id,
                "prevention": "risk",
                "analysis": "Dust",
            }
        )
        risk.action_prevent()
        self.assertEqual(risk.sudo().prevention_ref._name, "dist.risk")
        self.assertEqual(risk.sudo().prevention_ref.cause, "Dust")

    def test_roles(self):
        problem = self.env["dist.problem"].create(
            {
                "name": "Printers",
                "program_id": self.program.id,
                "site_id": self.site_a.id,
                "cause_id": self.cause.id,
            }
        )
        self.assertEqual(problem.with_user(self.manager_a).name, "Printers")
        for user in (self.user_viewer, self.manager_a):
            with self.assertRaises(AccessError):
                problem.with_user(user).action_dismiss()
        for user in (self.manager_b, self.manager_c, self.user_nobody):
            with self.assertRaises(AccessError):
                problem.with_user(user).read(["name"])
        with self.assertRaises(AccessError):
            problem.with_user(self.user_command_center).state = "solved"
        problem.with_user(self.user_command_center).action_dismiss()

    def test_five_severe_tickets_in_an_hour_are_a_candidate_once(self):
        severe = {"dist_impact": "process", "dist_urgency": "today"}
        tickets = [self._ticket(f"T{n}", **severe) for n in range(4)]
        self._ticket("Elsewhere", site=self.site_b, **severe)
        self._ticket("Mild")
        early = self._ticket("Early", **severe)
        self._written(early, fields.Datetime.now() - timedelta(minutes=61))
        incidents = self.env["dist.major.incident"]
        self._run()
        self.assertFalse(incidents.search([("program_id", "=", self.program.id)]))
        tickets.append(self._ticket("Fifth", **severe))
        self._run()
        incident = incidents.search([("program_id", "=", self.program.id)])
        self.assertRecordValues(
            incident,
            [
                {
                    "state": "candidate",
                    "site_id": self.site_a.id,
                    "wave_id": self.wave.id,
                    "rule": "5 tickets of severity 2 or worse in 60 minutes",
                }
            ],
        )
        self.assertEqual(
            set(incident.ticket_ids.ids), {ticket.id for ticket in tickets}
        )
        sixth = self._ticket("Sixth", **severe)
        self._run()
        self.assertEqual(sixth.sudo().dist_incident_id, incident)
        self.assertEqual(
            incidents.search([("program_id", "=", self.program.id)]), incident
        )
