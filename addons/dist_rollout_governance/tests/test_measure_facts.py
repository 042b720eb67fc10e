from bisect import bisect
from datetime import date, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ..services.spread import BOUNDS, percentile
from .common_fake import FakeModelCommon

DAY = date(2026, 3, 10)
ENGINE_LOG = "odoo.addons.dist_rollout_governance.models.dist_measure_compute"


@tagged("post_install", "-at_install")
class TestMeasureFacts(FakeModelCommon):
    """Value, parts, spread and records come from the same rows."""

    def _measure(self, code, kind, **values):
        return self._create_measure(
            code,
            kind=kind,
            topic="unit_facts",
            provider_model="dist.measure.provider.test.facts",
            compute_method=values.pop("compute_method", "_dist_facts_documents"),
            records_model="dist.test.document",
            dimensions=values.pop("dimensions", "category"),
            **values,
        )

    def _document(self, site, amount, name="A", day=DAY):
        return self.env["dist.test.document"].create(
            {"site_id": site.id, "amount": amount, "name": name, "day": day}
        )

    def _compute(self, measure, first=DAY, last=DAY):
        sites = self.site_a | self.site_b | self.site_c
        measure._compute_values(sites, first, last)

    def _values(self, measure, **domain):
        return self.env["dist.measure.value"].search(
            [
                ("measure_id", "=", measure.id),
                *((name, "=", value) for name, value in domain.items()),
            ],
            order="day, site_id",
        )

    def _parts(self, measure):
        return {
            (part.site_id, part.dimension, part.label): (
                part.numerator,
                part.sample_size,
            )
            for part in self.env["dist.measure.breakdown"].search(
                [("measure_id", "=", measure.id)]
            )
        }

    def test_sum_with_parts_and_records(self):
        documents = [
            self._document(self.site_a, 2),
            self._document(self.site_a, 3, "B"),
            self._document(self.site_a, 5, "B"),
            self._document(self.site_b, 7),
            self._document(self.site_a, 11, day=DAY + timedelta(days=1)),
        ]
        measure = self._measure("facts_sum", "sum")
        for _time in range(2):
            self._compute(measure)
            self.assertRecordValues(
                self._values(measure),
                [
                    {"site_id": self.site_a.id, "value": 10, "sample_size": 3},
                    {"site_id": self.site_b.id, "value": 7, "sample_size": 1},
                ],
            )
            self.assertEqual(
                self._parts(measure),
                {
                    (self.site_a, "category", "A"): (2, 1),
                    (self.site_a, "category", "B"): (8, 2),
                    (self.site_b, "category", "A"): (7, 1),
                },
            )
        action = self._values(measure)[0].action_open_records()
        self.assertEqual(action["res_model"], "dist.test.document")
        self.assertEqual(
            set(action["domain"][0][2]), {document.id for document in documents[:3]}
        )
        part = self.env["dist.measure.breakdown"].search(
            [("measure_id", "=", measure.id), ("label", "=", "B")]
        )
        self.assertEqual(
            set(part.action_open_records()["domain"][0][2]),
            {document.id for document in documents[1:3]},
        )

    def test_what_is_gone_counts_no_more(self):
        document = self._document(self.site_a, 2)
        measure = self._measure("facts_gone", "sum")
        self._compute(measure)
        document.day = DAY + timedelta(days=1)
        self._compute(measure)
        self.assertFalse(self._values(measure))
        self.assertFalse(self._parts(measure))

    def test_durations_have_a_spread_that_adds_up(self):
        for hours in (1, 1, 3, 5, 20):
            self._document(self.site_a, hours)
        measure = self._measure("facts_hours", "duration", unit="hours")
        self._compute(measure)
        value = self._values(measure)
        # 30 h over 5; squares 1 + 1 + 9 + 25 + 400 = 436, 436 / 5 - 36 = 51.2
        self.assertEqual((value.numerator, value.denominator, value.value), (30, 5, 6))
        self.assertEqual(value.sum_squares, 436)
        self.assertAlmostEqual(value.standard_deviation, 7.16, 2)
        # 2 from 1 to 2, 1 from 3 to 4, 1 from 4 to 6, 1 from 16 to 24:
        # the 2.5th case is half of the one between 3 and 4
        self.assertEqual(value.median, 3.5)
        # the 4.5th is half of the one between 16 and 24
        self.assertEqual(value.percentile_90, 20)

    def test_level_counts_nothing_as_zero_and_is_renewed(self):
        document = self._document(self.site_a, 4)
        measure = self._measure(
            "facts_level",
            "level",
            unit="count",
            compute_method="_dist_facts_present",
        )
        with freeze_time("2026-03-10 12:00:00"):
            self._compute(measure)
            self.assertEqual(
                self._values(measure).mapped("value"),
                [4, 0, 0],
            )
            document.amount = 6
            self._compute(measure)
            self.assertEqual(self._values(measure).mapped("value"), [6, 0, 0])
            self.assertEqual(
                self._parts(measure), {(self.site_a, "category", "A"): (6, 1)}
            )
        with freeze_time("2026-03-11 12:00:00"):
            document.amount = 1
            self._compute(measure)
        # what was yesterday stays
        self.assertEqual(
            self._values(measure, site_id=self.site_a.id).mapped("value"), [6, 1]
        )

    def test_company_has_one_value_for_all_its_sites(self):
        self.site_b.company_id = self.site_a.company_id
        self._document(self.site_a, 2)
        self._document(self.site_b, 3)
        measure = self._measure("facts_company", "sum", grain="company")
        self._compute(measure)
        self._compute(measure)
        value = self._values(measure)
        self.assertRecordValues(
            value,
            [{"site_id": False, "company_id": self.site_a.company_id.id, "value": 5}],
        )
        criterion = self._create_criterion(
            measure_id=measure.id,
            source="computed",
            operator=">=",
            threshold=5,
            max_age_days=100000,
            site_id=self.site_b.id,
        )
        criterion._evaluate()
        self.assertEqual((criterion.result, criterion.actual_value), ("passed", 5))
        self.assertEqual(
            len(criterion.action_open_records()["domain"][0][2]),
            2,
        )
        # the figures of a company are not a site manager's
        self.assertFalse(
            self.env["dist.measure.value"]
            .with_user(self.manager_a)
            .search([("measure_id", "=", measure.id)])
        )

    def _shared_measures(self):
        return [
            self._measure(
                f"facts_shared_{number}",
                "sum",
                compute_method="_dist_facts_shared",
                dimensions="warehouse",
            )
            for number in (1, 2)
        ]

    def _compute_window(self, day=DAY):
        sites = self.site_a | self.site_b | self.site_c
        self.env["dist.measure"]._compute_window("unit_facts", sites, day, day)

    def _shared_tables(self):
        self.env.cr.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'dist_shared_%'"
        )
        return [name for (name,) in self.env.cr.fetchall()]

    def test_measures_of_a_window_read_once_what_they_share(self):
        self._document(self.site_a, 2)
        large = self._document(self.site_a, 3)
        measures = self._shared_measures()
        created = []
        execute = type(self.env.cr).execute

        def logged(cursor, query, *args, **kwargs):
            code = query.code if isinstance(query, SQL) else str(query)
            if code.startswith("CREATE TEMPORARY"):
                created.append(code.split('"')[1])
            return execute(cursor, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", logged):
            self._compute_window()
        self.assertEqual(
            created, ["dist_shared_test_documents", "dist_shared_test_large"]
        )
        self.assertFalse(self._shared_tables())
        for measure in measures:
            self.assertEqual(self._values(measure).mapped("value"), [3])
            # by itself it comes to the same
            self._compute(measure)
            value = self._values(measure)
            self.assertEqual(value.value, 3)
            action = value.action_open_records()
            self.assertEqual(action["domain"], [("id", "in", large.ids)])
        large.day = DAY + timedelta(days=1)
        self._compute_window()
        self._compute_window(large.day)
        self.assertEqual(self._values(measures[0]).mapped("day"), [large.day])

    @mute_logger(ENGINE_LOG, "odoo.sql_db")
    def test_what_a_broken_measure_read_is_read_again(self):
        self._document(self.site_a, 3)
        broken, measure = self._shared_measures()
        provider = type(self.env["dist.measure.provider.test.facts"])
        broken.sequence = measure.sequence - 1

        def divide(*args):
            return SQL(
                """
                SELECT site_id AS scope_id, day, id AS record_id,
                       (1 / (id - id))::numeric AS numerator,
                       NULL::numeric AS denominator, id AS warehouse_id
                  FROM dist_shared_test_large
                """
            )

        with patch.object(provider, "_dist_facts_present", divide):
            broken.compute_method = "_dist_facts_present"
            self._compute_window()
        self.assertIn("division by zero", broken.last_error)
        self.assertFalse(measure.last_error)
        self.assertEqual(self._values(measure).mapped("value"), [3])
        self.assertFalse(self._shared_tables())

    def test_ids_that_read_the_same_are_one_part(self):
        self._document(self.site_a, 3)
        document = self._document(self.site_a, 4)
        measure = self._shared_measures()[0]
        self._compute(measure)
        self.assertEqual(
            self._parts(measure), {(self.site_a, "warehouse", "All"): (7, 2)}
        )
        part = self.env["dist.measure.breakdown"].search(
            [("measure_id", "=", measure.id)]
        )
        self.assertEqual(len(part.action_open_records()["domain"][0][2]), 2)
        self.env.invalidate_all()
        part = self.env["dist.measure.breakdown"].browse(part.id)
        self.assertEqual((part.label, part.value), ("All", 7))
        document.amount = 5
        self._compute(measure)
        self.assertEqual(
            self._parts(measure), {(self.site_a, "warehouse", "All"): (8, 2)}
        )

    def test_a_window_of_the_past_has_no_levels(self):
        self._document(self.site_a, 4)
        measure = self._measure(
            "facts_past",
            "level",
            unit="count",
            compute_method="_dist_facts_present",
        )
        with freeze_time("2026-03-12 12:00:00"):
            self._compute_window()
            self.assertFalse(self._values(measure))
            self._compute_window(date(2026, 3, 12))
        self.assertEqual(self._values(measure).mapped("value"), [4, 0, 0])

    def test_facts_come_with_their_addon(self):
        with self.assertRaises(ValidationError):
            self._measure("facts_none", "sum", compute_method="_dist_facts_nowhere")
        measure = self._measure("facts_kept", "sum")
        with self.assertRaises(AccessError):
            measure.with_user(self.user_admin).write({"records_model": "res.users"})

    def test_percentiles(self):
        self.assertIsNone(percentile({}, 0.5))
        self.assertEqual(percentile({len(BOUNDS): 3}, 0.5), BOUNDS[-1])
        self.assertEqual(percentile({0: 4}, 0.5), BOUNDS[0])
        self.assertEqual(percentile({bisect(BOUNDS, 0.2): 4}, 0.5), 0.25)

    def test_percentiles_over_days_and_sites(self):
        """Of all the cases, and not the mean of each day's percentiles.

        Nine hours of 1 at A, one of 9 and one of 30 at B, on another day: of the eleven
        the median lies at 5.5 of the nine from 1 to 2, that is 1 + 5.5 ÷ 9 = 1.61; the
        90th percentile at 9.9, which is 0.9 of the one from 8 to 12, that is 11.6.
        """
        measure = self._measure("facts_spread", "duration", unit="hours")
        for _number in range(9):
            self._document(self.site_a, 1)
        self._document(self.site_b, 9)
        self._document(self.site_b, 30, day=DAY + timedelta(days=1))
        self._compute(measure, DAY, DAY + timedelta(days=1))
        domain = [("measure_id", "=", measure.id)]
        names = ["median:avg", "percentile_90:avg", "standard_deviation:avg"]
        [(median, high, deviation)] = self.env["dist.measure.value"]._read_group(
            domain, [], names
        )
        self.assertAlmostEqual(median, 1.61, 2)
        self.assertAlmostEqual(high, 11.6, 2)
        # 990 ÷ 11 − (48 ÷ 11)² = 90 − 19.04
        self.assertAlmostEqual(deviation, 8.42, 2)
        for value in self._values(measure):
            [(median, high, deviation)] = value._read_group(
                [("id", "=", value.id)], [], names
            )
            self.assertAlmostEqual(median, value.median, 6)
            self.assertAlmostEqual(high, value.percentile_90, 6)
            self.assertAlmostEqual(deviation, value.standard_deviation, 2)
        [group] = self.env["dist.measure.value"].formatted_read_group(
            domain, ["measure_id"], ["percentile_90:avg"]
        )
        self.assertAlmostEqual(group["percentile_90:avg"], 11.6, 2)

    def test_percentiles_of_several_measures_are_none(self):
        for code in ("facts_spread_a", "facts_spread_b"):
            measure = self._measure(code, "duration", unit="hours")
            self._document(self.site_a, 1)
            self._compute(measure)
        [(median,)] = self.env["dist.measure.value"]._read_group(
            [("measure_id.topic", "=", "unit_facts")], [], ["median:avg"]
        )
        self.assertFalse(median)

    # -- what has not changed ------------------------------------------------------

    def _rows_as_written(self, measure):
        """Return the rows of the measure with the transaction part that wrote them."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                "SELECT id, xmin::text, cmin::text FROM dist_measure_value"
                " WHERE measure_id = %s ORDER BY id",
                measure.id,
            )
        )

    def test_what_has_not_changed_is_not_written(self):
        kinds = (
            ("sum", {}),
            ("ratio", {}),
            ("duration", {"unit": "hours"}),
            ("level", {"compute_method": "_dist_facts_present"}),
        )
        self._document(self.site_a, 2)
        self._document(self.site_b, 3, "B")
        for kind, values in kinds:
            with self.subTest(kind), freeze_time("2026-03-10 12:00:00"):
                measure = self._measure(f"facts_still_{kind}", kind, **values)
                self._compute(measure)
                rows = self._rows_as_written(measure)
                self.assertTrue(rows)
                self._compute(measure)
                self.assertEqual(self._rows_as_written(measure), rows)

    def test_only_the_changed_day_is_written(self):
        measure = self._measure("facts_changed", "sum")
        next_day = DAY + timedelta(days=1)
        self._document(self.site_a, 2)
        self._document(self.site_a, 6, day=next_day)
        self._document(self.site_a, 3, "B")
        gone = self._document(self.site_b, 5)
        self._compute(measure, last=next_day)
        before = self._rows_as_written(measure)
        self._document(self.site_a, 4, "B")
        gone.unlink()
        self._compute(measure, last=next_day)
        values = self._values(measure)
        self.assertRecordValues(
            values,
            [
                {"site_id": self.site_a.id, "day": DAY, "value": 9},
                {"site_id": self.site_a.id, "day": next_day, "value": 6},
            ],
        )
        self.assertEqual(
            [part[:3] for part in values[0].parts],
            [["category", "A", 2], ["category", "B", 7]],
        )
        kept = set(before) & set(self._rows_as_written(measure))
        self.assertEqual([row[0] for row in kept], values[1].ids)

    # -- levels ---------------------------------------------------------------------

    def _level_at(self, measure, moment):
        """Take the level; return the values of site A: day, value, when taken."""
        with freeze_time(moment):
            measure._compute_values(self.site_a, DAY, DAY)
            values = self._values(measure, site_id=self.site_a.id)
            values.invalidate_recordset(["taken"])
            return [(value.day.day, value.value, value.taken) for value in values]

    def _level(self):
        self.site_a.tz = "America/New_York"
        measure = self._measure(
            "facts_late", "level", compute_method="_dist_facts_present"
        )
        self._document(self.site_a, 2)
        return measure

    def test_level_of_the_last_hours_closes_the_day(self):
        """The day of New York ends at 4:00 UTC. The night changes nothing."""
        measure = self._level()
        taken = self._level_at(measure, "2026-03-10 16:00:00")
        self.assertEqual(taken, [(10, 2, "open")])
        self._level_at(measure, "2026-03-11 02:30:00")
        self._document(self.site_a, 5)
        self.assertEqual(
            self._level_at(measure, "2026-03-11 04:30:00"),
            [(10, 2, "closing"), (11, 7, "open")],
        )

    def test_level_taken_late_stands_for_the_day_and_says_so(self):
        measure = self._level()
        self._level_at(measure, "2026-03-10 16:00:00")
        self._document(self.site_a, 5, "B")
        late = [(10, 7, "late"), (11, 7, "open")]
        self.assertEqual(self._level_at(measure, "2026-03-11 06:00:00"), late)
        self.assertEqual(
            {
                (part.day.day, part.label): part.numerator
                for part in self.env["dist.measure.breakdown"].search(
                    [("measure_id", "=", measure.id)]
                )
            },
            {(10, "A"): 2, (10, "B"): 5, (11, "A"): 2, (11, "B"): 5},
        )
        # once: the next run is about the new day only
        self._document(self.site_a, 1)
        self.assertEqual(
            self._level_at(measure, "2026-03-11 07:00:00"),
            [(10, 7, "late"), (11, 8, "open")],
        )

    def test_level_taken_nearer_before_the_end_stays(self):
        """Three hours before it, and four after."""
        measure = self._level()
        self._level_at(measure, "2026-03-11 01:00:00")
        self._document(self.site_a, 5)
        self.assertEqual(
            self._level_at(measure, "2026-03-11 08:00:00"),
            [(10, 2, "early"), (11, 7, "open")],
        )

    def test_level_of_a_day_without_any_run(self):
        """Soon after its end it is taken late; later nobody can tell any more."""
        measure = self._level()
        self._level_at(measure, "2026-03-09 16:00:00")
        self.assertEqual(
            self._level_at(measure, "2026-03-11 05:00:00"),
            [(9, 2, "early"), (10, 2, "late"), (11, 2, "open")],
        )
        self.assertEqual(
            self._level_at(measure, "2026-03-13 12:00:00")[-2:],
            [(11, 2, "early"), (13, 2, "open")],
        )

    def test_first_level_stands_for_no_day_before(self):
        measure = self._level()
        self.assertEqual(
            self._level_at(measure, "2026-03-11 05:00:00"), [(11, 2, "open")]
        )


@tagged("post_install", "-at_install")
class TestMeasureStatus(FakeModelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._create_measure(
            "status", direction="higher", kind="ratio", amber_margin=5
        )

    def _status(self, site=None):
        # nothing tells the cache of a view that what it reads has changed
        self.env["dist.measure.status"].invalidate_model()
        return self.env["dist.measure.status"].search(
            [
                ("measure_id", "=", self.measure.id),
                ("site_id", "=", (site or self.site_a).id),
            ]
        )

    def _series(self, *filled):
        """Store one value a day that ends with DAY: so many of a hundred."""
        for offset, number in enumerate(reversed(filled)):
            self._store(
                self.measure, self.site_a, DAY - timedelta(days=offset), number, 100
            )

    def _target(self, site=None, **values):
        return self.env["dist.measure.target"].create(
            {
                "measure_id": self.measure.id,
                "program_id": self.program.id,
                "site_id": site and site.id,
                **values,
            }
        )

    def test_target_of_the_site_goes_before_the_program_s(self):
        self._series(92)
        self.assertEqual(self._status().status, "none")
        self.measure.write({"has_target_default": True, "target_default": 90})
        self.assertRecordValues(
            self._status(), [{"status": "green", "target": 90, "distance": 2}]
        )
        self._target(target=95, baseline=80)
        # five percent of 95 are 4.75: 92 misses it by three
        self.assertRecordValues(
            self._status(),
            [{"status": "amber", "target": 95, "distance": -3, "baseline": 80}],
        )
        self._target(self.site_a, target=98, warning=95)
        self.assertRecordValues(
            self._status(), [{"status": "red", "target": 98, "distance": -6}]
        )

    def test_lower_is_better(self):
        self.measure.write({"direction": "lower", "kind": "sum", "unit": "count"})
        self._series(3)
        self._target(target=2, warning=4)
        self.assertRecordValues(self._status(), [{"status": "amber", "distance": -1}])
        self.env["dist.measure.target"].search(
            [("measure_id", "=", self.measure.id)]
        ).target = 3
        self.assertRecordValues(self._status(), [{"status": "green", "distance": 0}])

    def test_target_of_zero(self):
        """The distance has no denominator, and nothing is within a margin of zero."""
        self.measure.write({"direction": "lower", "kind": "sum", "unit": "count"})
        self._target(target=0)
        for value, status in ((0, "green"), (1, "red")):
            self._series(value)
            self.assertRecordValues(
                self._status(), [{"status": status, "distance": -value, "target": 0}]
            )

    def test_trend_of_weeks_from_components(self):
        self._series(*[80] * 7, *[90] * 7)
        status = self._status()
        self.assertRecordValues(status, [{"trend": "up", "trend_good": True}])
        self.assertEqual(len(status.history), 14)
        self.assertEqual(status.history[-1], ["2026-03-10", 90])
        self.measure.direction = "lower"
        self.assertFalse(self._status().trend_good)
        self._series(*[90] * 14)
        self.assertEqual(self._status().trend, "flat")

    def test_no_week_before_no_trend(self):
        self._series(80, 90)
        self.assertEqual(self._status().trend, "none")

    def test_freshness(self):
        self._series(80)
        with freeze_time("2026-03-12 12:00:00"):
            self.assertFalse(self._status().is_stale)
        with freeze_time("2026-03-13 12:00:00"):
            self.assertTrue(self._status().is_stale)

    def test_site_managers_see_their_own(self):
        self._series(80)
        self._store(self.measure, self.site_b, DAY, 70, 100)
        found = self.env["dist.measure.status"].search(
            [("measure_id", "=", self.measure.id)]
        )
        self.assertEqual(found.site_id, self.site_a | self.site_b)
        own = found.with_user(self.manager_a).search(
            [("measure_id", "=", self.measure.id)]
        )
        self.assertEqual(own.site_id, self.site_a)
        self.assertEqual(
            own.action_open_values()["domain"],
            [("measure_id", "=", self.measure.id), ("site_id", "=", self.site_a.id)],
        )
