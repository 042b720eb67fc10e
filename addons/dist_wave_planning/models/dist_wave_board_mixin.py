from odoo import fields, models

from .dist_gate_template_line import WORKSTREAMS


class DistWaveBoardMixin(models.AbstractModel):
    """What the steering committee looks at before it decides on a wave."""

    _name = "dist.wave.board.mixin"
    _description = "Go/No-Go Board"

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
