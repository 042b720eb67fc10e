from odoo import fields, models


class DistSiteTag(models.Model):
    """A word of a site's operating profile, such as a storage method."""

    _name = "dist.site.tag"
    _description = "Site Profile Tag"
    _order = "kind, name, id"

    name = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("storage", "Storage Method"),
            ("requirement", "Requirement"),
            ("legacy", "Legacy System"),
            ("carrier", "Carrier"),
        ],
        required=True,
        index=True,
    )
    active = fields.Boolean(default=True)
    color = fields.Integer()

    _name_uniq = models.UniqueIndex(
        "(kind, name)", "A tag of this kind and name exists already."
    )
