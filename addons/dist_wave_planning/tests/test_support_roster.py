import doctest
import random
from datetime import date, datetime, timedelta

import pytz
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..services import coverage
from .common_readiness import ReadinessCommon

UNCOVERED = "support_uncovered"
LANGUAGE = "support_language_gap"
GO_LIVE = date(2026, 5, 12)  # a Tuesday


class RosterCommon(ReadinessCommon):
    """``site_a`` and ``site_b`` go live together on Tuesday, 12 May 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave.active = True
        cls.wave.template_id = cls.env.ref("dist_wave_planning.gate_template_standard")
        cls.english = cls.env.ref("base.lang_en")
        cls.french = cls.env["res.lang"]._activate_lang("fr_FR")
        cls.people = cls.env["res.partner"].create(
            [{"name": "Ann Field"}, {"name": "Bob Vendor"}]
        )
        cls.ann, cls.bob = cls.people
        cls.Shift = cls.env["dist.support.shift"]

    @classmethod
    def _moment(cls, day, hour, tz="Europe/Paris"):
        """Return the naive UTC moment of a local hour, some days after the go-live."""
        local = datetime(GO_LIVE.year, GO_LIVE.month, GO_LIVE.day) + timedelta(
            days=day, hours=hour
        )
        return (
            pytz.timezone(tz).localize(local).astimezone(pytz.utc).replace(tzinfo=None)
        )

    @classmethod
    def _shift(cls, first, last, person=None, site=None, **values):
        """Plan a shift; its hours count from the go-live. No site: for all sites."""
        return cls.Shift.with_user(cls.user_consultant).create(
            {
                "wave_id": cls.wave.id,
                "site_id": site.id if site else False,
                "partner_id": (person or cls.ann).id,
                "date_from": cls._moment(0, first),
                "date_to": cls._moment(0, last),
                **values,
            }
        )

    @classmethod
    def _cover(cls, site=None, **values):
        """Cover the three days after go-live around the clock."""
        return cls.Shift.union(
            *(
                cls._shift(first, first + 12, person, site, **values)
                for day in (0, 24, 48)
                for first, person in ((day, cls.ann), (day + 12, cls.bob))
            )
        )

    def _hours(self, code=UNCOVERED, sites=None):
        """Compute a measure and return ``{site: hours}``."""
        sites = sites or self.sites
        measure = self.env["dist.measure"]._get(code)
        self.env["dist.measure.value"].search(
            [("measure_id", "=", measure.id)]
        ).sudo().unlink()
        measure._compute_values(sites, self.today, self.today)
        self.assertFalse(measure.last_error)
        return {
            value.site_id: value.value
            for value in self.env["dist.measure.value"].search(
                [("measure_id", "=", measure.id)]
            )
        }


@tagged("post_install", "-at_install")
class TestCoverage(RosterCommon):
    """The hours that nobody covers, counted in sets of time ranges."""

    def test_doctests(self):
        self.assertFalse(doctest.testmod(coverage).failed)

    def test_nobody(self):
        """A site that is in no wave has no roster, and so no value."""
        self.assertEqual(self._hours(), {self.site_a: 72, self.site_b: 72})

    def test_shifts_of_site_and_wave(self):
        self._shift(0, 12, site=self.site_a)
        self._shift(6, 18)  # both sites
        self._shift(6, 18, person=self.bob)
        self._shift(-4, 2, site=self.site_a)  # touches the start only
        self._shift(96, 120)  # later
        self.assertEqual(self._hours(), {self.site_a: 54, self.site_b: 60})

    def test_covered(self):
        self._cover()
        self.assertEqual(self._hours(), {self.site_a: 0, self.site_b: 0})
        self.Shift.search([], limit=1).action_archive()
        self.assertEqual(self._hours(), {self.site_a: 12, self.site_b: 12})

    def test_timezone_of_the_site(self):
        self.site_b.tz = "America/New_York"
        self._cover()
        # six hours later by the clock of the people in Europe
        self.assertEqual(self._hours(), {self.site_a: 0, self.site_b: 6})

    def test_starts_with_the_cutover(self):
        self._cover()
        self.site_a.cutover_at = self._moment(0, 6)
        self.assertEqual(self._hours(), {self.site_a: 6, self.site_b: 0})

    def test_horizon(self):
        self.wave.support_hours = 24
        self.assertEqual(self._hours(), {self.site_a: 24, self.site_b: 24})
        for hours in (0, 1000):
            with self.subTest(hours), self.assertRaises(ValidationError):
                self.wave.support_hours = hours

    def test_support_hours(self):
        """Working hours of the wave, or of a site, in place of the whole day."""
        self.wave.support_calendar_id = self._calendar([(1, 8, 12), (1, 13, 17)])
        self.assertEqual(self._hours(), {self.site_a: 8, self.site_b: 8})
        self.site_b.support_calendar_id = self._calendar(
            [(day, 6, 22) for day in range(5)]
        )
        self.assertEqual(self._hours(), {self.site_a: 8, self.site_b: 48})
        self._shift(8, 17)
        self.assertEqual(self._hours(), {self.site_a: 0, self.site_b: 39})
        # nobody is needed at the weekend: there is nothing to look at
        self.site_b.support_calendar_id = self._calendar([(5, 6, 22)])
        self.assertEqual(self._hours(), {self.site_a: 0})

    def test_support_hours_of_two_weeks(self):
        week = str(self.env["resource.calendar.attendance"].get_week_type(GO_LIVE))
        calendar = self._calendar([(1, 8, 12)])
        calendar.two_weeks_calendar = True
        calendar.attendance_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "name": kind,
                        "dayofweek": "1",
                        "week_type": kind,
                        "hour_from": first,
                        "hour_to": 12,
                    }
                )
                for kind, first in ((week, 9), (str(1 - int(week)), 11))
            ),
        ]
        self.wave.support_calendar_id = calendar
        self.assertEqual(self._hours()[self.site_a], 3)

    def _calendar(self, hours):
        return self.env["resource.calendar"].create(
            {
                "name": "Support",
                "company_id": False,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": "Hours",
                                "dayofweek": str(day),
                                "hour_from": first,
                                "hour_to": last,
                            }
                        )
                        for day, first, last in hours
                    ),
                ],
            }
        )

    def test_language(self):
        self.assertEqual(self._hours(LANGUAGE), {}, "no languages in the profiles")
        self.site_a.lang_ids = self.english | self.french
        self._cover(lang_ids=self.english.ids)
        self.assertEqual(self._hours(LANGUAGE), {self.site_a: 72})
        self._shift(0, 24, site=self.site_a, lang_ids=self.french.ids)
        self.assertEqual(self._hours(LANGUAGE), {self.site_a: 48})
        self._shift(24, 48, lang_ids=self.french.ids)
        self._shift(48, 72, lang_ids=self.french.ids)
        self.assertEqual(self._hours(LANGUAGE), {self.site_a: 0})
        self.assertEqual(self._hours()[self.site_a], 0)

    def test_no_go_live(self):
        self.wave.planned_go_live = False
        self.assertEqual(self._hours(), {})

    def test_as_plain_python_counts(self):
        """The query and ``services/coverage.py`` agree on any roster."""
        dice = random.Random(26)
        self.wave.support_calendar_id = self._calendar(
            [(day, 5, 21) for day in range(5)]
        )
        for _number in range(25):
            first = dice.randrange(-10, 80)
            self._shift(
                first,
                first + dice.randrange(1, 12),
                site=dice.choice((self.site_a, self.site_b, None)),
            )
        windows = self.env["dist.measure.provider.roster"]._needed_windows(self.sites)
        for site, hours in self._hours().items():
            shifts = self.Shift.search([("site_id", "in", (False, site.id))])
            found = coverage.gaps(
                windows[site.id], [(one.date_from, one.date_to) for one in shifts]
            )
            seconds = sum((end - start).total_seconds() for start, end in found)
            self.assertAlmostEqual(hours, seconds / 3600)

    def test_statements_do_not_grow_with_sites(self):
        measures = self.env["dist.measure"].search([("topic", "=", "roster")])
        self.assertEqual(len(measures), 2)

        def statements(sites):
            measures.last_computed_at = False
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            for measure in measures:
                measure._compute_values(sites, self.today, self.today)
            return self.env.cr.sql_log_count - before

        statements(self.sites)
        self.assertEqual(statements(self.site_a), statements(self.sites))


@tagged("post_install", "-at_install")
class TestRosterLines(RosterCommon):
    """The gate lines: mandatory for the hours, optional for the languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gates = {
            site: cls.env["dist.gate"].create(
                {"wave_id": cls.wave.id, "site_id": site.id}
            )
            for site in (cls.site_a, cls.site_b)
        }

    def _roster_line(self, code):
        line = self.gates[self.site_a].line_ids.filtered(
            lambda line: line.measure_id.code == code
        )
        self._hours(code)
        line._evaluate()
        return line

    def test_uncovered_hours_fail_the_line(self):
        shifts = self._cover()
        line = self._roster_line(UNCOVERED)
        self.assertTrue(line.is_mandatory)
        self.assertEqual(line.result, "passed")
        self.assertEqual(self._opened(line), shifts)
        last = shifts.sorted("date_from")[-1]
        last.with_user(self.user_consultant).date_to -= timedelta(hours=4)
        line = self._roster_line(UNCOVERED)
        self.assertRecordValues(line, [{"result": "failed", "actual_value": 4}])
        self.assertEqual(self._opened(line), shifts)
        self._shift(-88, -84)  # before the horizon: not what was counted
        self.assertEqual(self._opened(line), shifts)

    def test_missing_language_fails_the_line(self):
        self.site_a.lang_ids = self.french
        shifts = self._cover(lang_ids=self.french.ids)
        line = self._roster_line(LANGUAGE)
        self.assertFalse(line.is_mandatory)
        self.assertEqual(line.result, "passed")
        shifts[0].lang_ids = self.english
        line = self._roster_line(LANGUAGE)
        self.assertRecordValues(line, [{"result": "failed", "actual_value": 12}])
        self.assertEqual(self._opened(line), shifts)

    def test_signature_counts_again(self):
        self._cover()
        gate = self.gates[self.site_a]
        gate.line_ids.filtered(lambda line: line.measure_id.code != UNCOVERED).unlink()
        gate.with_user(self.manager_a).action_evaluate()
        self.assertTrue(gate.is_passed)
        self.Shift.search([("partner_id", "=", self.bob.id)], limit=1).unlink()
        gate.with_user(self.manager_a).action_evaluate()
        self.assertFalse(gate.is_passed)

    def test_change_is_queued(self):
        Queue = self.env["dist.measure.queue"].sudo()

        def queued(change):
            Queue.search([]).unlink()
            change()
            return {row.site_ref for row in Queue.search([("topic", "=", "roster")])}

        both = set((self.site_a | self.site_b).ids)
        shifts = []
        self.assertEqual(queued(lambda: shifts.append(self._shift(8, 16))), both)
        self.assertEqual(queued(lambda: shifts[0].write({"note": "x"})), set())
        self.assertEqual(queued(lambda: shifts[0].action_archive()), both)
        self.assertEqual(queued(lambda: shifts[0].unlink()), both)


@tagged("post_install", "-at_install")
class TestRoster(RosterCommon):
    """Planning: the site manager, the weakest role, plans people of the own site."""

    def test_site_manager_plans(self):
        shift = Form(self.Shift.with_user(self.manager_a))
        shift.wave_id = self.wave
        shift.site_id = self.site_a
        shift.user_id = self.manager_a
        shift.date_from = self._moment(0, 6)
        shift.date_to = self._moment(0, 14)
        shift = shift.save()
        self.assertRecordValues(
            shift,
            [
                {
                    "partner_id": self.manager_a.partner_id.id,
                    "hours": 8,
                    "company_id": self.company.id,
                    "local_time": "Tue 12 May 06:00–14:00 (Europe/Paris)",
                    "warning": "",
                }
            ],
        )
        action = shift.action_copy_days()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.manager_a)
            .with_context(**action["context"])
            .create({"days": 2})
        )
        wizard.action_confirm()
        wizard.action_confirm()
        shifts = self.Shift.search([("site_id", "=", self.site_a.id)])
        self.assertEqual(
            shifts.mapped("local_time"),
            [
                "Tue 12 May 06:00–14:00 (Europe/Paris)",
                "Wed 13 May 06:00–14:00 (Europe/Paris)",
                "Thu 14 May 06:00–14:00 (Europe/Paris)",
            ],
        )
        wizard.days = 99
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_copies_keep_the_local_hour(self):
        """Summer time ends in the night of 25 October 2026."""
        shift = self._shift(0, 8)
        shift.write(
            {
                "date_from": datetime(2026, 10, 24, 4),
                "date_to": datetime(2026, 10, 24, 12),
            }
        )
        copy = shift._copy_days(1)
        self.assertEqual(copy.date_from, datetime(2026, 10, 25, 5))
        self.assertEqual(copy.hours, 8)

    def test_who_plans(self):
        shared = self._shift(8, 16)
        own = self._shift(8, 16, site=self.site_a, person=self.bob)
        foreign = self._shift(8, 16, site=self.site_b, person=self.bob)
        Shift = self.Shift.with_user(self.manager_a)
        self.assertEqual(Shift.search([]), (shared | own).sorted())
        own.with_user(self.manager_a).contact = "Room 1"
        # who may read all sites still plans for the own one only
        self.manager_a.group_ids += self.env.ref("dist_rollout_governance.group_viewer")
        for shift in (shared, foreign):
            with self.assertRaises(AccessError):
                shift.with_user(self.manager_a).contact = "Room 1"
        with self.assertRaises(AccessError):
            shared.with_user(self.manager_a).copy()
        with self.assertRaises(AccessError):
            own.with_user(self.user_viewer).contact = "Room 1"
        foreign.with_user(self.user_command_center).contact = "Room 2"
        for name, value in (("site_id", self.site_b.id), ("site_id", False)):
            with self.assertRaises(AccessError):
                own.with_user(self.user_consultant).write({name: value})

    def test_other_company(self):
        self.wave.site_ids += self.site_c
        shift = self._shift(8, 16, site=self.site_a)
        shared = self._shift(8, 16)
        foreign = self.Shift.create(
            {
                "wave_id": self.wave.id,
                "site_id": self.site_c.id,
                "partner_id": self.ann.id,
                "date_from": self._moment(0, 10),
                "date_to": self._moment(0, 12),
            }
        )
        viewer = self.Shift.with_user(self.user_viewer)
        self.assertEqual(viewer.search([]), (shift | shared).sorted())
        self.assertEqual(
            self.Shift.with_user(self.manager_c).search([]), shared | foreign
        )
        self.assertIn("elsewhere", shift.with_user(self.user_viewer).warning)
        self.assertNotIn("Site C", shift.with_user(self.user_viewer).warning)
        self.assertIn("Site C", shift.with_user(self.env.user).warning)

    def test_warnings(self):
        """At two sites at once, or not understood: warned of, and saved."""
        self.site_a.lang_ids = self.french
        first = self._shift(8, 16, site=self.site_a, lang_ids=self.french.ids)
        self._shift(8, 16, lang_ids=self.french.ids)  # for all sites, by phone
        self._shift(16, 20, site=self.site_b)  # right after
        self.assertFalse(first.warning)
        with Form(self.Shift.with_user(self.user_consultant)) as form:
            form.wave_id = self.wave
            form.site_id = self.site_b
            form.partner_id = self.ann
            form.date_from = self._moment(0, 12)
            form.date_to = self._moment(0, 15)
            self.assertIn("at A Site A at the same time", form.warning)
        first.invalidate_recordset()
        self.assertEqual(
            first.warning,
            "Ann Field is on duty at B Site B at the same time: "
            "Tue 12 May 12:00–15:00.",
        )
        mute = self._shift(32, 40, lang_ids=self.english.ids)
        self.assertEqual(
            mute.warning, "Ann Field speaks no language of A Site A: French / Français."
        )
        self.assertIn(mute.warning, self.wave.support_warnings)

    def test_warnings_take_no_query_for_each_shift(self):
        for number in range(3):
            self._shift(24 * number, 24 * number + 8, site=self.site_a)
        self._cover()

        def statements(shifts):
            self.env.invalidate_all()
            shifts.mapped("partner_id.name")
            before = self.env.cr.sql_log_count
            shifts.mapped("warning")
            return self.env.cr.sql_log_count - before

        shifts = self.Shift.search([])
        statements(shifts)
        self.assertLessEqual(statements(shifts), statements(shifts[:2]) + 1)

    def test_gaps_in_words(self):
        self.wave.support_hours = 48
        self.site_a.lang_ids = self.french
        self._shift(0, 2, lang_ids=self.french.ids)
        self._shift(6, 22, lang_ids=self.french.ids)
        self._shift(30, 48, lang_ids=self.english.ids)
        self.assertEqual(
            self.wave.with_user(self.manager_a).support_gaps.split("\n"),
            [
                "A Site A: Tue 12 May 02:00–06:00 nobody",
                "A Site A: Tue 12 May 22:00 – Wed 13 May 06:00 nobody",
                "A Site A: Wed 13 May 06:00–24:00 nobody speaks French / Français",
            ],
        )
        self.assertEqual(self.wave.with_user(self.manager_a).support_shift_count, 3)
        self._shift(2, 6)
        self._shift(22, 30)
        self.site_a.lang_ids = False
        self.wave.invalidate_recordset()
        self.assertFalse(self.wave.support_gaps)

    def test_many_gaps_are_shortened(self):
        self.wave.support_hours = 72
        for hour in range(0, 72, 3):
            self._shift(hour, hour + 1)
        lines = self.wave.support_gaps.split("\n")
        self.assertEqual((len(lines), lines[-1]), (21, "… and 28 more"))

    def test_no_gaps_of_an_ended_wave(self):
        self.assertTrue(self.wave.support_gaps)
        self.wave.state = "closed"
        self.wave.invalidate_recordset()
        self.assertFalse(self.wave.support_gaps)

    def test_shifts_are_short(self):
        shift = self._shift(0, 24)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            shift.date_to = shift.date_from
            self.env.flush_all()
        with self.assertRaisesRegex(ValidationError, "24 hours at most"):
            shift.date_to += timedelta(hours=1)

    def test_site_of_another_wave(self):
        with self.assertRaisesRegex(ValidationError, "not a site of"):
            self.Shift.create(
                {
                    "wave_id": self.wave.id,
                    "site_id": self.site_c.id,
                    "partner_id": self.ann.id,
                    "date_from": self._moment(0, 8),
                    "date_to": self._moment(0, 16),
                }
            )

    def test_opened_from_wave_and_site(self):
        shared = self._shift(8, 16)
        own = self._shift(8, 16, site=self.site_a, person=self.bob)
        self._shift(8, 16, site=self.site_b, person=self.bob)
        site = self.site_a.with_user(self.manager_a)
        self.assertEqual(site.support_shift_count, 1)
        action = site.action_open_shifts()
        self.assertEqual(self.Shift.search(action["domain"]), (shared | own).sorted())
        self.assertEqual(action["context"]["default_wave_id"], self.wave.id)
        action = self.wave.action_open_shifts()
        self.assertEqual(self.Shift.search_count(action["domain"]), 3)
        self.site_a.super_user_ids = self.user_super_user
        self.assertEqual(
            self.site_a.with_user(self.user_super_user).support_shift_count, 0
        )
