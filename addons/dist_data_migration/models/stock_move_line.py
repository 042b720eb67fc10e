from odoo import models

from ..services.company_links import links_fit
from ..services.quant_batch import QuantBatch


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _action_done(self):
        """Write the quants of opening loads together."""
        if not self.move_id._is_opening_load():
            return super()._action_done()
        batch = QuantBatch(
            self.filtered(lambda line: line.location_id.should_bypass_reservation())
        )
        lines = self.with_context(dist_quant_batch=batch)
        result = super(StockMoveLine, lines)._action_done()
        batch.apply()
        return result

    def _check_company(self, fnames=None):
        """Ask about the lines of opening loads together; Odoo names what is wrong."""
        if self.move_id._is_opening_load() and links_fit(self, fnames):
            return None
        return super()._check_company(fnames)

    def _synchronize_quant(
        self, quantity, location, action="available", in_date=False, **quants_value
    ):
        batch = self.env.context.get("dist_quant_batch")
        # a client can send a context, but no batch
        if action == "available" and isinstance(batch, QuantBatch):
            package = quants_value.get("package", self.package_id)
            if batch.take(self, quantity, location, package):
                return 0.0, self.move_id.date
        return super()._synchronize_quant(
            quantity, location, action, in_date, **quants_value
        )
