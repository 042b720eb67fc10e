from odoo.tools import SQL
from odoo.tools.translate import LazyTranslate

from .base import Control, columns

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CONTROLS = (
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
        "purchase_order_count",
        _lt("Open purchase orders"),
        "purchase_order",
        "count",
        "count",
    ),
    Control(
        "purchase_line_count",
        _lt("Open purchase order lines"),
        "purchase_order_line",
        "count",
        "count",
    ),
    Control(
        "purchase_line_quantity",
        _lt("Open purchase order lines, quantity to receive"),
        "purchase_order_line",
        "qty",
        "quantity",
    ),
    Control(
        "purchase_line_value",
        _lt("Open purchase order lines, value to receive"),
        "purchase_order_line",
        "value",
        "amount",
        _lt("In company currency, at the rate of each order in Odoo."),
    ),
)


class OrderComparisons:
    """Open sales and purchase orders and their lines."""

    def _sale_order(self):
        return SQL(
            """
            WITH legacy AS (
                SELECT r.legacy_key, k.res_id
                  FROM dist_migration_row r
                  %(join)s
                 WHERE %(rows)s
            ), loaded AS (%(orders)s)
            SELECT %(columns)s
              FROM legacy l
              FULL JOIN loaded o ON o.id = l.res_id
            """,
            join=self._key_join("k", "sale_order", SQL("r.legacy_key")),
            rows=self._legacy_rows("sale_order"),
            orders=self._open_orders(),
            columns=columns(self._order_columns("sale.order")),
        )

    def _order_columns(self, model):
        """Columns of orders that stand on either side, ``l`` and ``o``."""
        return {
            "key": SQL("COALESCE(l.legacy_key, o.name)"),
            "kind": SQL(
                """CASE WHEN o.id IS NULL THEN 'missing'
                        WHEN l.legacy_key IS NULL THEN 'unexpected' END"""
            ),
            "site_id": self._order_site("o.site_id"),
            "detail": SQL("o.name"),
            "res_model": SQL("CASE WHEN o.id IS NOT NULL THEN %s END", model),
            "res_id": SQL("o.id"),
            "legacy_count": SQL("(l.legacy_key IS NOT NULL)::int"),
            "odoo_count": SQL("(o.id IS NOT NULL)::int"),
        }

    def _order_site(self, expression):
        return SQL(
            "COALESCE(%s, %s, %s)",
            self._single_site(),
            SQL(expression),
            self._home_site(),
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
        legacy = SQL(
            """
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
            """,
            digits=self._digits(),
            join=self._key_join("k", "sale_order_line", SQL("r.legacy_key")),
            product_join=self._key_join(
                "product", "product", SQL("r.data->>'product'")
            ),
            rows=self._legacy_rows("sale_order_line"),
        )
        loaded = SQL(
            """
            SELECT line.id, line.product_id, o.site_id,
                   concat_ws(' / ', o.name, line.id) AS name,
                   line.product_uom_qty::numeric AS quantity,
                   line.price_subtotal::numeric AS value
              FROM (%s) o
              JOIN sale_order_line line
                ON line.order_id = o.id AND line.display_type IS NULL
               AND line.qty_delivered < line.product_uom_qty
            """,
            self._open_orders(),
        )
        return self._compare_lines("sale.order.line", legacy, loaded)

    def _compare_lines(self, model, legacy, loaded):
        """Compare the lines of an extract with the open lines of orders.

        :param legacy: query (legacy_key, res_id, product_id, quantity, value, rounded)
        :param loaded: query (id, product_id, site_id, name, quantity, value)
        """
        return SQL(
            """
            WITH both_sides AS (
                SELECT l.legacy_key, o.id, o.name, o.site_id,
                       COALESCE(l.quantity, 0) AS legacy_qty,
                       COALESCE(o.quantity, 0) AS odoo_qty,
                       COALESCE(l.value, 0) AS legacy_value,
                       COALESCE(o.value, 0) AS odoo_value,
                       COALESCE(l.rounded, 0) AS rounded_value,
                       l.product_id IS DISTINCT FROM o.product_id AS is_other_product
                  FROM (%(legacy)s) l
                  FULL JOIN (%(loaded)s) o ON o.id = l.res_id
            )
            SELECT %(columns)s
              FROM both_sides
            """,
            legacy=legacy,
            loaded=loaded,
            columns=columns(self._line_columns(model, SQL("is_other_product"))),
        )

    def _line_columns(self, model, is_other):
        """Columns of order lines that stand on either side.

        :param is_other: SQL condition: quantity and value may agree, but it is not
            the same thing
        """
        return {
            "key": SQL("COALESCE(legacy_key, name)"),
            "kind": SQL(
                """CASE WHEN id IS NULL THEN 'missing'
                        WHEN legacy_key IS NULL THEN 'unexpected'
                        WHEN %s THEN 'attribute'
                        WHEN abs(legacy_qty - odoo_qty) >= %s THEN 'quantity'
                        WHEN abs(rounded_value - odoo_value) >= %s THEN 'value' END""",
                is_other,
                self._quantity_epsilon(),
                self._amount_epsilon(),
            ),
            "site_id": self._order_site("site_id"),
            "detail": SQL("name"),
            "res_model": SQL("CASE WHEN id IS NOT NULL THEN %s END", model),
            "res_id": SQL("id"),
            "legacy_count": SQL("(legacy_key IS NOT NULL)::int"),
            "odoo_count": SQL("(id IS NOT NULL)::int"),
            "legacy_qty": SQL("legacy_qty"),
            "odoo_qty": SQL("odoo_qty"),
            "legacy_value": SQL("legacy_value"),
            "odoo_value": SQL("odoo_value"),
            "rounded_value": SQL("rounded_value"),
            "tolerance": SQL(
                """CASE WHEN id IS NOT NULL AND legacy_key IS NOT NULL
                        THEN 0.5 * power(10::numeric, -%s) ELSE 0 END""",
                self._digits(),
            ),
        }

    # -- purchase -------------------------------------------------------------------

    def _open_purchases(self):
        """Confirmed purchase orders for the cycle's warehouses, not fully received."""
        return SQL(
            """
            SELECT o.id, o.name, o.currency_id, o.currency_rate,
                   w.dist_site_id AS site_id
              FROM purchase_order o
              JOIN stock_picking_type kind ON kind.id = o.picking_type_id
               AND kind.warehouse_id = ANY(%s)
              JOIN stock_warehouse w ON w.id = kind.warehouse_id
             WHERE o.state = 'purchase' AND o.company_id = %s
               AND EXISTS (
                   SELECT FROM purchase_order_line line
                    WHERE line.order_id = o.id AND line.display_type IS NULL
                      AND line.qty_received < line.product_qty)
            """,
            self._warehouse_ids(),
            self.company.id,
        )

    def _purchase_order(self):
        return SQL(
            """
            WITH legacy AS (
                SELECT r.legacy_key, k.res_id, partner.res_id AS partner_id,
                       upper(r.data->>'currency') AS currency
                  FROM dist_migration_row r
                  %(join)s
                  %(partner_join)s
                 WHERE %(rows)s
            ), loaded AS (
                SELECT o.*, p.partner_id, currency.name AS currency
                  FROM (%(orders)s) o
                  JOIN purchase_order p ON p.id = o.id
                  JOIN res_currency currency ON currency.id = o.currency_id
            )
            SELECT %(columns)s
              FROM legacy l
              FULL JOIN loaded o ON o.id = l.res_id
            """,
            join=self._key_join("k", "purchase_order", SQL("r.legacy_key")),
            partner_join=self._key_join(
                "partner", "supplier", SQL("r.data->>'supplier'")
            ),
            rows=self._legacy_rows("purchase_order"),
            orders=self._open_purchases(),
            columns=columns(
                dict(
                    self._order_columns("purchase.order"),
                    kind=SQL(
                        """CASE WHEN o.id IS NULL THEN 'missing'
                                WHEN l.legacy_key IS NULL THEN 'unexpected'
                                WHEN l.partner_id <> o.partner_id
                                  OR l.currency <> o.currency THEN 'attribute' END"""
                    ),
                    detail=SQL(
                        """CASE WHEN l.currency <> o.currency
                                THEN concat(l.currency, ' ≠ ', o.currency)
                                ELSE o.name END"""
                    ),
                )
            ),
        )

    def _purchase_order_line(self):
        """What is still to receive, by line; values in company currency.

        The extract gives the value in the order's currency; both sides are converted
        at the rate of the order in Odoo, so that only the figures are compared.
        """
        legacy = SQL(
            """
            SELECT line.*, line.value AS rounded
              FROM (
                SELECT r.legacy_key, k.res_id, product.res_id AS product_id,
                       COALESCE((r.data->>'quantity')::numeric, 0) AS quantity,
                       COALESCE((r.data->>'quantity')::numeric, 0)
                       * COALESCE((r.data->>'price')::numeric, 0)
                       * (1 - COALESCE((r.data->>'discount')::numeric, 0) / 100)
                       / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric AS value
                  FROM dist_migration_row r
                  %(join)s
                  %(order_join)s
                  LEFT JOIN purchase_order o ON o.id = head.res_id
                  %(product_join)s
                 WHERE %(rows)s
              ) line
            """,
            join=self._key_join("k", "purchase_order_line", SQL("r.legacy_key")),
            order_join=self._key_join(
                "head", "purchase_order", SQL("r.data->>'order'")
            ),
            product_join=self._key_join(
                "product", "product", SQL("r.data->>'product'")
            ),
            rows=self._legacy_rows("purchase_order_line"),
        )
        loaded = SQL(
            """
            SELECT line.id, line.product_id, o.site_id,
                   concat_ws(' / ', o.name, line.id) AS name,
                   (line.product_qty - line.qty_received)::numeric AS quantity,
                   (line.product_qty - line.qty_received)::numeric
                   * line.price_unit::numeric
                   * (1 - COALESCE(line.discount, 0)::numeric / 100)
                   / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric AS value
              FROM (%s) o
              JOIN purchase_order_line line
                ON line.order_id = o.id AND line.display_type IS NULL
               AND line.qty_received < line.product_qty
            """,
            self._open_purchases(),
        )
        return self._compare_lines("purchase.order.line", legacy, loaded)
