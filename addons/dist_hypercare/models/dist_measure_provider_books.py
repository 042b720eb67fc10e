from odoo import api, models
from odoo.tools import SQL


class DistMeasureProviderBooks(models.AbstractModel):
    """What the measures of purchasing and accounting have in common.

    *Company* measures start with the first cutover of the company's sites; a company
    without one has no values. Facts with a time belong to the company's local day, and
    count from the cutover on; facts with an accounting date belong to that date, and
    count from the day after the cutover on, because opening entries bear its date.
    """

    _name = "dist.measure.provider.books"
    _description = "Measure Provider: Fragments of the Books"
    _inherit = "dist.measure.provider"

    @api.model
    def _sql_companies(self, companies):
        """Return the companies as an SQL table ``(id, tz, cutover_at)``."""
        return SQL(
            """(SELECT c.id, COALESCE(p.tz, 'UTC') AS tz,
                       (SELECT MIN(site.cutover_at) FROM dist_site site
                         WHERE site.company_id = c.id AND site.active) AS cutover_at
                  FROM res_company c
                  JOIN res_partner p ON p.id = c.partner_id
                 WHERE c.id = ANY(%s))""",
            list(companies.ids),
        )

    @api.model
    def _sql_types(self, sites):
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
            self._sql_sites(sites),
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
