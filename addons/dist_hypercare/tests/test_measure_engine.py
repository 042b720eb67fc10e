from unittest.mock import patch

import psycopg2

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .common import HypercareCommon, day

FILL = "order_fill_rate"
ON_TIME = "on_time_shipment"
ENGINE_LOG = "odoo.addons.dist_rollout_governance.models.dist_measure_compute"


@tagged("post_install", "-at_install")
class TestMeasureEngine(HypercareCommon):
    """The engine of the governance addon, with providers that read real records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        order = cls._order(cls.site_nyc, "2026-03-10 14:00:00", [(cls.apple, 5)])
        cls._ship(order, "2026-03-10 15:00:00")
        cls.env["dist.measure.queue"].search([]).unlink()

    def _run_jobs(self):
        with self.enter_registry_test_mode():
            for name in ("enqueue", "compute"):
                self.env.ref(
                    f"dist_rollout_governance.ir_cron_measure_{name}"
                ).method_direct_trigger()
        self.env.invalidate_all()

    def test_open_days_are_computed_without_a_hook(self):
        """The shipment queued nothing, and the job of the next morning counts it."""
        with freeze_time("2026-03-11 09:00:00"):
            self._run_jobs()
        self.assertEqual(self._figures(FILL), {("NYC", day(10)): (1, 1)})
        self.assertEqual(self._figures(ON_TIME), {("NYC", day(10)): (1, 1)})
        self.assertFalse(self.env["dist.measure.queue"].search([]))

    def test_second_run_changes_nothing(self):
        with freeze_time("2026-03-11 09:00:00"):
            self._run_jobs()
        before = self._figures(FILL)
        with freeze_time("2026-03-11 10:00:00"):
            self._run_jobs()
        self.assertEqual(self._figures(FILL), before)

    def test_killed_half_way_and_run_again(self):
        """The unfinished windows stay queued, and the next run completes them."""
        Measure = type(self.env["dist.measure"])
        original = Measure._compute_window
        windows = []

        def killed(self, topic, sites, date_from, date_to):
            windows.append(topic)
            if len(windows) == 2:
                raise psycopg2.errors.AdminShutdown("terminating connection")
            return original(self, topic, sites, date_from, date_to)

        self.env["dist.measure"]._backfill(self.sites, day(8), day(12))
        with patch.object(Measure, "_compute_window", killed):
            with self.assertRaises(psycopg2.errors.AdminShutdown):
                self._compute_uncommitted()
        self.assertTrue(self.env["dist.measure.queue"].search([]))
        self._compute_uncommitted()
        self.assertFalse(self.env["dist.measure.queue"].search([]))
        self.assertEqual(self._figures(FILL), {("NYC", day(10)): (1, 1)})

    def _compute_uncommitted(self):
        """Run the job's method with its commits left out: the test rolls back."""
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 60
        ):
            self.env["dist.measure"]._cron_compute()

    @mute_logger(ENGINE_LOG, "odoo.sql_db")
    def test_broken_provider_stops_nobody_else(self):
        provider = type(self.env["dist.measure.provider.shipment"])
        self.env["dist.measure"]._backfill(self.sites, day(10), day(10))
        with patch.object(
            provider,
            "_dist_measure_order_fill",
            lambda *args: SQL("SELECT nonsense FROM nowhere"),
        ):
            self._compute_uncommitted()
        broken = self.env["dist.measure"]._get(FILL)
        self.assertIn("nowhere", broken.last_error)
        self.assertFalse(self.env["dist.measure"]._get(ON_TIME).last_error)
        self.assertEqual(self._figures(FILL), {})
        self.assertEqual(self._figures(ON_TIME), {("NYC", day(10)): (1, 1)})
        self.env["dist.measure"]._backfill(self.sites, day(10), day(10))
        self._compute_uncommitted()
        self.assertFalse(broken.last_error)
        self.assertEqual(self._figures(FILL), {("NYC", day(10)): (1, 1)})

    def test_only_the_changed_day_is_computed(self):
        self._compute(FILL, day(1), day(31))
        windows = []
        Measure = type(self.env["dist.measure"])
        self.patch(
            Measure,
            "_compute_window",
            lambda self, topic, sites, first, last: windows.append(
                (topic, sites.mapped("code"), first, last)
            ),
        )
        picking = self.env["stock.picking"].search(
            [("picking_type_id.warehouse_id", "=", self.warehouse_nyc.id)]
        )
        picking.date_done = "2026-03-10 16:00:00"
        self._compute_uncommitted()
        # and what is stated per transaction, of which the transfer is one
        topics = self.env["dist.measure.provider.adoption"]._transaction_topics()
        self.assertEqual(
            windows,
            [
                (topic, ["NYC"], day(10), day(10))
                for topic in sorted(["shipment", *topics])
            ],
        )
