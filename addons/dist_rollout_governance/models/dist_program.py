from odoo import api, fields, models

from ..services.text import normalize_code


class DistProgram(models.Model):
    _name = "dist.program"
    _description = "Rollout Program"
    _inherit = [
        "dist.protected.mixin",
        "dist.program.steering.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "name, id"
    # Readers answer in the chatter of what they may see.
    _mail_post_access = "read"
    _protected_fields = frozenset({"topology_id", "hosting_id"})

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        help="Short unique code. Spaces at the ends and letter case do not count.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Lead Company",
        default=lambda self: self.env.company,
        index=True,
        help="The company that runs the program. Its sites may belong to others.",
    )
    company_ids = fields.Many2many(
        "res.company",
        "dist_program_company_rel",
        string="Companies",
        compute="_compute_company_ids",
        store=True,
        help="Lead company and the companies of the sites: who may see the program.",
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Program Manager",
        default=lambda self: self.env.user,
        tracking=True,
    )
    site_ids = fields.One2many("dist.site", "program_id", string="Sites")
    site_count = fields.Integer(compute="_compute_site_count")
    body_ids = fields.One2many("dist.body", "program_id", string="Governing Bodies")
    body_count = fields.Integer(compute="_compute_body_count")
    topology_id = fields.Many2one(
        "dist.option",
        string="Deployment Topology",
        readonly=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
        help="Set by the decision on the comparison of topologies.",
    )
    hosting_id = fields.Many2one(
        "dist.option",
        string="Hosting",
        readonly=True,
        copy=False,
        ondelete="restrict",
        tracking=True,
        help="Set by the decision on the comparison of hostings.",
    )
    description = fields.Html(
        string="Scope", help="What the program delivers, and what it leaves out."
    )

    _code_uniq = models.UniqueIndex(
        "(code)", "A program with this code exists already."
    )

    @api.depends("company_id", "site_ids.company_id")
    def _compute_company_ids(self):
        for program in self:
            program.company_ids = program.company_id | program.site_ids.company_id

    @api.depends("site_ids")
    def _compute_site_count(self):
        counts = dict(
            self.env["dist.site"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.site_count = counts.get(program, 0)

    @api.depends("body_ids")
    def _compute_body_count(self):
        counts = dict(
            self.env["dist.body"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.body_count = counts.get(program, 0)

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
            dict(
                vals,
                name=self.env._("%(name)s (copy)", name=program.name),
                code=f"{program.code}-COPY",
            )
            for program, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def action_open_sites(self):
        """Open the program's sites."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_site_action"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.id)],
            context={"default_program_id": self.id},
        )

    def action_create_bodies(self):
        """Create the standard bodies the program does not have yet."""
        for program in self:
            program.check_access("write")
            # sudo: a consultant sets up the bodies, empty as they are; who sits in
            # them and their quorum are for the program administrator.
            program.sudo()._create_standard_bodies()
        return self.action_open_bodies()

    def _create_standard_bodies(self):
        """Create the missing standard bodies and return the program's bodies."""
        self.ensure_one()
        templates = self.env["dist.body.template"].search([("active", "=", True)])
        templates._create_for(self)
        return self.body_ids

    def action_open_bodies(self):
        """Open the governing bodies of the programs."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_body_action"
        )
        return dict(
            action,
            domain=[("program_id", "in", self.ids)],
            context={"default_program_id": self[:1].id},
        )

    def action_open_option_choices(self):
        """Open the comparisons of topologies and hostings."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_option_choice_action"
        )
        return dict(
            action,
            domain=[("program_id", "=", self.id)],
            context={"default_program_id": self.id},
        )

    def action_open_decision_rights(self):
        """Open the matrix of decision rights as it holds for the program."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_decision_activity_action"
        )
        return dict(action, context={"raci_program_id": self.id})
