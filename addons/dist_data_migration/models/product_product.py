from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_remaining_moves(self):
        """Look only at products that something was ever moved in of.

        Odoo takes several queries for each product whose cost is set, new ones
        included; what was never moved in has no remaining moves.
        """
        groups = self.env["stock.move"]._read_group(
            [("product_id", "in", self.ids), ("is_in", "=", True)], ["product_id"]
        )
        moved = self.browse(product.id for (product,) in groups)
        return super(ProductProduct, moved)._get_remaining_moves()
