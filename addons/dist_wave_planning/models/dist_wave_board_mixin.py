from collections import Counter

from odoo import fields, models
from odoo.exceptions import UserError

from .dist_gate_template_line import WORKSTREAMS
from .dist_wave_rollback_threshold import WATCHED_STATES

# status of a cell of the matrix: badge and icon; the cell says it in words as well
STATUS_STYLES = {
    "passed": ("text-bg-success", "fa-check"),
    "failed": ("text-bg-danger", "fa-times"),
    "no_evidence": ("text-bg-warning", "fa-question"),
    "stale": ("text-bg-warning", "fa-clock-o"),
    "waived": ("text-bg-warning", "fa-shield"),
    "optional": ("text-bg-info", "fa-circle-o"),
}


class DistWaveBoardMixin(models.AbstractModel):
    """What the steering committee looks at before and after it decides on a wave."""

    _name = "dist.wave.board.mixin"
    _description = "Go/No-Go Board"

    recommendation = fields.Selection(
        [
            ("go", "Go"),
            ("go_waived", "Go, with Waivers"),
            ("no_go", "No-Go"),
            ("carry_on", "Carry On"),
            ("roll_back", "Roll Back"),
        ],
        compute="_compute_board",
        help="Computed: no-go while anything keeps the wave from the go decision. The "
        "red lines that were waived are named. During cutover and hypercare: roll back "
        "when a rollback threshold is crossed, carry on when all of them hold.",
    )
    board = fields.Html(
        string="Go/No-Go Board",
        compute="_compute_board",
        sanitize=False,
        help="Lines passed of all lines, by site and workstream.",
    )
    matrix = fields.Html(
        compute="_compute_matrix",
        sanitize=False,
        help="The state of every gate line of every site.",
    )
    threshold_ids = fields.One2many(
        "dist.wave.rollback.threshold", "wave_id", string="Rollback Thresholds"
    )

    def _compute_board(self):
        for wave in self:
            # sudo: sites of every company count for the wave, as in _obstacles
            gates = wave.sudo().gate_ids
            wave.recommendation = wave._recommend(gates) if gates else False
            wave.board = wave._render_board(gates) if gates else False

    def _recommend(self, gates):
        if self.state in WATCHED_STATES:
            return self._recommend_rollback()
        if any(gate._go_obstacles() for gate in gates) or (
            self.sudo().site_ids - gates.site_id
        ):
            return "no_go"
        return "go_waived" if any(gates.line_ids.mapped("is_waived")) else "go"

    def _recommend_rollback(self):
        """Return *roll_back* when a threshold is crossed; False without evidence."""
        # sudo: thresholds of sites of every company count
        thresholds = self.sudo().threshold_ids
        if any(thresholds.mapped("is_crossed")):
            return "roll_back"
        is_known = thresholds and set(thresholds.mapped("result")) == {"passed"}
        return "carry_on" if is_known else False

    def _render_board(self, gates):
        labels = self._labels_of("dist.gate.line", "workstream")
        return self.env["ir.qweb"]._render(
            "dist_wave_planning.wave_board",
            {
                "workstreams": labels,
                "rows": [
                    (gate, [gate._board_cell(key) for key, _label in WORKSTREAMS])
                    for gate in gates.sorted(lambda gate: gate.site_id.code)
                ],
                # sudo: as the gates; thresholds of every site count
                "thresholds": self.sudo().threshold_ids,
                "results": self._labels_of("dist.gate.line", "result"),
                "is_watched": self.state in WATCHED_STATES,
                "waivers": gates.line_ids.waiver_ids.filtered("decision_id"),
                "decision_states": self._labels_of("dist.decision", "state"),
                "action_states": self._labels_of("dist.action", "state"),
            },
        )

    def _labels_of(self, model, name):
        """Return the labels of a selection in the user's language, by value."""
        return dict(self.env[model]._fields[name]._description_selection(self.env))

    # -- matrix of sites and lines ----------------------------------------------------

    def _compute_matrix(self):
        for wave in self:
            wave.matrix = wave._render_matrix()

    def _render_matrix(self):
        """Return sites by lines as HTML, as far as the user may read them."""
        lines = self.env["dist.gate.line"].search([("wave_id", "in", self._origin.ids)])
        if not lines:
            return False
        lines.fetch(["name", "workstream", "sequence", "result", "is_mandatory"])
        lines._fields["is_waived"].compute_value(lines)
        columns = self._matrix_columns(lines)
        by_site = lines.grouped("site_id")
        return self.env["ir.qweb"]._render(
            "dist_wave_planning.wave_matrix",
            {
                "wave": self._origin,
                # columns are in the order of the workstreams
                "groups": Counter(label for label, _key, _name in columns).items(),
                "columns": columns,
                "classes": {key: style[0] for key, style in STATUS_STYLES.items()},
                "icons": {key: style[1] for key, style in STATUS_STYLES.items()},
                "rows": [
                    (site, self._matrix_row(columns, by_site[site]))
                    for site in sorted(by_site, key=lambda site: site.code)
                ],
            },
        )

    def _matrix_columns(self, lines):
        """Return ``(workstream label, key, name)`` of each column, in order."""
        labels = self._labels_of("dist.gate.line", "workstream")
        ranks = {key: rank for rank, (key, _label) in enumerate(WORKSTREAMS)}
        columns = {}
        for line in lines.sorted(
            lambda line: (ranks[line.workstream], line.sequence, line.name)
        ):
            columns.setdefault(line._matrix_key(), (labels[line.workstream], line.name))
        return [(label, key, name) for key, (label, name) in columns.items()]

    def _matrix_row(self, columns, lines):
        """Return ``(line id, status, label)`` for each column; None without a line."""
        by_key = {line._matrix_key(): line for line in lines}
        cells = []
        for _label, key, _name in columns:
            line = by_key.get(key)
            cells.append(line and (line.id, *line._matrix_status()))
        return cells

    def action_open_matrix(self):
        """Open the matrix of sites and gate lines."""
        self.ensure_one()
        view = self.env.ref("dist_wave_planning.dist_wave_view_form_matrix")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sites and Lines"),
            "res_model": "dist.wave",
            "res_id": self.id,
            "view_mode": "form",
            "views": [(view.id, "form")],
        }

    # -- rollback thresholds ----------------------------------------------------------

    def _evaluate_thresholds(self):
        """Bring the rollback thresholds up to date."""
        # sudo: results are protected outputs that follow from the measures
        self.sudo().threshold_ids._evaluate()

    def action_spread_thresholds(self):
        """Give every site of the wave each threshold that one of its sites has."""
        self.check_access("write")
        Threshold = self.env["dist.wave.rollback.threshold"]
        for wave in self:
            if not wave.threshold_ids:
                raise UserError(self.env._("Set the thresholds of one site first."))
            known = {(one.site_id, one.measure_id) for one in wave.threshold_ids}
            by_measure = wave.threshold_ids.grouped("measure_id")
            Threshold.create(
                [
                    {**thresholds[0]._threshold_vals(), "site_id": site.id}
                    for measure, thresholds in by_measure.items()
                    for site in wave.site_ids
                    if (site, measure) not in known
                ]
            )

    def _tell_thresholds_crossed(self, thresholds):
        """Put crossed thresholds before the wave lead."""
        self.ensure_one()
        # sudo: the activity is put before another person
        lead = self.sudo().manager_id.filtered("active")
        if lead and self.with_user(lead).sudo(False).has_access("read"):
            self.sudo().activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=lead.id,
                summary=self.env._("Rollback threshold crossed"),
                note=thresholds._sentences_as_html(),
            )
