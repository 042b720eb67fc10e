from odoo import fields, models


class DistReturnReason(models.Model):
    """Why goods come back; Odoo's own returns name no reason."""

    _name = "dist.return.reason"
    _description = "Return Reason"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_picking_error = fields.Boolean(
        help="The warehouse picked wrongly: counts against the pick accuracy."
    )
