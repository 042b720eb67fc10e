"""Reconciling a trial balance with the journal items against hand-written SQL.

The suite's side is a whole run on a cycle with an opening balance: trial balance by
account, the extract's own balance, discrepancies, hashes and measures, all stored.

``BENCH_ITEMS`` sets the number of journal items, 5000000 for the full size.
"""

import os
import resource
import statistics
import time

SIZES = [
    int(size) for size in os.environ.get("BENCH_ITEMS", "100000,500000").split(",")
]
REPEATS = 5
ACCOUNTS = 400
ITEMS_PER_ENTRY = 10

HAND = """
WITH ledger AS (
    SELECT l.account_id, SUM(l.balance) AS amount
      FROM account_move_line l
     WHERE l.company_id = %(company)s AND l.parent_state = 'posted'
       AND l.account_id IS NOT NULL AND l.date <= %(day)s
     GROUP BY 1),
book AS (
    SELECT a.code_store->>%(root)s AS code, ledger.amount
      FROM ledger JOIN account_account a ON a.id = ledger.account_id),
legacy AS (
    SELECT code, SUM(debit - credit) AS amount FROM hand_balance GROUP BY 1)
SELECT COALESCE(l.code, b.code), l.amount, b.amount
  FROM legacy l FULL JOIN book b ON b.code = l.code
 WHERE abs(COALESCE(l.amount, 0) - COALESCE(b.amount, 0)) >= 0.005
"""


class Books:
    """A company with ``size`` posted items; the extract differs at two accounts."""

    def __init__(self, env, size):
        self.size = size
        self.company = env["res.company"].create({"name": f"Books {size}"})
        self.env = env(
            context=dict(env.context, allowed_company_ids=self.company.ids),
        )
        self.cr = env.cr
        self.accounts = self.env["account.account"].create(
            [
                {
                    "name": f"Account {number}",
                    "code": str(100000 + number),
                    "account_type": "asset_current",
                    "company_ids": [(6, 0, self.company.ids)],
                }
                for number in range(ACCOUNTS)
            ]
        )
        self.journal = self.env["account.journal"].create(
            {
                "name": "Bench",
                "code": "BNCH",
                "type": "general",
                "company_id": self.company.id,
            }
        )
        self.env.flush_all()
        self._create_items()
        self._create_cycle()
        self.cr.execute("ANALYZE account_move_line, account_move, dist_migration_row")

    def _create_items(self):
        arguments = {
            "company": self.company.id,
            "journal": self.journal.id,
            "currency": self.company.currency_id.id,
            "accounts": self.accounts.ids,
            "count": ACCOUNTS,
            "items": ITEMS_PER_ENTRY,
            "size": self.size,
            "entries": self.size // ITEMS_PER_ENTRY,
        }
        self.cr.execute(
            """
            WITH entry AS (
                INSERT INTO account_move (name, date, state, move_type, journal_id,
                       company_id, currency_id, auto_post)
                SELECT 'BENCH/' || i, date '2025-01-01' + i %% 300, 'posted', 'entry',
                       %(journal)s, %(company)s, %(currency)s, 'no'
                  FROM generate_series(1, %(entries)s) i
                RETURNING id, date)
            INSERT INTO account_move_line (move_id, journal_id, company_id, account_id,
                   currency_id, company_currency_id, date, parent_state, display_type,
                   debit, credit, balance, amount_currency)
            SELECT entry.id, %(journal)s, %(company)s,
                   (%(accounts)s::int[])[(entry.id + n * 37) %% %(count)s + 1],
                   %(currency)s, %(currency)s, entry.date, 'posted', 'product',
                   amount.debit, amount.credit, amount.debit - amount.credit,
                   amount.debit - amount.credit
              FROM entry CROSS JOIN generate_series(0, %(items)s - 1) n
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN n %% 2 = 0 THEN 1 + entry.id %% 90 ELSE 0 END
                              AS debit,
                          CASE WHEN n %% 2 = 1 THEN 1 + entry.id %% 90 ELSE 0 END
                              AS credit) amount
            """,
            arguments,
        )

    def _create_cycle(self):
        env = self.env
        program = env["dist.program"].create(
            {"name": "Books", "code": f"RB{self.size}"}
        )
        site = env["dist.site"].create(
            {
                "name": "Books",
                "code": f"RB{self.size}",
                "program_id": program.id,
                "company_id": self.company.id,
                "manager_id": env.uid,
            }
        )
        mapping = env["dist.migration.mapping"]._create_from_text(
            "name: Books\nsource_system: BENCH\nobjects:\n"
            "  - {object: opening_balance, file: tb.csv, key: [a], fields: {account: a,"
            " debit: d, credit: c}}\n",
            company_id=self.company.id,
        )
        self.cycle = env["dist.migration.cycle"].create(
            {
                "name": f"Books {self.size}",
                "program_id": program.id,
                "site_ids": [(6, 0, site.ids)],
                "company_id": self.company.id,
                "warehouse_id": env["stock.warehouse"]
                .create(
                    {"name": "Books", "code": "BOOKS", "company_id": self.company.id}
                )
                .id,
                "mapping_id": mapping.id,
                "cutover_at": "2026-01-01 00:00:00",
            }
        )
        env.flush_all()
        balances = """
            SELECT a.code_store->>%(root)s AS code, a.id,
                   GREATEST(SUM(l.balance), 0) AS debit,
                   GREATEST(-SUM(l.balance), 0) AS credit
              FROM account_move_line l JOIN account_account a ON a.id = l.account_id
             WHERE l.company_id = %(company)s GROUP BY 1, 2
        """
        arguments = {
            "root": str(self.company.id),
            "company": self.company.id,
            "cycle": self.cycle.id,
            "object": env["dist.migration.object"]._get("opening_balance").id,
            "first": self.accounts[0].id,
            "second": self.accounts[1].id,
        }
        self.cr.execute(
            "CREATE TEMPORARY TABLE hand_balance ON COMMIT DROP AS SELECT code,"
            " debit + CASE WHEN id = %(first)s THEN 5 ELSE 0 END AS debit,"
            " credit + CASE WHEN id = %(second)s THEN 5 ELSE 0 END AS credit"
            f" FROM ({balances}) b",
            arguments,
        )
        self.cr.execute(
            """
            INSERT INTO dist_migration_row (cycle_id, company_id, object_id, line,
                   legacy_key, data, state)
            SELECT %(cycle)s, %(company)s, %(object)s, code::int, code,
                   jsonb_build_object('account', code, 'debit', debit::text,
                                      'credit', credit::text), 'loaded'
              FROM hand_balance
            """,
            arguments,
        )

    def by_hand(self):
        self.cr.execute(
            HAND,
            {
                "company": self.company.id,
                "root": str(self.company.id),
                "day": "2026-01-01",
            },
        )
        return self.cr.fetchall()

    def by_suite(self):
        return self.cycle._engine()._reconcile()


def timed(function):
    start = time.perf_counter()
    outcome = function()
    return time.perf_counter() - start, outcome


def measure(env, size):
    books = Books(env, size)
    suite, hand = [], []
    for _number in range(REPEATS):
        seconds, expected = timed(books.by_hand)
        hand.append(seconds)
        seconds, run = timed(books.by_suite)
        suite.append(seconds)
        found = run.discrepancy_ids.filtered(
            lambda line: line.control_id.code == "trial_balance"
        )
        if len(expected) != 2 or {line.key for line in found} != {
            row[0] for row in expected
        }:
            raise ValueError(f"{found.mapped('key')} and {expected} by hand")
    return {
        "name": f"trial balance, {size:,} journal items",
        "rows": size,
        "suite_seconds": statistics.median(suite),
        "sql_seconds": statistics.median(hand),
        "ratio": statistics.median(suite) / statistics.median(hand),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run(env):
    """Called by tools/bench.py."""
    results = []
    for size in SIZES:
        results.append(measure(env, size))
        env.cr.rollback()
        env.invalidate_all()
    return results
