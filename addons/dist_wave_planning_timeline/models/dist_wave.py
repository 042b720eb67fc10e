from datetime import datetime, time, timedelta

from odoo import api, fields, models


class DistWave(models.Model):
    """Where a wave stands on the timeline: its cutover window, else its go-live day."""

    _inherit = "dist.wave"

    timeline_start = fields.Datetime(compute="_compute_timeline")
    timeline_end = fields.Datetime(compute="_compute_timeline")
    timeline_label = fields.Char(
        compute="_compute_timeline_label", help="Name and status of the wave."
    )

    @api.depends("cutover_start", "cutover_end", "planned_go_live")
    def _compute_timeline(self):
        for wave in self:
            day = wave.planned_go_live
            start = wave.cutover_start or (day and datetime.combine(day, time()))
            wave.timeline_start = start
            wave.timeline_end = wave.cutover_end or (
                start and start + timedelta(days=1)
            )

    @api.depends("name", "state")
    def _compute_timeline_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for wave in self:
            wave.timeline_label = f"{wave.name} · {labels[wave.state]}"
