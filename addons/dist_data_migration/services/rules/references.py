"""References to other rows, and values that must exist in Odoo."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import RuleBase

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

ACCOUNT_FIELDS = ("account", "income_account", "expense_account", "valuation_account")
TAX_FIELDS = {"sale_tax": "sale", "purchase_tax": "purchase"}


class ReferenceRules(RuleBase):
    """Reference exists, is free of errors; unit, country, account, tax are known."""

    def reference_rules(self):
        for name, target in self.targets.items():
            if target.reference:
                yield "reference", "error", self._reference_missing(name, target)
                yield "reference_error", "error", self._reference_invalid(name, target)
        if "warehouse" in self.targets:
            yield "unknown_value", "error", self._unknown_warehouse()
        for rule, _name, query in self.known_value_rules():
            yield rule, "error", query

    def known_value_rules(self):
        """Yield ``(rule, field, SQL)`` of values a steward may have to map."""
        if "country" in self.targets:
            yield "unknown_value", "country", self._unknown_country()
        if "uom" in self.targets:
            yield "unknown_value", "uom", self._unknown_uom()
        if "currency" in self.targets:
            yield "unknown_currency", "currency", self._unknown_currency()
        for name in ACCOUNT_FIELDS:
            if name in self.targets and self.targets[name].type != "reference":
                yield "unknown_account", name, self._unknown_account(name)
        for name, use in TAX_FIELDS.items():
            if name in self.targets:
                yield "unknown_tax", name, self._unknown_tax(name, use)

    def _reference_missing(self, name, target):
        return self.select(
            name,
            _lt("%s is neither in the extract nor loaded before."),
            SQL("r.data->>%s", name),
            SQL(
                """
                r.data ? %s
                AND NOT EXISTS (
                    SELECT FROM dist_migration_row o
                     WHERE o.cycle_id = r.cycle_id AND o.object_id = %s
                       AND o.legacy_key = r.data->>%s)
                AND NOT EXISTS (
                    SELECT FROM dist_legacy_key k
                     WHERE %s AND k.legacy_key = r.data->>%s)
                """,
                name,
                self.other_object(target.reference),
                name,
                self.cycle._sql_legacy_scope("k", target.reference),
                name,
            ),
        )

    def _reference_invalid(self, name, target):
        return self.select(
            name,
            _lt("%s is in the extract but has errors itself."),
            SQL("r.data->>%s", name),
            SQL(
                """
                EXISTS (
                    SELECT FROM dist_migration_row o
                     WHERE o.cycle_id = r.cycle_id AND o.object_id = %s
                       AND o.legacy_key = r.data->>%s AND o.state = 'invalid')
                """,
                self.other_object(target.reference),
                name,
            ),
        )

    def _unknown_warehouse(self):
        return self.select(
            "warehouse",
            _lt("The company has no warehouse %s."),
            SQL("r.data->>'warehouse'"),
            SQL(
                """
                r.data ? 'warehouse' AND NOT EXISTS (
                    SELECT FROM stock_warehouse w
                     WHERE w.company_id = %s AND w.active
                       AND upper(w.code) = upper(r.data->>'warehouse'))
                """,
                self.cycle.company_id.id,
            ),
        )

    def _unknown_country(self):
        return self.select(
            "country",
            _lt("The country %s is unknown; add it to the value map."),
            SQL("r.data->>'country'"),
            SQL(
                """
                r.data ? 'country' AND NOT EXISTS (
                    SELECT FROM res_country c
                     WHERE lower(c.code) = lower(r.data->>'country')
                        OR lower(c.name->>'en_US') = lower(r.data->>'country'))
                """
            ),
        )

    def _unknown_uom(self):
        return self.select(
            "uom",
            _lt("The unit of measure %s is unknown; add it to the value map."),
            SQL("r.data->>'uom'"),
            SQL(
                """
                r.data ? 'uom' AND NOT EXISTS (
                    SELECT FROM uom_uom u
                     WHERE u.active AND lower(u.name->>'en_US') = lower(r.data->>'uom'))
                """
            ),
        )

    def _unknown_currency(self):
        return self.select(
            "currency",
            _lt("The currency %s is unknown or not active."),
            SQL("r.data->>'currency'"),
            SQL(
                """
                r.data ? 'currency' AND NOT EXISTS (
                    SELECT FROM res_currency c
                     WHERE c.active AND upper(c.name) = upper(r.data->>'currency'))
                """
            ),
        )

    def _unknown_account(self, name):
        # codes are kept per root company, as branches share the chart
        root = str(self.cycle.company_id.root_id.id)
        return self.select(
            name,
            _lt("The company has no account %s."),
            self.text(name),
            SQL(
                """
                r.data ? %s AND NOT EXISTS (
                    SELECT FROM account_account a
                     WHERE a.active AND a.code_store->>%s = r.data->>%s)
                """,
                name,
                root,
                name,
            ),
        )

    def _unknown_tax(self, name, use):
        return self.select(
            name,
            _lt("The company has no tax %s of that use."),
            self.text(name),
            SQL(
                """
                r.data ? %s AND NOT EXISTS (
                    SELECT FROM account_tax t,
                           jsonb_each_text(t.name) AS label(lang, name)
                     WHERE t.active AND t.company_id = ANY(%s) AND t.type_tax_use = %s
                       AND lower(label.name) = lower(r.data->>%s))
                """,
                name,
                self.cycle.company_id.parent_ids.ids,
                use,
                name,
            ),
        )
