from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

#: comparisons of master data records, one object each
COMPARISONS = ("location", "supplier", "customer", "product")

CONTROLS = (
    Control("location_count", _lt("Locations"), "location", "count", "count"),
    Control("supplier_count", _lt("Suppliers"), "supplier", "count", "count"),
    Control("customer_count", _lt("Customers"), "customer", "count", "count"),
    Control(
        "product_count",
        _lt("Products, archived ones included"),
        "product",
        "count",
        "count",
    ),
    Control(
        "product_archived_count",
        _lt("Discontinued products, archived in Odoo"),
        "product",
        "value",
        "count",
    ),
)

#: the last line of the report: did every row become something?
ROW_CONTROLS = (
    Control(
        "rows_loaded",
        _lt("Rows of the extract, loaded"),
        "rows",
        "count",
        "count",
        _lt("Rows with errors count, also where their figures could not be read."),
        needs=frozenset(),
    ),
)


class MasterComparisons:
    """Counts and key attributes of master data."""

    def _rows(self):
        """Every row must have been loaded: a row that can't be read has no figures."""
        return SQL(
            """
            SELECT %(columns)s
              FROM (SELECT r.id, r.object_id, r.legacy_key, r.state, r.error,
                           1 AS key_count
                      FROM dist_migration_row r
                     WHERE r.cycle_id = %(cycle)s
                       AND r.state NOT IN ('merged', 'loaded')
                     UNION ALL
                    SELECT NULL, NULL, NULL, 'loaded', NULL, COUNT(*)::int
                      FROM dist_migration_row r
                     WHERE r.cycle_id = %(cycle)s AND r.state = 'loaded'
                    HAVING COUNT(*) > 0) r
              LEFT JOIN dist_migration_object object ON object.id = r.object_id
            """,
            cycle=self.cycle.id,
            columns=columns(
                {
                    "key": SQL("concat_ws(': ', object.code, r.legacy_key)"),
                    "kind": SQL("CASE WHEN r.state <> 'loaded' THEN 'missing' END"),
                    "key_count": SQL("r.key_count"),
                    "site_id": self._home_site(),
                    "detail": SQL("left(r.error, 250)"),
                    "res_model": SQL("'dist.migration.row'"),
                    "res_id": SQL("r.id"),
                    "legacy_count": SQL("r.key_count"),
                    "odoo_count": SQL(
                        "CASE WHEN r.state = 'loaded' THEN r.key_count ELSE 0 END"
                    ),
                }
            ),
        )

    def _master(self, code, model, records):
        """Compare the rows of an object with the records they became.

        :param records: SQL of ``(id, name, is_active, amount, company_id)``;
            ``amount`` is a price that must agree, or NULL
        """
        migration_object = self.env["dist.migration.object"]._get(code)
        return SQL(
            """
            WITH legacy AS (
                SELECT r.legacy_key, r.data, k.res_id
                  FROM dist_migration_row r
                  %(join)s
                 WHERE %(rows)s
            ), loaded AS (
                SELECT k.legacy_key, record.*
                  FROM dist_legacy_key k
                  JOIN (%(records)s) record ON record.id = k.res_id
                 WHERE %(scope)s
                   AND NOT EXISTS (
                       SELECT FROM dist_migration_row m
                        WHERE m.cycle_id = %(cycle)s AND m.object_id = k.object_id
                          AND m.legacy_key = k.legacy_key AND m.state = 'merged')
                 UNION ALL
                SELECT NULL, record.*
                  FROM (%(records)s) record
                 WHERE record.is_comparable
                   AND record.company_id = %(company)s
                   AND NOT EXISTS (
                       SELECT FROM dist_legacy_key k
                        WHERE k.res_model = %(model)s AND k.res_id = record.id)
            ), both_sides AS (
                SELECT COALESCE(l.legacy_key, o.legacy_key, o.name) AS key,
                       l.legacy_key IS NOT NULL AS in_legacy,
                       o.id IS NOT NULL AS in_odoo,
                       o.id, o.name, o.is_active,
                       l.data->>'name' AS legacy_name,
                       -- the name is that of the family
                       COALESCE(l.data ? 'family', FALSE) AS is_variant,
                       COALESCE((l.data->>'active')::boolean, TRUE) AS legacy_active,
                       (l.data->>'list_price')::numeric AS legacy_amount, o.amount
                  FROM legacy l
                  FULL JOIN loaded o
                    ON o.id = l.res_id AND o.legacy_key = l.legacy_key
            ), judged AS (
                SELECT b.*, concat_ws('; ',
                           CASE WHEN in_legacy AND in_odoo AND name <> legacy_name
                                     AND NOT is_variant
                                THEN format(%(differs)s, legacy_name, name) END,
                           CASE WHEN in_legacy AND in_odoo
                                     AND is_active <> legacy_active
                                THEN CASE WHEN is_active THEN %(active)s
                                     ELSE %(archived)s END END,
                           CASE WHEN in_legacy AND in_odoo AND amount IS NOT NULL
                                     AND abs(amount - legacy_amount) > 0.005
                                THEN format(%(differs)s, legacy_amount, amount) END
                       ) AS difference
                  FROM both_sides b
            )
            SELECT %(columns)s
              FROM judged
            """,
            join=self._key_join("k", code, SQL("r.legacy_key")),
            rows=self._legacy_rows(code),
            cycle=self.cycle.id,
            records=records,
            scope=self.cycle._sql_legacy_scope("k", code),
            # records of no company can't be told from those of other sources
            company=0 if migration_object.is_shared else self.cycle.company_id.id,
            model=model,
            active=str(_lt("discontinued in the extract, active in Odoo")),
            archived=str(_lt("active in the extract, archived in Odoo")),
            differs="%s ≠ %s",
            columns=columns(
                {
                    "key": SQL("key"),
                    "kind": SQL(
                        """CASE WHEN NOT in_odoo THEN 'missing'
                                WHEN NOT in_legacy THEN 'unexpected'
                                WHEN difference <> '' THEN 'attribute' END"""
                    ),
                    "site_id": self._home_site(),
                    "detail": SQL(
                        "COALESCE(NULLIF(difference, ''), name, legacy_name)"
                    ),
                    "res_model": SQL("CASE WHEN id IS NOT NULL THEN %s END", model),
                    "res_id": SQL("id"),
                    "legacy_count": SQL("in_legacy::int"),
                    "odoo_count": SQL("in_odoo::int"),
                    "legacy_value": SQL(
                        "(in_legacy AND NOT legacy_active)::int::numeric"
                    ),
                    "odoo_value": SQL("(in_odoo AND NOT is_active)::int::numeric"),
                }
            ),
        )

    def _product(self):
        return self._master(
            "product",
            "product.product",
            SQL(
                """
                SELECT p.id, t.name->>'en_US' AS name, p.active AS is_active,
                       t.list_price::numeric + COALESCE(extra.amount, 0) AS amount,
                       t.company_id, t.is_storable AS is_comparable
                  FROM product_product p
                  JOIN product_template t ON t.id = p.product_tmpl_id
                  LEFT JOIN (%s) extra ON extra.product_id = p.id
                """,
                self._extra_prices(),
            ),
        )

    def _partner(self, code, rank):
        return self._master(
            code,
            "res.partner",
            SQL(
                """
                SELECT p.id, p.name, p.active AS is_active, NULL::numeric AS amount,
                       p.company_id,
                       p.parent_id IS NULL AND %s > 0 AS is_comparable
                  FROM res_partner p
                """,
                SQL.identifier("p", rank),
            ),
        )

    def _customer(self):
        return self._partner("customer", "customer_rank")

    def _supplier(self):
        return self._partner("supplier", "supplier_rank")

    def _location(self):
        # Odoo's own locations (stock, input, output…) have no legacy counterpart
        return self._master(
            "location",
            "stock.location",
            SQL(
                """
                SELECT l.id, l.name, l.active AS is_active, NULL::numeric AS amount,
                       l.company_id, FALSE AS is_comparable
                  FROM stock_location l
                """
            ),
        )
