"""Products, categories and what suppliers charge for them."""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import RuleBase

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: a lead time is an outlier beyond this multiple of the median and this many days
LEAD_TIME_FACTOR, LEAD_TIME_DAYS = 3, 7
#: with fewer prices a supplier has no usual lead time
LEAD_TIME_SAMPLE = 4


class ProductRules(RuleBase):
    def product_rules(self):
        yield "pack_size", "warning", self._pack_size()
        if self.code == "product":
            yield "duplicate_code", "error", self._duplicate("barcode")
            yield "duplicate_code", "warning", self._duplicate("code")
            yield "duplicate_name", "warning", self._duplicate("name")
            yield "damaged_code", "warning", self._lost_zeros("code")
            yield "duplicate_code", "error", self._duplicate_variant()
        if self.code in ("product", "product_family"):
            yield from self._completeness()
        if self.code == "product_category":
            yield from self._category_accounts()
        if "lead_time" in self.targets:
            yield "lead_time", "warning", self._lead_time()
        if "uom" in self.targets and "product" in self.targets:
            yield "unit_conversion", "error", self._unit_conversion()

    def _duplicate_variant(self):
        """Rows of a family with the same attributes, in whatever order and case."""
        return SQL(
            """
            WITH variant AS (
                SELECT r.id, r.line, r.legacy_key, r.data->>'family' AS family,
                       (SELECT string_agg(pair, ';' ORDER BY pair)
                          FROM unnest(regexp_split_to_array(
                               lower(r.data->>'attributes'), ' *; *')) AS pair)
                           AS attributes
                  FROM dist_migration_row r
                 WHERE %(rows)s AND r.data ? 'family' AND r.data ? 'attributes'
            )
            SELECT v.id, 'attributes', replace(%(message)s, '{keys}', twice.keys)
              FROM variant v
              JOIN (SELECT family, attributes,
                           string_agg(legacy_key, ', ' ORDER BY line) AS keys
                      FROM variant GROUP BY 1, 2 HAVING COUNT(*) > 1) twice
                   USING (family, attributes)
            """,
            rows=self.rows(),
            message=str(_lt("The same variant appears under several keys: {keys}.")),
        )

    def _completeness(self):
        """Gaps of active products in what the extract brings for others."""
        if self.is_mapped("category") or self.is_mapped("category_key"):
            yield "missing_category", "warning", self._missing_category()
        if self.is_mapped("supplier") or self.is_mapped("product", "supplier_price"):
            yield "missing_supplier", "warning", self._missing_supplier()
        if self.is_mapped("routes"):
            yield "missing_route", "warning", self._empty("routes")
        for name in ("sale_tax", "purchase_tax"):
            if self.is_mapped(name):
                yield "missing_tax", "warning", self._empty(name)
        if self.is_mapped("standard_price"):
            yield "zero_cost", "warning", self._zero_cost()

    def _is_active(self):
        return SQL("COALESCE(r.data->>'active', 'true') <> 'false'")

    def _is_complete_itself(self):
        """An active product that has all it needs, or lacks it, in its own row.

        What variants share stands in the row of their family.
        """
        return SQL("NOT r.data ? 'family' AND %s", self._is_active())

    def _empty(self, name):
        label = str(self.targets[name].label)
        return self.select(
            name,
            _lt("%s is empty."),
            SQL("%s::text", label),
            SQL("NOT r.data ? %s AND %s", name, self._is_complete_itself()),
        )

    def _missing_category(self):
        return self.select(
            "category",
            _lt("The product %s has no category."),
            SQL("r.legacy_key"),
            SQL(
                "NOT r.data ? 'category' AND NOT r.data ? 'category_key' AND %s",
                self._is_complete_itself(),
            ),
        )

    def _missing_supplier(self):
        return self.select(
            "supplier",
            _lt("The product %s has no supplier."),
            SQL("r.legacy_key"),
            SQL(
                """
                NOT r.data ? 'supplier' AND %s AND NOT EXISTS (
                    SELECT FROM dist_migration_row s
                     WHERE %s AND s.data->>'product' = r.legacy_key)
                """,
                self._is_complete_itself(),
                self.others("supplier_price", "s"),
            ),
        )

    def _zero_cost(self):
        """Stock of such a product has no value, unless its rows bring their own."""
        return self.select(
            "standard_price",
            _lt("The product %s has stock but no cost."),
            SQL("r.legacy_key"),
            SQL(
                """
                COALESCE((r.data->>'standard_price')::numeric, 0) <= 0
                AND EXISTS (
                    SELECT FROM dist_migration_row s
                     WHERE %s AND s.data->>'product' = r.legacy_key
                       AND (s.data->>'quantity')::numeric <> 0
                       AND COALESCE((s.data->>'value')::numeric, 0) <= 0)
                """,
                self.others("stock", "s"),
            ),
        )

    def _lost_zeros(self, name):
        """Shorter than all others of one length, some of which begin with a zero."""
        return SQL(
            """
            WITH digits AS (
                SELECT r.id, r.data->>%(name)s AS code FROM dist_migration_row r
                 WHERE %(rows)s AND r.data->>%(name)s ~ '^[0-9]+$'
            ), usual AS (
                SELECT length(code) AS size FROM digits GROUP BY 1
                HAVING bool_or(code LIKE '0%%')
                   AND COUNT(*) * 10 >= 9 * (SELECT COUNT(*) FROM digits)
            )
            SELECT d.id, %(name)s, format(%(message)s, d.code)
              FROM digits d JOIN usual ON length(d.code) < usual.size
             WHERE d.code NOT LIKE '0%%'
            """,
            name=name,
            rows=self.rows(),
            message=str(
                _lt("%s is shorter than all others: leading zeros may be lost.")
            ),
        )

    def _category_accounts(self):
        for name in ("income_account", "expense_account"):
            if self.is_mapped(name):
                yield (
                    "missing_account",
                    "warning",
                    self.select(
                        name,
                        _lt("The category %s lacks an account others have."),
                        SQL("r.legacy_key"),
                        SQL("NOT r.data ? %s", name),
                    ),
                )
        if "valuation_account" in self.targets:
            yield (
                "missing_account",
                "error",
                self.select(
                    "valuation_account",
                    _lt("The category %s is valued perpetually without an account."),
                    SQL("r.legacy_key"),
                    SQL(
                        "r.data->>'valuation' = 'real_time'"
                        " AND NOT r.data ? 'valuation_account'"
                    ),
                ),
            )

    def _lead_time(self):
        return SQL(
            """
            WITH lead AS (
                SELECT r.id, r.data->>'supplier' AS supplier,
                       (r.data->>'lead_time')::numeric AS days
                  FROM dist_migration_row r
                 WHERE %(rows)s AND r.data ? 'lead_time'
            ), usual AS (
                SELECT supplier, percentile_cont(0.5) WITHIN GROUP (ORDER BY days)
                           AS median
                  FROM lead GROUP BY supplier HAVING COUNT(*) >= %(sample)s
            )
            SELECT l.id, 'lead_time',
                   replace(replace(%(message)s, '{days}', l.days::text),
                           '{median}', COALESCE(usual.median::text, '-'))
              FROM lead l LEFT JOIN usual ON usual.supplier = l.supplier
             WHERE l.days < 0
                OR (l.days > usual.median * %(factor)s
                    AND l.days - usual.median > %(days)s)
                OR (usual.median > l.days * %(factor)s
                    AND usual.median - l.days > %(days)s)
            """,
            rows=self.rows(),
            sample=LEAD_TIME_SAMPLE,
            factor=LEAD_TIME_FACTOR,
            days=LEAD_TIME_DAYS,
            message=str(
                _lt("A lead time of {days} days; the supplier's median is {median}.")
            ),
        )

    def _unit_conversion(self):
        """Units convert when they descend from the same reference unit."""
        return self.select(
            "uom",
            _lt("The unit %s can't be converted into the product's unit."),
            SQL("r.data->>'uom'"),
            SQL(
                """
                EXISTS (
                    SELECT FROM dist_migration_row p
                      JOIN uom_uom mine
                        ON lower(mine.name->>'en_US') = lower(r.data->>'uom')
                      JOIN uom_uom own
                        ON CASE WHEN p.data ? 'uom'
                                THEN lower(own.name->>'en_US') = lower(p.data->>'uom')
                                ELSE own.id = %s END
                     WHERE %s AND p.legacy_key = r.data->>'product'
                       AND split_part(mine.parent_path, '/', 1)
                        <> split_part(own.parent_path, '/', 1))
                """,
                self.cycle.env.ref("uom.product_uom_unit").id,
                self.others("product", "p"),
            ),
        )

    def _pack_size(self):
        names = self.cycle._legacy_attributes(self.code, "pack_size")
        return self.union(
            self.select(
                name,
                _lt(
                    "The pack size “%s” is free text, not a unit of measure. It is "
                    "kept as legacy attribute."
                ),
                SQL("r.legacy->>%s", name),
                SQL(
                    """
                    r.legacy ? %s AND NOT EXISTS (
                        SELECT FROM uom_uom u
                         WHERE lower(u.name->>'en_US') = lower(r.legacy->>%s))
                    """,
                    name,
                    name,
                ),
            )
            for name in names
        )
