from odoo.tests import tagged

from ..models.dist_gate_template_line import WORKSTREAMS
from .common_readiness import ReadinessCommon

PROVIDER = "dist.measure.provider.readiness"


@tagged("post_install", "-at_install")
class TestReadinessTemplate(ReadinessCommon):
    """The shipped lines as a whole."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = cls.env.ref("dist_wave_planning.gate_template_standard").line_ids
        cls.measures = cls.env["dist.measure"].search(
            [("provider_model", "=like", f"{PROVIDER}%")]
        )

    def test_shipped_lines(self):
        computed = self.lines.filtered(lambda line: line.source == "computed")
        levels = computed.filtered(lambda line: line.measure_id.kind == "level")
        self.assertGreaterEqual(len(self.lines), 34)
        self.assertGreaterEqual(len(levels), 22)
        self.assertEqual(
            set(self.lines.mapped("workstream")), {key for key, _label in WORKSTREAMS}
        )
        for line in self.lines:
            with self.subTest(line.name):
                self.assertTrue(line.guidance)

    def test_every_measure_has_its_line_and_definition(self):
        self.assertEqual(len(self.measures), 42)
        self.assertLessEqual(self.measures, self.lines.measure_id)
        for measure in self.measures:
            with self.subTest(measure.code):
                self.assertEqual((measure.kind, measure.topic), ("level", "level"))
                self.assertTrue(measure.description.endswith("."))

    def _statements(self, sites):
        """Return the number of statements that computing the measures takes."""
        # else whether a measure is written depends on the second of the last run
        self.measures.last_computed_at = False
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        for measure in self.measures:
            measure._compute_values(sites, self.today, self.today)
        return self.env.cr.sql_log_count - before

    def test_statements_do_not_grow_with_sites(self):
        many = self.sites
        for number in range(2 * len(self.sites)):
            site = self._create_site(f"M{number}", manager_id=self.manager_a.id)
            self._create_warehouse(f"M{number}", site)
            many |= site
        self.env.flush_all()
        self._statements(many)  # caches of the registry
        self.assertEqual(self._statements(self.sites), self._statements(many))
