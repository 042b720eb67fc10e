"""What loaders look up by name or code, each with one query."""

from datetime import datetime, time
from functools import cached_property

import pytz

from odoo.tools.translate import LazyTranslate

from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: legacy dates have no time of day; noon keeps them on their day in every view
NOON = time(12)


class Lookups:
    """Part of a loader; needs its ``env`` and ``cycle``."""

    @cached_property
    def _zone(self):
        return pytz.timezone(self.cycle._timezone())

    def moment(self, day, hour=NOON):
        """Return the naive UTC time of an hour on a local day of the site."""
        local = self._zone.localize(
            datetime.combine(datetime.fromisoformat(day), hour).replace(microsecond=0)
        )
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    @cached_property
    def _accounts(self):
        company = self.cycle.company_id
        accounts = self.env["account.account"].search(
            [("company_ids", "in", company.ids)]
        )
        return {account.code: account for account in accounts if account.code}

    def account(self, code):
        """Return the account of that code, empty for an empty code.

        :raise LoadError: the company has none
        """
        if not code:
            return self.env["account.account"]
        account = self._accounts.get(code)
        if not account:
            raise LoadError(
                _lt(
                    "%(company)s has no account %(code)s.",
                    company=self.cycle.company_id.name,
                    code=code,
                )
            )
        return account

    @cached_property
    def _currencies(self):
        currencies = self.env["res.currency"].with_context(active_test=False).search([])
        return {currency.name.upper(): currency for currency in currencies}

    def currency(self, code):
        """Return the active currency of an ISO code, the company's for an empty one.

        :raise LoadError: unknown, or not activated and so without rates
        """
        if not code:
            return self.cycle.company_id.currency_id
        currency = self._currencies.get(code.upper())
        if not currency or not currency.active:
            raise LoadError(
                _lt("The currency %(code)s is unknown or not active.", code=code)
            )
        return currency

    @cached_property
    def _units_of_measure(self):
        return self.cycle._units_of_measure()

    def unit_of_measure(self, name):
        """Return the id of a unit of measure by its English name.

        :raise LoadError: there is none
        """
        unit = self._units_of_measure.get(name.casefold())
        if not unit:
            raise LoadError(_lt("The unit of measure %(name)s is unknown.", name=name))
        return unit

    def named(self, model, name, domain=()):
        """Return the id of the one record of that name, in English or as typed.

        :raise LoadError: there is none, or several
        """
        found = self._named[model, tuple(domain)].get(name.casefold(), [])
        if len(found) != 1:
            label = self.env["ir.model"]._get(model).name
            message = (
                _lt("%(model)s %(name)s is ambiguous.", model=label, name=name)
                if found
                else _lt("%(model)s %(name)s is unknown.", model=label, name=name)
            )
            raise LoadError(message)
        return found[0]

    @cached_property
    def _named(self):
        return _NameIndex(self.env)

    def warehouse(self, row):
        """Return the warehouse a row names by its code, or the cycle's."""
        code = row.data.get("warehouse")
        if not code:
            return self.cycle.warehouse_id
        warehouse = self._warehouses.get(code.upper())
        if not warehouse:
            raise LoadError(
                _lt(
                    "%(company)s has no warehouse %(code)s.",
                    company=self.cycle.company_id.name,
                    code=code,
                )
            )
        return warehouse

    @cached_property
    def _warehouses(self):
        houses = self.env["stock.warehouse"].search(
            [("company_id", "=", self.cycle.company_id.id)]
        )
        return {house.code.upper(): house for house in houses}


class _NameIndex(dict):
    """``{(model, domain): {lower-case name: [ids]}}``, each read once when asked."""

    def __init__(self, env):
        super().__init__()
        self.env = env

    def __missing__(self, key):
        model, domain = key
        names = {}
        records = self.env[model].with_context(lang="en_US").search(list(domain))
        for record in records:
            names.setdefault(record.name.casefold(), []).append(record.id)
        self[key] = names
        return names
