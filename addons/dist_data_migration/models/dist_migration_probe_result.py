from odoo import api, fields, models

from ..services.probes import PROBES


class DistMigrationProbeResult(models.Model):
    """What one probe of a run found."""

    _name = "dist.migration.probe.result"
    _description = "Probe Result"
    _order = "probe_id desc, id"
    _rec_name = "probe"

    probe_id = fields.Many2one(
        "dist.migration.probe",
        string="Run",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    cycle_id = fields.Many2one(
        "dist.migration.cycle",
        related="probe_id.cycle_id",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(related="probe_id.company_id", store=True, index=True)
    probe = fields.Selection(selection="_selection_probe", required=True, readonly=True)
    result = fields.Selection(
        [
            ("passed", "Passed"),
            ("failed", "Failed"),
            ("nothing", "Nothing to Try"),
        ],
        required=True,
        readonly=True,
    )
    sample_count = fields.Integer(string="Records Tried", readonly=True)
    samples = fields.Text(string="Sampled Records", readonly=True)
    message = fields.Text(readonly=True)
    duration = fields.Float(string="Duration (s)", digits=(16, 2), readonly=True)

    @api.model
    def _selection_probe(self):
        return [(key, str(probe.label)) for key, probe in PROBES.items()]
