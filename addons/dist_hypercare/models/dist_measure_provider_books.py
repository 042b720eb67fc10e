from odoo import api, models
from odoo.tools import SQL

# How a record that a fact names reads in a breakdown.
LABELS = {
    "category": SQL("SELECT id, complete_name AS label FROM product_category"),
    "channel": SQL("SELECT id, name ->> 'en_US' AS label FROM crm_team"),
    "partner": SQL("SELECT id, complete_name AS label FROM res_partner"),
    "user": SQL("SELECT id, login AS label FROM res_users"),
    "warehouse": SQL("SELECT id, name AS label FROM stock_warehouse"),
}


class DistMeasureProviderBooks(models.AbstractModel):
    """What the measures of purchasing and accounting have in common.

    *Company* measures start with the first cutover of the company's sites; a company
    without one has no values. Facts with a time belong to the company's local day, and
    count from the cutover on; facts with an accounting date belong to that date, and
    count from the day after the cutover on, because opening entries bear its date.
    """

    _name = "dist.measure.provider.books"
    _description = "Measure Provider: Fragments of the Books"
    _inherit = "dist.measure.provider.facts"

    @api.model
    def _companies(self, scopes):
        """Return the companies of sites, or those that are given."""
        # sudo: a site's company is known to whoever computes its measures.
        return scopes.sudo().company_id if scopes._name == "dist.site" else scopes

    @api.model
    def _dist_shared_quant_values(self, sites, date_from, date_to):
        """Return what the companies' own stock is worth now, a row per quantity.

        ``(company_id, quant_id, amount, in_date, warehouse_id, category_id)``

        The unit cost is maintained with every move and bill; it is the lot's where
        lots are valued. Another owner's stock is on hand but not the company's.
        """
        return SQL(
            """
            SELECT q.company_id, q.id AS quant_id, q.in_date, location.warehouse_id,
                   pt.categ_id AS category_id,
                   q.quantity * COALESCE(
                       ((CASE WHEN pt.lot_valuated THEN lot.standard_price
                              ELSE pp.standard_price END)
                           ->> q.company_id::text)::numeric, 0) AS amount
              FROM stock_quant q
              JOIN stock_location location ON location.id = q.location_id
                   AND location.usage IN ('internal', 'transit')
              JOIN res_company company ON company.id = q.company_id
              JOIN product_product pp ON pp.id = q.product_id
              JOIN product_template pt ON pt.id = pp.product_tmpl_id
         LEFT JOIN stock_lot lot ON lot.id = q.lot_id
             WHERE q.company_id = ANY(%s) AND q.quantity <> 0
               AND (q.owner_id IS NULL OR q.owner_id = company.partner_id)
            """,
            list(self._companies(sites).ids),
        )

    @api.model
    def _sql_types(self, scopes):
        """Return the query of the sites' operation types, kept apart for the planner.

        ``(id, code, warehouse_id, site_id, tz, cutover_at)``
        """
        return SQL(
            """
            SELECT pt.id, pt.code, warehouse.id AS warehouse_id,
                   site.id AS site_id, site.tz, site.cutover_at
              FROM stock_picking_type pt
              JOIN stock_warehouse warehouse ON warehouse.id = pt.warehouse_id
              JOIN %s site ON site.id = warehouse.dist_site_id
            """,
            self._sql_sites(scopes),
        )

    @api.model
    def _location_ids(self, *usages):
        """Return the ids of all locations of these usages, archived ones included."""
        # sudo: the measures count for everybody.
        return (
            self.env["stock.location"]
            .sudo()
            .with_context(active_test=False)
            .search([("usage", "in", usages)])
            .ids
        )

    @api.model
    def _half_digit(self):
        """Return half of the last digit of a quantity: less is no difference."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return 0.5 * 10**-digits

    @api.model
    def _sql_product(self):
        """Return the joins from ``pp`` to the template ``pt`` and its unit ``unit``."""
        return SQL(
            """JOIN product_template pt ON pt.id = pp.product_tmpl_id
               JOIN uom_uom unit ON unit.id = pt.uom_id"""
        )

    @api.model
    def _dimension_labels(self):
        return {**super()._dimension_labels(), **LABELS}

    # -- changed days -------------------------------------------------------------

    @api.model
    def _enqueue_company_days(self, topic, company_days):
        """Queue ``(company id, day)`` pairs, through a site of each company.

        The queue knows sites; a measure of companies computes the site's company.
        Today and yesterday are computed anyway.
        """
        if not company_days:
            return
        self.env["dist.site"].flush_model(["company_id", "active", "cutover_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (pair.company_id, pair.day) site.id, pair.day
                  FROM unnest(%s::int[], %s::date[]) AS pair (company_id, day)
                  JOIN dist_site site ON site.company_id = pair.company_id
                   AND site.active AND site.cutover_at IS NOT NULL
                 WHERE pair.day < %s - 1
                """,
                [company for company, _day in company_days],
                [day for _company, day in company_days],
                self._sql_today(SQL("site.tz")),
            )
        )
        self.env["dist.measure.queue"]._enqueue(topic, rows)
