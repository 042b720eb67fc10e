from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CONTROLS = (
    Control(
        "pricelist_count",
        _lt("Price list rules"),
        "pricelist_item",
        "count",
        "count",
    ),
    Control(
        "pricelist_value",
        _lt("Price list rules, sum of prices"),
        "pricelist_item",
        "value",
        "amount",
    ),
    Control(
        "supplier_price_count",
        _lt("Supplier prices"),
        "supplier_price",
        "count",
        "count",
    ),
    Control(
        "supplier_price_value",
        _lt("Supplier prices, sum of prices"),
        "supplier_price",
        "value",
        "amount",
    ),
    Control(
        "lead_time",
        _lt("Supplier lead times, sum of days"),
        "lead_time",
        "qty",
        "quantity",
        needs=frozenset({"supplier_price"}),
    ),
)
#: smallest difference of two prices; prices keep more digits than amounts
PRICE_EPSILON = 0.000001


class PriceComparisons:
    """Prices and lead times, rule by rule."""

    def _pricelist_item(self):
        return self._prices(
            "pricelist_item",
            "product.pricelist.item",
            "customer",
            SQL(
                """
                SELECT i.id, concat_ws(' / ', list.name->>'en_US', t.default_code,
                                       t.name->>'en_US') AS name,
                       i.product_tmpl_id, i.product_id, NULL::int AS partner_id,
                       i.fixed_price::numeric AS price,
                       COALESCE(i.min_quantity, 0)::numeric AS minimum,
                       (i.date_start AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                           AS date_start,
                       (i.date_end AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
                           AS date_end,
                       i.compute_price = 'fixed' AS is_comparable, 0 AS delay
                  FROM product_pricelist_item i
                  JOIN product_pricelist list ON list.id = i.pricelist_id
                  LEFT JOIN product_template t ON t.id = i.product_tmpl_id
                 WHERE list.active AND (list.company_id = %(company)s
                                        OR list.company_id IS NULL)
                """,
                zone=self.cycle._timezone(),
                company=self.company.id,
            ),
        )

    def _supplier_price(self):
        return self._prices(
            "supplier_price", "product.supplierinfo", "supplier", self._sellers()
        )

    def _sellers(self):
        return SQL(
            """
            SELECT s.id, concat_ws(' / ', partner.name, t.default_code,
                                   t.name->>'en_US') AS name,
                   s.product_tmpl_id, s.product_id, s.partner_id,
                   s.price::numeric AS price,
                   COALESCE(s.min_qty, 0)::numeric AS minimum,
                   s.date_start, s.date_end, TRUE AS is_comparable, s.delay
              FROM product_supplierinfo s
              JOIN res_partner partner ON partner.id = s.partner_id
              JOIN product_template t ON t.id = s.product_tmpl_id
             WHERE s.company_id = %s OR s.company_id IS NULL
            """,
            self.company.id,
        )

    def _price_sides(self, code, model, partner, records):
        """Both sides of prices by legacy key.

        Prices nobody loaded count as unexpected where they are for a product that the
        extract has a price for: there Odoo may choose the wrong one.
        """
        return SQL(
            """
            WITH legacy AS (
                SELECT r.legacy_key, r.data, k.res_id, product.res_id AS product_id,
                       p.product_tmpl_id, partner.res_id AS partner_id
                  FROM dist_migration_row r
                  %(join)s
                  %(product_join)s
                  %(partner_join)s
                  LEFT JOIN product_product p ON p.id = product.res_id
                 WHERE %(rows)s
            ), loaded AS (
                SELECT record.* FROM (%(records)s) record
                 WHERE record.id IN (SELECT res_id FROM legacy)
                    OR (record.is_comparable AND record.product_tmpl_id IN (
                            SELECT product_tmpl_id FROM legacy))
            ), both_sides AS (
                SELECT l.legacy_key, l.data, o.*,
                       COALESCE((l.data->>'price')::numeric, 0) AS legacy_value,
                       COALESCE(o.price, 0) AS odoo_value,
                       COALESCE((l.data->>'lead_time')::numeric, 0) AS legacy_delay,
                       COALESCE(o.delay, 0)::numeric AS odoo_delay,
                       l.product_tmpl_id <> o.product_tmpl_id
                           OR l.product_id <> o.product_id
                           OR l.partner_id <> o.partner_id AS is_other,
                       COALESCE((l.data->>'min_quantity')::numeric, 0) <> o.minimum
                           AS is_other_minimum,
                       (l.data->>'date_start')::date IS DISTINCT FROM o.date_start
                           OR (l.data->>'date_end')::date IS DISTINCT FROM o.date_end
                           AS is_other_date
                  FROM legacy l FULL JOIN loaded o ON o.id = l.res_id
            )
            """,
            join=self._key_join("k", code, SQL("r.legacy_key")),
            product_join=self._key_join(
                "product", "product", SQL("r.data->>'product'")
            ),
            partner_join=self._key_join(
                "partner", partner, SQL("r.data->>%s", partner)
            ),
            rows=self._legacy_rows(code),
            records=records,
        )

    def _prices(self, code, model, partner, records):
        return SQL(
            "%s SELECT %s FROM both_sides",
            self._price_sides(code, model, partner, records),
            columns(
                dict(
                    self._price_columns(model),
                    kind=SQL(
                        """CASE WHEN id IS NULL THEN 'missing'
                                WHEN legacy_key IS NULL THEN 'unexpected'
                                WHEN abs(legacy_value - odoo_value) > %s THEN 'value'
                                WHEN is_other OR is_other_minimum THEN 'attribute'
                                WHEN is_other_date THEN 'date' END""",
                        PRICE_EPSILON,
                    ),
                    legacy_count=SQL("(legacy_key IS NOT NULL)::int"),
                    odoo_count=SQL("(id IS NOT NULL)::int"),
                    legacy_value=SQL("legacy_value"),
                    odoo_value=SQL("odoo_value"),
                )
            ),
        )

    def _price_columns(self, model):
        return {
            "key": SQL("COALESCE(legacy_key, name)"),
            "site_id": self._home_site(),
            "detail": SQL("name"),
            "res_model": SQL("CASE WHEN id IS NOT NULL THEN %s END", model),
            "res_id": SQL("id"),
        }

    def _lead_time(self):
        """Days from order to receipt; only where both sides have the price."""
        return SQL(
            """
            %s SELECT %s FROM both_sides
             WHERE legacy_key IS NOT NULL AND id IS NOT NULL AND data ? 'lead_time'
            """,
            self._price_sides(
                "supplier_price", "product.supplierinfo", "supplier", self._sellers()
            ),
            columns(
                dict(
                    self._price_columns("product.supplierinfo"),
                    kind=SQL(
                        "CASE WHEN legacy_delay <> odoo_delay THEN 'quantity' END"
                    ),
                    legacy_qty=SQL("legacy_delay"),
                    odoo_qty=SQL("odoo_delay"),
                )
            ),
        )
