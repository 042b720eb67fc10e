from functools import cached_property

from odoo.tools.translate import LazyTranslate

from ..mapping import Target
from .base import Loader, Outcome, register
from .errors import LoadError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@register
class IntercompanyBalanceLoader(Loader):
    """Balances with companies of the own group; they are compared, not loaded.

    The open items and the opening entry bring the amounts into the books. A row is
    done when its counterpart is known.
    """

    key = "intercompany_balance"
    targets = {
        "counterpart": Target(_lt("Counterpart"), "code", required=True),
        "account": Target(_lt("Account"), "code"),
        "amount": Target(_lt("Amount"), "number", required=True),
    }

    def apply(self, rows):
        for row in rows:
            self.account(row.data.get("account"))
            self._counterpart(row.data["counterpart"])
        return [Outcome(row.id, "same") for row in rows]

    def _counterpart(self, code):
        """Return the company of a reference, tax ID or name.

        :raise LoadError: there is none, or it is the company itself
        """
        companies = self._companies.get(code.casefold(), self.env["res.company"])
        others = companies - self.cycle.company_id
        if not others:
            raise LoadError(
                _lt("%(code)s is no other company of the group.", code=code)
            )
        return others[:1]

    @cached_property
    def _companies(self):
        found = {}
        # the engine is superuser: the counterpart is named, nothing of it is read
        for company in self.env["res.company"].search([]):
            partner = company.partner_id
            for code in (company.name, company.vat, partner.ref):
                if code:
                    found[code.casefold()] = (
                        found.get(code.casefold(), company) | company
                    )
        return found
