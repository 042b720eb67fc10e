from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import day
from .common_books import BooksCommon

LOGS = (
    "dist.adoption.snapshot",
    "dist.correction",
    "dist.period.close",
    "dist.posting.attempt",
)


@tagged("post_install", "-at_install")
class TestCaptures(BooksCommon):
    """What Odoo forgets is kept at the moment it happens."""

    def _bought(self, **values):
        """Order 5 apples on 9 March for the 12th."""
        return self._purchase(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 5, 4)],
            "2026-03-12 12:00:00",
            **values,
        )

    def _draft_bill(self, **values):
        """Draft a bill of an apple."""
        return self._invoice(
            self.site_nyc,
            "2026-03-10 15:00:00",
            [(self.apple, 1, 9)],
            move_type="in_invoice",
            post=False,
            **values,
        )

    # -- promise of a purchase order ------------------------------------------------

    def test_promise_is_kept_at_approval(self):
        order = self._bought(approve=False)
        self.assertFalse(order.order_line.dist_promised_at)
        order.button_confirm()
        order.order_line.date_planned = "2026-03-20 12:00:00"
        promise = fields.Datetime.to_datetime("2026-03-12 12:00:00")
        self.assertEqual(order.order_line.dist_promised_at, promise)
        order.write({"state": "purchase"})
        self.assertEqual(order.order_line.dist_promised_at, promise)

    def test_promise_of_a_line_added_later(self):
        order = self._bought()
        order.order_line = [
            Command.create(
                {
                    "product_id": self.pear.id,
                    "product_qty": 1,
                    "date_planned": "2026-03-15 12:00:00",
                }
            )
        ]
        self.assertEqual(
            order.order_line.mapped("dist_promised_at"),
            [
                fields.Datetime.to_datetime("2026-03-12 12:00:00"),
                fields.Datetime.to_datetime("2026-03-15 12:00:00"),
            ],
        )

    def test_promise_is_renewed_by_the_next_approval(self):
        order = self._bought()
        order.button_cancel()
        order.button_draft()
        order.order_line.date_planned = "2026-03-20 12:00:00"
        order.button_confirm()
        self.assertEqual(
            order.order_line.dist_promised_at,
            fields.Datetime.to_datetime("2026-03-20 12:00:00"),
        )

    def test_promise_is_nobodys_to_set(self):
        buyer = self._user("buyer", "purchase.group_purchase_manager")
        order = self._bought()
        values = {"dist_promised_at": "2026-03-30 12:00:00"}
        with self.assertRaises(AccessError):
            self._as(buyer, order.order_line).write(values)
        with self.assertRaises(AccessError):
            self._as(buyer, self.env["purchase.order.line"]).create(
                {"order_id": order.id, "product_id": self.pear.id, **values}
            )

    def test_buyer_approves(self):
        """A buyer without a rollout role keeps the promise without knowing of it."""
        buyer = self._user("buyer", "purchase.group_purchase_user")
        order = self._bought(approve=False)
        self._as(buyer, order).button_confirm()
        self.assertTrue(order.order_line.dist_promised_at)

    # -- posting ------------------------------------------------------------------

    def _attempts(self):
        return self.env["dist.posting.attempt"].search(
            [("company_id", "in", (self.company_us | self.company_nz).ids)]
        )

    def test_posted(self):
        clerk = self._user("clerk", "account.group_account_invoice")
        invoice = self._invoice(
            self.site_nyc, "2026-03-10 15:00:00", [(self.apple, 1, 9)], post=False
        )
        with freeze_time("2026-03-10 16:00:00"):
            self._as(clerk, invoice).action_post()
        self.assertRecordValues(
            self._attempts(),
            [
                {
                    "outcome": "posted",
                    "move_ref": invoice.id,
                    "company_id": self.company_us.id,
                    "user_id": clerk.id,
                    "attempted_at": fields.Datetime.to_datetime("2026-03-10 16:00:00"),
                }
            ],
        )

    def test_failure_outlives_its_transaction(self):
        bill = self._draft_bill(ref="B-77")
        bill.invoice_date = False
        with self.enter_registry_test_mode():
            # No savepoint around it: the cursor of the test is the log's as well.
            try:
                bill.action_post()
            except UserError as error:
                message = str(error)
        self.assertIn("Bill/Refund date", message)
        self.assertEqual(bill.state, "draft")
        self.assertRecordValues(
            self._attempts(),
            [{"outcome": "failed", "move_ref": bill.id, "reason": message}],
        )

    def test_failed_batch_is_one_attempt(self):
        bills = self.env["account.move"]
        for number in range(3):
            bills |= self._draft_bill(ref=f"B-{number}")
        bills[0].invoice_date = False
        with self.enter_registry_test_mode():
            try:
                bills.action_post()
            except UserError as error:
                self.assertTrue(error)
        self.assertRecordValues(
            self._attempts(), [{"outcome": "failed", "move_ref": 0}]
        )

    def test_log_that_fails_hides_nothing(self):
        """The person is told why the bill is not posted, not why the log is broken."""
        bill = self._draft_bill()
        bill.invoice_date = False
        attempt = type(self.env["dist.posting.attempt"])
        self.patch(attempt, "_log_failed", lambda *_args: 1 / 0)
        with (
            self.assertLogs("odoo.addons.dist_hypercare", "ERROR"),
            self.assertRaisesRegex(UserError, "Bill/Refund date"),
        ):
            bill.action_post()

    def test_entries_are_no_invoices(self):
        accounts = self.env["account.account"].search(
            [("company_ids", "in", self.company_us.ids)], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "company_id": self.company_us.id,
                "line_ids": [
                    Command.create({"account_id": accounts.id, "debit": 5}),
                    Command.create({"account_id": accounts.id, "credit": 5}),
                ],
            }
        )
        entry.action_post()
        entry.button_draft()
        self.assertFalse(self._attempts())
        self.assertFalse(self.env["dist.correction"].search([]))

    # -- closing ------------------------------------------------------------------

    def test_period_close(self):
        """28 February is locked on 9 March, 13:00 UTC: nine days later."""
        adviser = self._user("adviser", "account.group_account_manager")
        self.company_us.partner_id.tz = "America/New_York"
        adviser.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        with freeze_time("2026-03-09 13:00:00"):
            self._as(adviser, self.company_us).fiscalyear_lock_date = "2026-02-28"
            self._as(adviser, self.company_us).hard_lock_date = "2026-02-28"
        closes = self.env["dist.period.close"].search(
            [("company_id", "=", self.company_us.id)]
        )
        self.assertRecordValues(
            closes,
            [
                {
                    "period_end": fields.Date.to_date("2026-02-28"),
                    "days": 9,
                    "user_id": adviser.id,
                    "reopened_at": False,
                }
            ],
        )

    def test_day_of_the_closing_is_the_companys(self):
        """2:00 UTC of 10 March is still the 9th in New York."""
        self.company_us.partner_id.tz = "America/New_York"
        with freeze_time("2026-03-10 02:00:00"):
            self.company_us.fiscalyear_lock_date = "2026-02-28"
        closes = self.env["dist.period.close"].search(
            [("company_id", "=", self.company_us.id)]
        )
        self.assertEqual(closes.days, 9)

    def test_period_reopened_and_closed_again(self):
        company = self.company_us
        with freeze_time("2026-03-09 13:00:00"):
            company.fiscalyear_lock_date = "2026-01-31"
            company.fiscalyear_lock_date = "2026-02-28"
        with freeze_time("2026-03-11 13:00:00"):
            company.fiscalyear_lock_date = "2026-01-31"
        with freeze_time("2026-03-12 13:00:00"):
            company.fiscalyear_lock_date = "2026-02-28"
        closes = self.env["dist.period.close"].search(
            [("company_id", "=", company.id)], order="id"
        )
        self.assertEqual(closes.mapped("days"), [37, 9, 12])
        self.assertEqual(closes.mapped(lambda c: bool(c.reopened_at)), [0, 1, 0])

    def test_close_is_nobodys_to_write(self):
        self.company_us.fiscalyear_lock_date = "2026-02-28"
        close = self.env["dist.period.close"].search(
            [("company_id", "=", self.company_us.id)]
        )
        admin = self._user(
            "program_admin", "dist_rollout_governance.group_program_admin"
        )
        with self.assertRaises(AccessError):
            self._as(admin, close).write({"closed_at": "2026-03-01 00:00:00"})

    # -- corrections --------------------------------------------------------------

    def _kinds(self):
        rows = self.env["dist.correction"].search([], order="id")
        return [(row.kind, row.site_id.code or None, row.res_id) for row in rows]

    def test_sale_and_purchase_corrections(self):
        sale = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        draft = sale.copy()
        purchase = self._purchase(
            self.site_akl,
            "2026-03-09 15:00:00",
            [(self.apple, 5, 4)],
            "2026-03-12 12:00:00",
        )
        draft._action_cancel()
        purchase.order_line.price_unit = 4
        self.assertEqual(self._kinds(), [])
        sale._action_cancel()
        purchase.order_line.price_unit = 5
        purchase.button_cancel()
        self.assertEqual(
            self._kinds(),
            [
                ("sale_cancelled", "NYC", sale.id),
                ("purchase_changed", "AKL", purchase.id),
                ("purchase_cancelled", "AKL", purchase.id),
            ],
        )

    def test_stock_corrections(self):
        keeper = self._user("keeper", "stock.group_stock_user")
        shelf = self.warehouse_nyc.lot_stock_id
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        self._count(self.pear, shelf, 4, "2026-03-10 15:00:00")
        count = self.env["stock.move.line"].search(
            [("is_inventory", "=", True), ("product_id", "=", self.pear.id)]
        )
        self.assertEqual(self._kinds(), [])
        self._as(keeper, picking.move_line_ids).quantity = 8
        count.action_revert_inventory()
        self.assertEqual(
            self._kinds(),
            [
                ("transfer_edited", "NYC", picking.id),
                ("count_undone", "NYC", count.move_id.id),
            ],
        )
        self.assertEqual(
            self.env["dist.correction"].search([], order="id").user_id,
            keeper | self.env.user,
        )

    def test_invoice_corrections(self):
        """A credit note within 30 days takes the invoice back, a later one does not."""
        first, second, third = (
            self._invoice(self.site_nyc, "2026-03-10 15:00:00", [(self.apple, 1, 9)])
            for _number in range(3)
        )
        first.button_draft()
        with freeze_time("2026-04-09 15:00:00"):
            refund = second._reverse_moves([{"invoice_date": "2026-04-09"}])
            refund.action_post()
        with freeze_time("2026-04-10 15:00:00"):
            third._reverse_moves([{"invoice_date": "2026-04-10"}]).action_post()
        self.assertEqual(
            self._kinds(),
            [("invoice_reset", None, first.id), ("invoice_reversed", None, refund.id)],
        )

    def test_correction_opens_its_document(self):
        sale = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        sale._action_cancel()
        row = self.env["dist.correction"].search([])
        self.assertEqual(row.document, sale.name)
        action = row.action_open_document()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("sale.order", sale.id)
        )
        sale.unlink()
        with self.assertRaisesRegex(UserError, "deleted"):
            row.action_open_document()

    def test_people_without_a_rollout_role_correct(self):
        """Who knows nothing of the rollout is not stopped by it."""
        buyer = self._user("buyer", "purchase.group_purchase_user")
        seller = self._user("seller", "sales_team.group_sale_salesman_all_leads")
        keeper = self._user("keeper", "stock.group_stock_user")
        clerk = self._user("clerk", "account.group_account_invoice")
        sale = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        purchase = self._purchase(
            self.site_nyc,
            "2026-03-09 15:00:00",
            [(self.apple, 5, 4), (self.pear, 5, 4)],
            "2026-03-12 12:00:00",
        )
        with freeze_time("2026-03-12 15:00:00"):
            receipt = self._as(keeper, purchase.picking_ids)
            receipt.button_validate()
            self._as(buyer, purchase.order_line)[0].price_unit = 5
            self._as(seller, sale)._action_cancel()
            bill = self._bill(purchase, "2026-03-12 15:00:00", post=False)
            self._as(clerk, bill).action_post()
            self._as(clerk, bill).button_draft()
        self.assertEqual(receipt.state, "done")
        rows = self.env["dist.correction"].search([], order="id")
        self.assertEqual(
            [(row.kind, row.user_id) for row in rows],
            [
                ("purchase_changed", buyer),
                ("sale_cancelled", seller),
                ("invoice_reset", clerk),
            ],
        )

    # -- adoption -----------------------------------------------------------------

    def _snapshot(self, *users):
        rows = self.env["dist.adoption.snapshot"].search(
            [("user_id", "in", [user.id for user in users])], order="user_id, role, day"
        )
        return [
            (row.user_id.login, row.role, row.day, row.transactions, row.is_late)
            for row in rows
        ]

    def test_adoption_of_a_day(self):
        """The keeper validated one transfer and counted twice, the seller nothing."""
        keeper = self._user("keeper", "stock.group_stock_user")
        seller = self._user("seller", "sales_team.group_sale_salesman")
        shelf = self.warehouse_nyc.lot_stock_id
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        with freeze_time("2026-03-10 15:00:00"):
            picking = self._as(keeper, self._open_picking(order))
            picking.move_ids.quantity = 9
            picking.move_ids.picked = True
            picking.button_validate()
            for quantity in (4, 5):
                self._as(keeper, self.env["stock.quant"]).with_context(
                    inventory_mode=True
                ).create(
                    {
                        "product_id": self.pear.id,
                        "location_id": shelf.id,
                        "inventory_quantity": quantity,
                    }
                ).action_apply_inventory()
        self.assertEqual(picking.dist_done_by_id, keeper)
        with freeze_time("2026-03-11 12:00:00"):
            self.env["dist.adoption.snapshot"]._capture(self.site_nyc, day(10))
        self.assertEqual(
            self._snapshot(keeper, seller),
            [
                ("keeper", "stock", day(10), 3, False),
                ("seller", "sales", day(10), 0, False),
            ],
        )
        self.assertEqual(self._queued("adoption"), {("NYC", day(10))})

    def test_adoption_is_captured_once(self):
        """The role that was taken away later stays in the day that is over."""
        keeper = self._user("keeper", "stock.group_stock_user")
        Snapshot = self.env["dist.adoption.snapshot"]
        with freeze_time("2026-03-11 12:00:00"):
            Snapshot._capture(self.site_nyc, day(10))
            keeper.group_ids = [
                Command.unlink(self.env.ref("stock.group_stock_user").id),
                Command.link(self.env.ref("purchase.group_purchase_user").id),
            ]
            Snapshot._capture(self.site_nyc, day(10))
        rows = self._snapshot(keeper)
        self.assertIn(("keeper", "stock", day(10), 0, False), rows)

    def test_adoption_site_of_a_user(self):
        """By the default warehouse; without one, by the company's first one."""
        annex = self.env["stock.warehouse"].create(
            {"name": "Annex", "code": "ANX", "company_id": self.company_us.id}
        )
        site = self._new_site("ANX", self.company_us, "America/New_York", annex)
        at_annex, anywhere = (
            self._user(login, "stock.group_stock_user")
            for login in ("at_annex", "anywhere")
        )
        at_annex.with_company(self.company_us).property_warehouse_id = annex
        with freeze_time("2026-03-11 12:00:00"):
            self.env["dist.adoption.snapshot"]._capture(site | self.site_nyc, day(10))
        rows = self.env["dist.adoption.snapshot"].search([])
        self.assertEqual(
            {
                row.user_id: row.site_id
                for row in rows
                if row.user_id in at_annex | anywhere
            },
            {at_annex: site, anywhere: self.site_nyc},
        )

    def test_adoption_without_the_rollout_team(self):
        """Who helps at the site holds the rights, but has no work to take up."""
        keeper = self._user("keeper", "stock.group_stock_user")
        helpers = [
            self._user(group, "stock.group_stock_user")
            for group in ("group_program_admin", "group_command_center")
        ]
        for helper in helpers:
            helper.group_ids += self.env.ref(f"dist_rollout_governance.{helper.login}")
        with freeze_time("2026-03-11 12:00:00"):
            self.env["dist.adoption.snapshot"]._capture(self.site_nyc, day(10))
        self.assertEqual(
            self._snapshot(keeper, *helpers), [("keeper", "stock", day(10), 0, False)]
        )

    def test_adoption_job_catches_up(self):
        self.env["dist.site"].search([]).filtered(
            lambda site: site not in self.sites
        ).active = False
        keeper = self._user("keeper", "stock.group_stock_user")
        cron = self.env.ref("dist_hypercare.ir_cron_adoption_capture")
        with self.enter_registry_test_mode():
            for moment in ("2026-03-11 12:00:00", "2026-03-14 12:00:00"):
                with freeze_time(moment):
                    cron.method_direct_trigger()
        self.assertEqual(
            self._snapshot(keeper),
            [
                ("keeper", "stock", day(10), 0, False),
                ("keeper", "stock", day(11), 0, True),
                ("keeper", "stock", day(12), 0, True),
                ("keeper", "stock", day(13), 0, False),
            ],
        )

    def test_validated_by_is_nobodys_to_set(self):
        manager = self._user("stock_manager", "stock.group_stock_manager")
        order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        picking = self._ship(order, "2026-03-10 15:00:00")
        with self.assertRaises(AccessError):
            self._as(manager, picking).dist_done_by_id = manager

    # -- who may see and change the logs ------------------------------------------

    def _one_of_each(self):
        self._order(
            self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)]
        )._action_cancel()
        self._invoice(self.site_nyc, "2026-03-10 15:00:00", [(self.apple, 1, 9)])
        self.company_us.fiscalyear_lock_date = "2026-02-28"
        self._user("keeper", "stock.group_stock_user")
        self.env["dist.adoption.snapshot"]._capture(self.site_nyc, day(10))

    def _number(self, user, model):
        """Return how many rows of the company a user sees."""
        rows = self._as(user, self.env[model])
        return rows.search_count([("company_id", "=", self.company_us.id)])

    def test_logs_are_seen_by_company_and_site(self):
        self._one_of_each()
        viewer = "dist_rollout_governance.group_viewer"
        manager = "dist_rollout_governance.group_site_manager"
        own = self._user("own", viewer)
        foreign = self._user("foreign", viewer, self.company_nz)
        elsewhere = self._user("elsewhere", manager)
        here = self._user("here", manager)
        nobody = self._user("nobody", "base.group_user")
        self.site_nyc.deputy_ids = here
        self.env.flush_all()
        for model in LOGS:
            of_site = model in ("dist.adoption.snapshot", "dist.correction")
            with self.subTest(model):
                self.assertTrue(self._number(own, model))
                self.assertTrue(self._number(here, model))
                self.assertEqual(self._number(foreign, model), 0)
                self.assertEqual(bool(self._number(elsewhere, model)), not of_site)
                with self.assertRaises(AccessError):
                    self._number(nobody, model)

    def test_logs_are_nobodys_to_change(self):
        self._one_of_each()
        admin = self._user(
            "program_admin", "dist_rollout_governance.group_program_admin"
        )
        for model in LOGS:
            row = self.env[model].search([], limit=1)
            for refused in (
                lambda row: row.write({"company_id": row.company_id.id}),
                lambda row: row.unlink(),
                lambda row: row.copy(),
                lambda row: row.create({"company_id": row.company_id.id}),
            ):
                with self.subTest(model), self.assertRaises(AccessError):
                    refused(self._as(admin, row))
                if model != "dist.period.close":
                    with self.subTest(model), self.assertRaises(AccessError):
                        refused(row)
