from datetime import date

from odoo.addons.dist_rollout_governance.tests.common_decision import DecisionCommon

from .common import WaveCommon

QUARTER_END = date(2090, 3, 31)
QUIET_DAY = date(2090, 5, 16)


class CalendarCommon(WaveCommon, DecisionCommon):
    """A wave that goes live on a day without any conflict, and governing bodies.

    The fiscal years of both companies end on 31 December.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.company | cls.company_c).write(
            {"fiscalyear_last_day": 31, "fiscalyear_last_month": "12"}
        )
        cls.env["resource.calendar.leaves"].search(
            [("resource_id", "=", False)]
        ).unlink()
        cls.wave.planned_go_live = QUIET_DAY

    @classmethod
    def _create_blackout(cls, **values):
        return (
            cls.env["dist.blackout"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "name": "Christmas business",
                    "program_id": cls.program.id,
                    "date_from": date(2090, 5, 10),
                    "date_to": date(2090, 5, 20),
                    **values,
                }
            )
        )

    @classmethod
    def _request_waivers(cls, **values):
        """Return the waivers of the wave, completed by the consultant."""
        action = cls.wave.with_user(cls.user_consultant).action_request_waivers()
        waivers = (
            cls.env["dist.blackout.waiver"]
            .with_user(cls.user_consultant)
            .search([("wave_id", "=", cls.wave.id), ("state", "=", "draft")])
        )
        assert action["res_model"] == waivers._name
        waivers.write(
            {
                "reason": "The lease of the old system ends.",
                "compensating_action": "The closing is done in the legacy system.",
                **values,
            }
        )
        return waivers

    @classmethod
    def _vote_on(cls, record, approve=True):
        """Have the members of the body decide on a record."""
        return super(WaveCommon, cls)._decide(record, approve)

    def _keys(self, wave=None):
        """Return the kinds of the wave's conflicts."""
        conflicts = (wave or self.wave)._calendar_conflicts()
        return sorted(conflict.key.split("/")[0] for conflict in conflicts)
