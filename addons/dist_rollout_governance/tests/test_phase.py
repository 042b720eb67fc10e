import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_decision import DecisionCommon


@tagged("post_install", "-at_install")
class TestPhase(DecisionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan("stage_gated")
        cls.discovery, cls.gap, cls.design = cls.program.phase_ids.sorted("sequence")[
            :3
        ]

    @classmethod
    def _plan(cls, method):
        return (
            cls.env["dist.stage.plan.wizard"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "program_id": cls.program.id,
                    "method": method,
                    "date_start": "2026-01-05",
                }
            )
            .action_confirm()
        )

    def _deliver(self, phase):
        """Release a document for each deliverable."""
        for line in phase.deliverable_ids:
            document = self.env["dist.document"].create(
                {
                    "name": line.name,
                    "code": f"D{line.id}",
                    "type": line.document_type,
                    "program_id": self.program.id,
                }
            )
            self.env["dist.document.version"].create(
                {"document_id": document.id, "file": base64.b64encode(b"x")}
            ).action_release()
            line.with_user(self.user_consultant).document_id = document

    def _close(self, phase):
        consultant = phase.with_user(self.user_consultant)
        consultant.action_open()
        self._deliver(phase)
        self._request(phase)
        self._decide(phase)

    def test_stage_plan_of_every_method(self):
        for method, count in (
            ("stage_gated", 6),
            ("control_points", 10),
            ("deliverables", 6),
            ("roadmap", 5),
        ):
            for _again in range(2):
                self._plan(method)
            phases = self.program.phase_ids.filtered(
                lambda phase, m=method: phase.method == m
            ).sorted("sequence")
            self.assertEqual(len(phases), count)
            self.assertTrue(all(phases.mapped("objective")))
            self.assertTrue(all(phases.mapped("deliverable_ids")))
            ends = phases.mapped("planned_end")
            self.assertEqual(ends, sorted(ends))

    def test_gap_analysis_names_what_is_not_classified(self):
        self.site_a.order_lines_per_day = 100
        self.site_b.order_lines_per_day = 100
        self.site_c.order_lines_per_day = 100
        self._close(self.discovery)
        self.assertEqual(self.discovery.state, "closed")
        requirement = self.env["dist.requirement"].create(
            {
                "name": "Labels for customer X",
                "program_id": self.program.id,
                "process_id": self.env["dist.process"].search([], limit=1).id,
            }
        )
        gap = self.gap.with_user(self.user_consultant)
        gap.action_open()
        self._deliver(gap)
        self.assertIn("Labels for customer X", gap.obstacle_text)
        with self.assertRaisesRegex(UserError, "Labels for customer X"):
            gap.action_request_decision()
        with self.assertRaisesRegex(UserError, "Labels for customer X"):
            gap.action_close()
        requirement.classification = "adopt"
        requirement.action_classify()
        with self.assertRaisesRegex(UserError, "Design Authority has not decided"):
            gap.action_close()
        decision = self._request(gap)
        self.assertEqual(decision.body_id.type, "design_authority")
        self._decide(gap)
        self.assertEqual(gap.state, "closed")
        self.assertTrue(gap.closed_on)

    def test_missing_deliverable_is_named(self):
        phase = self.discovery.with_user(self.user_consultant)
        phase.action_open()
        with self.assertRaisesRegex(UserError, "(?s)Process maps.*profile of Site A"):
            phase.action_request_decision()
        self.assertEqual(phase.deliverable_progress, 0)
        self._deliver(phase)
        self.assertEqual(phase.deliverable_progress, 100)

    def test_approved_but_no_longer_complete(self):
        """The decision does not close what has come apart in the meantime."""
        self.program.site_ids.order_lines_per_day = 1
        phase = self.discovery.with_user(self.user_consultant)
        phase.action_open()
        self._deliver(phase)
        self._request(phase)
        self.site_a.order_lines_per_day = 0
        self._decide(phase)
        self.assertEqual(phase.state, "open")
        self.assertIn("can't be closed", phase.activity_ids.summary)
        with self.assertRaisesRegex(UserError, "profile of Site A"):
            phase.action_close()
        self.site_a.order_lines_per_day = 1
        phase.action_close()
        self.assertEqual(phase.state, "closed")

    def test_phases_come_in_order(self):
        with self.assertRaisesRegex(UserError, "Discovery and analysis comes before"):
            self.gap.with_user(self.user_consultant).action_open()
        self.discovery.with_user(self.user_consultant).action_open()
        gap = self.gap.with_user(self.user_consultant)
        gap.action_open()
        with self.assertRaisesRegex(UserError, "is not closed"):
            gap.action_request_decision()

    def test_closed_is_frozen(self):
        self.program.site_ids.order_lines_per_day = 1
        self._close(self.discovery)
        phase = self.discovery.with_user(self.user_admin)
        with self.assertRaisesRegex(UserError, "is closed"):
            phase.checkpoint = "Nothing"
        with self.assertRaisesRegex(UserError, "is closed"):
            phase.deliverable_ids.unlink()
        with self.assertRaisesRegex(UserError, "is closed"):
            phase.deliverable_ids[0].document_id = False

    def test_protected_and_bad_input(self):
        for values in ({"state": "closed"}, {"closed_on": "2026-01-01"}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.discovery.with_user(self.user_consultant).write(values)
        with self.assertRaises(ValidationError):
            self.discovery.planned_end = "2020-01-01"

    def test_late(self):
        self.discovery.planned_start = "2020-01-01"
        self.discovery.planned_end = "2020-02-01"
        self.assertTrue(self.discovery.is_overdue)
        self.assertIn(
            self.discovery, self.env["dist.phase"].search([("is_overdue", "=", True)])
        )

    def test_checkpoints_answer(self):
        """Every shipped criterion has its method and names what is missing."""
        for check in self.env["dist.checkpoint"].search([]):
            with self.subTest(check.code):
                self.assertTrue(hasattr(check, f"_obstacles_{check.code}"))
                self.assertIsInstance(check._obstacles(self.design), list)
        codes = ["blueprint_released", "topology_decided", "profiles_complete"]
        for code in codes:
            check = self.env["dist.checkpoint"].search([("code", "=", code)])
            self.assertTrue(check._obstacles(self.design), code)

    def test_site_people_and_companies(self):
        self.env.flush_all()
        Phase = self.env["dist.phase"]
        self.assertEqual(len(Phase.with_user(self.manager_a).search([])), 6)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        viewer = self._create_user("viewer", "elsewhere", company=other)
        self.assertEqual(Phase.with_user(viewer).search_count([]), 0)
