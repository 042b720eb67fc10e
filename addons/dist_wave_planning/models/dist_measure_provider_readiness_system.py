from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .dist_measure_provider_level import Level


class DistMeasureProviderReadinessSystem(models.AbstractModel):
    """Levels of the system all sites share, and of what the registers hold open."""

    _name = "dist.measure.provider.readiness.system"
    _description = "Readiness Measures of System and Registers"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _level_jobs_failing(self):
        """Scheduled actions that failed the last time they ran."""
        return Level(
            "ir.cron", Domain([("active", "=", True), ("failure_count", ">", 0)])
        )

    @api.model
    def _dist_measure_jobs_failing(self, measure, sites, date_from, date_to):
        return self._sql_level(sites, self._level_jobs_failing())

    @api.model
    def _dist_records_jobs_failing(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_jobs_failing())

    @api.model
    def _level_mail_servers(self):
        """Outgoing mail servers in use: the more, the better than none."""
        return Level("ir.mail_server", Domain([("active", "=", True)]))

    @api.model
    def _dist_measure_mail_servers(self, measure, sites, date_from, date_to):
        return self._sql_level(sites, self._level_mail_servers())

    @api.model
    def _dist_records_mail_servers(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_mail_servers())

    @api.model
    def _level_mails_failed(self):
        """Mails of the last 24 hours that could not be sent."""
        return Level(
            "mail.mail",
            Domain(
                [
                    ("state", "=", "exception"),
                    ("date", ">=", fields.Datetime.now() - timedelta(days=1)),
                ]
            ),
        )

    @api.model
    def _dist_measure_mails_failed(self, measure, sites, date_from, date_to):
        return self._sql_level(sites, self._level_mails_failed())

    @api.model
    def _dist_records_mails_failed(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_mails_failed())

    @api.model
    def _level_risks_triggered(self):
        """Risks of the site that have come true."""
        return Level(
            "dist.risk",
            Domain([("active", "=", True), ("state", "=", "triggered")]),
            "site_id",
        )

    @api.model
    def _dist_measure_risks_triggered(self, measure, sites, date_from, date_to):
        return self._sql_level(sites, self._level_risks_triggered())

    @api.model
    def _dist_records_risks_triggered(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_risks_triggered())

    @api.model
    def _level_critical_issues(self):
        """Critical issues of the site that are not solved."""
        return Level(
            "dist.issue",
            Domain(
                [
                    ("active", "=", True),
                    ("state", "in", ("open", "in_progress")),
                    ("severity", "=", "critical"),
                ]
            ),
            "site_id",
        )

    @api.model
    def _dist_measure_critical_issues(self, measure, sites, date_from, date_to):
        return self._sql_level(sites, self._level_critical_issues())

    @api.model
    def _dist_records_critical_issues(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_critical_issues())

    @api.model
    def _level_actions_overdue(self):
        """Actions of the site that governing bodies wait for."""
        return Level(
            "dist.action",
            Domain([("active", "=", True), ("state", "=", "open")]),
            "site_id",
            day="date_deadline",
        )

    @api.model
    def _dist_measure_actions_overdue(self, measure, sites, date_from, date_to):
        return self._sql_level(sites, self._level_actions_overdue())

    @api.model
    def _dist_records_actions_overdue(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_actions_overdue())
