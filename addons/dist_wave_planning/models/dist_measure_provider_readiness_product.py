from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderReadinessProduct(models.AbstractModel):
    """Levels of the products a site works with.

    These are the active products with stock in its warehouses, or on lines of
    confirmed sales and purchase orders of its warehouses that are not delivered or
    received completely. What differs by company is looked at for the site's company.
    """

    _name = "dist.measure.provider.readiness.product"
    _description = "Readiness Measures of Products"
    _inherit = "dist.measure.provider.level"

    # -- what the site works with ----------------------------------------------------

    @api.model
    def _sql_products(self, sites):
        """Return the query ``(site_id, product_id)`` of the products of the sites."""
        return SQL(
            """
            SELECT w.dist_site_id AS site_id, q.product_id
              FROM stock_quant q
              JOIN stock_location l
                ON l.id = q.location_id AND l.usage = 'internal'
              JOIN stock_warehouse w ON w.id = l.warehouse_id
             WHERE w.dist_site_id = ANY(%(sites)s) AND q.quantity <> 0
             UNION
            SELECT w.dist_site_id, l.product_id
              FROM sale_order o
              JOIN stock_warehouse w ON w.id = o.warehouse_id
              JOIN sale_order_line l ON l.order_id = o.id
             WHERE w.dist_site_id = ANY(%(sites)s) AND o.state = 'sale'
               AND l.qty_delivered < l.product_uom_qty
             UNION
            SELECT w.dist_site_id, l.product_id
              FROM purchase_order o
              JOIN stock_picking_type t ON t.id = o.picking_type_id
              JOIN stock_warehouse w ON w.id = t.warehouse_id
              JOIN purchase_order_line l ON l.order_id = o.id
             WHERE w.dist_site_id = ANY(%(sites)s) AND o.state = 'purchase'
               AND l.qty_received < l.product_qty
            """,
            sites=list(sites.ids),
        )

    @api.model
    def _sql_products_where(self, sites, condition):
        """Return the rows of the products of the sites that meet a condition.

        :param condition: SQL on the product ``p``, its template ``t``, its category
            ``g``, the site ``s`` and its company ``c``
        """
        return SQL(
            """
            SELECT s.id AS site_id, p.id
              FROM %(sites)s s
              JOIN res_company c ON c.id = s.company_id
              JOIN (%(products)s) k ON k.site_id = s.id
              JOIN product_product p ON p.id = k.product_id AND p.active
              JOIN product_template t ON t.id = p.product_tmpl_id
              LEFT JOIN product_category g ON g.id = t.categ_id
             WHERE %(condition)s
            """,
            sites=self._sql_sites(sites),
            products=self._sql_products(sites),
            condition=condition,
        )

    @api.model
    def _sql_company_value(self, alias, model, name):
        """Return the value of a company dependent field for the company ``c``.

        A record without a value of its own has the default of the company, else that
        of all companies. The defaults are read once a query, as one JSON by company:
        looked up for each product they would take most of its time.
        """
        defaults = SQL(
            """
            (SELECT jsonb_object_agg(COALESCE(d.company_id, 0), d.json_value::jsonb)
               FROM ir_default d
              WHERE d.field_id = %s AND d.user_id IS NULL AND d.condition IS NULL)
            """,
            self.env["ir.model.fields"]._get(model, name).id,
        )
        return SQL(
            """
            CASE WHEN %(id)s IS NOT NULL THEN
                COALESCE(%(column)s -> c.id::text, %(defaults)s -> c.id::text,
                         %(defaults)s -> '0') #>> '{}' END
            """,
            id=SQL.identifier(alias, "id"),
            column=SQL.identifier(alias, name),
            defaults=defaults,
        )

    # -- sold -----------------------------------------------------------------------

    @api.model
    def _sql_products_without_sales_tax(self, sites):
        """Products that are sold without a tax of the site's company."""
        return self._sql_products_where(
            sites,
            SQL(
                """
                t.sale_ok AND NOT EXISTS (
                    SELECT 1
                      FROM product_taxes_rel r
                      JOIN account_tax x ON x.id = r.tax_id
                     WHERE r.prod_id = t.id AND x.company_id = ANY(%s))
                """,
                self._sql_company_line(),
            ),
        )

    @api.model
    def _dist_measure_products_without_sales_tax(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_rows(
            sites,
            self._sql_products_without_sales_tax(sites),
            self._sql_has_warehouse(),
            self._sql_has_books(),
        )

    @api.model
    def _dist_records_products_without_sales_tax(
        self, measure, site, date_from, date_to
    ):
        return self._row_records(
            "product.product", self._sql_products_without_sales_tax(site)
        )

    @api.model
    def _sql_products_without_account(self, sites):
        """Products for which no income or no expense account can be found.

        Odoo asks the product, its category, then the company. What is not sold needs
        no income account, what is not purchased no expense account.
        """
        value = self._sql_company_value
        template, category = "product.template", "product.category"
        return self._sql_products_where(
            sites,
            SQL(
                """
                (t.sale_ok AND COALESCE(
                    %s, %s, c.income_account_id::text) IS NULL)
                OR
                (t.purchase_ok AND COALESCE(
                    %s, %s, c.expense_account_id::text) IS NULL)
                """,
                value("t", template, "property_account_income_id"),
                value("g", category, "property_account_income_categ_id"),
                value("t", template, "property_account_expense_id"),
                value("g", category, "property_account_expense_categ_id"),
            ),
        )

    @api.model
    def _dist_measure_products_without_account(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_rows(
            sites,
            self._sql_products_without_account(sites),
            self._sql_has_warehouse(),
            self._sql_has_books(),
        )

    @api.model
    def _dist_records_products_without_account(self, measure, site, date_from, date_to):
        return self._row_records(
            "product.product", self._sql_products_without_account(site)
        )

    # -- purchased ------------------------------------------------------------------

    @api.model
    def _sql_vendor_lines(self):
        """Return the FROM and WHERE of the vendor lines ``v`` of a product today.

        Lines of the template and of the variant, of all companies and of the site's
        and those above it, that have not ended.
        """
        return SQL(
            """
            FROM product_supplierinfo v
           WHERE v.product_tmpl_id = t.id
             AND (v.product_id IS NULL OR v.product_id = p.id)
             AND (v.company_id IS NULL OR v.company_id = ANY(%s))
             AND (v.date_end IS NULL OR v.date_end >= %s)
            """,
            self._sql_company_line(),
            self._sql_today(SQL("s.tz")),
        )

    @api.model
    def _sql_products_without_vendor(self, sites):
        """Products that are purchased from nobody."""
        return self._sql_products_where(
            sites,
            SQL("t.purchase_ok AND NOT EXISTS (SELECT 1 %s)", self._sql_vendor_lines()),
        )

    @api.model
    def _dist_measure_products_without_vendor(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_products_without_vendor(sites), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_products_without_vendor(self, measure, site, date_from, date_to):
        return self._row_records(
            "product.product", self._sql_products_without_vendor(site)
        )

    @api.model
    def _sql_vendor_lines_without_lead_time(self, sites):
        """Vendor lines that promise the goods on the day of the order."""
        return SQL(
            """
            SELECT s.id AS site_id, n.id
              FROM %(sites)s s
              JOIN res_company c ON c.id = s.company_id
              JOIN (%(products)s) k ON k.site_id = s.id
              JOIN product_product p ON p.id = k.product_id AND p.active
              JOIN product_template t ON t.id = p.product_tmpl_id AND t.purchase_ok
             CROSS JOIN LATERAL (SELECT v.id, v.delay %(lines)s) n
             WHERE COALESCE(n.delay, 0) <= 0
            """,
            sites=self._sql_sites(sites),
            products=self._sql_products(sites),
            lines=self._sql_vendor_lines(),
        )

    @api.model
    def _dist_measure_vendor_lines_without_lead_time(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_rows(
            sites,
            self._sql_vendor_lines_without_lead_time(sites),
            self._sql_has_warehouse(),
        )

    @api.model
    def _dist_records_vendor_lines_without_lead_time(
        self, measure, site, date_from, date_to
    ):
        return self._row_records(
            "product.supplierinfo", self._sql_vendor_lines_without_lead_time(site)
        )

    # -- kept on stock --------------------------------------------------------------

    @api.model
    def _sql_stock_without_cost(self, sites):
        """Products on hand at the site that cost nothing in its company."""
        return self._sql_products_where(
            sites,
            SQL(
                """
                COALESCE((%s)::numeric, 0) = 0 AND EXISTS (
                    SELECT 1
                      FROM stock_quant q
                      JOIN stock_location l
                        ON l.id = q.location_id AND l.usage = 'internal'
                      JOIN stock_warehouse w ON w.id = l.warehouse_id
                     WHERE q.product_id = p.id AND w.dist_site_id = s.id
                       AND q.quantity > 0)
                """,
                self._sql_company_value("p", "product.product", "standard_price"),
            ),
        )

    @api.model
    def _dist_measure_stock_without_cost(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_stock_without_cost(sites), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_stock_without_cost(self, measure, site, date_from, date_to):
        return self._row_records("product.product", self._sql_stock_without_cost(site))

    @api.model
    def _sql_products_without_replenishment(self, sites):
        """Purchased storable products that nothing orders again.

        Something orders them when they have a reordering rule in a warehouse of the
        site, or when a route of the product, of its category or of the categories
        above it, or of a warehouse of the site has a rule that buys for that
        warehouse.
        """
        return self._sql_products_where(
            sites,
            SQL(
                """
                t.purchase_ok AND t.is_storable
                AND NOT EXISTS (
                    SELECT 1
                      FROM stock_warehouse_orderpoint o
                      JOIN stock_warehouse w ON w.id = o.warehouse_id
                     WHERE o.product_id = p.id AND o.active
                       AND w.dist_site_id = s.id)
                AND NOT EXISTS (
                    SELECT 1
                      FROM stock_warehouse w
                      JOIN stock_rule b
                        ON b.active AND b.action = 'buy'
                       AND (b.warehouse_id = w.id
                            OR b.warehouse_id IS NULL
                           AND (b.company_id IS NULL OR b.company_id = w.company_id))
                      JOIN stock_route u ON u.id = b.route_id AND u.active
                     WHERE w.dist_site_id = s.id
                       AND (EXISTS (
                                SELECT 1 FROM stock_route_product r
                                 WHERE r.route_id = u.id AND r.product_id = t.id)
                            OR EXISTS (
                                SELECT 1 FROM stock_route_categ r
                                 WHERE r.route_id = u.id
                                   AND r.categ_id = ANY(string_to_array(
                                       rtrim(g.parent_path, '/'), '/')::int[]))
                            OR EXISTS (
                                SELECT 1 FROM stock_route_warehouse r
                                 WHERE r.route_id = u.id AND r.warehouse_id = w.id)))
                """
            ),
        )

    @api.model
    def _dist_measure_products_without_replenishment(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_rows(
            sites,
            self._sql_products_without_replenishment(sites),
            self._sql_has_warehouse(),
        )

    @api.model
    def _dist_records_products_without_replenishment(
        self, measure, site, date_from, date_to
    ):
        return self._row_records(
            "product.product", self._sql_products_without_replenishment(site)
        )
