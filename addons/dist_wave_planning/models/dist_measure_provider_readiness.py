from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .dist_measure_provider_level import Level


class DistMeasureProviderReadiness(models.AbstractModel):
    """Levels of a site's stock records that must be in order before it goes live.

    All are snapshots of the site's present day: the number of records that are
    wrong now. A site with warehouses and nothing wrong has the value zero.
    """

    _name = "dist.measure.provider.readiness"
    _description = "Readiness Measures of the Stock"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _level_negative_quants(self):
        """Quants below zero in the site's internal locations."""
        return Level(
            "stock.quant",
            Domain([("location_id.usage", "=", "internal"), ("quantity", "<", 0)]),
            "location_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_negative_quants(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_negative_quants(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_negative_quants(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_negative_quants())

    @api.model
    def _level_overdue_transfers(self):
        """Open transfers whose scheduled date has passed."""
        return Level(
            "stock.picking",
            Domain(
                [
                    ("state", "in", ("waiting", "confirmed", "assigned")),
                    ("scheduled_date", "<", fields.Datetime.now()),
                ]
            ),
            "picking_type_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_overdue_transfers(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_overdue_transfers(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_overdue_transfers(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_overdue_transfers())

    @api.model
    def _sql_stock_without_barcode(self, sites):
        """Products on hand at the site that no scanner can identify."""
        return SQL(
            """
            SELECT w.dist_site_id AS site_id, p.id
              FROM stock_quant q
              JOIN stock_location l
                ON l.id = q.location_id AND l.usage = 'internal'
              JOIN stock_warehouse w ON w.id = l.warehouse_id
              JOIN product_product p ON p.id = q.product_id
             WHERE w.dist_site_id = ANY(%s)
               AND q.quantity > 0 AND COALESCE(p.barcode, '') = ''
            """,
            list(sites.ids),
        )

    @api.model
    def _dist_measure_stock_without_barcode(self, measure, sites, date_from, date_to):
        return self._sql_rows(
            sites, self._sql_stock_without_barcode(sites), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_stock_without_barcode(self, measure, site, date_from, date_to):
        return self._row_records(
            "product.product", self._sql_stock_without_barcode(site)
        )

    @api.model
    def _level_draft_transfers(self):
        """Receipts and deliveries left in draft a day past their date."""
        return Level(
            "stock.picking",
            Domain(
                [
                    ("picking_type_id.code", "in", ("incoming", "outgoing")),
                    ("state", "=", "draft"),
                    ("scheduled_date", "<", fields.Datetime.now() - timedelta(days=1)),
                ]
            ),
            "picking_type_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_draft_transfers(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_draft_transfers(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_draft_transfers(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_draft_transfers())

    @api.model
    def _level_stock_without_lot(self):
        """Stock of tracked products that carries no lot or serial number."""
        return Level(
            "stock.quant",
            Domain(
                [
                    ("location_id.usage", "=", "internal"),
                    ("product_id.tracking", "in", ("lot", "serial")),
                    ("lot_id", "=", False),
                    ("quantity", "!=", 0),
                ]
            ),
            "location_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_stock_without_lot(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_stock_without_lot(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_stock_without_lot(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_stock_without_lot())

    @api.model
    def _level_counts_to_apply(self):
        """Counts that were entered and not applied."""
        return Level(
            "stock.quant",
            Domain(
                [
                    ("location_id.usage", "=", "internal"),
                    ("inventory_quantity_set", "=", True),
                ]
            ),
            "location_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_counts_to_apply(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_counts_to_apply(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_counts_to_apply(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_counts_to_apply())

    @api.model
    def _level_counts_overdue(self):
        """Counts whose day has passed and that nobody has made."""
        return Level(
            "stock.quant",
            Domain(
                [
                    ("location_id.usage", "=", "internal"),
                    ("inventory_quantity_set", "=", False),
                ]
            ),
            "location_id.warehouse_id.dist_site_id",
            day="inventory_date",
        )

    @api.model
    def _dist_measure_counts_overdue(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_counts_overdue(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_counts_overdue(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_counts_overdue())

    @api.model
    def _level_locations_without_barcode(self):
        """Internal locations that no scanner can identify."""
        return Level(
            "stock.location",
            Domain(
                [
                    ("active", "=", True),
                    ("usage", "=", "internal"),
                    ("barcode", "in", (False, "")),
                ]
            ),
            "warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_locations_without_barcode(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_locations_without_barcode(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_locations_without_barcode(
        self, measure, site, date_from, date_to
    ):
        return self._level_records(site, self._level_locations_without_barcode())

    @api.model
    def _level_operation_types_incomplete(self):
        """Operation types that can't number or place a transfer."""
        return Level(
            "stock.picking.type",
            Domain(
                [
                    ("active", "=", True),
                    "|",
                    "|",
                    ("sequence_id", "=", False),
                    ("default_location_src_id.active", "=", False),
                    ("default_location_dest_id.active", "=", False),
                ]
            ),
            "warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_operation_types_incomplete(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_operation_types_incomplete(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_operation_types_incomplete(
        self, measure, site, date_from, date_to
    ):
        return self._level_records(site, self._level_operation_types_incomplete())

    @api.model
    def _level_deliveries_unreserved(self):
        """Outgoing moves past their date whose stock is not reserved."""
        return Level(
            "stock.move",
            Domain(
                [
                    ("picking_type_id.code", "=", "outgoing"),
                    ("state", "in", ("waiting", "confirmed", "partially_available")),
                    ("date", "<", fields.Datetime.now()),
                ]
            ),
            "picking_type_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_deliveries_unreserved(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_deliveries_unreserved(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_deliveries_unreserved(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_deliveries_unreserved())
