"""What the comparisons of a reconciliation have in common.

Each comparison is one SQL that joins the two sides over the cross-reference of legacy
keys, aggregated to the grain of the control before the join. It returns one row per
key that differs with the columns of :data:`COLUMNS`; keys that agree may be summed up
in fewer rows. ``kind`` is NULL where both sides agree.
Nothing is summed in Python, and only keys that differ are ever stored.
"""

from dataclasses import dataclass

import pytz

from odoo.tools import SQL

#: The columns of a comparison, in any order. ``across_place`` and ``across_lot`` name
#: the key without its location and without its lot: where the differences of such a
#: group cancel out, goods stand in another place or lot. ``diagnosis`` is what the
#: comparison itself knows about a difference; both are NULL where they mean nothing.
#: ``key_count`` is more than one for keys that agree wholly and are only counted.
COLUMNS = {
    "key": SQL("NULL::varchar"),
    "kind": SQL("NULL::varchar"),
    "key_count": SQL("1"),
    "site_id": SQL("NULL::int"),
    "detail": SQL("NULL::varchar"),
    "res_model": SQL("NULL::varchar"),
    "res_id": SQL("NULL::int"),
    "legacy_count": SQL("0"),
    "odoo_count": SQL("0"),
    "legacy_qty": SQL("0::numeric"),
    "odoo_qty": SQL("0::numeric"),
    "legacy_value": SQL("0::numeric"),
    "odoo_value": SQL("0::numeric"),
    "rounded_value": SQL("0::numeric"),
    "tolerance": SQL("0::numeric"),
    "across_place": SQL("NULL::varchar"),
    "across_lot": SQL("NULL::varchar"),
    "diagnosis": SQL("NULL::varchar"),
}


@dataclass(frozen=True)
class Control:
    """One figure that is compared.

    :param figure: count, qty, value or rounded: the pair of columns it sums
    :param unit: count, quantity or amount
    :param needs: codes of the objects that must be staged, if others than the one
        the comparison is named after
    """

    code: str
    name: object
    comparison: str
    figure: str
    unit: str
    note: object = ""
    needs: frozenset = None

    def is_covered(self, staged):
        """Say whether the extract holds what the control compares."""
        needs = {self.comparison} if self.needs is None else self.needs
        return needs <= staged


def columns(given):
    """Return the select list of a comparison from the columns it fills.

    :param given: ``{column: SQL}``; what is left out gets its neutral value
    """
    return SQL(", ").join(
        SQL("%s AS %s", given.get(name, neutral), SQL.identifier(name))
        for name, neutral in COLUMNS.items()
    )


class ComparisonBase:
    """Building blocks for the comparisons of one cycle.

    :param cycle: ``dist.migration.cycle`` record
    """

    def __init__(self, cycle):
        self.cycle = cycle
        self.env = cycle.env
        self.company = cycle.company_id
        self._kept = {}

    def sql(self, code):
        """Return the SQL of a comparison by its code, with all columns."""
        return self._kept.get(code) or getattr(self, f"_{code}")()

    def keep(self, code):
        """Compute a comparison once for all that ask for it from now on.

        Its rows stay in a temporary table until :meth:`drop` or the transaction's end.
        """
        table = SQL.identifier(f"dist_compared_{code}")
        self.drop(code)
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE %s ON COMMIT DROP AS %s", table, self.sql(code))
        )
        self._kept[code] = SQL("SELECT * FROM %s", table)

    def drop(self, code):
        """Forget the rows of a comparison that was kept."""
        self._kept.pop(code, None)
        self.env.cr.execute(
            SQL("DROP TABLE IF EXISTS %s", SQL.identifier(f"dist_compared_{code}"))
        )

    # -- legacy side --------------------------------------------------------------

    def _object_id(self, code):
        return self.env["dist.migration.object"]._get(code).id or 0

    def _legacy_rows(self, code):
        """SQL condition: rows ``r`` of an object; a merged one is the survivor's."""
        return SQL(
            "r.cycle_id = %s AND r.object_id = %s AND r.state <> 'merged'",
            self.cycle.id,
            self._object_id(code),
        )

    def _key_join(self, alias, code, expression):
        """LEFT JOIN of the cross-reference of an object on a legacy key."""
        name = SQL.identifier(alias)
        return SQL(
            "LEFT JOIN dist_legacy_key %s ON %s AND %s.legacy_key = %s",
            name,
            self.cycle._sql_legacy_scope(alias, code),
            name,
            expression,
        )

    # -- Odoo side ------------------------------------------------------------------

    def _warehouse_ids(self):
        return self.cycle._warehouses().ids or [0]

    def _quantity_epsilon(self):
        """Half of the last digit that a quantity keeps."""
        return 0.5 * 10 ** -self.env["decimal.precision"].precision_get("Product Unit")

    def _digits(self):
        """Decimal places of the company's currency."""
        return self.company.currency_id.decimal_places

    def _amount_epsilon(self):
        """Half of the last digit that an amount keeps."""
        return 0.5 * 10 ** -self._digits()

    def _cutover_day(self):
        """The day of the cutover at the sites; books are compared at its end."""
        zone = pytz.timezone(self.cycle._timezone())
        return pytz.utc.localize(self.cycle.cutover_at).astimezone(zone).date()

    def _field(self, alias, model, name):
        """SQL of a field as the cycle's company sees it."""
        return self.env[model].with_company(self.company)._field_to_sql(alias, name)

    def _extra_prices(self):
        """Query (product id, amount) of what attributes add to a sales price."""
        return SQL(
            """
            SELECT combination.product_product_id AS product_id,
                   SUM(value.price_extra)::numeric AS amount
              FROM product_variant_combination combination
              JOIN product_template_attribute_value value
                ON value.id = combination.product_template_attribute_value_id
             WHERE value.price_extra <> 0
             GROUP BY 1
            """
        )

    def _amount_kind(self):
        """Kind of a difference between two sums that stand on either side."""
        return SQL(
            """CASE WHEN abs(legacy_value - odoo_value) < %s THEN NULL
                    WHEN is_new THEN 'unexpected'
                    WHEN is_absent THEN 'missing'
                    ELSE 'value' END""",
            self._amount_epsilon(),
        )

    # -- sites ----------------------------------------------------------------------

    def _single_site(self):
        """Everything of a cycle with one site is that site's."""
        sites = self.cycle.site_ids
        return SQL("%s::int", sites.id if len(sites) == 1 else None)

    def _home_site(self):
        """Site of what has no place of its own: the default warehouse's."""
        sites = self.cycle.site_ids
        home = sites if len(sites) == 1 else self.cycle.warehouse_id.dist_site_id
        return SQL("%s::int", home.id or None)
