from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _get_inventory_move_values(self, *args, **kwargs):
        """Keep the quantity in the books at the count, which Odoo overwrites."""
        return dict(
            super()._get_inventory_move_values(*args, **kwargs),
            dist_book_quantity=self.quantity,
        )
