from odoo.fields import Command
from odoo.tests import freeze_time

from .kpi_common import KpiCommon


class BooksCommon(KpiCommon):
    """Purchasing and accounting for the companies and sites of :class:`KpiCommon`.

    Both companies have a chart of accounts. Apple, Pear and Plum are of one category
    and cost 4 each in ``company_us``. Helpers use Odoo's own flows and take the moment,
    in UTC.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for company in cls.company_nz | cls.company_us:
            currency = company.currency_id
            cls.env["account.chart.template"].try_loading(
                "generic_coa", company, install_demo=False
            )
            # The chart brings the US dollar along.
            company.currency_id = currency
        cls.category = cls.env["product.category"].create({"name": "Fruit"})
        for product in cls.apple | cls.pear | cls.plum:
            product.categ_id = cls.category
            product.with_company(cls.company_us).standard_price = 4
            product.supplier_taxes_id = product.taxes_id = False
        cls.env["dist.measure.queue"].search([]).unlink()

    @classmethod
    def _as(cls, user, records):
        """Return the records as a user sees them who works in the own companies."""
        return records.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    # -- purchasing ---------------------------------------------------------------

    @classmethod
    def _purchase(cls, site, moment, lines, promised, approve=True, **values):
        """Approve a purchase order of ``[(product, quantity, price)]``."""
        warehouse = site.sudo().warehouse_ids[:1]
        with freeze_time(moment):
            order = (
                cls.env["purchase.order"]
                .with_company(site.company_id)
                .create(
                    {
                        "partner_id": cls.vendor.id,
                        "company_id": site.company_id.id,
                        "picking_type_id": warehouse.in_type_id.id,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "product_qty": quantity,
                                    "price_unit": price,
                                    "date_planned": promised,
                                }
                            )
                            for product, quantity, price in lines
                        ],
                        **values,
                    }
                )
            )
            if approve:
                order.button_confirm()
        return order

    @classmethod
    def _receive(cls, order, moment, quantities=None, **kwargs):
        """Validate the order's open receipt."""
        picking = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        return cls._validate(picking, moment, quantities, **kwargs)

    @classmethod
    def _bill(cls, order, moment, price=None, post=True):
        """Bill what can be billed of a purchase order, at ``price`` if given."""
        with freeze_time(moment):
            before = order.invoice_ids
            order.action_create_invoice()
            bill = order.invoice_ids - before
            bill.invoice_date = moment[:10]
            if price is not None:
                bill.invoice_line_ids.price_unit = price
            if post:
                bill.action_post()
        return bill

    # -- invoices -----------------------------------------------------------------

    @classmethod
    def _invoice(cls, site, moment, lines, move_type="out_invoice", post=True, **vals):
        """Create an invoice, bill or refund of ``[(product, quantity, price)]``."""
        with freeze_time(moment):
            move = (
                cls.env["account.move"]
                .with_company(site.company_id)
                .create(
                    {
                        "move_type": move_type,
                        "company_id": site.company_id.id,
                        "partner_id": cls.customer.id
                        if move_type.startswith("out")
                        else cls.vendor.id,
                        "invoice_date": moment[:10],
                        "invoice_line_ids": [
                            Command.create(
                                {
                                    "product_id": product.id,
                                    "quantity": quantity,
                                    "price_unit": price,
                                    "tax_ids": [Command.clear()],
                                }
                            )
                            for product, quantity, price in lines
                        ],
                        **vals,
                    }
                )
            )
            if post:
                move.action_post()
        return move
