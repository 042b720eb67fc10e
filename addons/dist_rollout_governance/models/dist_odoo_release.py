import re

from odoo import api, fields, models, release
from odoo.exceptions import ValidationError


class DistOdooRelease(models.Model):
    """A major release of Odoo: recording it asks for a review of customizations."""

    _name = "dist.odoo.release"
    _description = "Odoo Release"
    _order = "major desc"

    name = fields.Char(string="Version", required=True, help="For example 20.0.")
    major = fields.Integer(compute="_compute_major", store=True)
    released_on = fields.Date(string="Released", required=True)

    _name_uniq = models.UniqueIndex("(name)", "This release is recorded already.")

    @api.depends("name")
    def _compute_major(self):
        for record in self:
            match = re.fullmatch(r"(\d{1,3})\.0", record.name or "")
            record.major = int(match[1]) if match else 0

    @api.constrains("name")
    def _check_name(self):
        for record in self:
            if not record.major:
                raise ValidationError(
                    self.env._("A major release is written like 20.0.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        releases = super().create(vals_list)
        # sudo: the job runs as the system; only its schedule is moved forward.
        self.env.ref(
            "dist_rollout_governance.ir_cron_customization_review"
        ).sudo()._trigger()
        return releases

    @api.model
    def _newest(self):
        """Return the newest release that is newer than the one that runs here."""
        return self.search([("major", ">", release.version_info[0])], limit=1)
