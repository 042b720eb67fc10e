from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CONTROLS = (
    Control(
        "archived_with_stock_count",
        _lt("Discontinued products with stock"),
        "archived_stock",
        "count",
        "count",
        needs=frozenset({"stock", "product"}),
    ),
    Control(
        "onhand_quantity",
        _lt("On hand by product, location, lot and owner, quantity"),
        "stock",
        "qty",
        "quantity",
    ),
    Control(
        "onhand_value",
        _lt("On hand by product, location, lot and owner, at list price"),
        "stock",
        "value",
        "amount",
    ),
    Control(
        "onhand_negative_count",
        _lt("Negative stock"),
        "negative_stock",
        "count",
        "count",
        _lt("Negative quantities are listed, also where both sides have them."),
        needs=frozenset({"stock"}),
    ),
    Control(
        "counted_extract_quantity",
        _lt("Physical count against the extract, quantity"),
        "counted_extract",
        "qty",
        "quantity",
        _lt(
            "The count stands under legacy, the extract under Odoo; where a product "
            "was counted in a location, all its lots and owners there are compared."
        ),
        needs=frozenset({"stock_count", "stock"}),
    ),
    Control(
        "counted_odoo_quantity",
        _lt("Physical count against Odoo, quantity"),
        "counted_odoo",
        "qty",
        "quantity",
        _lt(
            "The count stands under legacy; where a product was counted in a location, "
            "all its lots and owners there are compared."
        ),
        needs=frozenset({"stock_count"}),
    ),
)


class StockComparisons:
    """On-hand stock, by product, location, lot and owner.

    Odoo's side is what stands in internal and transit locations of the cycle's
    warehouses; several quants of one key are summed, and keys that sum up to zero are
    none. Where goods were counted, the count is compared with both.
    """

    def _stock_rows(self, code="stock", product_keys=None):
        """Staged rows of an object as they stand in the extract.

        Columns: id, product_key, place_key, warehouse_key, lot_key, owner_key,
        quantity, value, is_loadable.
        """
        wanted = SQL()
        if product_keys is not None:
            wanted = SQL("AND r.data->>'product' = ANY(%s)", list(product_keys))
        # OFFSET 0: each value is read from the JSON once, not wherever it is used
        return SQL(
            """
            SELECT r.id, r.data->>'product' AS product_key,
                   r.data->>'location' AS place_key,
                   r.data->>'warehouse' AS warehouse_key, r.data->>'lot' AS lot_key,
                   r.data->>'owner' AS owner_key,
                   COALESCE((r.data->>'quantity')::numeric, 0) AS quantity,
                   (r.data->>'value')::numeric AS value,
                   r.state <> 'invalid' AS is_loadable
              FROM dist_migration_row r
             WHERE %s %s
            OFFSET 0
            """,
            self._legacy_rows(code),
            wanted,
        )

    def legacy_stock(self, code="stock", product_keys=None):
        """Staged rows of on-hand stock or of a count with the records they mean.

        Columns: those of the rows and location_key, product_id, location_id, lot_id,
        owner_id. A key without a record leaves its id empty; a row without a location
        means the stock of its warehouse, one without that the cycle's.

        :param code: stock or stock_count
        :param product_keys: legacy keys of the products wanted; all when not given
        """
        home = self.cycle.warehouse_id.code
        return SQL(
            """
            SELECT r.*, COALESCE(r.place_key, r.warehouse_key, '') AS location_key,
                   product.res_id AS product_id,
                   CASE WHEN r.place_key IS NULL THEN warehouse.lot_stock_id
                        ELSE place.res_id END AS location_id,
                   lot.res_id AS lot_id, owner.res_id AS owner_id
              FROM (%s) r
              %s
              %s
              %s
              %s
              LEFT JOIN stock_warehouse warehouse
                ON warehouse.company_id = %s
               AND upper(warehouse.code) = COALESCE(upper(r.warehouse_key), %s)
            """,
            self._stock_rows(code, product_keys),
            self._key_join("product", "product", SQL("r.product_key")),
            self._key_join("place", "location", SQL("r.place_key")),
            self._key_join("lot", "lot", SQL("r.lot_key")),
            self._key_join("owner", "customer", SQL("r.owner_key")),
            self.cycle.company_id.id,
            home.upper() if home else None,
        )

    def _legacy_prices(self):
        """Query (legacy key, value) of the products' sales prices; a variant without
        one has its family's."""
        return SQL(
            """
            SELECT r.legacy_key, trim_scale(
                       COALESCE(r.data->>'list_price', family.data->>'list_price'
                       )::numeric) AS value
              FROM dist_migration_row r
              LEFT JOIN dist_migration_row family
                ON family.cycle_id = r.cycle_id AND family.object_id = %s
               AND family.legacy_key = r.data->>'family'
             WHERE %s
            """,
            self._object_id("product_family"),
            self._legacy_rows("product"),
        )

    def _quants(self):
        """Quants in the cycle's warehouses. Columns: those of ``stock_quant``."""
        return SQL(
            """
            SELECT q.*
              FROM stock_quant q
              JOIN stock_location place ON place.id = q.location_id
               AND place.usage IN ('internal', 'transit')
               AND place.warehouse_id = ANY(%s)
             WHERE q.company_id = %s
            """,
            self._warehouse_ids(),
            self.company.id,
        )

    def _moved_since(self):
        """Net quantity moved per key after the cutover, opening loads left out."""
        side = """
            SELECT line.product_id, line.%(place)s AS location_id,
                   COALESCE(line.lot_id, 0) AS lot_id,
                   COALESCE(line.owner_id, 0) AS owner_id,
                   %(sign)s * line.quantity_product_uom AS quantity
              FROM stock_move_line line
              JOIN stock_move move ON move.id = line.move_id
             WHERE line.state = 'done' AND line.company_id = %(company)s
               AND move.dist_is_opening_load IS NOT TRUE AND move.date > %(cutover)s
        """
        scope = {"company": self.company.id, "cutover": self.cycle.cutover_at}
        return SQL(
            """
            SELECT product_id, location_id, lot_id, owner_id,
                   SUM(quantity)::numeric AS quantity
              FROM (%s UNION ALL %s) moved
             GROUP BY 1, 2, 3, 4
            """,
            SQL(side, place=SQL("location_dest_id"), sign=1, **scope),
            SQL(side, place=SQL("location_id"), sign=-1, **scope),
        )

    def _extract_side(self, code):
        """Quantities of staged rows, to be compared by key.

        A row whose key means no record is on its own: ``lost`` is its key in words.
        """
        return SQL(
            """
            SELECT s.product_id, s.location_id, s.lot_id, s.owner_id,
                   CASE WHEN s.product_id IS NULL OR s.location_id IS NULL
                          OR (s.lot_key IS NOT NULL AND s.lot_id IS NULL)
                          OR (s.owner_key IS NOT NULL AND s.owner_id IS NULL)
                        THEN concat_ws(' @ ', s.product_key,
                                       NULLIF(s.location_key, ''), s.lot_key,
                                       s.owner_key) END COLLATE "C" AS lost,
                   s.quantity, s.quantity * COALESCE(price.value, 0) AS value,
                   NULL::int AS quant_id
              FROM (%s) s
              LEFT JOIN (%s) price ON price.legacy_key = s.product_key
            """,
            self.legacy_stock(code),
            self._legacy_prices(),
        )

    def _quant_side(self):
        """Quantities in Odoo, to be compared by key."""
        return SQL(
            """
            SELECT q.product_id, q.location_id, q.lot_id, q.owner_id,
                   NULL COLLATE "C" AS lost, q.quantity::numeric AS quantity,
                   NULL::numeric AS value, q.id AS quant_id
              FROM (%s) q
            """,
            self._quants(),
        )

    def _stock_keys(self, legacy, odoo):
        """Quantities of two sides by key.

        Both go through one grouping, which costs less than a join of two.
        """
        return SQL(
            """
            SELECT product_id, location_id, lot_id, owner_id, lost,
                   MIN(quant_id) AS quant_id, COUNT(legacy_qty) = 0 AS is_new,
                   COALESCE(SUM(legacy_qty), 0) AS legacy_qty,
                   COALESCE(SUM(odoo_qty), 0) AS odoo_qty,
                   COALESCE(SUM(value), 0) AS legacy_value
              FROM (
                SELECT product_id, location_id, lot_id, owner_id, lost, quant_id,
                       quantity AS legacy_qty, NULL::numeric AS odoo_qty, value
                  FROM (%s) legacy
                 UNION ALL
                SELECT product_id, location_id, lot_id, owner_id, lost, quant_id,
                       NULL, quantity, NULL
                  FROM (%s) odoo
              ) sides
             GROUP BY 1, 2, 3, 4, 5
            """,
            legacy,
            odoo,
        )

    def _stock_groups(self, keys, price):
        """Keys that are listed, one row each, and all others as one per warehouse.

        Listed is what differs in any digit or is below zero. The others agree
        wholly: counting and summing them hides nothing.

        :param keys: query of :meth:`_stock_keys`
        :param price: value of a unit in Odoo
        """
        return SQL(
            """
            WITH both_sides AS (
                SELECT k.*, abs(k.odoo_qty) < %(epsilon)s AS is_absent,
                       COALESCE(k.odoo_qty * %(price)s, 0) AS odoo_value,
                       place.warehouse_id
                  FROM (%(keys)s) k
                  LEFT JOIN product_product product ON product.id = k.product_id
                  LEFT JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN (%(extras)s) extra ON extra.product_id = product.id
                  LEFT JOIN stock_location place ON place.id = k.location_id
            )
            SELECT CASE WHEN lost IS NOT NULL OR legacy_qty <> odoo_qty
                          OR legacy_value <> odoo_value OR legacy_qty < 0
                        THEN concat_ws('/', COALESCE(product_id, 0),
                                       COALESCE(location_id, 0), COALESCE(lot_id, 0),
                                       COALESCE(owner_id, 0), lost)
                   END COLLATE "C" AS listed,
                   warehouse_id, COUNT(*)::int AS key_count,
                   MIN(product_id) AS product_id, MIN(location_id) AS location_id,
                   MIN(COALESCE(lot_id, 0)) AS lot_id,
                   MIN(COALESCE(owner_id, 0)) AS owner_id,
                   MIN(lost) AS lost, MIN(quant_id) AS quant_id,
                   BOOL_AND(is_new) AS is_new, BOOL_AND(is_absent) AS is_absent,
                   SUM(legacy_qty) AS legacy_qty, SUM(odoo_qty) AS odoo_qty,
                   SUM(legacy_value) AS legacy_value, SUM(odoo_value) AS odoo_value
              FROM both_sides
             WHERE NOT (is_new AND is_absent)
             GROUP BY 1, 2
            """,
            epsilon=self._quantity_epsilon(),
            keys=keys,
            price=price,
            extras=self._extra_prices(),
        )

    def _stock(self):
        return self._compare_stock(
            self._stock_groups(
                self._stock_keys(self._extract_side("stock"), self._quant_side()),
                SQL("(template.list_price::numeric + COALESCE(extra.amount, 0))"),
            )
        )

    def _counted_extract(self):
        return self._compare_count(self._extract_side("stock"))

    def _counted_odoo(self):
        return self._compare_count(self._quant_side())

    def _compare_count(self, side):
        """A physical count against a side, without values.

        What was not found must be in the count with zero: a count of a product in a
        location is taken to be complete.
        """
        counted = self._extract_side("stock_count")
        wanted = SQL(
            """
            SELECT side.*
              FROM (%s) side
              JOIN (SELECT DISTINCT product_id, location_id FROM (%s) c) place
                ON place.product_id = side.product_id
               AND place.location_id = side.location_id
            """,
            side,
            counted,
        )
        keys = SQL(
            "SELECT k.product_id, k.location_id, k.lot_id, k.owner_id, k.lost,"
            " k.quant_id, k.is_new, k.legacy_qty, k.odoo_qty, 0 AS legacy_value"
            " FROM (%s) k",
            self._stock_keys(counted, wanted),
        )
        return self._compare_stock(self._stock_groups(keys, SQL("0")))

    def _compare_stock(self, groups):
        """Say what is different about the groups, and name those that are listed."""
        return SQL(
            """
            WITH classed AS (
                SELECT g.*,
                       CASE WHEN abs(legacy_qty - odoo_qty) < %(epsilon)s
                                 AND abs(legacy_value - odoo_value) <= 0.000001
                            THEN NULL
                            WHEN abs(legacy_qty - odoo_qty) < %(epsilon)s THEN 'value'
                            WHEN is_new THEN 'unexpected'
                            WHEN is_absent THEN 'missing'
                            ELSE 'quantity' END AS kind
                  FROM (%(groups)s) g
            )
            SELECT %(columns)s
              FROM classed b
              LEFT JOIN stock_warehouse warehouse ON warehouse.id = b.warehouse_id
              LEFT JOIN product_product product
                ON b.listed IS NOT NULL AND product.id = b.product_id
              LEFT JOIN product_template template
                ON template.id = product.product_tmpl_id
              LEFT JOIN stock_location place ON place.id = b.location_id
              LEFT JOIN stock_lot lot ON lot.id = b.lot_id
              LEFT JOIN res_partner owner ON owner.id = b.owner_id
              LEFT JOIN (%(moved)s) moved
                ON b.kind IS NOT NULL AND moved.product_id = b.product_id
               AND moved.location_id = b.location_id AND moved.lot_id = b.lot_id
               AND moved.owner_id = b.owner_id
            """,
            epsilon=self._quantity_epsilon(),
            groups=groups,
            moved=self._moved_since(),
            columns=columns(self._stock_columns()),
        )

    def _stock_columns(self):
        return {
            "key": SQL(
                """CASE WHEN b.listed IS NOT NULL THEN COALESCE(b.lost, concat_ws(' @ ',
                       COALESCE(product.default_code, template.name->>'en_US'),
                       place.complete_name, lot.name, owner.name)) END"""
            ),
            "kind": SQL("b.kind"),
            "site_id": SQL(
                "COALESCE(%s, warehouse.dist_site_id, %s)",
                self._single_site(),
                self._home_site(),
            ),
            "detail": SQL("template.name->>'en_US'"),
            "res_model": SQL(
                """CASE WHEN b.quant_id IS NOT NULL THEN 'stock.quant'
                        WHEN b.product_id IS NOT NULL THEN 'product.product' END"""
            ),
            "res_id": SQL("COALESCE(b.quant_id, b.product_id)"),
            "key_count": SQL("b.key_count"),
            "legacy_count": SQL("b.key_count"),
            "odoo_count": SQL("b.key_count"),
            "legacy_qty": SQL("legacy_qty"),
            "odoo_qty": SQL("odoo_qty"),
            "legacy_value": SQL("legacy_value"),
            "odoo_value": SQL("odoo_value"),
            "across_place": SQL(
                """CASE WHEN b.kind IS NOT NULL AND b.lost IS NULL
                   THEN concat_ws('/', b.product_id, b.lot_id, b.owner_id) END"""
            ),
            "across_lot": SQL(
                """CASE WHEN b.kind IS NOT NULL AND b.lost IS NULL
                   THEN concat_ws('/', b.product_id, b.location_id, b.owner_id) END"""
            ),
            "diagnosis": SQL(
                """CASE WHEN b.kind = 'value' THEN NULL
                        WHEN abs(odoo_qty - legacy_qty - moved.quantity) < %s
                        THEN 'timing' END""",
                self._quantity_epsilon(),
            ),
        }

    def _negative_stock(self):
        """Keys whose quantity is below zero, in the extract or in Odoo."""
        return SQL(
            """
            SELECT %(columns)s
              FROM (%(stock)s) s
             WHERE legacy_qty <= -%(epsilon)s OR odoo_qty <= -%(epsilon)s
            """,
            stock=self.sql("stock"),
            epsilon=self._quantity_epsilon(),
            columns=columns(
                {
                    "key": SQL("key"),
                    "kind": SQL("'negative'"),
                    "site_id": SQL("site_id"),
                    "detail": SQL("detail"),
                    "res_model": SQL("res_model"),
                    "res_id": SQL("res_id"),
                    "legacy_count": SQL(
                        "(legacy_qty <= -%s)::int", self._quantity_epsilon()
                    ),
                    "odoo_count": SQL(
                        "(odoo_qty <= -%s)::int", self._quantity_epsilon()
                    ),
                    "legacy_qty": SQL("legacy_qty"),
                    "odoo_qty": SQL("odoo_qty"),
                }
            ),
        )

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
                  FROM (%(quants)s) q
                  JOIN product_product product
                    ON product.id = q.product_id AND NOT product.active
                 GROUP BY 1
                HAVING abs(SUM(q.quantity)) >= %(epsilon)s
            )
            SELECT %(columns)s
              FROM legacy l
              FULL JOIN archived a ON a.product_id = l.product_id
              LEFT JOIN product_product product
                ON product.id = COALESCE(l.product_id, a.product_id)
              LEFT JOIN product_template template
                ON template.id = product.product_tmpl_id
            """,
            legacy_stock=self.legacy_stock(),
            products=self._legacy_rows("product"),
            quants=self._quants(),
            epsilon=self._quantity_epsilon(),
            columns=columns(
                {
                    "key": SQL(
                        """COALESCE(l.key, product.default_code,
                                    template.name->>'en_US')"""
                    ),
                    "kind": SQL(
                        """CASE WHEN l.key IS NULL THEN 'unexpected'
                                WHEN a.product_id IS NULL THEN 'missing' END"""
                    ),
                    "site_id": self._home_site(),
                    "detail": SQL("template.name->>'en_US'"),
                    "res_model": SQL(
                        "CASE WHEN product.id IS NOT NULL THEN 'product.product' END"
                    ),
                    "res_id": SQL("product.id"),
                    "legacy_count": SQL("(l.key IS NOT NULL)::int"),
                    "odoo_count": SQL("(a.product_id IS NOT NULL)::int"),
                }
            ),
        )
