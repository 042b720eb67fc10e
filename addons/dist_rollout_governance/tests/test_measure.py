from contextlib import suppress
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_fake import FakeModelCommon

ENGINE = "odoo.addons.dist_rollout_governance.models.dist_measure_compute"


@tagged("post_install", "-at_install")
class TestMeasure(FakeModelCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.measure = cls._create_measure(
            "warehouses",
            kind="ratio",
            topic="unit_test",
            provider_model="dist.measure.provider.test",
            compute_method="_dist_measure_warehouses",
            records_method="_dist_records_warehouses",
        )
        cls.warehouse = cls._create_warehouse("MA1", cls.site_a)
        cls.env["dist.measure.queue"].search([]).unlink()
        cls.day = date(2026, 3, 10)

    def _values(self, site=None):
        domain = [("measure_id", "=", self.measure.id)]
        if site:
            domain.append(("site_id", "=", site.id))
        return self.env["dist.measure.value"].search(domain, order="day")

    def _run_compute(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_measure_compute"
            ).method_direct_trigger()

    # -- values -------------------------------------------------------------------

    def test_values_are_derived_from_components(self):
        kinds = {"ratio": 25.0, "duration": 0.25, "sum": 1.0, "level": 1.0}
        for kind, expected in kinds.items():
            with self.subTest(kind):
                measure = self._create_measure(f"kind_{kind}", kind=kind)
                self._store(measure, self.site_a, self.day, 1, 4)
                value = self.env["dist.measure.value"].search(
                    [("measure_id", "=", measure.id)]
                )
                self.assertRecordValues(
                    value,
                    [
                        {
                            "value": expected,
                            "program_id": self.program.id,
                            "company_id": self.company.id,
                            "source": "reconciliation",
                        }
                    ],
                )

    def test_denominator_zero_has_no_value(self):
        measure = self._create_measure("zero")
        self._store(measure, self.site_a, self.day, 1, 0)
        self.env.cr.execute(
            "SELECT value FROM dist_measure_value WHERE measure_id = %s", [measure.id]
        )
        self.assertIsNone(self.env.cr.fetchone()[0])

    def test_storing_again_replaces(self):
        measure = self._create_measure("again")
        self._store(measure, self.site_a, self.day, 1, 4)
        self._store(measure, self.site_a, self.day, 3, 4)
        value = self.env["dist.measure.value"].search([("measure_id", "=", measure.id)])
        self.assertEqual(value.mapped("value"), [75.0])

    def test_totals_come_from_components_not_from_ratios(self):
        measure = self._create_measure("total")
        self._store(measure, self.site_a, self.day, 1, 1)
        self._store(measure, self.site_b, self.day, 0, 9)
        [(total,)] = self.env["dist.measure.value"]._read_group(
            [("measure_id", "=", measure.id)], [], ["value:avg"]
        )
        self.assertAlmostEqual(total, 10.0, 6, "1 of 10, not the mean of 100 % and 0 %")

    def test_mixed_kinds_have_no_total(self):
        ratio = self._create_measure("mix_ratio")
        level = self._create_measure("mix_level", kind="level")
        self._store(ratio, self.site_a, self.day, 1, 2)
        self._store(level, self.site_a, self.day, 7)
        [(total,)] = self.env["dist.measure.value"]._read_group(
            [("measure_id", "in", (ratio | level).ids)], [], ["value:avg"]
        )
        self.assertFalse(total)

    def test_values_are_nobodys_to_write(self):
        self._store(self._create_measure("mine"), self.site_a, self.day, 1, 2)
        value = self.env["dist.measure.value"].search([], limit=1)
        with self.assertRaises(AccessError):
            value.with_user(self.user_admin).write({"numerator": 9})
        with self.assertRaises(AccessError):
            value.with_user(self.user_admin).unlink()

    def test_unknown_measure(self):
        with self.assertRaisesRegex(ValidationError, "no measure nowhere"):
            self.env["dist.measure"]._store_values("nowhere", [], "reconciliation")

    # -- definition ---------------------------------------------------------------

    def test_provider_methods_are_checked(self):
        with self.assertRaisesRegex(ValidationError, "has no method _dist_measure_no"):
            self._create_measure(
                "wrong",
                provider_model="dist.measure.provider.test",
                compute_method="_dist_measure_no",
                records_method="_dist_records_warehouses",
            )
        with self.assertRaisesRegex(ValidationError, "start with _dist_records_"):
            self._create_measure(
                "unlink", provider_model="res.partner", records_method="unlink"
            )

    def test_provider_is_not_for_people_to_choose(self):
        measure = self.measure.with_user(self.user_admin)
        with self.assertRaisesRegex(AccessError, "comes with its addon"):
            measure.write({"compute_method": "_dist_measure_broken"})
        with self.assertRaisesRegex(AccessError, "comes with its addon"):
            measure.create(
                {
                    "name": "x",
                    "code": "x",
                    "provider_model": "dist.measure.provider.test",
                }
            )

    def test_records_behind_a_value(self):
        self.measure._compute_values(self.site_a, self.day, self.day)
        action = self._values().with_user(self.user_viewer).action_open_records()
        self.assertEqual(action["res_model"], "stock.warehouse")
        self.assertEqual(
            self.env["stock.warehouse"].search(action["domain"]), self.warehouse
        )

    def test_measure_without_records_says_where_to_look(self):
        measure = self._create_measure("attested_only")
        with self.assertRaisesRegex(UserError, "filled by a reconciliation"):
            measure._action_open_records(self.site_a, self.day, self.day)

    # -- job ----------------------------------------------------------------------

    @freeze_time("2026-03-10 12:00:00")
    def test_open_days_are_computed(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "dist_rollout_governance.ir_cron_measure_enqueue"
            ).method_direct_trigger()
        self._run_compute()
        self.assertEqual(
            self._values(self.site_a).mapped("day"),
            [date(2026, 3, 9), date(2026, 3, 10)],
        )
        self.assertFalse(self.env["dist.measure.queue"].search([]))
        self.assertFalse(self.measure.last_error)
        self.assertTrue(self.measure.last_computed_at)

    @freeze_time("2026-03-10 12:00:00")
    def test_days_missed_by_a_stopped_server_are_computed(self):
        self.env["dist.measure"].with_context(
            lastcall=datetime(2026, 3, 6, 1, 0)
        )._cron_enqueue()
        self._run_compute()
        self.assertEqual(self._values(self.site_a).mapped("day")[0], date(2026, 3, 6))

    def test_second_run_changes_nothing(self):
        for _run in range(2):
            self.env["dist.measure"]._backfill(
                self.site_a, self.day - timedelta(days=40), self.day
            )
            self._run_compute()
            self.assertEqual(len(self._values()), 41)

    def test_value_disappears_with_its_facts(self):
        self.measure._compute_values(self.site_a, self.day, self.day)
        self.assertTrue(self._values())
        self.site_a.warehouse_ids = False
        self.measure._compute_values(self.site_a, self.day, self.day)
        self.assertFalse(self._values())

    def test_killed_between_windows_resumes(self):
        days = [self.day - timedelta(days=offset) for offset in (0, 5, 10)]
        self.env["dist.measure.queue"]._enqueue(
            "unit_test", [(self.site_a.id, day) for day in days]
        )
        done = []
        compute = type(self.env["dist.measure"])._compute_window

        def die_at_second(model, topic, sites, first, last):
            if done:
                raise KeyboardInterrupt
            done.append(first)
            return compute(model, topic, sites, first, last)

        with (
            patch.object(
                type(self.env["dist.measure"]), "_compute_window", die_at_second
            ),
            # In the test the whole job is one transaction: what was committed
            # before the kill is what has been dequeued and stored.
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 60.0
            ),
            # Not assertRaises: it would roll the first window back.
            suppress(KeyboardInterrupt),
        ):
            self.env["dist.measure"]._cron_compute()
        self.assertEqual(len(done), 1)
        self.assertEqual(self._values().mapped("day"), [self.day], "newest first")
        self.assertEqual(
            sorted(self.env["dist.measure.queue"].search([]).mapped("day")),
            sorted(days[1:]),
        )
        self._run_compute()
        self.assertEqual(self._values().mapped("day"), sorted(days))

    def test_time_budget_ends_the_call_after_one_window(self):
        self.env["dist.measure.queue"]._enqueue(
            "unit_test",
            [(self.site_a.id, self.day), (self.site_a.id, date(2026, 1, 1))],
        )
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 0
        ):
            self.env["dist.measure"]._cron_compute()
        self.assertEqual(len(self._values()), 1)

    def test_days_queued_meanwhile_stay_queued(self):
        Queue = self.env["dist.measure.queue"]
        Queue._enqueue("unit_test", [(self.site_a.id, self.day)])
        last_id, pending = Queue._pending()
        self.assertEqual(pending, {"unit_test": [(self.site_a.id, self.day)]})
        Queue._enqueue("unit_test", [(self.site_a.id, self.day)])
        Queue._dequeue(last_id, "unit_test", [self.site_a.id], self.day, self.day)
        self.assertEqual(Queue.search_count([]), 1)

    def test_broken_provider_does_not_stop_the_others(self):
        broken = self._create_measure(
            "broken",
            sequence=1,
            topic="unit_test",
            provider_model="dist.measure.provider.test",
            compute_method="_dist_measure_broken",
            records_method="_dist_records_broken",
        )
        self.env["dist.measure.queue"]._enqueue(
            "unit_test", [(self.site_a.id, self.day)]
        )
        with mute_logger(ENGINE, "odoo.sql_db"):
            self._run_compute()
        self.assertIn("division by zero", broken.last_error)
        self.assertTrue(self._values())

    def test_deleted_site_in_the_queue(self):
        self.env["dist.measure.queue"]._enqueue("unit_test", [(2**31 - 1, self.day)])
        self._run_compute()
        self.assertFalse(self.env["dist.measure.queue"].search([]))

    def test_query_count_does_not_grow_with_sites(self):
        few = self.site_a
        many = few | self.site_b | self.site_c
        many |= many.create(
            [
                {
                    "name": f"Many {index}",
                    "code": f"MANY{index}",
                    "program_id": self.program.id,
                    "manager_id": self.manager_a.id,
                }
                for index in range(20)
            ]
        )
        counts = []
        for sites in (few, few, many):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.measure._compute_values(sites, self.day, self.day)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_backfill_button(self):
        self.site_a.cutover_at = self.env.cr.now() - timedelta(days=3)
        self.env["dist.measure.queue"].search([]).unlink()
        with self.assertRaises(AccessError):
            self.measure.with_user(self.user_consultant).action_backfill()
        self.measure.with_user(self.user_admin).action_backfill()
        self.assertGreaterEqual(self.env["dist.measure.queue"].search_count([]), 4)

    # -- targets ------------------------------------------------------------------

    def test_the_sites_own_target_wins(self):
        Target = self.env["dist.measure.target"].with_user(self.user_consultant)
        common = {"measure_id": self.measure.id, "program_id": self.program.id}
        general = Target.create({**common, "target": 95})
        own = Target.create({**common, "target": 90, "site_id": self.site_a.id})
        found = Target._for_sites(self.measure, self.site_a | self.site_b)
        self.assertEqual(found[self.measure.id, self.site_a.id], own)
        self.assertEqual(found[self.measure.id, self.site_b.id], general)

    def test_target_of_a_foreign_site_is_refused(self):
        program = self.env["dist.program"].create({"name": "Other", "code": "OTH"})
        with self.assertRaisesRegex(ValidationError, "not part of program Other"):
            self.env["dist.measure.target"].create(
                {
                    "measure_id": self.measure.id,
                    "program_id": program.id,
                    "site_id": self.site_a.id,
                    "target": 1,
                }
            )
