from odoo import api, fields, models
from odoo.exceptions import AccessError


class DistMigrationProbe(models.Model):
    """One run of the behaviour probes on the records of a cycle.

    Results are evidence: written by the run only, never changed.
    """

    _name = "dist.migration.probe"
    _description = "Probe Run"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    cycle_id = fields.Many2one(
        "dist.migration.cycle",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    program_id = fields.Many2one(related="cycle_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="cycle_id.company_id", store=True, index=True)
    run_at = fields.Datetime(required=True, readonly=True)
    run_by_id = fields.Many2one("res.users", string="Run By", readonly=True)
    load_revision = fields.Integer(string="Load", readonly=True)
    result_ids = fields.One2many(
        "dist.migration.probe.result", "probe_id", string="Results", readonly=True
    )
    result = fields.Selection(
        [
            ("passed", "Passed"),
            ("failed", "Failed"),
            ("nothing", "Nothing to Try"),
        ],
        compute="_compute_result",
        store=True,
        help="Passed when no probe failed and at least one found records to try.",
    )

    @api.depends("result_ids.result")
    def _compute_result(self):
        for run in self:
            results = set(run.result_ids.mapped("result"))
            if "failed" in results:
                run.result = "failed"
            else:
                run.result = "passed" if "passed" in results else "nothing"

    @api.model_create_multi
    def create(self, vals_list):
        self._refuse_edit()
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_edit()
        return super().write(vals)

    def _refuse_edit(self):
        if not self.env.su:
            raise AccessError(
                self.env._("A probe run is a result. Run the probes again instead.")
            )
