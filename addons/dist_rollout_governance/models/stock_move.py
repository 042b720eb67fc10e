from odoo import api, fields, models
from odoo.exceptions import AccessError


class StockMove(models.Model):
    _inherit = "stock.move"

    dist_is_opening_load = fields.Boolean(
        string="Opening Load",
        readonly=True,
        copy=False,
        help="Created by a migration load: the move sets the opening stock and "
        "counts as activity in no measure.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_opening_load(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_opening_load(vals)
        return super().write(vals)

    def _refuse_opening_load(self, vals):
        """Whoever could set the stamp could hide a count from the measures."""
        if vals.get("dist_is_opening_load") and not self.env.su:
            raise AccessError(
                self.env._("Only a migration load marks stock moves as opening load.")
            )
