from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.dist_rollout_governance.services.text import normalize_code

from ..models.dist_wave import OPEN_STATES


class DistSiteOnboarding(models.TransientModel):
    """Dialog that adds a site to a program, with all that a site starts with.

    It can be used again for the same code: a site that is there is taken as it is, and
    only what it lacks is created.
    """

    _name = "dist.site.onboarding"
    _description = "Add a Site"

    state = fields.Selection(
        [("edit", "Site"), ("done", "Result")], default="edit", readonly=True
    )
    program_id = fields.Many2one(
        "dist.program",
        required=True,
        default=lambda self: self.env["dist.risk"]._default_program_id(),
    )
    code = fields.Char(
        required=True,
        help="Short code, unique in the program. Letter case does not count.",
    )
    site_id = fields.Many2one(
        "dist.site",
        string="Site",
        compute="_compute_site_id",
        store=True,
        help="The site that has this code already. It is taken as it is.",
    )
    name = fields.Char(help="Name of the new site.")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    type = fields.Selection(
        lambda self: self.env["dist.site"]
        ._fields["type"]
        ._description_selection(self.env),
        required=True,
        default="regional",
    )
    tz = fields.Selection(
        _tz_get,
        string="Timezone",
        required=True,
        default=lambda self: self.env["dist.site"].default_get(["tz"])["tz"],
    )
    manager_id = fields.Many2one(
        "res.users", string="Site Manager", domain="[('share', '=', False)]"
    )
    region_id = fields.Many2one("dist.region")
    warehouse_ids = fields.Many2many(
        "stock.warehouse",
        string="Warehouses",
        domain="[('company_id', '=', company_id), ('dist_site_id', '=', False)]",
        help="Warehouses of the company that belong to no site yet; they may follow.",
    )
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        domain="[('program_id', '=', program_id),"
        " ('state', 'in', ('draft', 'planned', 'preparing'))]",
        help="Empty: the site gets a wave of its own.",
    )
    planned_go_live = fields.Date(
        compute="_compute_planned_go_live",
        store=True,
        readonly=False,
        help="Day the site goes live; the plan of the site is counted from it.",
    )
    template_id = fields.Many2one(
        "dist.gate.template",
        string="Gate Template",
        compute="_compute_template_id",
        store=True,
        readonly=False,
    )
    blueprint_id = fields.Many2one(
        "dist.blueprint",
        string="Blueprint",
        compute="_compute_blueprint_id",
        store=True,
        readonly=False,
        domain="[('program_id', '=', program_id), ('state', '=', 'released')]",
        help="The released version the site is set up by.",
    )
    line_ids = fields.One2many(
        "dist.site.onboarding.line", "wizard_id", string="Result", readonly=True
    )
    message = fields.Char(string="Outcome", readonly=True)

    @api.depends("program_id", "code")
    def _compute_site_id(self):
        for wizard in self:
            wizard.site_id = wizard._find_site()._filtered_access("read")

    @api.depends("wave_id")
    def _compute_planned_go_live(self):
        for wizard in self:
            if wizard.wave_id:
                wizard.planned_go_live = wizard.wave_id.planned_go_live

    @api.depends("wave_id", "program_id")
    def _compute_template_id(self):
        for wizard in self:
            wizard.template_id = (
                wizard.wave_id.template_id or wizard.program_id.gate_template_id
            )

    @api.depends("program_id")
    def _compute_blueprint_id(self):
        for wizard in self:
            wizard.blueprint_id = self.env["dist.blueprint"].search(
                [
                    ("program_id", "=", wizard.program_id.id),
                    ("state", "=", "released"),
                ],
                limit=1,
            )

    @api.onchange("program_id")
    def _onchange_program_id(self):
        if self.wave_id.program_id != self.program_id:
            self.wave_id = False

    def _find_site(self):
        """Return the site of the program that has the code, archived or not."""
        # sudo: a code is taken whoever may see its site
        site = (
            self.env["dist.site"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("program_id", "=", self.program_id.id),
                    ("code", "=", normalize_code(self.code or "")),
                ]
            )
        )
        return site.sudo(False)

    # -- steps ----------------------------------------------------------------------

    def action_confirm(self):
        """Create what the site lacks and show what was created."""
        self.ensure_one()
        self.program_id.check_access("write")
        site, wave = self._find_site(), self._wave_of_the_site()
        obstacles = self._site_obstacles(site) or self._wave_obstacles(site, wave)
        if obstacles:
            raise UserError(
                self.env._("The site can't be added yet:")
                + "\n- "
                + "\n- ".join(obstacles)
            )
        was_there = bool(site)
        site = site or site.create(self._site_vals())
        wave = wave or wave.create(self._wave_vals(site))
        if not wave.template_id:
            wave.template_id = self.template_id
        if not site.blueprint_id:
            site.blueprint_id = self.blueprint_id
        self._show(site, was_there, site._onboard(wave))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Add a Site"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_open_site(self):
        """Open the site that was added."""
        self.ensure_one()
        return self.site_id._get_records_action()

    def action_add_another(self):
        """Open the dialog once more, for the next site of the same program."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_site_onboarding_action"
        )
        return dict(
            action,
            context={
                "default_program_id": self.program_id.id,
                "default_company_id": self.company_id.id,
                "default_wave_id": self.wave_id.id,
            },
        )

    def _wave_of_the_site(self):
        """Return the wave that was chosen, else the open one the site stands in."""
        if self.wave_id:
            return self.wave_id
        return self.env["dist.wave"].search(
            [
                ("program_id", "=", self.program_id.id),
                ("site_ids", "in", self._find_site().ids),
                ("state", "in", OPEN_STATES),
            ],
            limit=1,
        )

    def _site_obstacles(self, site):
        """Return a sentence for all that keeps the site from being created or taken."""
        env = self.env
        # sudo: only company and state of whoever has the code are looked at
        taken = site.sudo()
        if not site:
            missing = {
                env._("Name the site."): self.name,
                env._("Name the site manager."): self.manager_id,
            }
            return [sentence for sentence, value in missing.items() if not value]
        if taken.company_id != self.company_id or not site.has_access("read"):
            return [
                env._(
                    "The code %(code)s is taken by a site of another company. Choose "
                    "another code.",
                    code=taken.code,
                )
            ]
        if not taken.active:
            return [
                env._(
                    "%(site)s is archived. Take it out of the archive first.",
                    site=taken.display_name,
                )
            ]
        return []

    def _wave_obstacles(self, site, wave):
        """Return a sentence for all that keeps the site from joining the wave."""
        env = self.env
        obstacles = []
        if wave and wave.program_id != self.program_id:
            obstacles.append(
                env._("%(wave)s belongs to another program.", wave=wave.name)
            )
        if wave and wave.state not in OPEN_STATES:
            obstacles.append(
                env._(
                    "%(wave)s is decided and takes no further site. Choose another "
                    "wave, or a new one.",
                    wave=wave.name,
                )
            )
        if not (wave.planned_go_live if wave else self.planned_go_live):
            obstacles.append(
                env._(
                    "Set the planned go-live of the wave: the plan of the site is "
                    "counted from it."
                )
            )
        if not (wave.template_id or self.template_id).line_ids:
            obstacles.append(env._("Choose a gate template that has lines."))
        blueprint = self.blueprint_id
        if blueprint and (
            blueprint.state != "released" or blueprint.program_id != self.program_id
        ):
            obstacles.append(env._("Choose a released blueprint of the program."))
        return obstacles

    def _site_vals(self):
        return {
            "program_id": self.program_id.id,
            "code": self.code,
            "name": self.name,
            "company_id": self.company_id.id,
            "type": self.type,
            "tz": self.tz,
            "manager_id": self.manager_id.id,
            "region_id": self.region_id.id,
            "warehouse_ids": [fields.Command.set(self.warehouse_ids.ids)],
        }

    def _wave_vals(self, site):
        """Return the values of a wave for this site alone."""
        return {
            "program_id": self.program_id.id,
            "name": self.env._("Go-live %(site)s", site=site.display_name),
            "template_id": self.template_id.id,
            "planned_go_live": self.planned_go_live,
            "site_ids": [fields.Command.set(site.ids)],
        }

    def _show(self, site, was_there, results):
        """Keep the result for the last page of the dialog."""
        created = sum(len(created) for _label, _existing, created in results)
        env = self.env
        if not was_there:
            message = env._("%(site)s was added.", site=site.display_name)
        elif created:
            message = env._(
                "%(site)s was there already. What it lacked was created.",
                site=site.display_name,
            )
        else:
            message = env._(
                "%(site)s was there already, with all that a site starts with. "
                "Nothing was created.",
                site=site.display_name,
            )
        self.write(
            {
                "state": "done",
                "site_id": site.id,
                "message": message,
                "line_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "name": label,
                                "created_count": len(created),
                                "existing_count": len(existing),
                                "res_model": created._name,
                                "res_ids": (existing | created).ids,
                            }
                        )
                        for label, existing, created in results
                    ),
                ],
            }
        )
