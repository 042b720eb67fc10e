from odoo import fields, models


class DistTicketCause(models.Model):
    """A root cause of tickets, by which they are counted and problems proposed."""

    _name = "dist.ticket.cause"
    _description = "Root Cause"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_uniq = models.UniqueIndex("(name)", "There is a cause of this name.")
