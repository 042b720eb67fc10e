from odoo import fields, models

from .dist_gate_template_line import WORKSTREAMS


class DistWave(models.Model):
    """What the steering committee looks at before it decides."""

    _inherit = "dist.wave"

    recommendation = fields.Selection(
        [
            ("go", "Go"),
            ("go_waived", "Go, with Waivers"),
            ("no_go", "No-Go"),
        ],
        compute="_compute_board",
        help="Computed: no-go while anything keeps the wave from the go decision. The "
        "red lines that were waived are named.",
    )
    board = fields.Html(
        string="Go/No-Go Board",
        compute="_compute_board",
        sanitize=False,
        help="Lines passed of all lines, by site and workstream.",
    )

    def _compute_board(self):
        for wave in self:
            # sudo: sites of every company count for the wave, as in _obstacles
            gates = wave.sudo().gate_ids
            wave.recommendation = wave._recommend(gates) if gates else False
            wave.board = wave._render_board(gates) if gates else False

    def _recommend(self, gates):
        if any(gate._go_obstacles() for gate in gates) or (
            self.sudo().site_ids - gates.site_id
        ):
            return "no_go"
        return "go_waived" if any(gates.line_ids.mapped("is_waived")) else "go"

    def _render_board(self, gates):
        labels = dict(
            self.env["dist.gate.line"]
            ._fields["workstream"]
            ._description_selection(self.env)
        )
        return self.env["ir.qweb"]._render(
            "dist_wave_planning.wave_board",
            {
                "workstreams": labels,
                "rows": [
                    (gate, [gate._board_cell(key) for key, _label in WORKSTREAMS])
                    for gate in gates.sorted(lambda gate: gate.site_id.code)
                ],
            },
        )


class DistGate(models.Model):
    _inherit = "dist.gate"

    def _board_cell(self, workstream):
        """Return ``(passed, all, status)`` of the gate's lines in a workstream.

        ``status``: *none* (no lines), *passed*, *waived* (red, and the committee lets
        it), *open* (only optional lines are red) or *failed*.
        """
        lines = self.line_ids.filtered(lambda line: line.workstream == workstream)
        passed = lines.filtered(lambda line: line.result == "passed")
        if not lines:
            status = "none"
        elif lines & self._red_lines():
            status = "failed"
        elif any(lines.mapped("is_waived")):
            status = "waived"
        else:
            status = "passed" if lines == passed else "open"
        return len(passed), len(lines), status
