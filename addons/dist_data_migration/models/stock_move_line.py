from odoo import models

from ..services.quant_batch import QuantBatch


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _action_done(self):
        """Write the quants of opening loads together."""
        moves = self.move_id
        is_opening = moves and all(
            move.dist_is_opening_load and move.location_id.should_bypass_reservation()
            for move in moves
        )
        if not is_opening:
            return super()._action_done()
        batch = QuantBatch(self)
        lines = self.with_context(dist_quant_batch=batch)
        result = super(StockMoveLine, lines)._action_done()
        batch.apply()
        return result

    def _synchronize_quant(
        self, quantity, location, action="available", in_date=False, **quants_value
    ):
        batch = self.env.context.get("dist_quant_batch")
        package = quants_value.get("package", self.package_id)
        if (
            action == "available"
            # a client can send a context, but no batch
            and isinstance(batch, QuantBatch)
            and batch.take(self, quantity, location, package)
        ):
            return 0.0, self.move_id.date
        return super()._synchronize_quant(
            quantity, location, action, in_date, **quants_value
        )
