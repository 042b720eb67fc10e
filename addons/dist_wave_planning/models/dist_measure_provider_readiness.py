from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class DistMeasureProviderReadiness(models.AbstractModel):
    """Levels of a site's stock records that must be in order before it goes live.

    All are snapshots of the site's present day: the number of records that are
    wrong now. A site with warehouses and nothing wrong has the value zero.
    """

    _name = "dist.measure.provider.readiness"
    _description = "Readiness Measures"
    _inherit = "dist.measure.provider"

    @api.model
    def _sql_count_per_site(self, sites, counted):
        """Return the provider query of a level that counts records per site.

        :param counted: SQL with the columns ``site_id``, ``wrong`` (0 or 1), one row
            for each record looked at
        """
        return SQL(
            """
            SELECT s.id AS site_id, %(today)s AS day,
                   COALESCE(SUM(c.wrong), 0)::numeric AS numerator,
                   NULL::numeric AS denominator,
                   COALESCE(SUM(c.wrong), 0)::int AS sample_size
              FROM %(sites)s s
              LEFT JOIN (%(counted)s) c ON c.site_id = s.id
             WHERE EXISTS (SELECT 1 FROM stock_warehouse w WHERE w.dist_site_id = s.id)
             GROUP BY s.id, s.tz
            """,
            today=self._sql_today(SQL("s.tz")),
            sites=self._sql_sites(sites),
            counted=counted,
        )

    @api.model
    def _dist_measure_negative_quants(self, measure, sites, date_from, date_to):
        """Count the quants below zero in the site's internal locations."""
        self.env["stock.quant"].flush_model(["quantity", "location_id"])
        return self._sql_count_per_site(
            sites,
            SQL(
                """
                SELECT w.dist_site_id AS site_id,
                       (q.quantity < 0)::int AS wrong
                  FROM stock_quant q
                  JOIN stock_location l
                    ON l.id = q.location_id AND l.usage = 'internal'
                  JOIN stock_warehouse w ON w.id = l.warehouse_id
                 WHERE w.dist_site_id = ANY(%s)
                """,
                list(sites.ids),
            ),
        )

    @api.model
    def _dist_records_negative_quants(self, measure, site, date_from, date_to):
        return "stock.quant", Domain(
            [
                ("location_id.usage", "=", "internal"),
                ("location_id.warehouse_id.dist_site_id", "=", site.id),
                ("quantity", "<", 0),
            ]
        )

    @api.model
    def _dist_measure_overdue_transfers(self, measure, sites, date_from, date_to):
        """Count the open transfers whose scheduled date has passed."""
        self.env["stock.picking"].flush_model(
            ["state", "scheduled_date", "picking_type_id"]
        )
        return self._sql_count_per_site(
            sites,
            SQL(
                """
                SELECT w.dist_site_id AS site_id, 1 AS wrong
                  FROM stock_picking p
                  JOIN stock_picking_type t ON t.id = p.picking_type_id
                  JOIN stock_warehouse w ON w.id = t.warehouse_id
                 WHERE w.dist_site_id = ANY(%s)
                   AND p.state IN ('waiting', 'confirmed', 'assigned')
                   AND p.scheduled_date < %s
                """,
                list(sites.ids),
                fields.Datetime.now(),
            ),
        )

    @api.model
    def _dist_records_overdue_transfers(self, measure, site, date_from, date_to):
        return "stock.picking", Domain(
            [
                ("picking_type_id.warehouse_id.dist_site_id", "=", site.id),
                ("state", "in", ("waiting", "confirmed", "assigned")),
                ("scheduled_date", "<", fields.Datetime.now()),
            ]
        )

    @api.model
    def _dist_measure_stock_without_barcode(self, measure, sites, date_from, date_to):
        """Count the products on hand at the site that no scanner can identify."""
        self.env["product.product"].flush_model(["barcode"])
        self.env["stock.quant"].flush_model(["quantity", "location_id", "product_id"])
        return self._sql_count_per_site(
            sites,
            SQL(
                """
                SELECT DISTINCT w.dist_site_id AS site_id, p.id, 1 AS wrong
                  FROM stock_quant q
                  JOIN stock_location l
                    ON l.id = q.location_id AND l.usage = 'internal'
                  JOIN stock_warehouse w ON w.id = l.warehouse_id
                  JOIN product_product p ON p.id = q.product_id
                 WHERE w.dist_site_id = ANY(%s)
                   AND q.quantity > 0 AND COALESCE(p.barcode, '') = ''
                """,
                list(sites.ids),
            ),
        )

    @api.model
    def _dist_records_stock_without_barcode(self, measure, site, date_from, date_to):
        return "product.product", Domain("barcode", "in", [False, ""]) & Domain(
            "stock_quant_ids",
            "any",
            [
                ("location_id.usage", "=", "internal"),
                ("location_id.warehouse_id.dist_site_id", "=", site.id),
                ("quantity", ">", 0),
            ],
        )
