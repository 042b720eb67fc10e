from odoo import fields, models


class DistApp(models.Model):
    """An application a distributor may have in scope, by its module."""

    _name = "dist.app"
    _description = "Application"
    _order = "sequence, name, id"
    _rec_names_search = ["name", "module_name"]

    name = fields.Char(required=True, translate=True)
    module_name = fields.Char(
        string="Module", required=True, help="Technical name of the module."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_baseline = fields.Boolean(
        string="Baseline", help="In the core of every distribution rollout."
    )
    purpose = fields.Char(
        translate=True, help="What it does in a distribution rollout."
    )
    edition = fields.Selection(
        [
            ("community", "Community"),
            ("oca", "OCA"),
            ("enterprise", "Enterprise"),
        ],
        required=True,
        default="community",
    )

    _module_uniq = models.UniqueIndex(
        "(module_name)", "There is an application with this module already."
    )
