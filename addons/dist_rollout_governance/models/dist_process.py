from odoo import fields, models


class DistProcess(models.Model):
    """A business process of a distributor, from the standard process catalogue."""

    _name = "dist.process"
    _description = "Business Process"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex(
        "(code)", "A process with this code exists already."
    )
