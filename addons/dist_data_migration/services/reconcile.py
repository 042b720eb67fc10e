"""Reconciliation queries: staged legacy rows against Odoo records.

Each comparison is one SQL that joins the two sides over the cross-reference of legacy
keys, aggregated to the grain of the control before the join. It returns one row per
key with the columns

    key, kind, site_id, detail, res_model, res_id,
    legacy_count, odoo_count, legacy_qty, odoo_qty,
    legacy_value, odoo_value, rounded_value, tolerance

``kind`` is NULL where both sides agree. Nothing is summed in Python, and only keys
that differ are ever stored.
"""

from dataclasses import dataclass

from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@dataclass(frozen=True)
class Control:
    """One figure that is compared.

    :param figure: count, qty, value or rounded: the pair of columns it sums
    :param unit: count, quantity or amount
    """

    code: str
    name: object
    comparison: str
    figure: str
    unit: str
    note: object = ""


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
    Control(
        "archived_with_stock_count",
        _lt("Discontinued products with stock"),
        "archived_stock",
        "count",
        "count",
    ),
    Control(
        "onhand_quantity",
        _lt("On hand by product and location, quantity"),
        "stock",
        "qty",
        "quantity",
    ),
    Control(
        "onhand_value",
        _lt("On hand by product and location, at list price"),
        "stock",
        "value",
        "amount",
    ),
    Control("order_count", _lt("Open sales orders"), "sale_order", "count", "count"),
    Control(
        "order_line_count",
        _lt("Open order lines"),
        "sale_order_line",
        "count",
        "count",
    ),
    Control(
        "order_line_quantity",
        _lt("Open order lines, quantity"),
        "sale_order_line",
        "qty",
        "quantity",
    ),
    Control(
        "order_line_value",
        _lt("Open order lines, value net of discount"),
        "sale_order_line",
        "value",
        "amount",
        _lt(
            "Legacy value not rounded. Odoo rounds each line to the cent, so up to "
            "half a cent per line may differ; that is the tolerance."
        ),
    ),
    Control(
        "order_line_value_rounded",
        _lt("Open order lines, value with each line rounded"),
        "sale_order_line",
        "rounded",
        "amount",
        _lt("Legacy value rounded line by line, as Odoo does."),
    ),
    Control(
        "rows_loaded",
        _lt("Rows of the extract, loaded"),
        "rows",
        "count",
        "count",
        _lt("Rows with errors count, also where their figures could not be read."),
    ),
)
#: comparisons that need other objects than their own name says
NEEDS = {"archived_stock": {"stock", "product"}, "rows": set()}
#: controls that count towards the measure migration_master_gap
MASTER_COMPARISONS = ("location", "supplier", "customer", "product")


class Comparisons:
    """Builds the comparisons of one cycle.

    :param cycle: ``dist.migration.cycle`` record
    """

    def __init__(self, cycle):
        self.cycle = cycle
        self.env = cycle.env

    def sql(self, code):
        """Return the SQL of a comparison by its code."""
        return getattr(self, f"_{code}")()

    # -- building blocks ------------------------------------------------------------

    def _object_id(self, code):
        return self.env["dist.migration.object"]._get(code).id or 0

    def _legacy_rows(self, code):
        return SQL(
            "r.cycle_id = %s AND r.object_id = %s", self.cycle.id, self._object_id(code)
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

    def _warehouse_ids(self):
        return self.cycle._warehouses().ids or [0]

    def _single_site(self):
        """Everything of a cycle with one site is that site's."""
        sites = self.cycle.site_ids
        return SQL("%s::int", sites.id if len(sites) == 1 else None)

    def _home_site(self):
        """Site of what has no place of its own: the default warehouse's."""
        sites = self.cycle.site_ids
        home = sites if len(sites) == 1 else self.cycle.warehouse_id.dist_site_id
        return SQL("%s::int", home.id or None)

    def _rows(self):
        """Every row must have been loaded: a row that can't be read has no figures."""
        return SQL(
            """
            SELECT concat_ws(': ', object.code, r.legacy_key) AS key,
                   CASE WHEN r.state <> 'loaded' THEN 'missing' END AS kind,
                   %s AS site_id, left(r.error, 250) AS detail,
                   'dist.migration.row' AS res_model, r.id AS res_id,
                   1 AS legacy_count, (r.state = 'loaded')::int AS odoo_count,
                   0::numeric AS legacy_qty, 0::numeric AS odoo_qty,
                   0::numeric AS legacy_value, 0::numeric AS odoo_value,
                   0::numeric AS rounded_value, 0::numeric AS tolerance
              FROM dist_migration_row r
              JOIN dist_migration_object object ON object.id = r.object_id
             WHERE r.cycle_id = %s
            """,
            self._home_site(),
            self.cycle.id,
        )

    # -- stock ------------------------------------------------------------------------

    def legacy_stock(self):
        """Staged on-hand rows with the product and location they mean in Odoo."""
        return SQL(
            """
            SELECT r.id, r.data->>'product' AS product_key,
                   COALESCE(r.data->>'location', r.data->>'warehouse', '')
                       AS location_key,
                   COALESCE((r.data->>'quantity')::numeric, 0) AS quantity,
                   product.res_id AS product_id,
                   CASE WHEN r.data ? 'location' THEN place.res_id
                        ELSE warehouse.lot_stock_id END AS location_id,
                   r.state <> 'invalid' AS is_loadable
              FROM dist_migration_row r
              %s
              %s
              LEFT JOIN stock_warehouse warehouse
                ON warehouse.company_id = %s
               AND CASE WHEN r.data ? 'warehouse'
                        THEN upper(warehouse.code) = upper(r.data->>'warehouse')
                        ELSE warehouse.id = %s END
             WHERE %s
            """,
            self._key_join("product", "product", SQL("r.data->>'product'")),
            self._key_join("place", "location", SQL("r.data->>'location'")),
            self.cycle.company_id.id,
            self.cycle.warehouse_id.id,
            self._legacy_rows("stock"),
        )

    def _stock(self):
        return SQL(
            """
            WITH legacy AS (
                SELECT s.product_id, s.location_id,
                       CASE WHEN s.product_id IS NULL OR s.location_id IS NULL
                            THEN concat_ws(' @ ', s.product_key,
                                           NULLIF(s.location_key, '')) END AS lost,
                       SUM(s.quantity) AS quantity,
                       SUM(s.quantity * COALESCE(price.value, 0)) AS value
                  FROM (%(legacy_stock)s) s
                  LEFT JOIN (SELECT r.legacy_key, trim_scale(
                                    (r.data->>'list_price')::numeric) AS value
                               FROM dist_migration_row r
                              WHERE %(products)s) price
                    ON price.legacy_key = s.product_key
                 GROUP BY 1, 2, 3
            ), onhand AS (
                SELECT q.product_id, q.location_id, MIN(q.id) AS quant_id,
                       SUM(q.quantity) AS quantity,
                       SUM(q.quantity * template.list_price::numeric) AS value
                  FROM stock_quant q
                  JOIN stock_location place ON place.id = q.location_id
                   AND place.usage IN ('internal', 'transit')
                   AND place.warehouse_id = ANY(%(warehouses)s)
                  JOIN product_product product ON product.id = q.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE q.company_id = %(company)s
                 GROUP BY 1, 2
            ), both_sides AS (
                SELECT COALESCE(l.product_id, o.product_id) AS product_id,
                       COALESCE(l.location_id, o.location_id) AS location_id,
                       l.lost, o.quant_id,
                       l.product_id IS NULL AND l.lost IS NULL AS is_new,
                       o.quantity IS NULL AS is_absent,
                       COALESCE(l.quantity, 0) AS legacy_qty,
                       COALESCE(o.quantity, 0) AS odoo_qty,
                       COALESCE(l.value, 0) AS legacy_value,
                       COALESCE(o.value, 0) AS odoo_value
                  FROM legacy l
                  FULL JOIN onhand o ON o.product_id = l.product_id
                                    AND o.location_id = l.location_id
                                    AND l.lost IS NULL
            )
            SELECT COALESCE(b.lost, concat_ws(' @ ',
                       COALESCE(product.default_code, template.name->>'en_US'),
                       place.complete_name)) AS key,
                   CASE WHEN abs(legacy_qty - odoo_qty) < %(epsilon)s
                             AND abs(legacy_value - odoo_value) <= 0.000001
                        THEN NULL
                        WHEN abs(legacy_qty - odoo_qty) < %(epsilon)s THEN 'value'
                        WHEN is_new THEN 'unexpected'
                        WHEN is_absent THEN 'missing'
                        ELSE 'quantity' END AS kind,
                   COALESCE(%(site)s, warehouse.dist_site_id, %(home)s) AS site_id,
                   template.name->>'en_US' AS detail,
                   CASE WHEN b.quant_id IS NOT NULL THEN 'stock.quant'
                        WHEN b.product_id IS NOT NULL THEN 'product.product'
                        END AS res_model,
                   COALESCE(b.quant_id, b.product_id) AS res_id,
                   1 AS legacy_count, 1 AS odoo_count,
                   legacy_qty, odoo_qty, legacy_value, odoo_value,
                   0::numeric AS rounded_value, 0::numeric AS tolerance
              FROM both_sides b
              LEFT JOIN product_product product ON product.id = b.product_id
              LEFT JOIN product_template template
                ON template.id = product.product_tmpl_id
              LEFT JOIN stock_location place ON place.id = b.location_id
              LEFT JOIN stock_warehouse warehouse ON warehouse.id = place.warehouse_id
            """,
            epsilon=self._quantity_epsilon(),
            legacy_stock=self.legacy_stock(),
            products=self._legacy_rows("product"),
            warehouses=self._warehouse_ids(),
            company=self.cycle.company_id.id,
            site=self._single_site(),
            home=self._home_site(),
        )

    def _quantity_epsilon(self):
        """Half of the last digit that a quantity keeps."""
        return 0.5 * 10 ** -self.env["decimal.precision"].precision_get("Product Unit")

    def _archived_stock(self):
        return SQL(
            """
            WITH legacy AS (
                SELECT s.product_key AS key, s.product_id
                  FROM (%(legacy_stock)s) s
                  JOIN dist_migration_row r
                    ON %(products)s AND r.legacy_key = s.product_key
                   AND r.data->>'active' = 'false'
                 GROUP BY 1, 2
                HAVING SUM(s.quantity) <> 0
            ), archived AS (
                SELECT q.product_id
                  FROM stock_quant q
                  JOIN stock_location place ON place.id = q.location_id
                   AND place.usage IN ('internal', 'transit')
                   AND place.warehouse_id = ANY(%(warehouses)s)
                  JOIN product_product product
                    ON product.id = q.product_id AND NOT product.active
                 WHERE q.company_id = %(company)s
                 GROUP BY 1
                HAVING abs(SUM(q.quantity)) >= %(epsilon)s
            )
            SELECT COALESCE(l.key, product.default_code,
                            template.name->>'en_US') AS key,
                   CASE WHEN l.key IS NULL THEN 'unexpected'
                        WHEN a.product_id IS NULL THEN 'missing' END AS kind,
                   %(home)s AS site_id,
                   template.name->>'en_US' AS detail,
                   CASE WHEN product.id IS NOT NULL THEN 'product.product' END
                       AS res_model,
                   product.id AS res_id,
                   (l.key IS NOT NULL)::int AS legacy_count,
                   (a.product_id IS NOT NULL)::int AS odoo_count,
                   0::numeric AS legacy_qty, 0::numeric AS odoo_qty,
                   0::numeric AS legacy_value, 0::numeric AS odoo_value,
                   0::numeric AS rounded_value, 0::numeric AS tolerance
              FROM legacy l
              FULL JOIN archived a ON a.product_id = l.product_id
              LEFT JOIN product_product product
                ON product.id = COALESCE(l.product_id, a.product_id)
              LEFT JOIN product_template template
                ON template.id = product.product_tmpl_id
            """,
            legacy_stock=self.legacy_stock(),
            products=self._legacy_rows("product"),
            warehouses=self._warehouse_ids(),
            company=self.cycle.company_id.id,
            epsilon=self._quantity_epsilon(),
            home=self._home_site(),
        )

    # -- master data ------------------------------------------------------------------

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
                       COALESCE((l.data->>'active')::boolean, TRUE) AS legacy_active,
                       (l.data->>'list_price')::numeric AS legacy_amount, o.amount
                  FROM legacy l
                  FULL JOIN loaded o
                    ON o.id = l.res_id AND o.legacy_key = l.legacy_key
            ), judged AS (
                SELECT b.*, concat_ws('; ',
                           CASE WHEN in_legacy AND in_odoo AND name <> legacy_name
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
            SELECT key,
                   CASE WHEN NOT in_odoo THEN 'missing'
                        WHEN NOT in_legacy THEN 'unexpected'
                        WHEN difference <> '' THEN 'attribute' END AS kind,
                   %(home)s AS site_id,
                   COALESCE(NULLIF(difference, ''), name, legacy_name) AS detail,
                   CASE WHEN id IS NOT NULL THEN %(model)s END AS res_model,
                   id AS res_id,
                   in_legacy::int AS legacy_count, in_odoo::int AS odoo_count,
                   0::numeric AS legacy_qty, 0::numeric AS odoo_qty,
                   (in_legacy AND NOT legacy_active)::int::numeric AS legacy_value,
                   (in_odoo AND NOT is_active)::int::numeric AS odoo_value,
                   0::numeric AS rounded_value, 0::numeric AS tolerance
              FROM judged
            """,
            join=self._key_join("k", code, SQL("r.legacy_key")),
            rows=self._legacy_rows(code),
            records=records,
            scope=self.cycle._sql_legacy_scope("k", code),
            # records of no company can't be told from those of other sources
            company=0 if migration_object.is_shared else self.cycle.company_id.id,
            model=model,
            active=str(_lt("discontinued in the extract, active in Odoo")),
            archived=str(_lt("active in the extract, archived in Odoo")),
            differs="%s ≠ %s",
            home=self._home_site(),
        )

    def _product(self):
        return self._master(
            "product",
            "product.product",
            SQL(
                """
                SELECT p.id, t.name->>'en_US' AS name, p.active AS is_active,
                       t.list_price::numeric AS amount, t.company_id,
                       t.is_storable AS is_comparable
                  FROM product_product p
                  JOIN product_template t ON t.id = p.product_tmpl_id
                """
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

    # -- orders -----------------------------------------------------------------------

    def _sale_order(self):
        return SQL(
            """
            WITH legacy AS (
                SELECT r.legacy_key, k.res_id
                  FROM dist_migration_row r
                  %(join)s
                 WHERE %(rows)s
            ), loaded AS (%(orders)s)
            SELECT COALESCE(l.legacy_key, o.name) AS key,
                   CASE WHEN o.id IS NULL THEN 'missing'
                        WHEN l.legacy_key IS NULL THEN 'unexpected' END AS kind,
                   COALESCE(%(site)s, o.site_id, %(home)s) AS site_id,
                   o.name AS detail,
                   CASE WHEN o.id IS NOT NULL THEN 'sale.order' END AS res_model,
                   o.id AS res_id,
                   (l.legacy_key IS NOT NULL)::int AS legacy_count,
                   (o.id IS NOT NULL)::int AS odoo_count,
                   0::numeric AS legacy_qty, 0::numeric AS odoo_qty,
                   0::numeric AS legacy_value, 0::numeric AS odoo_value,
                   0::numeric AS rounded_value, 0::numeric AS tolerance
              FROM legacy l
              FULL JOIN loaded o ON o.id = l.res_id
            """,
            join=self._key_join("k", "sale_order", SQL("r.legacy_key")),
            rows=self._legacy_rows("sale_order"),
            orders=self._open_orders(),
            site=self._single_site(),
            home=self._home_site(),
        )

    def _open_orders(self):
        """Confirmed orders of the cycle's warehouses that have something to deliver."""
        return SQL(
            """
            SELECT o.id, o.name, w.dist_site_id AS site_id
              FROM sale_order o
              LEFT JOIN stock_warehouse w ON w.id = o.warehouse_id
             WHERE o.state = 'sale' AND o.company_id = %s
               AND o.warehouse_id = ANY(%s)
               AND EXISTS (
                   SELECT FROM sale_order_line line
                    WHERE line.order_id = o.id AND line.display_type IS NULL
                      AND line.qty_delivered < line.product_uom_qty)
            """,
            self.cycle.company_id.id,
            self._warehouse_ids(),
        )

    def _sale_order_line(self):
        digits = self.cycle.company_id.currency_id.decimal_places
        return SQL(
            """
            WITH legacy AS (
                SELECT r.legacy_key, k.res_id, product.res_id AS product_id,
                       figures.quantity, figures.value,
                       round(figures.value, %(digits)s) AS rounded
                  FROM dist_migration_row r
                  CROSS JOIN LATERAL (
                      SELECT COALESCE((r.data->>'quantity')::numeric, 0) AS quantity,
                             COALESCE((r.data->>'quantity')::numeric, 0)
                             * COALESCE((r.data->>'price')::numeric, 0)
                             * (1 - COALESCE((r.data->>'discount')::numeric, 0) / 100)
                                 AS value) figures
                  %(join)s
                  %(product_join)s
                 WHERE %(rows)s
            ), loaded AS (
                SELECT line.id, line.product_id, o.site_id,
                       concat_ws(' / ', o.name, line.id) AS name,
                       line.product_uom_qty::numeric AS quantity,
                       line.price_subtotal::numeric AS value
                  FROM (%(orders)s) o
                  JOIN sale_order_line line
                    ON line.order_id = o.id AND line.display_type IS NULL
                   AND line.qty_delivered < line.product_uom_qty
            ), both_sides AS (
                SELECT l.legacy_key, o.id, o.name, o.site_id,
                       COALESCE(l.quantity, 0) AS legacy_qty,
                       COALESCE(o.quantity, 0) AS odoo_qty,
                       COALESCE(l.value, 0) AS legacy_value,
                       COALESCE(o.value, 0) AS odoo_value,
                       COALESCE(l.rounded, 0) AS rounded_value,
                       l.product_id IS DISTINCT FROM o.product_id AS is_other_product
                  FROM legacy l
                  FULL JOIN loaded o ON o.id = l.res_id
            )
            SELECT COALESCE(legacy_key, name) AS key,
                   CASE WHEN id IS NULL THEN 'missing'
                        WHEN legacy_key IS NULL THEN 'unexpected'
                        WHEN is_other_product THEN 'attribute'
                        WHEN abs(legacy_qty - odoo_qty) >= %(epsilon)s THEN 'quantity'
                        WHEN abs(rounded_value - odoo_value) >= 0.005 THEN 'value'
                        END AS kind,
                   COALESCE(%(site)s, site_id, %(home)s) AS site_id,
                   name AS detail,
                   CASE WHEN id IS NOT NULL THEN 'sale.order.line' END AS res_model,
                   id AS res_id,
                   (legacy_key IS NOT NULL)::int AS legacy_count,
                   (id IS NOT NULL)::int AS odoo_count,
                   legacy_qty, odoo_qty, legacy_value, odoo_value, rounded_value,
                   CASE WHEN id IS NOT NULL AND legacy_key IS NOT NULL
                        THEN 0.5 * power(10::numeric, -%(digits)s) ELSE 0 END
                       AS tolerance
              FROM both_sides
            """,
            digits=digits,
            join=self._key_join("k", "sale_order_line", SQL("r.legacy_key")),
            product_join=self._key_join(
                "product", "product", SQL("r.data->>'product'")
            ),
            rows=self._legacy_rows("sale_order_line"),
            orders=self._open_orders(),
            epsilon=self._quantity_epsilon(),
            site=self._single_site(),
            home=self._home_site(),
        )
