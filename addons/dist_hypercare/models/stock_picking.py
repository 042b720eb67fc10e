from odoo import fields, models
from odoo.exceptions import AccessError

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # Effective dates have no index in Odoo: without it, every day's shipments are
    # searched in the whole table.
    _dist_date_done_idx = models.Index("(date_done) WHERE state = 'done'")

    dist_done_by_id = fields.Many2one(
        "res.users",
        string="Validated By",
        readonly=True,
        copy=False,
        help="Who validated the transfer. Odoo keeps only who wrote on it last.",
    )

    dist_return_reason_id = fields.Many2one(
        "dist.return.reason",
        string="Return Reason",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Why the customer sends the goods back.",
    )

    def write(self, vals):
        if "dist_done_by_id" in vals and not self.env.su:
            raise AccessError(self.env._("Who validated a transfer can't be changed."))
        validated = self._dist_validated(vals)
        rewritten = self._dist_rewritten(vals)
        days_before = rewritten._dist_days()
        others = self - validated
        result = super(StockPicking, others).write(vals) if others else True
        if validated:
            # Written along with the date: no statement of its own that could fail.
            stamped = {**vals, "dist_done_by_id": self.env.uid}
            super(StockPicking, validated).write(stamped)
        rewritten._dist_enqueue_rewritten(days_before)
        self._dist_enqueue_returned(vals, validated)
        return result

    def _dist_days(self):
        """Return the days that these transfers have a part in, by kind of measure.

        Validating asks for none, so it asks nothing of the database either.
        """
        days = dict.fromkeys(
            ("shipment", "purchase", "receipt", "transfer"), frozenset()
        )
        if not self:
            return days
        # sudo: whatever the user may see, the days of the transfers are wrong now.
        moves = self.sudo().move_ids
        shipping = self.env["dist.measure.provider.shipment"]
        purchasing = self.env["dist.measure.provider.purchase"]
        receiving = self.env["dist.measure.provider.receiving"]
        with never_fails(self.env, "days of transfers before they were moved"):
            transfers = receiving._transfer_days(self)
            days = {
                # Shipments and returns without an order are found by their own days.
                "shipment": shipping._shipment_days(moves.sale_line_id.order_id.ids)
                | transfers,
                "purchase": purchasing._receipt_days(moves),
                "receipt": receiving._transfer_days(self._dist_inward()),
                "transfer": transfers,
            }
        return days

    def _dist_inward(self):
        return self.filtered(lambda picking: picking.picking_type_id.code != "outgoing")

    def _dist_enqueue_rewritten(self, days_before):
        """Queue the days of these transfers, and those they had before."""
        if not self:
            return
        # sudo: see _dist_days
        moves = self.sudo().move_ids
        receiving = self.env["dist.measure.provider.receiving"]
        with never_fails(self.env, "days of transfers that were moved"):
            transfers = receiving._transfer_days(self)
            self.env["dist.measure.provider.shipment"]._enqueue_orders(
                moves.sale_line_id.order_id.ids, days_before["shipment"] | transfers
            )
            self.env["dist.measure.provider.purchase"]._enqueue_moves(
                moves, days_before["purchase"]
            )
            receiving._enqueue_transfers(self._dist_inward(), days_before["receipt"])
            self.env["dist.measure.provider.adoption"]._enqueue_transactions(
                days_before["transfer"] | transfers
            )

    def _dist_enqueue_returned(self, vals, validated):
        """Queue the days of returns and their orders: they tell of an earlier pick.

        :param validated: the transfers that the values have validated
        """
        returned = validated.filtered("dist_return_reason_id")
        if "dist_return_reason_id" in vals:
            returned |= self.filtered(lambda picking: picking.state == "done")
        if not returned:
            return
        # sudo: whatever the user may see, the days of the picks are wrong now.
        order_ids = returned.sudo().move_ids.sale_line_id.order_id.ids
        receiving = self.env["dist.measure.provider.receiving"]
        with never_fails(self.env, "days of picks that were returned"):
            self.env["dist.measure.provider.shipment"]._enqueue_orders(
                order_ids, receiving._transfer_days(returned)
            )

    def _dist_validated(self, vals):
        """Return the transfers that the values validate."""
        if not vals.get("date_done"):
            return self.browse()
        return self.filtered(lambda picking: not picking.date_done)

    def _dist_rewritten(self, vals):
        """Return the done transfers that the values move to another time.

        The first validation is no rewriting: nothing was counted before, and the open
        days are computed anyway.
        """
        if "date_done" not in vals:
            return self.browse()
        return self.filtered(
            lambda picking: picking.date_done and picking.state == "done"
        )
