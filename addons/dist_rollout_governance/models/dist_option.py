from odoo import fields, models

KINDS = [("topology", "Deployment Topology"), ("hosting", "Hosting")]


class DistOption(models.Model):
    """One way to deploy or to host: what it fits, what it gives, what it risks."""

    _name = "dist.option"
    _description = "Deployment Option"
    _order = "kind desc, sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True)
    best_fit = fields.Text(translate=True)
    advantages = fields.Text(translate=True)
    risks = fields.Text(string="Primary Risks", translate=True)

    _code_uniq = models.UniqueIndex("(kind, code)", "There is an option of this code.")
