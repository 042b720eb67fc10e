from contextlib import closing, contextmanager

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails

from .common import day
from .common_books import BooksCommon

LOG = "odoo.addons.dist_rollout_governance.services.never_fails"
# What the hooks in Odoo's own documents end in.
HOOKS = {
    "dist.measure.queue": ["_enqueue"],
    "dist.correction": ["_log"],
    "dist.posting.attempt": ["_describe", "_log_posted", "_log_failed"],
    "dist.period.close": ["_lock_dates_changed"],
    "sale.order": ["_dist_capture_promise"],
    "purchase.order.line": ["_dist_agreed_before"],
    "dist.measure.provider.count": ["_count_days"],
    "dist.measure.provider.shipment": ["_shipment_days"],
    "dist.measure.provider.purchase": ["_approval_days"],
    "dist.measure.provider.receiving": ["_transfer_days"],
}


def broken(model, *_args, **_kwargs):
    """Fail in the database, which refuses everything until it is rolled back."""
    model.env.cr.execute("SELECT nothing FROM nowhere")


@tagged("post_install", "-at_install")
class TestNeverFails(BooksCommon):
    """Everything the measures capture is broken, and the business goes on."""

    def setUp(self):
        super().setUp()
        for model, names in HOOKS.items():
            for name in names:
                self.patch(type(self.env[model]), name, broken)
        self.enterContext(mute_logger("odoo.sql_db"))
        self.shelf = self.warehouse_nyc.lot_stock_id

    @contextmanager
    def _logged(self, *captures):
        """Assert that each of these captures is said to be missing."""
        with self.assertLogs(LOG, "ERROR") as log:
            yield
        for capture in captures:
            self.assertIn(capture, "\n".join(log.output))

    def test_delivery(self):
        with self._logged("promises of orders"):
            order = self._order(self.site_nyc, "2026-03-09 15:00:00", [(self.apple, 9)])
        self.assertEqual(order.state, "sale")
        picking = self._ship(order, "2026-03-10 15:00:00", {self.apple: 5})
        self.assertEqual((picking.state, picking.dist_done_by_id.id), ("done", 1))
        with self._logged("corrections of transfers", "moves that were changed"):
            picking.move_line_ids.quantity = 4
        with self._logged("transfers before they were moved"):
            picking.date_done = "2026-03-09 16:00:00"
        with self._logged("days of shipped orders"):
            order.order_line.product_uom_qty = 12
        self.assertEqual(order.order_line.qty_delivered, 4)
        self.assertEqual(str(picking.move_ids.date), "2026-03-09 16:00:00")
        returned = self._ship(order, "2026-03-12 15:00:00")
        reason = self.env.ref("dist_hypercare.return_reason_wrong_item")
        with self._logged("picks that were returned"):
            back = self._return(
                returned, "2026-03-13 15:00:00", {self.apple: 1}, reason
            )
        self.assertEqual(back.state, "done")
        with self._logged("cancelled orders"):
            order._action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_count(self):
        with self._logged("counts that were moved"):
            quant = self._count(
                self.apple,
                self.shelf,
                7,
                "2026-03-05 15:00:00",
                applied_at="2026-03-10 15:00:00",
            )
        self.assertEqual(quant.quantity, 7)
        move = self.env["stock.move"].search([("is_inventory", "=", True)], limit=1)
        self.assertEqual(str(move.date), "2026-03-05 15:00:00")
        with self._logged("days of undone counts", "corrections of counts"):
            move.move_line_ids.action_revert_inventory()
        self.assertEqual(quant.quantity, 0)

    def test_purchase(self):
        with self._logged("promises of purchase orders"):
            order = self._purchase(
                self.site_nyc,
                "2026-03-09 15:00:00",
                [(self.apple, 10, 4)],
                "2026-03-12 16:00:00",
            )
        self.assertEqual(order.state, "purchase")
        with self._logged("changes of approved purchase orders"):
            order.order_line.price_unit = 5
        with self._logged("days of orders and invoices"):
            receipt = self._receive(order, "2026-03-12 15:00:00", {self.apple: 6})
        self.assertEqual((receipt.state, order.order_line.qty_received), ("done", 6))
        with self._logged("days of orders and invoices"):
            (order.picking_ids - receipt).action_cancel()
        with self._logged("promises of purchase orders"):
            other = order.copy()
            other.button_confirm()
        with self._logged("cancelled purchase orders"):
            other.button_cancel()
        self.assertEqual(other.state, "cancel")

    def test_posting(self):
        with self._logged("what an attempt to post is about", "postings"):
            invoice = self._invoice(
                self.site_nyc, "2026-03-10 15:00:00", [(self.apple, 1, 9)]
            )
        self.assertEqual(invoice.state, "posted")
        with self._logged("documents reset to draft"):
            invoice.button_draft()
        self.assertEqual(invoice.state, "draft")
        with self._logged("postings"):
            invoice.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_residual, 9)

    def test_posting_that_fails_tells_its_own_reason(self):
        bill = self._invoice(
            self.site_nyc,
            "2026-03-10 15:00:00",
            [(self.apple, 1, 9)],
            move_type="in_invoice",
            post=False,
        )
        bill.invoice_date = False
        with (
            self._logged("what an attempt to post is about"),
            self.assertLogs("odoo.addons.dist_hypercare", "ERROR"),
            self.assertRaisesRegex(UserError, "Bill/Refund date"),
        ):
            bill.action_post()

    def test_period(self):
        with self._logged("closings of periods"):
            self.company_us.fiscalyear_lock_date = "2026-02-28"
        self.assertEqual(
            self.company_us.fiscalyear_lock_date, fields.Date.to_date("2026-02-28")
        )


@tagged("post_install", "-at_install")
class TestCaptureAlone(BooksCommon):
    """The savepoint of a capture, and that a capture waits for nobody."""

    def test_what_was_written_before_stays(self):
        self.customer.name = "Grocer"
        with self.assertLogs(LOG, "ERROR"), never_fails(self.env, "something"):
            self.customer.name = "Lost"
            self.env.flush_all()
            raise ValueError("broken")
        self.assertEqual(self.customer.name, "Grocer")
        self.env.invalidate_all()
        self.assertEqual(self.customer.name, "Grocer")

    def test_what_was_not_flushed_is_forgotten_as_well(self):
        with self.assertLogs(LOG, "ERROR"), never_fails(self.env, "something"):
            self.customer.name = "Lost"
            raise ValueError("broken")
        self.env.flush_all()
        self.assertEqual(self.customer.name, "Corner Shop")

    def test_an_error_of_the_business_is_raised(self):
        """What was pending before the capture is none of its business."""

        def refused(_model, fnames=None):
            raise ValueError("refused")

        self.customer.name = "Grocer"
        reached = []
        with self.assertRaisesRegex(ValueError, "refused"):
            with self.env.cr.savepoint(flush=False):
                self.patch(type(self.env), "flush_all", refused)
                with never_fails(self.env, "something"):
                    reached.append(True)
        self.assertFalse(reached)

    def test_a_concurrent_update_is_left_to_the_server(self):
        with self.assertRaises(SerializationFailure):
            with never_fails(self.env, "something"):
                raise SerializationFailure("could not serialize access")

    def test_nobody_waits(self):
        """Another transaction changes the rows a capture refers to, and queues the day.

        The lock timeout turns waiting into an error.
        """
        company = self.env.ref("base.main_company")
        admin = self.env.ref("base.user_admin")
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        Queue = self.env["dist.measure.queue"]
        row = ("shipment", 2**31 - 1, day(10))
        with closing(db_connect(self.env.cr.dbname).cursor()) as other:
            for record in (company, admin, warehouse):
                other.execute(
                    f"SELECT FROM {record._table} WHERE id = %s"
                    " FOR NO KEY UPDATE NOWAIT",
                    [record.id],
                )
            other.execute(
                "INSERT INTO dist_measure_queue (topic, site_ref, day)"
                " VALUES (%s, %s, %s)",
                row,
            )
            self.env.cr.execute("SET LOCAL lock_timeout = '300ms'")
            Queue._enqueue(row[0], [row[1:]])
            self.env["dist.correction"].with_user(admin)._log(
                "count_undone", warehouse, lambda record: record
            )
            self.env["dist.posting.attempt"].with_user(admin)._append(
                self.env.cr, "posted", [(1, company.id, "out_invoice", "")]
            )
            other.rollback()
        self.env.cr.execute("SET LOCAL lock_timeout TO DEFAULT")
        self.assertEqual(Queue.search_count([("site_ref", "=", row[1])]), 1)
