from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_calendar import QUARTER_END, QUIET_DAY, CalendarCommon


@tagged("post_install", "-at_install")
class TestBlackoutWaiver(CalendarCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave.planned_go_live = QUARTER_END

    def test_quarter_end_blocks_unless_the_steering_committee_waives_it(self):
        self.assertIn("A fiscal quarter of", "".join(self.wave._calendar_obstacles()))
        waiver = self._request_waivers()
        decision = self._request(waiver)
        self.assertEqual(decision.body_id.type, "steering")
        self.assertEqual(waiver.state, "proposed")
        self.assertTrue(self.wave._calendar_obstacles(), "not decided yet")
        self._vote(decision, self.member_1)
        self._vote(decision, self.member_2)
        self.assertTrue(self.wave._calendar_obstacles(), "no quorum yet")
        self._vote(decision, self.member_3)
        self.assertEqual(waiver.state, "approved")
        self.assertEqual(self.wave._calendar_obstacles(), [])
        self.wave.invalidate_recordset()
        self.assertIn("Waived until", self.wave.calendar_conflicts)
        self.assertEqual(self._keys(), ["quarter"], "it stays visible")
        with self.assertRaisesRegex(UserError, "Nothing in the calendar blocks"):
            self._request_waivers()

    def test_rejected(self):
        waiver = self._request_waivers()
        self._request(waiver)
        self._vote_on(waiver, approve=False)
        self.assertEqual(waiver.state, "rejected")
        self.assertTrue(self.wave._calendar_obstacles())
        waiver.action_reset()
        self.assertEqual(waiver.state, "draft")
        self._request(waiver)
        self._vote_on(waiver)
        self.assertFalse(self.wave._calendar_obstacles())

    def test_withdrawn_is_a_draft_again(self):
        waiver = self._request_waivers()
        decision = self._request(waiver)
        decision.with_user(self.user_consultant).action_withdraw()
        self.assertEqual(waiver.state, "draft")
        with self.assertRaisesRegex(UserError, "rejected or has expired"):
            waiver.action_reset()

    def test_holds_for_the_day_it_was_decided_for(self):
        waiver = self._request_waivers(valid_until=date(2090, 12, 31))
        self._request(waiver)
        self._vote_on(waiver)
        self.wave.planned_go_live = date(2090, 4, 1)
        self.assertTrue(self.wave._calendar_obstacles())
        self.wave.planned_go_live = QUARTER_END
        self.assertFalse(self.wave._calendar_obstacles())

    def test_expires(self):
        waiver = self._request_waivers()
        self._request(waiver)
        self._vote_on(waiver)
        with freeze_time(datetime(2090, 4, 1, 12)):
            self.env.invalidate_all()
            self.assertTrue(self.wave._calendar_obstacles(), "the job has not run")
            with self.enter_registry_test_mode():
                self.env.ref(
                    "dist_rollout_governance.ir_cron_decision_expire"
                ).method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(waiver.state, "expired")

    def test_blackout_with_other_days_is_another_conflict(self):
        self.wave.planned_go_live = QUIET_DAY
        blackout = self._create_blackout()
        waiver = self._request_waivers()
        self._request(waiver)
        self._vote_on(waiver)
        self.assertFalse(self.wave._calendar_obstacles())
        blackout.date_to = date(2090, 6, 30)
        self.assertTrue(self.wave._calendar_obstacles())

    def test_what_a_request_asks_for(self):
        for values, message in (
            ({"reason": False}, "Give the reason"),
            ({"compensating_action": False}, "so that it does no harm"),
            ({"valid_until": date(2090, 3, 30)}, "up to the day of the go-live"),
            ({"valid_until": False}, "up to the day of the go-live"),
        ):
            waiver = self._request_waivers(**values)
            with self.subTest(values), self.assertRaisesRegex(UserError, message):
                self._request(waiver)
            waiver.valid_until = QUARTER_END
        self.wave.planned_go_live = QUIET_DAY
        with self.assertRaisesRegex(UserError, "another day now"):
            self._request(waiver)

    def test_one_for_each_blocking_conflict(self):
        self._create_blackout(date_from=date(2090, 3, 1), date_to=date(2090, 4, 20))
        self._create_blackout(
            name="Fair",
            effect="warn",
            date_from=date(2090, 3, 1),
            date_to=date(2090, 4, 20),
        )
        waivers = self._request_waivers()
        self.assertEqual(len(waivers), 2)
        self.assertEqual(self._request_waivers(), waivers, "none is made twice")
        self.assertEqual(self.wave.waiver_count, 2)
        self._request(waivers[0])
        self._vote_on(waivers[0])
        self.assertEqual(len(self.wave._calendar_obstacles()), 1)
        action = self.wave.action_open_waivers()
        self.assertEqual(
            self.env["dist.blackout.waiver"].search(action["domain"]), waivers
        )

    def test_decided_is_locked_and_protected(self):
        waiver = self._request_waivers()
        for values in (
            {"conflict_key": "x"},
            {"state": "approved"},
            {"go_live": QUIET_DAY},
            {"name": "x"},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                waiver.write(values)
        self._request(waiver)
        with self.assertRaisesRegex(UserError, "with the body or decided"):
            waiver.reason = "x"

    def test_consultants_request(self):
        for user in (self.user_viewer, self.user_governance, self.manager_a):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.wave.with_user(user).action_request_waivers()

    def test_seen_with_the_wave(self):
        waiver = self._request_waivers()
        Waiver = self.env["dist.blackout.waiver"]
        viewer_c = self._create_user("viewer", "viewer_c", company=self.company_c)
        for user, expected in (
            (self.user_viewer, waiver.sudo()),
            (self.manager_a, waiver.sudo()),
            (self.manager_c, Waiver),
            (viewer_c, Waiver),
        ):
            with self.subTest(user.login):
                self.assertEqual(Waiver.with_user(user).search([]).sudo(), expected)
