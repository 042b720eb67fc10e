from odoo import api, fields, models

from ..models.dist_integration_test import ENVIRONMENTS


class DistIntegrationTestWizard(models.TransientModel):
    """Dialog in which a person records a test of an integration."""

    _name = "dist.integration.test.wizard"
    _description = "Record an Integration Test"

    integration_id = fields.Many2one(
        "dist.integration", required=True, readonly=True, ondelete="cascade"
    )
    testable_site_ids = fields.Many2many(
        "dist.site", compute="_compute_testable_site_ids"
    )
    site_id = fields.Many2one(
        "dist.site",
        domain="[('id', 'in', testable_site_ids)]",
        help="Empty: the test is about all sites that are served.",
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, default="test")
    tested_on = fields.Date(required=True, default=fields.Date.context_today)
    volume = fields.Integer(string="Messages", help="Messages that were exchanged.")
    exception_count = fields.Integer(string="Exceptions", help="Messages that failed.")
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed")], required=True, default="passed"
    )
    document = fields.Binary(attachment=False)
    document_name = fields.Char()
    note = fields.Text()

    @api.depends("integration_id")
    @api.depends_context("uid")
    def _compute_testable_site_ids(self):
        for wizard in self:
            wizard.testable_site_ids = (
                wizard.integration_id and wizard.integration_id._testable_sites()
            )

    def action_confirm(self):
        """Record the test, in the user's name."""
        self.ensure_one()
        self.integration_id._record_test(self.site_id, self._prepare_test_vals())
        return {"type": "ir.actions.act_window_close"}

    def _prepare_test_vals(self):
        names = (
            "environment",
            "tested_on",
            "volume",
            "exception_count",
            "result",
            "document",
            "document_name",
            "note",
        )
        return {name: self[name] for name in names}
