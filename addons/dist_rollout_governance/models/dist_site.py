import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..services.text import normalize_code


class DistSite(models.Model):
    """A place that goes live: one company, one timezone, its warehouses.

    The site's day is the calendar day in its timezone; every measure is kept per
    site and local day.
    """

    _name = "dist.site"
    _description = "Rollout Site"
    _inherit = [
        "dist.import.template.mixin",
        "dist.protected.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "program_id, code"
    _rec_names_search = ["name", "code"]
    _mail_post_access = "read"
    _immutable_fields = frozenset({"program_id", "company_id"})

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        help="Short code, unique in the program. Letter case does not count.",
    )
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
        index=True,
    )
    type = fields.Selection(
        [
            ("dc", "Distribution Center"),
            ("regional", "Regional Warehouse"),
            ("branch", "Branch Counter"),
        ],
        required=True,
        default="regional",
    )
    tz = fields.Selection(
        _tz_get,
        string="Timezone",
        required=True,
        default=lambda self: self.env.company.partner_id.tz
        or self.env.user.tz
        or "UTC",
        help="The site's day starts and ends in this timezone.",
    )
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        compute="_compute_warehouse_ids",
        inverse="_inverse_warehouse_ids",
        search="_search_warehouse_ids",
        help="A warehouse belongs to one active site.",
    )
    manager_id = fields.Many2one(
        "res.users", string="Site Manager", required=True, tracking=True, index=True
    )
    deputy_ids = fields.Many2many(
        "res.users", "dist_site_deputy_rel", string="Deputies"
    )
    member_ids = fields.Many2many(
        "res.users",
        "dist_site_member_rel",
        string="Site Team",
        compute="_compute_member_ids",
        store=True,
        help="Site manager and deputies: the people whose own site this is.",
    )
    cutover_at = fields.Datetime(
        string="Cutover",
        tracking=True,
        copy=False,
        help="Moment of the cutover. Records up to it are opening load and count "
        "as activity in no measure.",
    )
    color = fields.Integer()

    _code_uniq = models.UniqueIndex(
        "(program_id, code)", "The program has a site with this code already."
    )

    def _compute_warehouse_ids(self):
        # sudo: which warehouses make up a site is the site's own data; readers of
        # a site need no right on Inventory.
        warehouses = dict(
            self.env["stock.warehouse"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("dist_site_id", "in", self.ids)],
                ["dist_site_id"],
                ["id:recordset"],
            )
        )
        for site in self:
            ids = warehouses.get(site._origin, self.env["stock.warehouse"]).ids
            site.warehouse_ids = self.env["stock.warehouse"].browse(ids)

    def _inverse_warehouse_ids(self):
        Warehouse = self.env["stock.warehouse"]
        for site in self:
            # sudo: a consultant maps warehouses to sites without the right to
            # change a warehouse's own settings; only this link is written.
            current = Warehouse.sudo().search([("dist_site_id", "=", site.id)])
            wanted = Warehouse.sudo().browse(site.warehouse_ids.ids)
            (wanted - current)._check_free_for_site(site)
            (current - wanted).dist_site_id = False
            (wanted - current).dist_site_id = site

    @api.model
    def _search_warehouse_ids(self, operator, value):
        if operator not in ("in", "any"):
            return NotImplemented
        # sudo: see _compute_warehouse_ids
        Warehouse = self.env["stock.warehouse"].sudo().with_context(active_test=False)
        domain = value if operator == "any" else [("id", "in", value)]
        return [("id", "in", Warehouse.search(domain).dist_site_id.ids)]

    @api.depends("manager_id", "deputy_ids")
    def _compute_member_ids(self):
        for site in self:
            site.member_ids = site.manager_id | site.deputy_ids

    @api.depends("code", "name")
    def _compute_display_name(self):
        for site in self:
            site.display_name = f"{site.code} {site.name}" if site.code else site.name

    @api.constrains("active", "company_id")
    def _check_warehouses(self):
        for site in self.filtered("active"):
            site.sudo().warehouse_ids._check_free_for_site(site)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "code" in vals:
                vals["code"] = normalize_code(vals["code"])
        sites = super().create(vals_list)
        sites._backfill_since_cutover()
        return sites

    def write(self, vals):
        if "code" in vals:
            vals = dict(vals, code=normalize_code(vals["code"]))
        result = super().write(vals)
        if not vals.keys().isdisjoint(("cutover_at", "tz", "warehouse_ids")):
            self._backfill_since_cutover()
        return result

    def copy_data(self, default=None):
        return [
            dict(vals, code=f"{site.code}-COPY")
            for site, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _local_day(self, moment=None):
        """Return the site's calendar day of a naive UTC datetime (default: now)."""
        self.ensure_one()
        moment = moment or fields.Datetime.now()
        return pytz.utc.localize(moment).astimezone(pytz.timezone(self.tz)).date()

    def _backfill_since_cutover(self):
        """Queue every day from the cutover on: its meaning for them has changed."""
        for site in self.filtered("cutover_at"):
            first = site._local_day(site.cutover_at)
            last = site._local_day()
            if first <= last:
                self.env["dist.measure"]._backfill(site, first, last)

    def action_open_measure_values(self):
        """Open the site's measure values."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_measure_value_action"
        )
        return dict(action, domain=[("site_id", "=", self.id)], context={})

    @api.constrains("cutover_at")
    def _check_cutover_at(self):
        for site in self:
            if site.cutover_at and site.cutover_at.year < 2000:
                raise ValidationError(
                    self.env._(
                        "The cutover of %(site)s lies before the year 2000. "
                        "Enter the moment the site goes live.",
                        site=site.display_name,
                    )
                )
