from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import day
from .common_books import BooksCommon

BOOKS = (
    "dist.measure.provider.adoption",
    "dist.measure.provider.close",
    "dist.measure.provider.exception",
    "dist.measure.provider.invoice",
    "dist.measure.provider.margin",
    "dist.measure.provider.purchase",
    "dist.measure.provider.working.capital",
)


@tagged("post_install", "-at_install")
class TestKpiBooks(BooksCommon):
    """Each measure of purchasing, accounting and adoption, computed by hand."""

    # -- helpers ------------------------------------------------------------------

    def _values(self, code, first=1, last=31):
        """Compute a measure twice; return ``{(site or company, day): value}``."""
        measure = self.env["dist.measure"]._get(code)
        for _time in range(2):
            measure._compute_values(self.sites, day(first), day(last))
        names = {self.company_us: "US", self.company_nz: "NZ"}
        return {
            (value.site_id.code or names[value.company_id], value.day): round(
                value.value, 2
            )
            for value in self._rows(code)
        }

    def _rows(self, code):
        return self.env["dist.measure.value"].search([("measure_id.code", "=", code)])

    def _components(self, code):
        return [
            (round(row.numerator, 2), round(row.denominator, 2))
            for row in self._rows(code)
        ]

    def _parts(self, code, dimension):
        """Return ``{label: (numerator, number of records)}`` of a dimension."""
        parts = self.env["dist.measure.breakdown"].search(
            [("measure_id.code", "=", code), ("dimension", "=", dimension)]
        )
        return {
            part.label: (round(part.numerator, 2), part.sample_size) for part in parts
        }

    def _opened(self, code):
        """Return the records that the only value of a measure opens."""
        action = self._rows(code).action_open_records()
        return self.env[action["res_model"]].search(action["domain"])

    def _buy(self, quantity=10, price=4, promised="2026-03-12 16:00:00", **kwargs):
        return self._purchase(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, quantity, price)],
            promised,
            **kwargs,
        )

    # -- nothing ------------------------------------------------------------------

    def test_nothing_happened(self):
        """Every statement runs, and where nothing happened nothing is claimed."""
        measures = self.env["dist.measure"].search([("provider_model", "in", BOOKS)])
        self.assertEqual(len(measures), 22)
        for measure in measures:
            with self.subTest(measure.code):
                measure._compute_values(self.sites, day(1), day(31))
                values = self._rows(measure.code)
                self.assertFalse(any(values.mapped("value")))
                if measure.kind != "level":
                    self.assertFalse(values)

    def test_nothing_before_the_cutover(self):
        order = self._purchase(
            self.site_nyc,
            "2026-02-27 15:00:00",
            [(self.apple, 10, 4)],
            "2026-03-12 16:00:00",
        )
        self._receive(order, "2026-03-12 15:00:00")
        self._invoice(self.site_nyc, "2026-03-01 15:00:00", [(self.apple, 1, 9)])
        for code in ("supplier_on_time", "purchase_exception_rate"):
            self.assertEqual(self._values(code), {})
        self.assertEqual(self._values("invoice_exception_rate"), {})

    # -- suppliers ----------------------------------------------------------------

    def _receipts(self):
        """NYC: on the promised day, and a day late. Auckland: on the promised day.

        20:00 UTC on the 12th is 16:00 in New York; 2:00 UTC on the 14th is still the
        13th there. 10:00 UTC on the 13th is 23:00 in Auckland, where the promise, noon
        UTC on the 12th, is 1:00 of the same 13th.
        """
        order = self._buy()
        self._receive(order, "2026-03-12 20:00:00", {self.apple: 6})
        self._receive(order, "2026-03-14 02:00:00")
        other = self._purchase(
            self.site_akl,
            "2026-03-09 15:00:00",
            [(self.pear, 5, 4)],
            "2026-03-12 12:00:00",
        )
        self._receive(other, "2026-03-13 10:00:00")
        return order

    def test_supplier_on_time(self):
        order = self._receipts()
        expected = {
            ("NYC", day(12)): 100,
            ("NYC", day(13)): 0,
            ("AKL", day(13)): 100,
        }
        self.assertEqual(self._values("supplier_on_time"), expected)
        order.order_line.date_planned = "2026-03-30 12:00:00"
        self.assertEqual(self._values("supplier_on_time"), expected)
        self.assertRecords(
            "supplier_on_time",
            self.site_nyc,
            day(13),
            order.order_line.move_ids.filtered(lambda move: move.quantity == 4),
        )

    def test_supplier_lead_time(self):
        """3 d 5 h, 4 d 11 h and 3 d 19 h after the approval."""
        self._receipts()
        self.assertEqual(
            self._values("supplier_lead_time"),
            {
                ("NYC", day(12)): 3.21,
                ("NYC", day(13)): 4.46,
                ("AKL", day(13)): 3.79,
            },
        )

    def test_supplier_delay(self):
        """4, 34 and 22 hours after the promise; the promise is the first one."""
        order = self._receipts()
        order.order_line.date_planned = "2026-03-30 12:00:00"
        self.assertEqual(
            self._values("supplier_lead_time_variance"),
            {
                ("NYC", day(12)): 0.17,
                ("NYC", day(13)): 1.42,
                ("AKL", day(13)): 0.92,
            },
        )

    def test_returns_are_no_receipts(self):
        """Neither a customer's return, which comes in as well, nor ours."""
        order = self._buy()
        receipt = self._receive(order, "2026-03-12 20:00:00")
        sale = self._order(self.site_nyc, "2026-03-12 21:00:00", [(self.apple, 3)])
        delivery = self._ship(sale, "2026-03-12 22:00:00")
        for picking in receipt | delivery:
            self._return(picking, "2026-03-13 15:00:00", {self.apple: 1})
        self.assertEqual(self._values("supplier_on_time"), {("NYC", day(12)): 100})

    def test_receipt_moved_to_another_day(self):
        order = self._buy()
        receipt = self._receive(order, "2026-03-13 15:00:00")
        self.env["dist.measure.queue"].search([]).unlink()
        with freeze_time("2026-03-20 15:00:00"):
            receipt.date_done = "2026-03-12 15:00:00"
        self.assertEqual(
            self._queued("purchase"),
            {("NYC", day(9)), ("NYC", day(12)), ("NYC", day(13))},
        )
        self.assertEqual(self._values("supplier_on_time"), {("NYC", day(12)): 100})

    def test_receipt_queues_the_day_of_the_approval(self):
        order = self._buy()
        self.env["dist.measure.queue"].search([]).unlink()
        self._receive(order, "2026-03-10 15:00:00", {self.apple: 6})
        self.assertEqual(self._queued("purchase"), set(), "It is computed anyway.")
        self._receive(order, "2026-03-13 15:00:00")
        self.assertEqual(self._queued("purchase"), {("NYC", day(9))})

    # -- purchase exceptions --------------------------------------------------------

    def test_purchase_exceptions(self):
        """One order without, and one with each kind of exception."""
        orders = [self._buy() for _kind in range(8)]
        clean, changed, short, over, price, overbilled, late, cancelled = orders
        self.apple.purchase_method = "receive"
        on_time = "2026-03-12 15:00:00"
        changed.order_line.price_unit = 5
        self._receive(short, on_time, {self.apple: 8}, cancel_backorder=True)
        self._receive(over, on_time, {self.apple: 11})
        self._receive(late, "2026-03-13 15:00:00")
        for order in (clean, price, overbilled):
            self._receive(order, on_time)
        self._bill(clean, "2026-03-16 15:00:00", price=4.02)
        self._bill(price, "2026-03-16 15:00:00", price=4.03)
        bill = self._bill(overbilled, "2026-03-16 15:00:00", post=False)
        bill.invoice_line_ids.quantity = 11
        bill.action_post()
        cancelled.button_cancel()
        self.assertEqual(
            self._values("purchase_exception_rate"), {("NYC", day(9)): 85.71}
        )
        self.assertEqual(self._components("purchase_exception_rate"), [(6, 7)])
        self.assertEqual(
            self._parts("purchase_exception_rate", "reason"),
            {
                "": (0, 1),
                **dict.fromkeys(
                    ("changed", "short", "over", "price", "overbilled", "late"), (1, 1)
                ),
            },
        )
        self.assertEqual(
            self._opened("purchase_exception_rate").ids,
            [order.id for order in reversed(orders[:-1])],
        )

    def test_open_order_is_no_exception(self):
        """What is still expected is not short."""
        order = self._buy()
        self._receive(order, "2026-03-12 15:00:00", {self.apple: 8})
        self.assertEqual(self._values("purchase_exception_rate"), {("NYC", day(9)): 0})

    # -- prices -------------------------------------------------------------------

    def test_price_variance_against_standard(self):
        """10 at 5.50, ordered at 5, standard cost 4 at the approval and 9 later.

        55 − 40 = 15 of 40; 55 − 50 = 5 of 50.
        """
        order = self._buy(price=5)
        self._receive(order, "2026-03-12 15:00:00")
        self.apple.with_company(self.company_us).standard_price = 9
        bill = self._bill(order, "2026-03-16 15:00:00", price=5.5)
        self.assertEqual(
            self._values("purchase_price_variance"), {("US", day(16)): 37.5}
        )
        self.assertEqual(self._components("purchase_price_variance"), [(15, 40)])
        self.assertEqual(self._values("bill_price_variance"), {("US", day(16)): 10})
        self.assertEqual(
            self._opened("bill_price_variance"),
            bill.invoice_line_ids.filtered("purchase_line_id"),
        )
        self.assertEqual(
            self._parts("bill_price_variance", "partner"), {"Orchard": (5, 1)}
        )

    def test_price_variance_of_a_refund(self):
        """2 of 10 credited at 5.50: −(11 − 8) of −8; all in all 12 of 32."""
        order = self._buy(price=5)
        self._receive(order, "2026-03-12 15:00:00")
        self._bill(order, "2026-03-16 15:00:00", price=5.5)
        refund = self._invoice(
            self.site_nyc,
            "2026-03-16 16:00:00",
            [(self.apple, 2, 5.5)],
            move_type="in_refund",
            post=False,
        )
        refund.invoice_line_ids.purchase_line_id = order.order_line
        refund.action_post()
        self._values("purchase_price_variance")
        self.assertEqual(self._components("purchase_price_variance"), [(12, 32)])

    def test_price_variance_in_another_unit_and_currency(self):
        """A dozen at 30 EUR, 2 USD a EUR: 60 against 12 × 4 = 48."""
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 0.5,
                "currency_id": euro.id,
                "company_id": self.company_us.id,
            }
        )
        order = self._buy(approve=False, quantity=1, currency_id=euro.id)
        order.order_line.write({"product_uom_id": self.dozen.id, "price_unit": 30})
        with freeze_time("2026-03-09 16:00:00"):
            order.button_confirm()
        self._receive(order, "2026-03-12 15:00:00")
        self._bill(order, "2026-03-16 15:00:00")
        self._values("purchase_price_variance")
        self.assertEqual(self._components("purchase_price_variance"), [(12, 48)])
        self._values("bill_price_variance")
        self.assertEqual(self._components("bill_price_variance"), [(0, 60)])

    def test_price_variance_against_the_order_before(self):
        """Average cost: 3.60 after 3.00, 6 of 30; the first order has none before."""
        self.category.with_company(self.company_us).property_cost_method = "average"
        first = self._purchase(
            self.site_nyc,
            "2026-03-05 15:00:00",
            [(self.apple, 10, 3)],
            "2026-03-12 16:00:00",
        )
        second = self._buy(price=3.6)
        for order in (first, second):
            self._receive(order, "2026-03-12 15:00:00")
            self._bill(order, "2026-03-16 15:00:00")
        self.assertEqual(second.order_line.dist_reference_price, 3)
        self.assertEqual(self._values("purchase_price_variance"), {("US", day(16)): 20})
        self.assertEqual(self._components("purchase_price_variance"), [(6, 30)])

    # -- invoices -----------------------------------------------------------------

    def test_invoice_exceptions(self):
        """One document without an exception, its reversal, and one of each kind."""
        moment = "2026-03-10 15:00:00"
        sell = [(self.apple, 1, 9)]
        self._invoice(self.site_nyc, moment, sell)
        failed = self._invoice(self.site_nyc, moment, sell, post=False)
        Attempt = self.env["dist.posting.attempt"]
        Attempt._append(self.env.cr, "failed", Attempt._describe(failed), "No date")
        reset, turned = (
            self._invoice(self.site_nyc, moment, sell) for _number in range(2)
        )
        reset.button_draft()
        with freeze_time(moment):
            (failed | reset).action_post()
        with freeze_time("2026-03-12 15:00:00"):
            turned._reverse_moves([{"invoice_date": "2026-03-12"}]).action_post()
        late = self._invoice(self.site_nyc, moment, sell, post=False)
        with freeze_time("2026-03-18 15:00:00"):
            late.action_post()
        self._invoice(self.site_nyc, moment, sell, move_type="in_invoice", ref="B-1")
        priced = self._buy()
        self._receive(priced, moment)
        bill = self._bill(priced, moment, price=5)
        service = self.env["product.product"].create(
            {"name": "Freight", "type": "service", "supplier_taxes_id": False}
        )
        for _number in range(2):
            self._invoice(
                self.site_nyc,
                moment,
                [(service, 1, 50)],
                move_type="in_invoice",
                ref="F-9",
            )
        self.assertEqual(
            self._values("invoice_exception_rate"),
            {("US", day(10)): 88.89, ("US", day(12)): 0},
        )
        self.assertEqual(
            self._parts("invoice_exception_rate", "reason"),
            {
                "": (0, 1),
                "failed": (1, 1),
                "reset": (1, 1),
                "reversed": (1, 1),
                "late": (1, 1),
                "no_order": (1, 1),
                "price": (1, 1),
                "duplicate": (2, 2),
            },
        )
        self.assertEqual(bill.date, day(10))

    def test_invoice_taken_back_queues_its_day(self):
        order = self._buy()
        self._receive(order, "2026-03-10 15:00:00")
        bill = self._bill(order, "2026-03-10 15:00:00")
        self.env["dist.measure.queue"].search([]).unlink()
        with freeze_time("2026-03-20 15:00:00"):
            bill.button_draft()
        queue = self.env["dist.measure.queue"].search([])
        self.assertEqual(
            {(row.topic, row.site_ref, row.day) for row in queue},
            {
                ("invoice", self.site_nyc.id, day(10)),
                ("purchase", self.site_nyc.id, day(10)),
                ("purchase", self.site_nyc.id, day(9)),
            },
        )
        self.assertEqual(self._values("invoice_exception_rate"), {})

    def test_posting_success(self):
        """Two posted, one failed; 2:00 UTC on the 11th is the 10th in New York."""
        self.company_us.partner_id.tz = "America/New_York"
        sell = [(self.apple, 1, 9)]
        failed = self._invoice(self.site_nyc, "2026-03-10 15:00:00", sell, post=False)
        Attempt = self.env["dist.posting.attempt"]
        with freeze_time("2026-03-11 02:00:00"):
            Attempt._append(self.env.cr, "failed", Attempt._describe(failed), "No date")
            failed.action_post()
        self._invoice(self.site_nyc, "2026-03-10 15:00:00", sell)
        self.assertEqual(
            self._values("invoice_posting_success"), {("US", day(10)): 66.67}
        )
        self.assertEqual(len(self._opened("invoice_posting_success")), 3)

    def test_close_cycle(self):
        company = self.company_us
        with freeze_time("2026-03-09 13:00:00"):
            company.fiscalyear_lock_date = "2026-02-28"
        self.assertEqual(self._values("close_cycle"), {("US", day(9)): 9})
        with freeze_time("2026-03-11 13:00:00"):
            company.fiscalyear_lock_date = False
        self.assertEqual(self._queued("close"), {("NYC", day(9))})
        with freeze_time("2026-03-12 13:00:00"):
            company.fiscalyear_lock_date = "2026-02-28"
        self.assertEqual(self._values("close_cycle"), {("US", day(12)): 12})
        self.assertEqual(
            self._opened("close_cycle").period_end, fields.Date.to_date("2026-02-28")
        )

    # -- margin -------------------------------------------------------------------

    def test_gross_margin(self):
        """10 at 10 sold, cost 4: 60 of 100. What has no cost is left out."""
        team = self.env["crm.team"].create({"name": "Branch Counter"})
        order = self._order(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 10)],
            team_id=team.id,
        )
        self._ship(order, "2026-03-10 15:00:00")
        with freeze_time("2026-03-11 15:00:00"):
            invoice = order._create_invoices()
            invoice.invoice_date = "2026-03-11"
            invoice.action_post()
        self._invoice(self.site_nyc, "2026-03-11 15:00:00", [(self.apple, 1, 9)])
        self.assertEqual(self._values("gross_margin"), {("US", day(11)): 60})
        self.assertEqual(
            self._parts("gross_margin", "channel"), {"Branch Counter": (60, 1)}
        )
        self.assertEqual(
            self._opened("gross_margin"),
            invoice.invoice_line_ids.filtered("product_id"),
        )

    def test_gross_margin_of_goods_shipped_later(self):
        """Invoiced on the 11th without a cost, shipped on the 20th: 60 % on the 11th.

        One of the ten comes back and is credited: 54 of 90.
        """
        self.apple.invoice_policy = "order"
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 10)])
        with freeze_time("2026-03-11 15:00:00"):
            invoice = order._create_invoices()
            invoice.invoice_date = "2026-03-11"
            invoice.action_post()
        self.assertEqual(self._values("gross_margin"), {})
        self.env["dist.measure.queue"].search([]).unlink()
        self._ship(order, "2026-03-20 15:00:00")
        self.assertEqual(self._queued("invoice"), {("NYC", day(11))})
        self.assertEqual(self._values("gross_margin"), {("US", day(11)): 60})
        with freeze_time("2026-03-11 16:00:00"):
            refund = invoice._reverse_moves([{"invoice_date": "2026-03-11"}])
            refund.invoice_line_ids.quantity = 1
            refund.action_post()
        self._values("gross_margin")
        self.assertEqual(self._components("gross_margin"), [(54, 90)])

    # -- working capital ----------------------------------------------------------

    def test_working_capital(self):
        """Apples: 20 counted at 4, 5 shipped at 10. Pears: 3 received at 6, cost 4.

        Receivable 60 + 90, payable 25 + 50, inventory 15 × 4 + 3 × 4 = 72; delivered,
        not invoiced 50; received, not billed 18. The 60 and the 25 are older than the
        90 days that stand for the turnover.
        """
        shelf = self.warehouse_nyc.lot_stock_id
        service = self.env["product.product"].create(
            {
                "name": "Freight",
                "type": "service",
                "taxes_id": False,
                "supplier_taxes_id": False,
            }
        )
        for moment, sold, bought in (
            ("2025-11-10 15:00:00", 60, 25),
            ("2026-03-10 15:00:00", 90, 50),
        ):
            self._invoice(self.site_nyc, moment, [(service, 1, sold)])
            self._invoice(
                self.site_nyc, moment, [(service, 1, bought)], move_type="in_invoice"
            )
        self._count(self.apple, shelf, 20, "2026-03-09 15:00:00")
        sale = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 5)])
        self._ship(sale, "2026-03-10 15:00:00")
        purchase = self._purchase(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.pear, 3, 6)],
            "2026-03-12 16:00:00",
        )
        self._receive(purchase, "2026-03-10 15:00:00")
        with freeze_time("2026-03-11 15:00:00"):
            for code, expected in (
                ("receivable", 150),
                ("payable", 75),
                ("working_capital", 150 + 50 + 72 - 75 - 18),
                ("days_sales_outstanding", 150),
                ("days_payable_outstanding", 75 * 90 / 50),
                ("days_inventory", 72 * 90 / 20),
                ("cash_to_cash", 150 + 324 - 135),
            ):
                with self.subTest(code):
                    values = self._values(code)
                    self.assertEqual(values["US", day(11)], round(expected, 2))
        self.assertEqual(
            {
                label: amount
                for label, (amount, _n) in self._parts(
                    "working_capital", "reason"
                ).items()
            },
            {
                "receivable": 150,
                "payable": -75,
                "inventory": 72,
                "delivered_not_invoiced": 50,
                "received_not_billed": -18,
            },
        )

    # -- people -------------------------------------------------------------------

    def test_adoption(self):
        """One of two worked, with three transactions."""
        keeper = self._user("keeper", "stock.group_stock_user")
        self._user("seller", "sales_team.group_sale_salesman")
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        picking = self._as(keeper, self._open_picking(order))
        for quantity in (3, 3, 3):
            with freeze_time("2026-03-10 15:00:00"):
                picking = self._as(keeper, self._open_picking(order))
                picking.move_ids.quantity = quantity
                picking.move_ids.picked = True
                picking.with_context(skip_backorder=True).button_validate()
        with freeze_time("2026-03-11 12:00:00"):
            self.env["dist.adoption.snapshot"]._capture(self.site_nyc, day(10))
        self.assertEqual(self._values("adoption_rate"), {("NYC", day(10)): 50})
        self.assertEqual(self._values("adoption_depth"), {("NYC", day(10)): 1.5})
        self.assertEqual(
            self._parts("adoption_rate", "role"), {"stock": (1, 1), "sales": (0, 1)}
        )
        self.assertEqual(len(self._opened("adoption_rate")), 2)

    def test_user_errors(self):
        """Two corrections; an order, a transfer and a count: 2000 over 3.

        The move that undoes the count is no transaction.
        """
        shelf = self.warehouse_nyc.lot_stock_id
        order = self._order(self.site_nyc, "2026-03-10 14:00:00", [(self.apple, 9)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        self._count(self.pear, shelf, 4, "2026-03-10 15:00:00")
        count = self.env["stock.move.line"].search(
            [("is_inventory", "=", True), ("product_id", "=", self.pear.id)]
        )
        with freeze_time("2026-03-10 16:00:00"):
            picking.move_line_ids.quantity = 8
            count.action_revert_inventory()
        self.assertEqual(self._values("user_error_rate"), {("NYC", day(10)): 666.67})
        self.assertEqual(
            self._opened("user_error_rate"), self.env["dist.correction"].search([])
        )
        self.assertEqual(self._values("correction_count"), {("US", day(10)): 2})

    def test_exception_volume(self):
        """An order changed (an exception and a correction) and a bill without order."""
        order = self._buy()
        with freeze_time("2026-03-09 16:00:00"):
            order.order_line.price_unit = 5
        self._invoice(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 1, 9)],
            move_type="in_invoice",
        )
        for topic in ("correction", "invoice", "purchase"):
            self.env["dist.measure"]._compute_window(topic, self.sites, day(9), day(9))
        [row] = self._rows("exception_volume")
        self.assertEqual((row.company_id, row.value), (self.company_us, 3))
        self.assertEqual(
            self._parts("exception_volume", "reason"),
            {
                "correction_count": (1, 1),
                "invoice_exception_rate": (1, 1),
                "purchase_exception_rate": (1, 1),
            },
        )
        self.assertEqual(len(self._opened("exception_volume")), 3)
