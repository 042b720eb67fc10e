from odoo import fields, models


class DistReturnReason(models.Model):
    """Why a customer sends goods back."""

    _name = "dist.return.reason"
    _description = "Return Reason"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_picking_error = fields.Boolean(
        help="The warehouse picked something else than the order said: a return for "
        "this reason is an error of its pick.",
    )
