from odoo import fields
from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestOpenGates(WaveCommon):
    """Opening the gates of a wave takes the same statements for few sites and many."""

    def _planned_wave(self, name, count):
        sites = self.env["dist.site"].create(
            [
                {
                    "name": f"{name} {number}",
                    "code": f"{name}{number}",
                    "program_id": self.program.id,
                    "manager_id": self.manager_a.id,
                    "tz": "Europe/Paris",
                }
                for number in range(count)
            ]
        )
        wave = self._create_wave(
            name=name,
            site_ids=[fields.Command.set(sites.ids)],
            template_id=self.env.ref("dist_wave_planning.gate_template_standard").id,
        )
        wave.state = "planned"
        return wave

    def _statements(self, wave):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wave.with_user(self.user_consultant).action_open_gates()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_statements_do_not_grow_with_the_sites(self):
        self._statements(self._planned_wave("WARM", 2))
        few = self._statements(self._planned_wave("FEW", 5))
        wave = self._planned_wave("MANY", 20)
        self.assertEqual(self._statements(wave), few)
        self.assertEqual(
            len(wave.gate_ids.line_ids), 20 * len(wave.template_id.line_ids)
        )

    def test_lines_are_those_that_create_would_make(self):
        gate_a, _gate_b = self._open_gates()
        skipped = {"create_uid", "create_date", "write_uid", "write_date"}
        names = [
            name
            for name, field in self.env["dist.gate.line"]._fields.items()
            if field.store and field.column_type and name not in skipped
        ]
        inserted = gate_a.line_ids.read(names, load=False)
        vals_list = [
            {**line._gate_line_vals(), "gate_id": gate_a.id}
            for line in self.template.line_ids
        ]
        created = self.env["dist.gate.line"].create(vals_list).read(names, load=False)
        for one, other in zip(inserted, created, strict=True):
            self.assertEqual({**one, "id": 0}, {**other, "id": 0})

    def test_opening_again_adds_what_is_missing(self):
        gates = self._open_gates()
        self.assertEqual(len(gates.line_ids), 6)
        self.template.line_ids.create(
            {
                "template_id": self.template.id,
                "name": "Late",
                "workstream": "people",
                "source": "attested",
            }
        )
        gates._create_template_lines()
        self.assertEqual(
            gates[0].line_ids.mapped("name"), ["Stock", "Documents", "Nice", "Late"]
        )
        self.assertEqual(len(gates.line_ids), 8)
        self.assertFalse(gates[0].is_passed)
