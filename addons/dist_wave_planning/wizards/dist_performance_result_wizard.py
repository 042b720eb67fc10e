from odoo import fields, models


class DistPerformanceResultWizard(models.TransientModel):
    """Dialog in which a person records what a performance test has measured."""

    _name = "dist.performance.result.wizard"
    _description = "Record a Performance Test"

    test_id = fields.Many2one(
        "dist.performance.test", required=True, readonly=True, ondelete="cascade"
    )
    metric = fields.Char(related="test_id.metric")
    unit = fields.Char(related="test_id.unit")
    target_text = fields.Char(related="test_id.target_text")
    value = fields.Float(string="Measured", digits=(16, 2), required=True)
    measured_at = fields.Datetime(required=True, default=fields.Datetime.now)
    document = fields.Binary(string="Protocol", attachment=False)
    document_name = fields.Char()
    finding = fields.Text(string="Note")

    def action_confirm(self):
        """Record the result, in the user's name."""
        self.ensure_one()
        self.test_id._record_result(
            self.value,
            self.measured_at,
            self.finding,
            self.document,
            self.document_name,
        )
        return {"type": "ir.actions.act_window_close"}
