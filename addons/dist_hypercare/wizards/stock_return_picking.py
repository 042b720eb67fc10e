from odoo import fields, models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    dist_return_reason_id = fields.Many2one("dist.return.reason", string="Reason")

    def _prepare_picking_default_values(self):
        return dict(
            super()._prepare_picking_default_values(),
            dist_return_reason_id=self.dist_return_reason_id.id,
        )
