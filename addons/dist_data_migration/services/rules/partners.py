"""Customers and suppliers."""

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import RuleBase

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

PARTNERS = ("customer", "supplier")
#: prefixes of tax IDs that are no country codes
PREFIXES = {"EL": "GR", "XI": "GB"}


class PartnerRules(RuleBase):
    def partner_rules(self):
        if "vat" in self.targets:
            yield "vat", "warning", self._vat()
        if self.code in PARTNERS:
            yield "duplicate_code", "warning", self._duplicate("code")
            yield "duplicate_name", "warning", self._duplicate("name")

    def _vat(self):
        """Check digits need Python; each pair of number and country once."""
        wrong = [
            (vat, country)
            for vat, country in self.cycle.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT r.data->>'vat', COALESCE(r.data->>'country', '')
                      FROM dist_migration_row r
                     WHERE %s AND r.data ? 'vat'
                    """,
                    self.rows(),
                )
            )
            if not is_valid_vat(vat, self._country_code(country))
        ]
        return SQL(
            """
            SELECT r.id, 'vat', format(%s, r.data->>'vat')
              FROM dist_migration_row r
              JOIN unnest(%s::text[], %s::text[]) AS wrong(vat, country)
                ON wrong.vat = r.data->>'vat'
               AND wrong.country = COALESCE(r.data->>'country', '')
             WHERE %s
            """,
            str(_lt("The tax ID %s does not fit the rules of its country.")),
            [vat for vat, _country in wrong],
            [country for _vat, country in wrong],
            self.rows(),
        )

    def _country_code(self, value):
        """Return the code of a country given by code or name, the company's if none."""
        if not value:
            return self.cycle.company_id.country_id.code or ""
        if not hasattr(self, "_codes"):
            countries = self.cycle._countries()
            Country = self.cycle.env["res.country"]
            self._codes = {
                name: Country.browse(country).code
                for name, country in countries.items()
            }
        return self._codes.get(value.casefold(), "")

    def _duplicate(self, name):
        """Same value under several keys; case, space and punctuation don't count."""
        norm = SQL(
            r"regexp_replace(lower(r.data->>%s), '[^[:alnum:]]+', '', 'g')", name
        )
        return SQL(
            """
            SELECT id, %s, replace(replace(%s, '{value}', value), '{keys}', keys)
              FROM (SELECT r.id, r.data->>%s AS value, dup.keys
                      FROM dist_migration_row r
                      JOIN (SELECT %s AS norm,
                                   string_agg(r.legacy_key, ', ' ORDER BY r.line)
                                       AS keys
                              FROM dist_migration_row r
                             WHERE %s AND r.data ? %s
                             GROUP BY 1
                            HAVING COUNT(*) > 1) dup ON dup.norm = %s
                     WHERE %s) found
            """,
            name,
            str(_lt("{value} appears under several keys: {keys}.")),
            name,
            norm,
            self.rows(),
            name,
            norm,
            self.rows(),
        )


def is_valid_vat(vat, country):
    """Return whether a tax ID fits its country; True where no rule is known.

    :param country: ISO code of the partner's country, empty when unknown

    >>> is_valid_vat("DE136695976", "DE"), is_valid_vat("DE136695978", "")
    (True, False)
    >>> is_valid_vat("136695976", "DE"), is_valid_vat("12-3456789", "US")
    (True, True)
    """
    number = "".join(sign for sign in vat.upper() if sign.isalnum())
    prefix = PREFIXES.get(number[:2], number[:2])
    module = get_cc_module(prefix.lower(), "vat") if prefix.isalpha() else None
    if module is None:
        code = PREFIXES.get(country.upper(), country).lower()
        module = get_cc_module(code, "vat") if code else None
    if module is None:
        return True
    try:
        module.validate(number)
    except NumberError:
        return False
    return True
