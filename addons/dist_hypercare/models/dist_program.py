from odoo import api, fields, models

PROGRAMS_PER_BATCH = 20


class DistProgram(models.Model):
    """Weights of the improvement backlog, and the reviews that come back."""

    _inherit = "dist.program"

    weight_value = fields.Integer(
        default=3, required=True, help="Weight of the business value."
    )
    weight_control = fields.Integer(
        default=2, required=True, help="Weight of the control improvement."
    )
    weight_adoption = fields.Integer(
        default=2, required=True, help="Weight of the adoption."
    )
    weight_effort = fields.Integer(
        default=1, required=True, help="Weight of the effort: little counts as much."
    )

    _weights_range = models.Constraint(
        "CHECK (weight_value >= 0 AND weight_control >= 0 AND weight_adoption >= 0"
        " AND weight_effort >= 0"
        " AND weight_value + weight_control + weight_adoption + weight_effort > 0)",
        "Weights can't be negative, and at least one of them counts.",
    )

    @api.model
    def _cron_plan_reviews(self):
        """Plan the review meetings of the present month and year, once each.

        Killed at any point, the next run finds the meetings that are there.
        """
        Cron = self.env["ir.cron"]
        ids = self.search([("active", "=", True)], order="id").ids
        Cron._commit_progress(remaining=len(ids))
        for offset in range(0, len(ids), PROGRAMS_PER_BATCH):
            batch = self.browse(ids[offset : offset + PROGRAMS_PER_BATCH]).exists()
            batch._plan_reviews()
            if not Cron._commit_progress(len(batch)):
                break

    def _plan_reviews(self):
        """Plan what the period asks for and is not planned: see ``dist.meeting``.

        Programs that have not gone live anywhere have nothing to review.
        """
        live = self.filtered(lambda program: any(program.site_ids.mapped("cutover_at")))
        today = fields.Date.today()
        self.env["dist.meeting"]._plan_reviews(live, today)
