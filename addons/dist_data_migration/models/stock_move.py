from odoo import models

from ..services.company_links import links_fit


class StockMove(models.Model):
    """What Odoo asks move by move is asked for the moves of an opening load together.

    The answers are the same; a load makes moves by the thousand.
    """

    _inherit = "stock.move"

    def _is_opening_load(self):
        return bool(self) and all(self.mapped("dist_is_opening_load"))

    def _check_company(self, fnames=None):
        """Odoo is asked where a link doesn't fit: it says which."""
        if self._is_opening_load() and links_fit(self, fnames):
            return None
        return super()._check_company(fnames)

    def _update_orderpoints(self):
        """Leave out products without a reordering rule."""
        if not self._is_opening_load():
            return super()._update_orderpoints()
        # sudo: as in Odoo, who moves goods may not see the rules
        groups = (
            self.env["stock.warehouse.orderpoint"]
            .sudo()
            ._read_group([("product_id", "in", self.product_id.ids)], ["product_id"])
        )
        with_rule = {product.id for (product,) in groups}
        moves = self.filtered(lambda move: move.product_id.id in with_rule)
        return super(StockMove, moves)._update_orderpoints()

    def _set_value(self, correction_quantity=None):
        """Find out at once which moves have a value that somebody entered."""
        if not self._is_opening_load():
            return super()._set_value(correction_quantity)
        # sudo: as in Odoo, who moves goods may not see their value
        groups = (
            self.env["product.value"]
            .sudo()
            ._read_group([("move_id", "in", self.ids)], ["move_id"])
        )
        entered = {move.id for (move,) in groups}
        moves = self.with_context(dist_no_entered_value=frozenset(self.ids) - entered)
        return super(StockMove, moves)._set_value(correction_quantity)

    def _get_value(
        self, forced_std_price=False, at_date=False, ignore_manual_update=False
    ):
        without = self.env.context.get("dist_no_entered_value")
        # a client can send a context, but no frozenset
        if isinstance(without, frozenset) and self.id in without:
            ignore_manual_update = True
        return super()._get_value(forced_std_price, at_date, ignore_manual_update)
