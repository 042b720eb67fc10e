from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    dist_site_id = fields.Many2one(
        "dist.site",
        string="Rollout Site",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        groups="dist_rollout_governance.group_viewer,"
        "dist_rollout_governance.group_site_manager",
        help="The rollout site this warehouse belongs to, set on the site.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_site_link(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._refuse_site_link(vals)
        return super().write(vals)

    def _refuse_site_link(self, vals):
        """The link has one place to be set: the site's list of warehouses."""
        if "dist_site_id" in vals and not self.env.su:
            raise AccessError(
                self.env._("Choose the warehouses on the rollout site, not here.")
            )

    def _check_free_for_site(self, site):
        """Raise when a warehouse can't belong to ``site``.

        Two users who give one warehouse to two sites at once update the same row,
        so the second is retried and meets this check.
        """
        for warehouse in self:
            if warehouse.company_id != site.company_id:
                raise ValidationError(
                    self.env._(
                        "Warehouse %(warehouse)s belongs to %(company)s, site "
                        "%(site)s to %(site_company)s. Choose a warehouse of the "
                        "site's company.",
                        warehouse=warehouse.name,
                        company=warehouse.company_id.name,
                        site=site.display_name,
                        site_company=site.company_id.name,
                    )
                )
            other = warehouse.dist_site_id - site
            if other.active:
                raise ValidationError(
                    self.env._(
                        "Warehouse %(warehouse)s belongs to site %(site)s already. "
                        "Take it off that site or archive the site first.",
                        warehouse=warehouse.name,
                        site=other.display_name,
                    )
                )
