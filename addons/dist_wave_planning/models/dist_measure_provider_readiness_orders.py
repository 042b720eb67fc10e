from odoo import api, fields, models
from odoo.fields import Domain

from .dist_measure_provider_level import Level


class DistMeasureProviderReadinessOrders(models.AbstractModel):
    """Levels of the quotations and orders that a site's warehouses answer for."""

    _name = "dist.measure.provider.readiness.orders"
    _description = "Readiness Measures of Orders"
    _inherit = "dist.measure.provider.level"

    @api.model
    def _level_sale_orders_overdue(self):
        """Confirmed orders that the customer should have by now.

        An order without a promised date is late once one of its deliveries is.
        """
        return Level(
            "sale.order",
            Domain(
                [
                    ("state", "=", "sale"),
                    ("delivery_status", "in", ("pending", "started", "partial")),
                    "|",
                    ("commitment_date", "<", fields.Datetime.now()),
                    "&",
                    ("commitment_date", "=", False),
                    (
                        "picking_ids",
                        "any",
                        [
                            ("state", "in", ("waiting", "confirmed", "assigned")),
                            ("scheduled_date", "<", fields.Datetime.now()),
                        ],
                    ),
                ]
            ),
            "warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_sale_orders_overdue(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_sale_orders_overdue(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_sale_orders_overdue(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_sale_orders_overdue())

    @api.model
    def _level_quotations_expired(self):
        """Quotations that are still open past their validity."""
        return Level(
            "sale.order",
            Domain([("state", "in", ("draft", "sent"))]),
            "warehouse_id.dist_site_id",
            day="validity_date",
        )

    @api.model
    def _dist_measure_quotations_expired(self, measure, sites, date_from, date_to):
        return self._sql_level(
            sites, self._level_quotations_expired(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_quotations_expired(self, measure, site, date_from, date_to):
        return self._level_records(site, self._level_quotations_expired())

    @api.model
    def _level_order_lines_without_price(self):
        """Lines of confirmed orders that give the goods away."""
        return Level(
            "sale.order.line",
            Domain(
                [
                    ("order_id.state", "=", "sale"),
                    ("display_type", "=", False),
                    ("is_downpayment", "=", False),
                    ("product_uom_qty", ">", 0),
                    ("price_unit", "=", 0),
                    ("invoice_status", "!=", "invoiced"),
                ]
            ),
            "order_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_order_lines_without_price(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_order_lines_without_price(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_order_lines_without_price(
        self, measure, site, date_from, date_to
    ):
        return self._level_records(site, self._level_order_lines_without_price())

    @api.model
    def _level_purchase_receipts_overdue(self):
        """Purchase orders whose goods should have arrived by now."""
        return Level(
            "purchase.order",
            Domain(
                [
                    ("state", "=", "purchase"),
                    ("receipt_status", "in", ("pending", "partial")),
                    ("date_planned", "<", fields.Datetime.now()),
                ]
            ),
            "picking_type_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_purchase_receipts_overdue(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_purchase_receipts_overdue(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_purchase_receipts_overdue(
        self, measure, site, date_from, date_to
    ):
        return self._level_records(site, self._level_purchase_receipts_overdue())

    @api.model
    def _level_purchase_orders_to_approve(self):
        """Purchase orders that wait for an approval."""
        return Level(
            "purchase.order",
            Domain([("state", "=", "to approve")]),
            "picking_type_id.warehouse_id.dist_site_id",
        )

    @api.model
    def _dist_measure_purchase_orders_to_approve(
        self, measure, sites, date_from, date_to
    ):
        return self._sql_level(
            sites, self._level_purchase_orders_to_approve(), self._sql_has_warehouse()
        )

    @api.model
    def _dist_records_purchase_orders_to_approve(
        self, measure, site, date_from, date_to
    ):
        return self._level_records(site, self._level_purchase_orders_to_approve())
