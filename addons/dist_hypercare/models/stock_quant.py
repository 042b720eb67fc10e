from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_inventory_move_values(self, *args, **kwargs):
        """Keep what the books said when the count was applied."""
        return dict(
            super()._get_inventory_move_values(*args, **kwargs),
            dist_book_quantity=self.quantity,
            dist_has_book_quantity=True,
        )
