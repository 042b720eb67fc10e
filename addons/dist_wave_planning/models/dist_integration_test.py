from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

ENVIRONMENTS = [
    ("test", "Test System"),
    ("rehearsal", "Dress Rehearsal"),
    ("production", "Production"),
]


class DistIntegrationTest(models.Model):
    """One test of an integration. Append-only, the superuser included.

    Rows come from ``dist.integration._record_test``.
    """

    _name = "dist.integration.test"
    _description = "Integration Test"
    _inherit = "dist.append.only.mixin"
    _order = "tested_on desc, id desc"
    _rec_name = "integration_id"

    integration_id = fields.Many2one(
        "dist.integration",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    program_id = fields.Many2one(
        "dist.program", required=True, readonly=True, ondelete="restrict", index=True
    )
    site_id = fields.Many2one(
        "dist.site",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: the test is about all sites that are served.",
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    tested_on = fields.Date(required=True, readonly=True)
    tested_by_id = fields.Many2one(
        "res.users", required=True, readonly=True, ondelete="restrict", index=True
    )
    volume = fields.Integer(
        string="Messages", readonly=True, help="Messages that were exchanged."
    )
    exception_count = fields.Integer(
        string="Exceptions", readonly=True, help="Messages that failed."
    )
    exception_share = fields.Float(
        string="Exceptions (%)",
        digits=(16, 2),
        compute="_compute_exception_share",
    )
    result = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed")], required=True, readonly=True
    )
    valid_until = fields.Date(readonly=True, help="Last day a passed test counts.")
    document = fields.Binary(attachment=True, readonly=True)
    document_name = fields.Char(readonly=True)
    note = fields.Text(readonly=True)

    _latest = models.Index("(integration_id, tested_on DESC, id DESC)")

    @api.depends("volume", "exception_count")
    def _compute_exception_share(self):
        for test in self:
            test.exception_share = (
                100 * test.exception_count / test.volume if test.volume else 0
            )

    @api.constrains("volume", "exception_count")
    def _check_counts(self):
        for test in self:
            if test.volume < 1:
                raise ValidationError(
                    self.env._("Say how many messages the test exchanged.")
                )
            if not 0 <= test.exception_count <= test.volume:
                raise ValidationError(
                    self.env._(
                        "Exceptions are part of the messages: enter between none and "
                        "%(volume)s.",
                        volume=test.volume,
                    )
                )

    @api.constrains("tested_on")
    def _check_tested_on(self):
        # a day ahead of the server somewhere is no future
        tomorrow = fields.Date.today() + timedelta(days=1)
        for test in self:
            if not 2000 <= test.tested_on.year or test.tested_on > tomorrow:
                raise ValidationError(
                    self.env._("A test has taken place on a day that is not to come.")
                )

    @api.model
    def _append(self, integration, site, values):
        """Add a test in the user's name; the integration has checked the rights."""
        day = fields.Date.to_date(values["tested_on"])
        passed = values["result"] == "passed"
        # sudo: nobody has the right to create rows; they are added here alone
        return self.sudo()._append_rows(
            [
                {
                    **values,
                    "tested_on": day,
                    "integration_id": integration.id,
                    "program_id": integration.program_id.id,
                    "site_id": site.id,
                    "company_id": site.company_id.id,
                    "tested_by_id": self.env.uid,
                    "valid_until": passed
                    and integration.valid_days
                    and day + timedelta(days=integration.valid_days),
                }
            ]
        )

    def _sentence(self):
        """Return the outcome of the test as a sentence for people."""
        self.ensure_one()
        return self.env._(
            "Test of %(site)s on %(day)s: %(result)s, %(exceptions)s exceptions in "
            "%(volume)s messages.",
            site=self.site_id.display_name or self.env._("all sites"),
            day=self.tested_on,
            result=dict(self._fields["result"]._description_selection(self.env))[
                self.result
            ],
            exceptions=self.exception_count,
            volume=self.volume,
        )
