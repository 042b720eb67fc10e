from odoo import fields
from odoo.fields import Command
from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Outcome, number, register
from .entry import EntryLoader
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


class OpenItemLoader(EntryLoader):
    """Unpaid documents: one line against the clearing account, without tax.

    The document keeps number, date and due date, and what is open of it is its
    total. Revenue and tax of the original are in the opening balance already. The
    opening entry holds the other side of the clearing account (see
    ``opening_balance``), so that nothing counts twice.
    """

    chunk_size = 100
    partner = ""
    journal_type = ""
    #: move types for a positive and a negative amount
    kinds = ("", "")
    targets = {
        "number": Target(_lt("Document Number"), "code", required=True),
        "date": Target(_lt("Date"), "date", required=True),
        "due_date": Target(_lt("Due Date"), "date"),
        "amount": Target(_lt("Open Amount"), "number", required=True),
        "currency": Target(_lt("Currency"), "code"),
        "amount_currency": Target(_lt("Open Amount in Currency"), "number"),
        "account": Target(_lt("Account"), "code"),
    }

    def apply(self, rows):
        self.fetch_references(rows)
        known = self.find([row.key for row in rows])
        outcomes, fresh = [], []
        for row in rows:
            move = known.get(row.key)
            if move is None:
                fresh.append(row)
            else:
                outcomes.append(self._update(move, row))
        outcomes += self._create(fresh)
        self.remember(rows, outcomes)
        return outcomes

    # -- values -----------------------------------------------------------------------

    def prepare(self, row):
        """Return the values of the document and the price of its line."""
        data = row.data
        amount = number(row, "amount")
        currency, price = self._price(row, amount)
        return {
            "move_type": self.kinds[amount < 0],
            "journal_id": self._journal.id,
            "partner_id": self.reference(row, self.partner),
            "invoice_date": fields.Date.to_date(data["date"]),
            "date": fields.Date.to_date(data["date"]),
            "invoice_date_due": fields.Date.to_date(
                data.get("due_date") or data["date"]
            ),
            "currency_id": currency.id,
            "invoice_currency_rate": abs(price / amount),
            "ref": data["number"],
        }, price

    def _price(self, row, amount):
        """Return the currency and the positive amount of the document's line.

        :raise LoadError: nothing is open, or the amount in currency is missing
        """
        company_currency = self.cycle.company_id.currency_id
        currency = self.currency(row.data.get("currency"))
        foreign = number(row, "amount_currency")
        price = amount
        if currency != company_currency:
            if not foreign or (foreign < 0) != (amount < 0):
                raise LoadError(
                    _lt(
                        "A document in %(currency)s needs its open amount in that "
                        "currency, with the same sign.",
                        currency=currency.name,
                    )
                )
            price = foreign
        if company_currency.is_zero(amount):
            raise LoadError(_lt("Nothing is open."))
        if abs(price - currency.round(price)) > 1e-9:
            raise LoadError(
                _lt("The amount has more decimals than %(name)s.", name=currency.name)
            )
        return currency, abs(price)

    @property
    def _journal(self):
        return self.cycle.company_id._dist_opening_journal(self.journal_type)

    @property
    def _clearing(self):
        return self.cycle.company_id._dist_opening_account()

    def _line(self, price):
        return Command.create(
            {
                "name": self.env._("Open at the cutover"),
                "quantity": 1,
                "price_unit": price,
                "account_id": self._clearing.id,
                "tax_ids": [Command.clear()],
            }
        )

    # -- create and update ------------------------------------------------------------

    def _create(self, rows):
        if not rows:
            return []
        numbers = self._free_numbers(rows)
        vals_list = []
        for row in rows:
            vals, price = self.prepare(row)
            vals_list.append(
                dict(
                    vals,
                    name=numbers[row.key],
                    invoice_line_ids=[self._line(price)],
                    invoice_payment_term_id=False,
                    invoice_user_id=False,
                )
            )
        moves = self.env[self.model].create(vals_list)
        for row, move in zip(rows, moves, strict=True):
            self._set_account(move, row)
        moves._post(soft=False)
        outcomes = []
        for row, move in zip(rows, moves, strict=True):
            self._check_posted(move, row)
            outcomes.append(Outcome(row.id, "create", move.id))
        return outcomes

    def _free_numbers(self, rows):
        """Return ``{key: number}``; suppliers may share a number, a journal can't."""
        wanted = [row.data["number"] for row in rows]
        taken = set(
            self.env[self.model]
            .search(
                [
                    ("journal_id", "=", self._journal.id),
                    ("name", "in", wanted),
                    ("state", "!=", "cancel"),
                ]
            )
            .mapped("name")
        )
        numbers = {}
        for row in rows:
            name = row.data["number"]
            if name in taken:
                name = f"{name} ({row.key})"
            taken.add(name)
            numbers[row.key] = name
        return numbers

    def _set_account(self, move, row):
        account = self.account(row.data.get("account"))
        if not account:
            return
        if account.account_type not in ("asset_receivable", "liability_payable"):
            raise LoadError(
                _lt(
                    "%(code)s is neither a receivable nor a payable account.",
                    code=account.code,
                )
            )
        self._open_line(move).account_id = account

    @staticmethod
    def _open_line(move):
        return move.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def _check_posted(self, move, row):
        """Rates and roundings of Odoo must not change what is open."""
        company_currency = self.cycle.company_id.currency_id
        balance = abs(sum(self._open_line(move).mapped("balance")))
        if company_currency.compare_amounts(balance, abs(number(row, "amount"))):
            raise LoadError(
                _lt(
                    "Odoo makes %(odoo)s of the open amount %(legacy)s.",
                    odoo=balance,
                    legacy=row.data["amount"],
                )
            )

    def _update(self, move, row):
        vals, price = self.prepare(row)
        changed = self.difference(move, vals)
        is_same_price = not move.currency_id.compare_amounts(move.amount_total, price)
        account = self.account(row.data.get("account"))
        is_same_account = not account or self._open_line(move).account_id == account
        rate = changed.pop("invoice_currency_rate", None)
        if rate and abs(rate - move.invoice_currency_rate) > 1e-6:
            changed["invoice_currency_rate"] = rate
        if not changed and is_same_price and is_same_account:
            return Outcome(row.id, "same", move.id)
        self._check_changeable(move, changed)
        move.button_draft()
        number_kept = move.name
        move.write(
            dict(
                changed,
                invoice_line_ids=[Command.clear(), self._line(price)],
                name=number_kept,
            )
        )
        self._set_account(move, row)
        move._post(soft=False)
        self._check_posted(move, row)
        return Outcome(row.id, "update", move.id)

    def _check_changeable(self, move, changed):
        if move.state != "posted":
            raise LoadError(
                _lt("%(name)s is no longer posted in Odoo.", name=move.display_name)
            )
        used = self.used(move)
        if used:
            raise LoadError(
                _lt(
                    "%(name)s can't be changed. %(why)s",
                    name=move.display_name,
                    why=used[move.id],
                )
            )
        if "move_type" in changed:
            raise LoadError(
                _lt(
                    "%(name)s turned from invoice to credit note or back. Reverse the "
                    "load first.",
                    name=move.display_name,
                )
            )


@register
class OpenReceivableLoader(OpenItemLoader):
    """Unpaid customer invoices; a negative amount is a credit note."""

    key = "open_receivable"
    partner = "customer"
    journal_type = "sale"
    kinds = ("out_invoice", "out_refund")
    targets = {
        "customer": Target(
            _lt("Customer"), "reference", required=True, reference="customer"
        ),
        **OpenItemLoader.targets,
    }


@register
class OpenPayableLoader(OpenItemLoader):
    """Unpaid vendor bills; a positive amount is what we owe."""

    key = "open_payable"
    partner = "supplier"
    journal_type = "purchase"
    kinds = ("in_invoice", "in_refund")
    targets = {
        "supplier": Target(
            _lt("Supplier"), "reference", required=True, reference="supplier"
        ),
        **OpenItemLoader.targets,
    }
