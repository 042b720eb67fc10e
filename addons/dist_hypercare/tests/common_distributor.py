from odoo.fields import Command
from odoo.tests import freeze_time

from .common import day
from .common_books import BooksCommon


class DistributorCommon(BooksCommon):
    """Two weeks of a distributor, made by Odoo's own flows: what every figure is of.

    Hudson Supply (US dollar, New York) has the sites NYC and QNS, Kauri Distribution
    (New Zealand dollar, Auckland) has AKL; a New Zealand dollar is half a US dollar.
    NYC ships and receives in one step, QNS in two. Clocks: New York is 4 hours behind
    UTC, Auckland 13 hours ahead. All are live since 1 March, noon UTC.

    ========  =======  =======
    cost      Hudson   Kauri
    ========  =======  =======
    apple     4        6
    pear      2.5      3
    plum      2        0
    quince    1
    ========  =======  =======

    Stock loaded on 20 February: NYC 100 apples, 60 pears, 200 plums (of which all are
    from September); QNS 50 apples, 40 pears; AKL 80 apples, 40 pears.

    What happens is told in :meth:`setUpClass`, with the day at the site. ``NOON`` is
    the moment at which levels are taken: 16 March 12:00 in New York, 17 March 5:00 in
    Auckland.
    """

    NOON = "2026-03-16 16:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_company()
        cls._load_stock()
        cls._sell_in_new_york()
        cls._sell_in_queens()
        cls._sell_in_auckland()
        cls._move_between_sites()
        cls._count_stock()
        cls._buy()
        cls._keep_books()
        with freeze_time("2026-03-11 12:00:00"):
            cls.env["dist.adoption.snapshot"]._capture(cls.site_nyc, day(10))
        cls.env["dist.measure.queue"].search([]).unlink()

    # -- set-up -------------------------------------------------------------------

    @classmethod
    def _set_up_company(cls):
        cls.company_us.partner_id.tz = "America/New_York"
        cls.company_nz.partner_id.tz = "Pacific/Auckland"
        cls.usd = cls.env.ref("base.USD")
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "company_id": cls.company_nz.id,
                    "name": "2026-01-01",
                    "rate": rate,
                }
                for currency, rate in (
                    (cls.usd, 0.5),
                    (cls.company_nz.currency_id, 1),
                )
            ]
        )
        cls.dollars = cls.env["product.pricelist"].create(
            {
                "name": "Dollars",
                "currency_id": cls.usd.id,
                "company_id": cls.company_nz.id,
            }
        )
        cls.quince = cls.env["product.product"].create(
            {
                "name": "Quince",
                "type": "consu",
                "is_storable": True,
                "categ_id": cls.category.id,
            }
        )
        for product, us, nz in (
            (cls.apple, 4, 6),
            (cls.pear, 2.5, 3),
            (cls.plum, 2, 0),
            (cls.quince, 1, 0),
        ):
            product.with_company(cls.company_us).standard_price = us
            product.with_company(cls.company_nz).standard_price = nz
        cls.freight = cls.env["product.product"].create(
            {"name": "Freight", "type": "service", "supplier_taxes_id": False}
        )
        cls.warehouse_qns.reception_steps = "two_steps"
        cls.wrong_item = cls.env.ref("dist_hypercare.return_reason_wrong_item")
        cls.keeper = cls._user("keeper", "stock.group_stock_user")
        cls.seller = cls._user("seller", "sales_team.group_sale_salesman")

    @classmethod
    def _load_stock(cls):
        for warehouse, product, quantity in (
            (cls.warehouse_nyc, cls.apple, 100),
            (cls.warehouse_nyc, cls.pear, 60),
            (cls.warehouse_nyc, cls.plum, 200),
            (cls.warehouse_qns, cls.apple, 50),
            (cls.warehouse_qns, cls.pear, 40),
            (cls.warehouse_akl, cls.apple, 80),
            (cls.warehouse_akl, cls.pear, 40),
        ):
            cls._count(product, warehouse.lot_stock_id, quantity, "2026-02-20 12:00:00")
        cls.env["stock.quant"].search(
            [
                ("product_id", "=", cls.plum.id),
                ("location_id", "=", cls.warehouse_nyc.lot_stock_id.id),
            ]
        ).in_date = "2025-09-01 12:00:00"

    # -- sales --------------------------------------------------------------------

    @classmethod
    def _sell_in_new_york(cls):
        morning = "2026-03-09 15:00:00"
        # 30 apples and 2 dozen pears, promised for the 11th: 20 apples and all pears on
        # the 10th, the rest on the 12th
        cls.part = cls._order(
            cls.site_nyc,
            morning,
            [(cls.apple, 30), (cls.pear, 2, cls.dozen)],
            commitment_date="2026-03-11 16:00:00",
        )
        cls.part_first = cls._ship(
            cls.part, "2026-03-10 15:00:00", {cls.apple: 20, cls.pear: 24}
        )
        cls.part_second = cls._ship(cls.part, "2026-03-12 18:00:00")
        # 5 apples, promised for the 10th and shipped at 23:30 of it; 2 of them come
        # back on the 11th, as the wrong item
        cls.evening = cls._order(
            cls.site_nyc,
            morning,
            [(cls.apple, 5)],
            commitment_date="2026-03-10 16:00:00",
        )
        cls.evening_shipment = cls._ship(cls.evening, "2026-03-11 03:30:00")
        cls.returned = cls._return(
            cls.evening_shipment, "2026-03-11 15:00:00", {cls.apple: 2}, cls.wrong_item
        )
        # 6 of 10 apples on the 10th, by the keeper, and the rest is cancelled
        cls.short = cls._order(cls.site_nyc, morning, [(cls.apple, 10)])
        cls._validate(
            cls._as(cls.keeper, cls._open_picking(cls.short)),
            "2026-03-10 16:00:00",
            {cls.apple: 6},
            cancel_backorder=True,
        )
        # 7 apples that the supplier sends to the customer
        cls.dropped = cls._order(cls.site_nyc, morning, [(cls.apple, 7)])
        cls._drop_ship(cls.dropped, "2026-03-10 15:00:00")
        # an order that is cancelled on the 10th
        cls.cancelled = cls._order(cls.site_nyc, morning, [(cls.apple, 1)])
        with freeze_time("2026-03-10 14:00:00"):
            cls.cancelled._action_cancel()
        # 12 pears, promised for the 13th and open
        cls.open_nyc = cls._order(
            cls.site_nyc,
            "2026-03-12 15:00:00",
            [(cls.pear, 12)],
            commitment_date="2026-03-13 16:00:00",
        )

    @classmethod
    def _sell_in_queens(cls):
        # 8 of 12 apples are picked and shipped on the 10th, 4 wait for their pick
        cls.open_qns = cls._order(
            cls.site_qns, "2026-03-09 15:00:00", [(cls.apple, 12)]
        )
        cls.pick = cls._pick_and_ship(
            cls.open_qns, "2026-03-10 13:00:00", "2026-03-10 15:00:00", {cls.apple: 8}
        )

    @classmethod
    def _sell_in_auckland(cls):
        # 4 apples and 3 pears at 10 US dollars, promised for 23:00 of the 10th, shipped
        # at 0:30 of the 11th, with 2 plums that nobody ordered
        cls.midnight = cls._order(
            cls.site_akl,
            "2026-03-09 22:00:00",
            [(cls.apple, 4), (cls.pear, 3)],
            commitment_date="2026-03-10 10:00:00",
            pricelist_id=cls.dollars.id,
        )
        picking = cls._open_picking(cls.midnight)
        with freeze_time("2026-03-10 11:00:00"):
            picking.move_ids = [
                Command.create(
                    {
                        "product_id": cls.plum.id,
                        "product_uom_qty": 2,
                        "product_uom": cls.plum.uom_id.id,
                        "location_id": picking.location_id.id,
                        "location_dest_id": picking.location_dest_id.id,
                    }
                )
            ]
        cls._validate(picking, "2026-03-10 11:30:00")
        # 5 apples at 10 US dollars, promised for the 20th and open
        cls.open_akl = cls._order(
            cls.site_akl,
            "2026-03-09 22:00:00",
            [(cls.apple, 5)],
            commitment_date="2026-03-20 10:00:00",
            pricelist_id=cls.dollars.id,
        )

    # -- transfers and counts -----------------------------------------------------

    @classmethod
    def _move_between_sites(cls):
        # an apple leaves NYC for QNS on the 6th and has not arrived
        sent, _open = cls._inter_site()
        cls._validate(sent, "2026-03-06 15:00:00")
        # three apples leave AKL for the other company, on the 7th
        between = cls.env.ref("stock.stock_location_inter_company")
        between.active = True
        cls._validate(
            cls._transfer(
                cls.warehouse_akl.out_type_id,
                cls.warehouse_akl.lot_stock_id,
                between,
                3,
            ),
            "2026-03-06 15:00:00",
        )

    @classmethod
    def _count_stock(cls):
        nyc, qns, akl = (
            warehouse.lot_stock_id
            for warehouse in (cls.warehouse_nyc, cls.warehouse_qns, cls.warehouse_akl)
        )
        # NYC on the 10th: 199 plums instead of 200; 7 quinces typed into the product
        cls._count(cls.plum, nyc, 199, "2026-03-10 15:00:00")
        with freeze_time("2026-03-10 15:00:00"):
            cls.quince.with_company(cls.company_us).qty_available = 7
        # QNS on the 10th: 40 pears as in the books
        cls._count(cls.pear, qns, 40, "2026-03-10 15:00:00")
        # AKL on the 11th: 35 pears instead of 37, counted twice; 70 apples instead of
        # 73, which is undone
        cls._count(cls.pear, akl, 35, "2026-03-10 12:00:00")
        cls._count(cls.pear, akl, 35, "2026-03-10 13:00:00")
        cls._count(cls.apple, akl, 70, "2026-03-10 12:30:00")
        undone = cls.env["stock.move.line"].search(
            [
                ("is_inventory", "=", True),
                ("product_id", "=", cls.apple.id),
                ("date", "=", "2026-03-10 12:30:00"),
            ]
        )
        with freeze_time("2026-03-10 14:00:00"):
            undone.action_revert_inventory()
        # NYC on the 12th: 2 apples are scrapped
        with freeze_time("2026-03-12 15:00:00"):
            cls.env["stock.scrap"].with_company(cls.company_us).create(
                {
                    "product_id": cls.apple.id,
                    "scrap_qty": 2,
                    "location_id": nyc.id,
                    "company_id": cls.company_us.id,
                }
            ).do_scrap()

    # -- purchases ----------------------------------------------------------------

    @classmethod
    def _buy(cls):
        # NYC: 10 apples at 5, promised for the 12th: 6 come on the 12th, 4 on the 13th
        # at 22:00; billed at 5.50 on the 16th
        cls.bought_nyc = cls._purchase(
            cls.site_nyc,
            "2026-03-09 15:00:00",
            [(cls.apple, 10, 5)],
            "2026-03-12 16:00:00",
        )
        cls._receive(cls.bought_nyc, "2026-03-12 20:00:00", {cls.apple: 6})
        cls.received_late = cls._receive(cls.bought_nyc, "2026-03-14 02:00:00")
        cls.bill_nyc = cls._bill(cls.bought_nyc, "2026-03-16 15:00:00", price=5.5)
        # QNS: 2 dozen plums at 24, promised for the 12th; on the dock on the 11th at
        # 11:00, put away at 17:00, not billed
        cls.bought_qns = cls._purchase(
            cls.site_qns,
            "2026-03-09 16:00:00",
            [(cls.plum, 2, 24)],
            "2026-03-12 16:00:00",
            approve=False,
        )
        with freeze_time("2026-03-09 16:00:00"):
            cls.bought_qns.order_line.write(
                {
                    "product_uom_id": cls.dozen.id,
                    "price_unit": 24,
                    "date_planned": "2026-03-12 16:00:00",
                }
            )
            cls.bought_qns.button_confirm()
        receipt = cls._receive(cls.bought_qns, "2026-03-11 15:00:00")
        cls._validate(receipt.move_ids.move_dest_ids.picking_id, "2026-03-11 21:00:00")
        # AKL: 5 pears at 4 US dollars, promised for 1:00 of the 13th, received at 23:00
        # of it; billed at that on the 16th
        cls.bought_akl = cls._purchase(
            cls.site_akl,
            "2026-03-09 15:00:00",
            [(cls.pear, 5, 4)],
            "2026-03-12 12:00:00",
            currency_id=cls.usd.id,
        )
        cls._receive(cls.bought_akl, "2026-03-13 10:00:00")
        cls.bill_akl = cls._bill(cls.bought_akl, "2026-03-16 15:00:00")

    # -- books --------------------------------------------------------------------

    @classmethod
    def _keep_books(cls):
        moment = "2026-03-10 15:00:00"
        sell = [(cls.apple, 1, 9)]
        # February is closed on 9 March
        with freeze_time("2026-03-09 13:00:00"):
            cls.company_us.fiscalyear_lock_date = "2026-02-28"
        # an invoice of 9 on the 10th that is credited on the 12th
        cls.credited = cls._invoice(cls.site_nyc, moment, sell)
        with freeze_time("2026-03-12 15:00:00"):
            cls.credited._reverse_moves([{"invoice_date": "2026-03-12"}]).action_post()
        # one that is reset and posted again, and one of which a posting failed first
        cls.reset = cls._invoice(cls.site_nyc, moment, sell)
        with freeze_time(moment):
            cls.reset.button_draft()
        cls.failed = cls._invoice(cls.site_nyc, moment, sell, post=False)
        Attempt = cls.env["dist.posting.attempt"]
        with freeze_time(moment):
            Attempt._append(
                cls.env.cr, "failed", Attempt._describe(cls.failed), "No date"
            )
            (cls.reset | cls.failed).action_post()
        # the same bill of 50 twice
        cls.doubles = cls.env["account.move"]
        for _number in range(2):
            cls.doubles |= cls._invoice(
                cls.site_nyc,
                moment,
                [(cls.freight, 1, 50)],
                move_type="in_invoice",
                ref="F-9",
            )
        # the first order is invoiced on the 13th: 30 apples at 10 and 2 dozen at 10;
        # 100 are paid on the 14th
        with freeze_time("2026-03-13 15:00:00"):
            cls.invoice = cls.part._create_invoices()
            cls.invoice.invoice_date = "2026-03-13"
            cls.invoice.action_post()
        cls._pay(cls.invoice, 100, "2026-03-14")
        # Auckland invoices 50 US dollars
        cls._invoice(cls.site_akl, moment, [(cls.apple, 5, 10)], currency_id=cls.usd.id)

    @classmethod
    def _pay(cls, invoice, amount, on_day):
        """Book a payment of an invoice with its bank account, and match it."""
        receivable = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", invoice.company_id.id)], limit=1
        )
        entry = cls.env["account.move"].create(
            {
                "journal_id": journal.id,
                "date": on_day,
                "company_id": invoice.company_id.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": invoice.partner_id.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (journal.default_account_id, amount),
                        (receivable.account_id, -amount),
                    )
                ],
            }
        )
        entry.action_post()
        (receivable | entry.line_ids.filtered("account_id.reconcile")).filtered(
            lambda line: line.account_id == receivable.account_id
        ).reconcile()
