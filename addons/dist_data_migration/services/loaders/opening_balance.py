from datetime import timedelta

import pytz

from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Outcome, number, register
from .entry import EntryLoader
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")
CONTROL_ACCOUNTS = ("asset_receivable", "liability_payable")


@register
class OpeningBalanceLoader(EntryLoader):
    """The trial balance as one posted entry, dated to the day before the cutover.

    Three things would count twice and don't:

    - Receivables and payables come as open items, posted against the clearing
      account. The entry replaces those control accounts by the clearing account,
      which is zero when open items and trial balance agree.
    - Stock comes as inventory moves. These start from a location without an account,
      so that they post nothing, neither with periodic nor with perpetual valuation;
      the stock accounts are set by this entry alone.
    - A further load changes the entry that is there, it doesn't make another.
    """

    key = "opening_balance"
    model = "account.move.line"
    helpers = ("account.move",)
    whole = True
    targets = {
        "account": Target(_lt("Account"), "code", required=True),
        "name": Target(_lt("Label")),
        "debit": Target(_lt("Debit"), "number"),
        "credit": Target(_lt("Credit"), "number"),
    }

    def __init__(self, cycle, migration_object):
        super().__init__(cycle, migration_object)
        self._is_new = False

    def apply(self, rows):
        self._check_complete()
        wanted = {row.key: self.prepare(row) for row in rows}
        self._check_balanced(wanted.values())
        known = self.find([row.key for row in rows])
        entry = self.env["account.move"].union(
            *(line.move_id for line in known.values())
        )
        self._check_entry(entry)
        lines = {key: vals for key, vals in wanted.items() if vals["balance"]}
        changed = self._changed(known, lines, entry)
        self._is_new = not entry
        if changed or not entry:
            entry = self._post(entry, list(lines.values()))
        records = dict(zip(lines, entry.line_ids.sorted("sequence"), strict=True))
        outcomes = []
        for row in rows:
            record = records.get(row.key)
            status = "same"
            if row.key in changed:
                status = "update" if row.key in known else "create"
            outcomes.append(Outcome(row.id, status, record.id if record else 0))
        self.remember(rows, outcomes)
        return outcomes

    def note_created(self, by_id, outcomes):
        """The entry is what is taken back, by the cycle that made it."""
        if not self._is_new:
            return
        lines = self.env[self.model].browse(outcome.res_id for outcome in outcomes)
        self.cycle._note_created(
            self.object,
            "account.move",
            [(entry.name, entry.id) for entry in lines.move_id],
        )

    # -- values -----------------------------------------------------------------------

    def prepare(self, row):
        currency = self.cycle.company_id.currency_id
        account = self.account(row.data["account"])
        balance = number(row, "debit", 0.0) - number(row, "credit", 0.0)
        if abs(balance - currency.round(balance)) > 1e-6:
            raise LoadError(
                _lt("The amount has more decimals than %(name)s.", name=currency.name)
            )
        label = row.data.get("name") or account.name
        if account.account_type in CONTROL_ACCOUNTS:
            label = self.env._(
                "%(code)s %(name)s: see the open items", code=account.code, name=label
            )
            account = self.cycle.company_id._dist_opening_account()
        return {
            "account_id": account.id,
            "name": label,
            "balance": currency.round(balance),
        }

    def _check_complete(self):
        """The trial balance is one thing: a row with errors holds all of it back."""
        broken = self.cycle._rows_in_state(self.object, "invalid")
        if broken:
            raise LoadError(
                _lt(
                    "The opening balance is held back: these rows have errors: "
                    "%(keys)s.",
                    keys=", ".join(broken[:10]),
                )
            )

    def _check_balanced(self, lines):
        currency = self.cycle.company_id.currency_id
        difference = currency.round(sum(line["balance"] for line in lines))
        if not currency.is_zero(difference):
            raise LoadError(
                _lt(
                    "Debit and credit of the opening balance differ by %(amount)s.",
                    amount=currency.format(difference),
                )
            )

    def _check_entry(self, entry):
        if len(entry) > 1:
            raise LoadError(
                _lt(
                    "The opening balance is spread over several entries: %(names)s.",
                    names=", ".join(entry.mapped("display_name")),
                )
            )
        if entry and entry.state != "posted":
            raise LoadError(
                _lt("%(name)s is no longer posted in Odoo.", name=entry.display_name)
            )

    # -- entry ------------------------------------------------------------------------

    def _changed(self, known, lines, entry):
        """Return the keys of rows that differ from the entry, all on another date."""
        if entry and entry.date != self._day():
            return set(lines)
        currency = self.cycle.company_id.currency_id
        changed = set(known) - set(lines)
        for key, vals in lines.items():
            line = known.get(key)
            if (
                line is None
                or line.account_id.id != vals["account_id"]
                or line.name != vals["name"]
                or currency.compare_amounts(line.balance, vals["balance"])
            ):
                changed.add(key)
        if entry and len(entry.line_ids) != len(lines):
            # an account that is no longer in the trial balance must go
            changed.add("")
        return changed

    def _post(self, entry, lines):
        commands = [
            Command.create(dict(vals, sequence=position))
            for position, vals in enumerate(lines, start=1)
        ]
        if entry:
            used = self.used(entry)
            if used:
                raise LoadError(
                    _lt(
                        "%(name)s can't be changed. %(why)s",
                        name=entry.display_name,
                        why=used[entry.id],
                    )
                )
            entry.button_draft()
            entry.write({"line_ids": [Command.clear(), *commands], "date": self._day()})
        else:
            company = self.cycle.company_id
            entry = entry.create(
                {
                    "move_type": "entry",
                    "journal_id": company._dist_opening_journal("general").id,
                    "date": self._day(),
                    "ref": self.env._(
                        "Opening balance, %s", self.cycle.program_id.name
                    ),
                    "line_ids": commands,
                }
            )
        entry._post(soft=False)
        return entry

    def _day(self):
        """Return the last day of the legacy books: the one before the cutover."""
        local = pytz.utc.localize(self.cycle.cutover_at).astimezone(self._zone)
        return local.date() - timedelta(days=1)
