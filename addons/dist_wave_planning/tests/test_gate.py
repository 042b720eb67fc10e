from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestGate(WaveCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate_a, cls.gate_b = cls._open_gates()

    def test_new_gate_has_no_evidence(self):
        self.assertEqual(set(self.gate_a.line_ids.mapped("result")), {"no_evidence"})
        self.assertRecordValues(
            self.gate_a,
            [{"score": 0, "is_passed": False, "passed_count": 0, "line_count": 3}],
        )

    def test_reconciliation_moves_the_line_at_once(self):
        line = self.gate_a.line_ids[0]
        today = self.site_a._local_day()
        self._store(self.measure, self.site_a, today, 0.2, 100)
        self.assertEqual(line.result, "passed")
        self.assertEqual(self.gate_a.score, 60, "weight 3 of 5")
        self._store(self.measure, self.site_a, today, 2, 100)
        self.assertEqual(line.result, "failed")
        self.assertEqual(self.gate_b.line_ids[0].result, "no_evidence")

    def test_old_evidence_is_stale(self):
        day = self.site_a._local_day() - timedelta(days=8)
        self._store(self.measure, self.site_a, day, 0, 100)
        self.assertEqual(self.gate_a.line_ids[0].result, "stale")
        self.assertIn(f"the evidence of {day} is too old", self.gate_a.red_lines)

    def test_optional_line_does_not_keep_the_gate(self):
        self._pass_lines(self.gate_a)
        self.assertEqual(self.gate_a.line_ids[2].result, "failed")
        self.assertTrue(self.gate_a.is_passed)
        self.assertFalse(self.gate_a.red_lines)

    def test_scheduled_evaluation(self):
        self.env["dist.measure.value"].flush_model()
        measure = self.measure
        self.env.cr.execute(
            """INSERT INTO dist_measure_value
               (measure_id, kind, site_id, program_id, company_id, day, numerator,
                denominator, value, source, computed_at)
               VALUES (%s, 'ratio', %s, %s, %s, %s, 0, 100, 0, 'computed', now())""",
            [
                measure.id,
                self.site_b.id,
                self.program.id,
                self.company.id,
                self.site_b._local_day(),
            ],
        )
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_wave_planning.ir_cron_gate_evaluate"
            ).method_direct_trigger()
        self.assertEqual(self.gate_b.line_ids[0].result, "passed")

    def test_site_manager_checks_again(self):
        self._store(self.measure, self.site_a, self.site_a._local_day(), 0, 100)
        self.gate_a.with_user(self.manager_a).action_evaluate()
        self.assertEqual(self.gate_a.line_ids[0].result, "passed")
        with self.assertRaises(AccessError):
            self.gate_b.with_user(self.manager_a).action_evaluate()

    def test_state_is_protected_everywhere(self):
        gate = self.gate_a.with_user(self.user_consultant)
        for context in ({}, {"su": True}, {"default_state": "signed"}):
            with self.subTest(context), self.assertRaises(AccessError):
                gate.with_context(**context).write({"state": "signed"})
        with self.assertRaises(AccessError):
            gate.create(
                {
                    "wave_id": self.wave.id,
                    "site_id": self.site_a.id,
                    "state": "signed",
                }
            )
        with self.assertRaises(AccessError):
            gate.create({"wave_id": self.wave.id, "site_id": 1, "score": 100})
        with self.assertRaises(AccessError):
            self.wave.with_user(self.user_consultant).write(
                {"gate_ids": [Command.update(gate.id, {"state": "signed"})]}
            )
        result = gate.load(["id", "state"], [[f"__x__.gate_{gate.id}", "Signed"]])
        self.assertFalse(result["ids"])
        self.assertEqual(gate.state, "open")

    def test_foreign_site_is_refused(self):
        with self.assertRaisesRegex(AccessError, "Site of Readiness Gate"):
            self.gate_a.with_user(self.user_consultant).site_id = self.site_b
        with self.assertRaisesRegex(AccessError, "Gate of Gate Line"):
            self.gate_a.line_ids[0].with_user(
                self.user_consultant
            ).gate_id = self.gate_b

    def test_gate_only_for_a_site_of_the_wave(self):
        with self.assertRaisesRegex(UserError, "is not a site of Wave 1"):
            self.env["dist.gate"].create(
                {"wave_id": self.wave.id, "site_id": self.site_c.id}
            )

    def test_lines_follow_the_wave_not_the_template(self):
        """A later change of the template changes no gate that is open."""
        self.template.line_ids[0].threshold = 9
        self.assertEqual(self.gate_a.line_ids[0].threshold, 0.5)

    def test_opening_many_gates_takes_few_queries(self):
        sites = self.env["dist.site"].create(
            [
                {
                    "name": f"Many {index}",
                    "code": f"MANY{index}",
                    "program_id": self.program.id,
                    "manager_id": self.manager_a.id,
                }
                for index in range(30)
            ]
        )
        self.program.wave_distance_days = 0
        few = self._create_wave(name="Few", site_ids=[Command.set(sites[:2].ids)])
        many = self._create_wave(name="Many", site_ids=[Command.set(sites[2:].ids)])
        counts = []
        for wave in (few, many):
            wave.action_plan()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wave.action_open_gates()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1] - counts[0], 2 * len(many.site_ids), counts)
