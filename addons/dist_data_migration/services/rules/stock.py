"""Locations, lots and on-hand stock."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import RuleBase

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: what legacy systems write where there is no bin; several columns in a row count too
NO_BIN = r"^(n\.?/?a\.?|none|null|unknown|tbd|0|-|\?|[|/ ])*$"


class StockRules(RuleBase):
    def stock_rules(self):
        yield "precision", "warning", self._precision()
        if "quantity" in self.targets:
            yield "negative_quantity", "error", self._negative_quantity()
            yield "fractional_quantity", "warning", self._fractional_quantity()
        if self.code == "location":
            yield "location_without_parent", "warning", self._without_parent()
        if self.code == "stock":
            yield "missing_bin", "warning", self._missing_bin()
            yield "inactive_with_stock", "warning", self._inactive_with_stock()
            if "lot" in self.targets:
                yield "expired_lot", "warning", self._expired_lot()

    def _precision(self):
        precision = self.cycle.env["decimal.precision"].precision_get
        # prices are stored as they are; their precision is for display only
        digits = {
            "quantity": precision("Product Unit"),
            "discount": precision("Discount"),
            "weight": precision("Stock Weight"),
        }
        return self.union(
            self.select(
                name,
                _lt("%s has more decimals than Odoo keeps; it will be rounded."),
                self.text(name),
                SQL("scale(%s) > %s", self.number(name), digits[name]),
            )
            for name in digits
            if name in self.targets
        )

    def _negative_quantity(self):
        return self.select(
            "quantity",
            _lt("The quantity %s is negative."),
            SQL("r.data->>'quantity'"),
            SQL("(r.data->>'quantity')::numeric < 0"),
        )

    def _fractional_quantity(self):
        """Units are counted; kilograms and litres may well be broken."""
        return self.select(
            "quantity",
            _lt("The quantity %s is not whole."),
            SQL("r.data->>'quantity'"),
            SQL(
                """
                scale(trim_scale((r.data->>'quantity')::numeric)) > 0
                AND NOT EXISTS (
                    SELECT FROM dist_migration_row p
                      JOIN uom_uom u
                        ON lower(u.name->>'en_US') = lower(
                               COALESCE(r.data->>'uom', p.data->>'uom'))
                     WHERE %s AND p.legacy_key = r.data->>'product'
                       AND split_part(u.parent_path, '/', 1) <> %s)
                """,
                self.others("product", "p"),
                str(self.cycle.env.ref("uom.product_uom_unit").id),
            ),
        )

    def _without_parent(self):
        """A location that is below none and above none, where others are."""
        if not self.is_mapped("parent"):
            return self.none()
        return self.select(
            "parent",
            _lt("The location %s belongs to no other one."),
            SQL("r.legacy_key"),
            SQL(
                """
                NOT r.data ? 'parent'
                AND NOT EXISTS (
                    SELECT FROM dist_migration_row c
                     WHERE c.cycle_id = r.cycle_id AND c.object_id = r.object_id
                       AND c.data->>'parent' = r.legacy_key)
                AND EXISTS (
                    SELECT FROM dist_migration_row c
                     WHERE c.cycle_id = r.cycle_id AND c.object_id = r.object_id
                       AND c.data ? 'parent')
                """
            ),
        )

    def _missing_bin(self):
        parts = [
            self.select(
                name,
                _lt("The stock of %s lies in no bin."),
                SQL("r.data->>'product'"),
                SQL("COALESCE(r.legacy->>%s, '') ~* %s", name, NO_BIN),
            )
            for name in self.cycle._legacy_attributes(self.code, "bin")
        ]
        if self.is_mapped("location"):
            parts.append(
                self.select(
                    "location",
                    _lt(
                        "The stock of %s has no location; it goes to the default "
                        "warehouse."
                    ),
                    SQL("r.data->>'product'"),
                    SQL("NOT r.data ? 'location'"),
                )
            )
        return self.union(parts)

    def _inactive_with_stock(self):
        return self.select(
            "product",
            _lt("The product %s is inactive but has stock."),
            SQL("r.data->>'product'"),
            SQL(
                """
                (r.data->>'quantity')::numeric <> 0 AND EXISTS (
                    SELECT FROM dist_migration_row p
                     WHERE %s AND p.legacy_key = r.data->>'product'
                       AND p.data->>'active' = 'false')
                """,
                self.others("product", "p"),
            ),
        )

    def _expired_lot(self):
        """Expired on the day of the cutover, where the stock lies."""
        return self.select(
            "lot",
            _lt("The lot %s had expired by the cutover but has stock."),
            SQL("r.data->>'lot'"),
            SQL(
                """
                (r.data->>'quantity')::numeric > 0 AND EXISTS (
                    SELECT FROM dist_migration_row l
                     WHERE %s AND l.legacy_key = r.data->>'lot'
                       AND (l.data->>'expiration')::date
                         < (%s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %s)::date)
                """,
                self.others("lot", "l"),
                self.cycle.cutover_at,
                self.cycle._timezone(),
            ),
        )
