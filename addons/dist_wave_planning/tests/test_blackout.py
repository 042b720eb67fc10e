import doctest
from datetime import date, datetime

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.dist_rollout_governance.tests.common import GROUPS

from ..services import calendar_entry, period_ends
from .common_calendar import QUARTER_END, QUIET_DAY, CalendarCommon

MATRIX = {
    "dist.blackout": {"consultant": "crw", "admin": "crwu"},
    "dist.blackout.waiver": {"consultant": "rw", "admin": "rwu"},
}
READERS = dict.fromkeys(
    ["viewer", "governance", "command_center", "steward", "finance", "site_manager"],
    "r",
)
OPERATIONS = {"c": "create", "r": "read", "w": "write", "u": "unlink"}


@tagged("post_install", "-at_install")
class TestBlackout(CalendarCommon):
    def test_doctests(self):
        for module in (calendar_entry, period_ends):
            with self.subTest(module.__name__):
                self.assertFalse(doctest.testmod(module).failed)

    def test_matrix(self):
        for model, rights in MATRIX.items():
            for role in [*GROUPS, "nobody"]:
                user = getattr(self, f"user_{role}")
                for letter, operation in OPERATIONS.items():
                    with self.subTest(model=model, role=role, operation=operation):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in {**READERS, **rights}.get(role, ""),
                        )

    def test_consultant_enters_one_in_the_form(self):
        form = Form(self.env["dist.blackout"].with_user(self.user_consultant))
        form.name = "Stocktaking"
        form.program_id = self.program
        form.date_from = "2090-05-16"
        form.date_to = "2090-05-17"
        form.scope = "sites"
        form.site_ids.add(self.site_a)
        blackout = form.save()
        self.assertEqual(blackout.affected_site_ids, self.site_a)
        self.assertEqual(blackout.company_ids, self.company)

    def test_scopes(self):
        north, south = self.env["dist.region"].create(
            [{"name": "North", "code": "N"}, {"name": "South", "code": "S"}]
        )
        self.site_a.region_id = north
        (self.site_b | self.site_c).region_id = south
        for values, sites in (
            ({}, self.site_a | self.site_b | self.site_c),
            (
                {"scope": "company", "company_id": self.company.id},
                self.site_a | self.site_b,
            ),
            ({"scope": "region", "region_id": north.id}, self.site_a),
            (
                {
                    "scope": "sites",
                    "site_ids": [fields.Command.set(self.site_b.ids)],
                },
                self.site_b,
            ),
        ):
            with self.subTest(values):
                blackout = self._create_blackout(**values)
                self.assertEqual(blackout.sudo().affected_site_ids, sites)
                self.wave.site_ids = self.site_a
                expected = ["blackout"] if self.site_a in sites else []
                self.assertEqual(self._keys(), expected)
                blackout.active = False

    def test_site_that_comes_later_is_in_the_scope(self):
        blackout = self._create_blackout()
        site = self._create_site("LATE", manager_id=self.manager_a.id)
        self.assertIn(site, blackout.affected_site_ids)

    def test_bad_input(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        foreign = self._create_site(
            "F", program_id=other.id, manager_id=self.manager_a.id
        )
        for values in (
            {"scope": "company"},
            {"scope": "region"},
            {"scope": "sites"},
            {"scope": "sites", "site_ids": [fields.Command.set(foreign.ids)]},
            {"date_from": date(1890, 1, 1)},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self._create_blackout(**values)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._create_blackout(date_to=date(2090, 5, 9))
        with self.assertRaises(ValidationError):
            self.program.wave_distance_days = -1

    def test_own_companies_and_sites_only(self):
        everywhere = self._create_blackout()
        mine = self._create_blackout(
            scope="sites", site_ids=[fields.Command.set(self.site_a.ids)]
        )
        company = self._create_blackout(scope="company", company_id=self.company.id)
        Blackout = self.env["dist.blackout"]
        domain = [("program_id", "=", self.program.id)]
        for user, expected in (
            (self.user_viewer, everywhere | mine | company),
            (self.manager_a, everywhere | mine | company),
            (self.manager_b, everywhere | company),
            (self.manager_c, everywhere),
            (
                self._create_user("viewer", "viewer_c", company=self.company_c),
                everywhere,
            ),
        ):
            with self.subTest(user.login):
                found = Blackout.with_user(user).search(domain)
                self.assertEqual(found.sudo(), expected.sudo().sorted())
        with self.assertRaises(AccessError):
            mine.with_user(self.manager_b).read(["name"])

    # -- conflicts of a wave --------------------------------------------------------

    def test_quiet_day(self):
        self.assertEqual(self.wave._calendar_conflicts(), [])
        self.assertFalse(self.wave.calendar_conflicts)
        self.assertEqual(self.wave._calendar_obstacles(), [])

    def test_period_ends_follow_the_settings_of_the_company(self):
        self.wave.planned_go_live = QUARTER_END
        self.assertEqual(self._keys(), ["quarter"])
        self.company.fiscalyear_last_month = "3"
        self.assertEqual(self._keys(), ["year"])
        self.company.write({"fiscalyear_last_day": 28, "fiscalyear_last_month": "2"})
        self.assertEqual(self._keys(), [])
        self.assertFalse(self.env["dist.blackout"].search_count([]))

    def test_days_around_a_period_end(self):
        for day, expected in (
            (date(2090, 3, 25), []),
            (date(2090, 3, 26), ["quarter"]),
            (date(2090, 4, 3), ["quarter"]),
            (date(2090, 4, 4), []),
        ):
            with self.subTest(day):
                self.wave.planned_go_live = day
                self.assertEqual(self._keys(), expected)
        self.program.period_end_days_after = 4
        self.assertEqual(self._keys(), ["quarter"])

    def test_quarter_end_that_only_warns(self):
        self.program.quarter_end_effect = "warn"
        self.wave.planned_go_live = QUARTER_END
        self.assertEqual(self.wave._calendar_obstacles(), [])
        self.assertIn("Warning: A fiscal quarter", self.wave.calendar_conflicts)
        self.company.fiscalyear_last_month = "3"
        self.wave.invalidate_recordset()
        self.assertEqual(len(self.wave._calendar_obstacles()), 1)
        self.assertIn("Blocks: The fiscal year", self.wave.calendar_conflicts)

    def test_each_company_has_its_own_fiscal_year(self):
        self.company_c.fiscalyear_last_month = "5"
        self.wave.planned_go_live = date(2090, 5, 30)
        self.assertEqual(self._keys(), [])
        self.wave.site_ids += self.site_c
        [conflict] = self.wave._calendar_conflicts()
        self.assertEqual(conflict.company_id, self.company_c.id)
        self.assertEqual(conflict.site_ids, frozenset(self.site_c.ids))
        conflicts = self.wave.with_user(self.user_consultant).calendar_conflicts
        self.assertIn("Rollout Company C", conflicts, "it counts whoever asks")

    def test_public_holiday_warns_by_the_day_of_the_site(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Ascension",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                # 16 May in Paris, from midnight to midnight; so far ahead the
                # timezones know no summer time
                "date_from": datetime(2090, 5, 15, 23),
                "date_to": datetime(2090, 5, 16, 23),
            }
        )
        self.assertEqual(self._keys(), ["holiday"])
        self.assertEqual(self.wave._calendar_obstacles(), [])
        for day in (date(2090, 5, 15), date(2090, 5, 17)):
            with self.subTest(day):
                self.wave.planned_go_live = day
                self.assertEqual(self._keys(), [])
        self.wave.write({"planned_go_live": QUIET_DAY, "site_ids": self.site_c})
        self.assertEqual(self._keys(), [], "another company")

    def test_waves_that_are_too_near(self):
        second = self._create_wave(
            name="Wave 2",
            site_ids=False,
            planned_go_live=date(2090, 5, 29),
            manager_id=self.user_admin.id,
        )
        self.assertEqual(self._keys(), ["wave"])
        self.assertIn("Wave 2 goes live", self.wave._calendar_obstacles()[0])
        second.planned_go_live = date(2090, 5, 30)
        self.assertEqual(self._keys(), [], "14 days later")
        self.program.wave_distance_days = 15
        self.assertEqual(self._keys(), ["wave"])
        second.active = False
        self.assertEqual(self._keys(), [])

    def test_lead_of_another_program(self):
        other = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        self._create_wave(
            name="Elsewhere",
            program_id=other.id,
            site_ids=False,
            planned_go_live=date(2090, 5, 20),
            manager_id=self.wave.manager_id.id,
        )
        self.assertEqual(self._keys(), ["lead"])
        self.assertEqual(self.wave._calendar_obstacles(), [])
        self.assertIn("leads Elsewhere of Other", self.wave.calendar_conflicts)
        self.wave.manager_id = self.user_admin
        self.assertEqual(self._keys(), [])

    def test_form_shows_conflicts_while_typing(self):
        with Form(self.wave.with_user(self.user_consultant)) as form:
            form.planned_go_live = QUARTER_END
            self.assertIn("fiscal quarter", form.calendar_conflicts)

    def test_new_wave_in_the_form(self):
        form = Form(self.env["dist.wave"].with_user(self.user_consultant))
        form.name = "New"
        form.program_id = self.program
        form.planned_go_live = QUIET_DAY
        self.assertIn("Wave 1 goes live", form.calendar_conflicts)
