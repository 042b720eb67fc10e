from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("period_end", "Period End"),
    ("peak", "Peak Season"),
    ("holiday", "Public Holiday"),
    ("staff", "Staff"),
    ("other", "Other"),
]
EFFECTS = [("block", "Blocks go-live"), ("warn", "Warns")]
SCOPES = [
    ("program", "Whole Program"),
    ("company", "Company"),
    ("region", "Region"),
    ("sites", "Sites"),
]


class DistBlackout(models.Model):
    """Days on which the sites in its scope had better not go live.

    Period ends of the companies and public holidays of their working hours are no
    blackouts: they are read off their settings, see
    ``dist.program._calendar_entries``.
    """

    _name = "dist.blackout"
    _description = "Blackout Period"
    _inherit = ["dist.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from, id"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"program_id"})

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "dist.program",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self._default_program_id(),
    )
    kind = fields.Selection(KINDS, required=True, default="peak", tracking=True)
    effect = fields.Selection(
        EFFECTS,
        required=True,
        default="block",
        tracking=True,
        help="A go-live that is blocked needs another day, or a waiver.",
    )
    date_from = fields.Date(string="First Day", required=True, tracking=True)
    date_to = fields.Date(string="Last Day", required=True, tracking=True)
    scope = fields.Selection(SCOPES, required=True, default="program", tracking=True)
    company_id = fields.Many2one(
        "res.company", ondelete="restrict", index="btree_not_null"
    )
    region_id = fields.Many2one(
        "dist.region", ondelete="restrict", index="btree_not_null"
    )
    site_ids = fields.Many2many(
        "dist.site",
        "dist_blackout_site_rel",
        string="Sites",
        domain="[('program_id', '=', program_id)]",
    )
    affected_site_ids = fields.Many2many(
        "dist.site",
        "dist_blackout_affected_site_rel",
        string="Sites Concerned",
        compute="_compute_affected_site_ids",
        store=True,
        help="The program's sites in the scope.",
    )
    company_ids = fields.Many2many(
        "res.company",
        "dist_blackout_company_rel",
        string="Companies",
        compute="_compute_affected_site_ids",
        store=True,
        help="Who may see the blackout. Empty: all companies of the program.",
    )
    note = fields.Text()

    _dates_in_order = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A blackout ends on its first day or later.",
    )

    @api.model
    def _default_program_id(self):
        """Return the only program there is to choose from, if it is one."""
        return self.env["dist.register.mixin"]._default_program_id()

    @api.depends(
        "scope",
        "company_id",
        "region_id",
        "site_ids.company_id",
        "program_id.site_ids.active",
        "program_id.site_ids.company_id",
        "program_id.site_ids.region_id",
    )
    def _compute_affected_site_ids(self):
        for blackout in self:
            sites = blackout.program_id.site_ids
            if blackout.scope == "company":
                company = blackout.company_id
                sites = sites.filtered(lambda s, c=company: s.company_id == c)
                blackout.company_ids = company
            elif blackout.scope == "region":
                region = blackout.region_id
                sites = sites.filtered(lambda s, r=region: s.region_id == r)
                blackout.company_ids = sites.company_id
            elif blackout.scope == "sites":
                sites = blackout.site_ids
                blackout.company_ids = sites.company_id
            else:
                blackout.company_ids = False
            blackout.affected_site_ids = sites

    @api.constrains("scope", "company_id", "region_id", "site_ids", "program_id")
    def _check_scope(self):
        fields_of = {
            "company": "company_id",
            "region": "region_id",
            "sites": "site_ids",
        }
        # sudo: the sites may belong to companies the user does not see
        for blackout in self.sudo():
            name = fields_of.get(blackout.scope)
            if name and not blackout[name]:
                raise ValidationError(
                    self.env._(
                        "Say for which %(scope)s the blackout %(name)s holds.",
                        scope=self._fields[name]._description_string(self.env),
                        name=blackout.name,
                    )
                )
            foreign = blackout.site_ids.filtered(
                lambda site, program=blackout.program_id: site.program_id != program
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Site %(site)s is not part of program %(program)s.",
                        site=foreign[0].display_name,
                        program=blackout.program_id.name,
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for blackout in self:
            days = (blackout.date_from, blackout.date_to)
            if any(not 2000 <= day.year <= 2100 for day in days):
                raise ValidationError(
                    self.env._(
                        "The days of %(blackout)s lie between the years 2000 and 2100.",
                        blackout=blackout.name,
                    )
                )
