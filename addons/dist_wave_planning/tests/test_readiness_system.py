from datetime import timedelta

from odoo.tests import tagged

from .common_readiness import ReadinessCommon


@tagged("post_install", "-at_install")
class TestReadinessSystem(ReadinessCommon):
    """Each measure of system and registers: the fact is made false, it rises."""

    def _everywhere(self, number):
        """What the whole database has is the same at the other sites."""
        return dict.fromkeys(self.site_b | self.site_c, number)

    def _check_shared(self, code, record, wrong, right):
        """A level of the whole database: every site has the value."""
        record.write(right)
        self.assertEqual(self._values(code), dict.fromkeys(self.sites, 0))
        self.assertEqual(self._line(code, self.site_a).result, "passed")
        record.write(wrong)
        self.assertEqual(self._values(code), dict.fromkeys(self.sites, 1))
        line = self._line(code, self.site_a)
        self.assertEqual(line.result, "failed")
        self.assertEqual(self._opened(line), record)

    def test_jobs_failing(self):
        self.env["ir.cron"].search([]).failure_count = 0
        job = self.env.ref("dist_wave_planning.ir_cron_gate_evaluate")
        self._check_shared(
            "jobs_failing", job, {"failure_count": 2}, {"failure_count": 0}
        )
        job.active = False
        self.assertEqual(self._values("jobs_failing")[self.site_a], 0)

    def test_mails_failed(self):
        self.env["mail.mail"].search([("state", "=", "exception")]).unlink()
        mail = self.env["mail.mail"].create({"body_html": "Hello"})
        self._check_shared(
            "mails_failed", mail, {"state": "exception"}, {"state": "outgoing"}
        )
        mail.mail_message_id.date = self.now - timedelta(days=2)
        self.assertEqual(self._values("mails_failed")[self.site_a], 0)

    def test_mail_servers(self):
        self.env["ir.mail_server"].search([]).active = False
        self.assertEqual(self._values("mail_servers"), dict.fromkeys(self.sites, 0))
        self.assertEqual(self._line("mail_servers", self.site_a).result, "failed")
        server = self.env["ir.mail_server"].create(
            {"name": "Relay", "smtp_host": "localhost"}
        )
        self.assertEqual(self._values("mail_servers"), dict.fromkeys(self.sites, 1))
        line = self._line("mail_servers", self.site_a)
        self.assertEqual(line.result, "passed")
        self.assertEqual(self._opened(line), server)

    def _entry(self, model, **values):
        return self.env[model].create(
            {
                "name": model,
                "program_id": self.program.id,
                "site_id": self.site_a.id,
                **values,
            }
        )

    def test_risks_triggered(self):
        risk = self._entry("dist.risk")
        self._entry("dist.risk", site_id=False).action_trigger()

        def make_wrong():
            risk.action_trigger()
            return risk

        self._check_level("risks_triggered", make_wrong)

    def test_critical_issues(self):
        self._entry("dist.issue", severity="high")
        issue = self._entry("dist.issue", severity="medium")

        def make_wrong():
            issue.severity = "critical"
            return issue

        self._check_level("critical_issues", make_wrong)
        issue.write({"resolution": "Solved."})
        issue.action_resolve()
        self.assertEqual(self._values("critical_issues")[self.site_a], 0)

    def test_actions_overdue(self):
        """An action is due on its day, in the calendar of the site."""
        action = self._entry("dist.action", date_deadline=self.site_a._local_day())

        def make_wrong():
            action.date_deadline -= timedelta(days=1)
            return action

        self._check_level("actions_overdue", make_wrong)
