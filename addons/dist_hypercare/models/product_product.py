from odoo import models

from odoo.addons.dist_rollout_governance.services.never_fails import never_fails


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _inverse_qty_available(self):
        """Stamp the moves of a quantity typed into the product: they are no counts.

        Odoo itself tells them apart by a context key only, which a client could send
        with a count to hide it from the measures.
        """
        # sudo: the stamp is protected; it goes to the moves made right here alone.
        Move = self.env["stock.move"].sudo()
        last_id = Move.search([], order="id desc", limit=1).id
        result = super()._inverse_qty_available()
        with never_fails(self.env, "quantities typed into products"):
            Move.search(
                [
                    ("id", ">", last_id),
                    ("product_id", "in", self.ids),
                    ("is_inventory", "=", True),
                ]
            ).dist_is_quantity_edit = True
        return result
