from odoo import api, fields, models


class DistProgram(models.Model):
    """Stage plan, documents and drift of a program."""

    _inherit = "dist.program"

    phase_ids = fields.One2many("dist.phase", "program_id", string="Phases")
    current_phase_id = fields.Many2one(
        "dist.phase", string="Phase", compute="_compute_current_phase_id"
    )
    document_count = fields.Integer(compute="_compute_document_count")
    uncovered_count = fields.Integer(
        string="Uncovered Drift", compute="_compute_uncovered_count"
    )

    @api.depends("phase_ids.state")
    @api.depends_context("uid")
    def _compute_current_phase_id(self):
        phases = self.env["dist.phase"].search(
            [("program_id", "in", self.ids), ("state", "=", "open")]
        )
        by_program = phases.grouped("program_id")
        for program in self:
            phase = by_program.get(program._origin)
            program.current_phase_id = phase and phase[:1]

    @api.depends_context("uid")
    def _compute_document_count(self):
        counts = dict(
            self.env["dist.document"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.document_count = counts.get(program._origin, 0)

    @api.depends_context("uid")
    def _compute_uncovered_count(self):
        counts = dict(
            self.env["dist.conformance.finding"]._read_group(
                [("program_id", "in", self.ids), ("status", "=", "uncovered")],
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.uncovered_count = counts.get(program._origin, 0)

    def _open_register(self, xml_id, **context):
        """Return a register's action, for the entries of the program."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dist_rollout_governance.{xml_id}"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.id)],
            context={"default_program_id": self.id, **context},
        )

    def action_open_phases(self):
        """Open the phase board."""
        return self._open_register("dist_phase_action")

    def action_open_documents(self):
        """Open the document library."""
        return self._open_register("dist_document_action")

    def action_open_conformance(self):
        """Open the drift of the program's sites."""
        return self._open_register(
            "dist_conformance_finding_action", search_default_uncovered=1
        )
