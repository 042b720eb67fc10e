from lxml import html

from odoo.tests import tagged

from .common import WaveCommon


@tagged("post_install", "-at_install")
class TestWaveMatrix(WaveCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gate_a, cls.gate_b = cls._open_gates()

    def _matrix(self, user=None):
        wave = self.wave.with_user(user or self.user_viewer)
        wave.invalidate_recordset(["matrix"])
        return html.fromstring(wave.matrix)

    def _rows(self, matrix):
        """Return the texts of the cells by site."""
        return {
            row.find("th").text_content().strip(): [
                " ".join(cell.text_content().split()) for cell in row.findall("td")
            ]
            for row in matrix.findall(".//tbody/tr")
        }

    def test_sites_by_lines(self):
        self._pass_lines(self.gate_a)
        matrix = self._matrix()
        columns = [th.text_content() for th in matrix.findall(".//thead/tr[2]/th")]
        self.assertEqual(columns, ["Stock", "Documents", "Nice"])
        self.assertEqual(
            self._rows(matrix),
            {
                "A Site A": ["Passed", "Passed", "Failed (optional)"],
                "B Site B": ["No Evidence", "No Evidence", "No Evidence (optional)"],
            },
        )

    def test_state_is_never_colour_alone(self):
        for cell in self._matrix().findall(".//tbody//td"):
            self.assertTrue(cell.text_content().strip())
            self.assertIsNotNone(cell.find(".//i"))

    def test_cell_leads_to_its_line(self):
        link = self._matrix().find(".//tbody/tr/td/a")
        line = self.gate_a.line_ids.filtered(lambda line: line.name == "Stock")
        self.assertEqual(
            link.get("href"),
            f"/odoo/rollout-waves/{self.wave.id}/rollout-gate-lines/{line.id}",
        )

    def test_line_of_one_site_only(self):
        self.gate_b.line_ids.create(
            {
                "gate_id": self.gate_b.id,
                "name": "Cold room <b>",
                "workstream": "logistics",
                "source": "attested",
                "sequence": 99,
            }
        )
        rows = self._rows(self._matrix())
        self.assertEqual(rows["A Site A"][-1], "–")
        self.assertEqual(rows["B Site B"][-1], "No Evidence")

    def test_site_manager_sees_own_site(self):
        rows = self._rows(self._matrix(self.manager_a))
        self.assertEqual(list(rows), ["A Site A"])

    def test_without_gates(self):
        wave = self._create_wave(name="Empty", site_ids=False)
        self.assertFalse(wave.matrix)

    def test_button(self):
        action = self.wave.with_user(self.user_viewer).action_open_matrix()
        self.assertEqual(action["res_id"], self.wave.id)
