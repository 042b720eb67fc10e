"""The nightly job of the measures against the SQL one would write by hand.

``suite_seconds`` is the job itself: it takes the days from the queue, computes every
measure of a topic with its breakdowns and the records behind it, stores them and
commits. ``sql_seconds`` is the sum of the statements of ``support/statements.py``,
which only return the figures. Both take the same rows by turns; the figures must be the
same.

Measured are a night (yesterday and today of a hundred sites) and back-filling ninety
days. Then: statements and memory with ten sites and with a hundred, and the run after
one delivery of last month was moved by an hour.
"""

import os
import pathlib
import re
import statistics
import sys
import time
from datetime import timedelta

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))

import business
from statements import STATEMENTS

from odoo import fields

TOPICS = (
    "shipment",
    "count",
    "receipt",
    "purchase",
    "invoice",
    "close",
    "correction",
    "adoption",
    "ticket",
    "stock_level",
    "working_capital",
)
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
FEW_SITES = 10
BACKFILL_DAYS = 90
# a figure that differs by less is the rounding of a column; of a level, what happened
# between the two sides ninety days ago
TOLERANCE = 1e-6
LEVEL_TOLERANCE = 1e-4


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


class Window:
    """Some sites and days, measured by both sides."""

    def __init__(self, env, sites, date_from, date_to):
        self.env = env
        self.sites, self.date_from, self.date_to = sites, date_from, date_to
        provider = env["dist.measure.provider"]
        utc_from, utc_to = provider._utc_window(date_from, date_to)
        self.parameters = {
            "sites": sites.ids,
            "companies": sites.company_id.ids,
            "utc_from": utc_from,
            "utc_to": utc_to,
            "date_from": date_from,
            "date_to": date_to,
            "customer": env.ref("stock.stock_location_customers").id,
            "supplier": env.ref("stock.stock_location_suppliers").id,
        }

    def measures(self, topic):
        topics = [topic] if topic != "correction" else [topic, "exception"]
        return self.env["dist.measure"].search(
            [("topic", "in", topics), ("compute_method", "!=", False)]
        )

    def forget(self, topic):
        """Delete the values of a topic: each run is the first one for its days."""
        self.env.cr.execute(
            "DELETE FROM dist_measure_value WHERE measure_id = ANY(%s) AND day >= %s",
            [self.measures(topic).ids, self.date_from],
        )
        self.env.invalidate_all()
        self.env.cr.commit()

    def by_suite(self, topic):
        """Run the job for the window's days of a topic."""
        Measure = self.env["dist.measure"]
        Measure._backfill(self.sites, self.date_from, self.date_to, topic)
        Measure._cron_compute()

    def by_hand(self, code):
        """Return ``{(site or company, day): figures}``, without days of nothing."""
        parameters = {**self.parameters, "now": fields.Datetime.now()}
        self.env.cr.execute(STATEMENTS[code], parameters)
        return self._figures(self.env.cr.fetchall())

    def stored(self, measure):
        self.env.cr.execute(
            """
            SELECT COALESCE(site_id, company_id), day, numerator, denominator
              FROM dist_measure_value
             WHERE measure_id = %s AND day BETWEEN %s AND %s
               AND (site_id = ANY(%s) OR site_id IS NULL AND company_id = ANY(%s))
            """,
            [
                measure.id,
                self.date_from,
                # the present day of a site may be tomorrow's in UTC
                self.date_to + timedelta(days=measure.kind == "level"),
                self.sites.ids,
                self.sites.company_id.ids,
            ],
        )
        return self._figures(self.env.cr.fetchall())

    @staticmethod
    def _figures(rows):
        return {
            (scope, day): (float(above or 0), float(below or 0))
            for scope, day, above, below in rows
            if above or below
        }

    def check(self, measure, expected):
        found = self.stored(measure)
        tolerance = LEVEL_TOLERANCE if measure.kind == "level" else TOLERANCE
        different = [
            key
            for key in found.keys() | expected.keys()
            if any(
                abs(one - two) > tolerance * max(1, abs(one))
                for one, two in zip(
                    found.get(key, (0, 0)), expected.get(key, (0, 0)), strict=True
                )
            )
        ]
        if different:
            key = min(different, default=None)
            raise ValueError(
                f"{measure.code}: {len(different)} of {len(expected)} figures differ, "
                f"{key}: {found.get(key)} instead of {expected.get(key)}"
            )

    def compare(self, topic):
        """Return seconds of the suite, of the statements, and the measures' number."""
        measures = self.measures(topic)
        suite, hand = [], []
        for _number in range(REPEATS):
            seconds, expected = 0, {}
            for measure in measures.filtered(lambda one: one.code in STATEMENTS):
                one, expected[measure] = timed(self.by_hand, measure.code)
                seconds += one
            hand.append(seconds)
            self.forget(topic)
            seconds, _none = timed(self.by_suite, topic)
            suite.append(seconds)
        broken = measures.filtered("last_error")
        if broken:
            raise ValueError(f"{broken[0].code}: {broken[0].last_error}")
        for measure, figures in expected.items():
            self.check(measure, figures)
        return suite, hand, (len(expected), len(measures))


def peak_mb(reset=False):
    """Return the most memory the process has had since it was last asked to forget."""
    text = pathlib.Path("/proc/self/status").read_text()
    if reset:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024


def compare_topics(env, sites, date_from, date_to, name, rows):
    """Measure each topic of a window, and the window as a whole."""
    window = Window(env, sites, date_from, date_to)
    results, suite, hand, counts = [], [0] * REPEATS, [0] * REPEATS, [0, 0]
    peak_mb(reset=True)
    for topic in TOPICS:
        suite_one, hand_one, count = window.compare(topic)
        if any(hand_one):
            title = f"{name}, {topic}, {count[0]} of {count[1]} measures by hand"
            results.append(result(title, rows, suite_one, hand_one))
        suite = [one + two for one, two in zip(suite, suite_one, strict=True)]
        hand = [one + two for one, two in zip(hand, hand_one, strict=True)]
        counts = [one + two for one, two in zip(counts, count, strict=True)]
    title = f"{name}, all: {counts[0]} of {counts[1]} measures by hand"
    return [*results, result(title, rows, suite, hand)]


def result(name, rows, suite, hand):
    suite_seconds, hand_seconds = statistics.median(suite), statistics.median(hand)
    return {
        "name": name,
        "rows": rows,
        "suite_seconds": suite_seconds,
        "sql_seconds": hand_seconds,
        "ratio": suite_seconds / hand_seconds,
        "peak_mb": peak_mb(),
    }


def count_statements(env, sites, date_from, date_to, rows):
    """Run the job with few sites and with all: the statements must be as many."""
    results, counts = [], []
    # the first one fills the caches
    for some in (sites[:FEW_SITES], sites[:FEW_SITES], sites):
        window = Window(env, some, date_from, date_to)
        env.invalidate_all()
        peak_mb(reset=True)
        statements, seconds = 0, 0
        for topic in TOPICS:
            window.forget(topic)
            before = env.cr.sql_log_count
            seconds += timed(window.by_suite, topic)[0]
            statements += env.cr.sql_log_count - before
        counts.append(statements)
        reference = sum(
            timed(window.by_hand, code)[0]
            for topic in TOPICS
            for code in window.measures(topic).mapped("code")
            if code in STATEMENTS
        )
        env.cr.commit()
        title = f"night of {len(some)} sites, {counts[-1]} statements"
        results.append(result(title, rows, [seconds], [reference]))
    if counts[1] != counts[2]:
        raise ValueError(f"{counts[1]} statements grow to {counts[2]}")
    return results[1:]


def changed_delivery(env, sites, day, rows):
    """Move a delivery by an hour: its day is computed, and nothing else."""
    deliveries = env["stock.picking"].search(
        [
            ("picking_type_id", "in", sites.warehouse_ids.out_type_id.ids),
            ("state", "=", "done"),
            ("date_done", ">=", day),
        ],
        order="date_done",
        limit=20,
    )
    # one that is all of its order: another delivery would be counted anew as well
    delivery = deliveries.filtered(lambda one: len(one.sale_id.picking_ids) == 1)[0]
    site = delivery.picking_type_id.warehouse_id.dist_site_id
    suite, hand = [], []
    for number in range(REPEATS):
        delivery.date_done += timedelta(minutes=1 + number)
        env.flush_all()
        _last_id, pending = env["dist.measure.queue"]._pending()
        days = {one for pairs in pending.values() for one in pairs}
        env.cr.commit()
        seconds, _none = timed(env["dist.measure"]._cron_compute)
        suite.append(seconds)
        (changed,) = {one for _site, one in days}
        window = Window(env, site, changed, changed)
        hand.append(
            sum(
                timed(window.by_hand, code)[0]
                for topic in pending
                for code in window.measures(topic).mapped("code")
                if code in STATEMENTS
            )
        )
    if days != {(site.id, changed)}:
        raise ValueError(f"{len(days)} days were computed")
    title = f"after a changed delivery: {', '.join(sorted(pending))}, {len(days)} day"
    return result(title, rows, suite, hand)


def run(env):
    """Called by tools/bench.py, on a database of its own."""
    sites, yesterday = business.create(env)
    return measure(env, sites, yesterday)


def measure(env, sites, yesterday):
    """Return the measurements on a business that is there."""
    sizes = business.sizes(env)
    print(", ".join(f"{count:,} {name}" for name, count in sizes.items()))
    rows, today = sum(sizes.values()), yesterday + timedelta(days=1)
    first = today - timedelta(days=BACKFILL_DAYS - 1)
    return [
        *compare_topics(env, sites, yesterday, today, "night", rows),
        *compare_topics(env, sites, first, today, f"{BACKFILL_DAYS} days", rows),
        *count_statements(env, sites, yesterday, today, rows),
        changed_delivery(env, sites, today - timedelta(days=30), rows),
    ]
