from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails

STAMPS = {
    "dist_book_quantity",
    "dist_is_corrected",
    "dist_is_quantity_edit",
    "dist_reverted_move_id",
}


class StockMove(models.Model):
    _inherit = "stock.move"

    # The stamps are captured where Odoo makes the move, because it keeps no trace
    # but a translated name. On a move that exists they can't be set: that would hide a
    # count from the measures.
    dist_is_quantity_edit = fields.Boolean(
        string="Quantity Typed into the Product",
        readonly=True,
        copy=False,
        help="The move sets a quantity from the product form. It is an adjustment, "
        "not a count.",
    )
    dist_reverted_move_id = fields.Many2one(
        "stock.move",
        string="Undone Count",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The count that this move undoes. Neither of the two is measured.",
    )

    dist_book_quantity = fields.Float(
        string="Book Quantity at the Count",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Quantity in the books when a count was applied, in the product's unit. "
        "Odoo overwrites it with the count.",
    )
    dist_is_corrected = fields.Boolean(
        string="Corrected",
        readonly=True,
        copy=False,
        help="A quantity of the transfer was changed after it was done.",
    )

    _dist_count_date_idx = models.Index("(date) WHERE is_inventory AND state = 'done'")

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        reverted = [
            vals["dist_reverted_move_id"]
            for vals in vals_list
            if vals.get("dist_reverted_move_id")
        ]
        if reverted:
            with never_fails(self.env, "days of undone counts"):
                self.env["dist.measure.provider.count"]._enqueue_counts(
                    self.browse(reverted)
                )
        return moves

    def write(self, vals):
        if not self.env.su and STAMPS & vals.keys():
            raise AccessError(
                self.env._("What a stock move stands for is recorded when it is made.")
            )
        rewritten = self.browse()
        if "date" in vals:
            # Done before this write: applying a count is no rewriting. Opening stock is
            # in no measure.
            rewritten = self.filtered(
                lambda move: move.is_inventory
                and move.state == "done"
                and not move.dist_is_opening_load
            )
        if not rewritten:
            return super().write(vals)
        provider = self.env["dist.measure.provider.count"]
        days_before = set()
        with never_fails(self.env, "days of counts before they were moved"):
            days_before = provider._count_days(rewritten)
        result = super().write(vals)
        with never_fails(self.env, "days of counts that were moved"):
            provider._enqueue_counts(rewritten, days_before)
        return result

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._dist_enqueue_documents()
        return done

    def _action_cancel(self):
        # A receipt that is cancelled closes its order short, long after the approval.
        received = self.filtered("purchase_line_id")
        result = super()._action_cancel()
        received._dist_enqueue_documents()
        return result

    def _dist_enqueue_documents(self):
        """Queue the days of the purchase orders and invoices that these moves change.

        The move's own day is open; that of the order's approval, or of the invoice, may
        be long over.
        """
        # sudo: whoever moves goods may not see the documents whose days are queued.
        moves = self.sudo()
        orders = moves.purchase_line_id.order_id
        invoices = moves.sale_line_id.invoice_lines.move_id
        if not orders and not invoices:
            return
        with never_fails(self.env, "days of orders and invoices"):
            self.env["dist.measure.provider.purchase"]._enqueue_orders(orders)
            self.env["dist.measure.provider.invoice"]._enqueue_dates(invoices)
