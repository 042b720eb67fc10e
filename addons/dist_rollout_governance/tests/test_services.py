import doctest
import itertools
from datetime import date, datetime, timedelta

from odoo.tests import TransactionCase, tagged

from ..services import (
    canonical,
    closing,
    day_windows,
    evidence,
    hash_chain,
    spread,
    text,
)


@tagged("post_install", "-at_install")
class TestServices(TransactionCase):
    """The engines need no database; the class is for the runner's sake."""

    def test_doctests(self):
        for module in (
            canonical,
            closing,
            day_windows,
            evidence,
            hash_chain,
            spread,
            text,
        ):
            with self.subTest(module.__name__):
                self.assertFalse(doctest.testmod(module).failed)

    def test_canonical_json_is_one_text(self):
        self.assertEqual(
            canonical.canonical_json({"b": [1, None, True], "a": "Königlich"}),
            '{"a":"Königlich","b":[1,null,true]}',
        )

    def test_canonical_json_refuses_what_is_not_exact(self):
        for value in (1.5, {"a": 1.5}, [date(2026, 1, 1)], {1: "x"}, {"a": b"x"}):
            with self.subTest(value=value), self.assertRaises(TypeError):
                canonical.canonical_json(value)

    def test_decimal_text_rounds_decimal_not_binary(self):
        self.assertEqual(canonical.decimal_text(2.675, 2), "2.68")
        self.assertEqual(canonical.decimal_text(1e3, 2), "1000.00")
        self.assertEqual(canonical.decimal_text(-0.001, 2), "0.00")

    def test_moment_text(self):
        self.assertEqual(
            canonical.moment_text(datetime(2026, 5, 1, 8, 30, 1, 99)),
            "2026-05-01T08:30:01Z",
        )
        self.assertEqual(canonical.moment_text(date(2026, 5, 1)), "2026-05-01")
        self.assertEqual(canonical.moment_text(False), "")
        with self.assertRaises(TypeError):
            canonical.moment_text("2026-05-01")

    def test_normalize_code(self):
        for typed in ("s000", " S000 ", "s000\u200b", "Ｓ０００"):
            self.assertEqual(text.normalize_code(typed), "S000")

    def test_day_windows_cover_each_pair_once(self):
        first = date(2026, 1, 1)
        pairs = [
            (site, first + timedelta(days=day))
            for site, day in itertools.product((1, 2), range(70))
            if not (site == 2 and day == 40)
        ]
        windows = day_windows.day_windows(pairs)
        covered = [
            (site, start + timedelta(days=offset))
            for start, end, sites in windows
            for site in sites
            for offset in range((end - start).days + 1)
        ]
        self.assertEqual(sorted(covered), sorted(pairs))
        self.assertEqual(len(windows), 4, "31 + 9, the gap, 29 days")
        self.assertEqual(windows, sorted(windows, reverse=True), "newest first")

    def test_chain_problems_of_an_intact_chain(self):
        rows, head = self._chain(4)
        self.assertFalse(
            list(hash_chain.chain_problems(rows, 4, head, {2: rows[1]["hash"]}))
        )
        self.assertFalse(list(hash_chain.chain_problems([], 0, hash_chain.GENESIS, {})))

    def test_chain_problems_of_tampered_chains(self):
        rows, head = self._chain(4)
        altered = [dict(row) for row in rows]
        altered[1]["payload"] = '{"n":99}'
        middle_removed = rows[:1] + rows[2:]
        columns = [dict(row, columns_match=row["seq"] != 3) for row in rows]
        rewritten, new_head = self._chain(4, salt="x")
        cases = {
            "payload": (altered, 4, head, {}, {("altered", 2)}),
            "columns": (columns, 4, head, {}, {("altered", 3)}),
            "middle": (middle_removed, 4, head, {}, {("gap", 2), ("broken", 3)}),
            "last": (rows[:3], 4, head, {}, {("truncated", 4)}),
            "head": (rows, 4, "0" * 64, {}, {("head", 4)}),
            "rewritten": (
                rewritten,
                4,
                new_head,
                {3: rows[2]["hash"]},
                {("anchor", 3)},
            ),
            "restored backup": (
                rows[:2],
                2,
                rows[1]["hash"],
                {4: head},
                {("anchor", 4)},
            ),
        }
        for name, (stored, last, stored_head, anchors, expected) in cases.items():
            with self.subTest(name):
                found = hash_chain.chain_problems(stored, last, stored_head, anchors)
                self.assertEqual(set(found), expected)

    def _chain(self, length, salt=""):
        rows, previous = [], hash_chain.GENESIS
        for seq in range(1, length + 1):
            payload = canonical.canonical_json({"n": seq, "salt": salt})
            row = {
                "seq": seq,
                "previous_hash": previous,
                "payload": payload,
                "hash": hash_chain.row_hash(previous, payload),
                "columns_match": True,
            }
            rows.append(row)
            previous = row["hash"]
        return rows, previous
