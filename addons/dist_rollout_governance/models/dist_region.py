from odoo import api, fields, models

from ..services.text import normalize_code


class DistRegion(models.Model):
    """A part of the distribution network, by which sites are grouped and compared."""

    _name = "dist.region"
    _description = "Rollout Region"
    _order = "name, id"
    _rec_names_search = ["name", "code"]

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short unique code.")
    active = fields.Boolean(default=True)
    site_ids = fields.One2many("dist.site", "region_id", string="Sites")

    _code_uniq = models.UniqueIndex("(code)", "A region with this code exists already.")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "code" in vals:
                vals["code"] = normalize_code(vals["code"])
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals:
            vals = dict(vals, code=normalize_code(vals["code"]))
        return super().write(vals)

    def copy_data(self, default=None):
        return [
            dict(vals, code=f"{region.code}-COPY")
            for region, vals in zip(self, super().copy_data(default), strict=True)
        ]
