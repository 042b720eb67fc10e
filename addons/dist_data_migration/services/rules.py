"""Validation rules over staged rows, as set-based SQL.

Rules that look at one cell alone run while mapping (``services/mapping.py``); those
that need other rows, other objects or the Odoo database are here. Each function
returns an ``SQL`` selecting ``(row_id int, field text, message text)``; the message is
a translated template that PostgreSQL fills in.
"""

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: rule: (label, who fixes it)
RULES = {
    "required": (_lt("Required value missing"), "owner"),
    "format": (_lt("Type or format"), "owner"),
    "value_map": (_lt("Value not mapped"), "steward"),
    "damaged_code": (_lt("Code damaged by a spreadsheet"), "owner"),
    "invisible": (_lt("Invisible characters"), "owner"),
    "barcode": (_lt("Barcode check digit"), "owner"),
    "duplicate_key": (_lt("Duplicate legacy key"), "owner"),
    "duplicate_code": (_lt("Duplicate reference or barcode"), "owner"),
    "duplicate_name": (_lt("Duplicate name"), "owner"),
    "reference": (_lt("Reference not found"), "owner"),
    "reference_error": (_lt("Reference has errors itself"), "steward"),
    "unknown_value": (_lt("Value unknown in Odoo"), "steward"),
    "precision": (_lt("More decimals than Odoo keeps"), "steward"),
    "negative_quantity": (_lt("Negative quantity"), "warehouse"),
    "fractional_quantity": (_lt("Fractional quantity"), "warehouse"),
    "inactive_with_stock": (_lt("Inactive product with stock"), "owner"),
    "inactive_with_orders": (_lt("Inactive product with open orders"), "owner"),
    "order_without_lines": (_lt("Order without lines"), "owner"),
    "pack_size": (_lt("Pack size is no unit of measure"), "owner"),
}
RESPONSIBLES = (
    ("owner", _lt("Data Owner")),
    ("steward", _lt("Data Steward")),
    ("warehouse", _lt("Warehouse")),
)
PARTNERS = ("customer", "supplier")


class RuleBook:
    """Builds the rules that apply to one object of a cycle.

    :param cycle: ``dist.migration.cycle`` record
    :param migration_object: ``dist.migration.object`` record
    :param targets: ``{field: Target}`` of the object's loader
    """

    def __init__(self, cycle, migration_object, targets):
        self.cycle = cycle
        self.object = migration_object
        self.targets = targets

    def queries(self):
        """Yield ``(rule, severity, SQL)``, references first."""
        code = self.object.code
        for name, target in self.targets.items():
            if target.reference:
                yield "reference", "error", self._reference_missing(name, target)
                yield "reference_error", "error", self._reference_invalid(name, target)
        yield "precision", "warning", self._precision()
        yield "pack_size", "warning", self._pack_size()
        if "warehouse" in self.targets:
            yield "unknown_value", "error", self._unknown_warehouse()
        if "quantity" in self.targets:
            yield "negative_quantity", "error", self._negative_quantity()
            yield "fractional_quantity", "warning", self._fractional_quantity()
        if code in PARTNERS:
            yield "unknown_value", "error", self._unknown_country()
            yield "duplicate_name", "warning", self._duplicate("name")
        if code == "product":
            yield "unknown_value", "error", self._unknown_uom()
            yield "duplicate_code", "error", self._duplicate("barcode")
            yield "duplicate_code", "warning", self._duplicate("code")
            yield "duplicate_name", "warning", self._duplicate("name")
        if code == "stock":
            yield "inactive_with_stock", "warning", self._inactive("stock")
        if code == "sale_order_line":
            yield "inactive_with_orders", "warning", self._inactive("order")
            yield "order_without_lines", "error", self._order_without_lines()

    # -- building blocks ------------------------------------------------------------

    def _rows(self, alias="r"):
        return SQL(
            "%s.cycle_id = %s AND %s.object_id = %s",
            SQL.identifier(alias),
            self.cycle.id,
            SQL.identifier(alias),
            self.object.id,
        )

    def _other_object(self, code):
        return self.cycle.env["dist.migration.object"]._get(code).id or 0

    def _select(self, field, message, value, condition):
        return SQL(
            """
            SELECT r.id, %s, format(%s, %s)
              FROM dist_migration_row r
             WHERE %s AND %s
            """,
            field,
            str(message),
            value,
            self._rows(),
            condition,
        )

    # -- rules ------------------------------------------------------------------------

    def _reference_missing(self, name, target):
        return self._select(
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
                self._other_object(target.reference),
                name,
                self.cycle._sql_legacy_scope("k", target.reference),
                name,
            ),
        )

    def _reference_invalid(self, name, target):
        return self._select(
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
                self._other_object(target.reference),
                name,
            ),
        )

    def _precision(self):
        precision = self.cycle.env["decimal.precision"].precision_get
        # prices are stored as they are; their precision is for display only
        digits = {
            "quantity": precision("Product Unit"),
            "discount": precision("Discount"),
            "weight": precision("Stock Weight"),
        }
        names = [name for name in digits if name in self.targets]
        parts = [
            self._select(
                name,
                _lt("%s has more decimals than Odoo keeps; it will be rounded."),
                SQL("r.data->>%s", name),
                SQL("scale((r.data->>%s)::numeric) > %s", name, digits[name]),
            )
            for name in names
        ]
        return SQL(" UNION ALL ").join(parts or [self._none()])

    def _none(self):
        return SQL("SELECT NULL::int, NULL::text, NULL::text WHERE FALSE")

    def _pack_size(self):
        names = self.cycle._legacy_attributes(self.object.code, "pack_size")
        parts = [
            self._select(
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
        ]
        return SQL(" UNION ALL ").join(parts or [self._none()])

    def _unknown_warehouse(self):
        return self._select(
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
        return self._select(
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
        return self._select(
            "uom",
            _lt("The unit of measure %s is unknown; add it to the value map."),
            SQL("r.data->>'uom'"),
            SQL(
                """
                r.data ? 'uom' AND NOT EXISTS (
                    SELECT FROM uom_uom u
                     WHERE lower(u.name->>'en_US') = lower(r.data->>'uom'))
                """
            ),
        )

    def _negative_quantity(self):
        return self._select(
            "quantity",
            _lt("The quantity %s is negative."),
            SQL("r.data->>'quantity'"),
            SQL("(r.data->>'quantity')::numeric < 0"),
        )

    def _fractional_quantity(self):
        return self._select(
            "quantity",
            _lt("The quantity %s is not whole."),
            SQL("r.data->>'quantity'"),
            SQL("scale(trim_scale((r.data->>'quantity')::numeric)) > 0"),
        )

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
            self._rows(),
            name,
            norm,
            self._rows(),
        )

    def _inactive(self, where):
        condition = SQL(
            """
            %s AND EXISTS (
                SELECT FROM dist_migration_row p
                 WHERE p.cycle_id = r.cycle_id AND p.object_id = %s
                   AND p.legacy_key = r.data->>'product'
                   AND p.data->>'active' = 'false')
            """,
            SQL("(r.data->>'quantity')::numeric <> 0"),
            self._other_object("product"),
        )
        message = {
            "stock": _lt("The product %s is inactive but has stock."),
            "order": _lt("The product %s is inactive but on an open order."),
        }[where]
        return self._select("product", message, SQL("r.data->>'product'"), condition)

    def _order_without_lines(self):
        """Reported on the order, found when its lines are known."""
        return SQL(
            """
            SELECT o.id, 'number', format(%s, o.legacy_key)
              FROM dist_migration_row o
             WHERE o.cycle_id = %s AND o.object_id = %s
               AND NOT EXISTS (
                   SELECT FROM dist_migration_row r
                    WHERE %s AND r.data->>'order' = o.legacy_key)
            """,
            str(_lt("The order %s has no lines.")),
            self.cycle.id,
            self._other_object("sale_order"),
            self._rows(),
        )
