import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.modules import get_module_path
from odoo.tools.cloc import Cloc

SECTIONS = (
    "business_case",
    "test_plan",
    "rollback",
    "support",
    "upgrade_impact",
)


class DistCustomization(models.Model):
    """The dossier of a customization: why it exists and how to live without it.

    Each is linked to the installed module and its size, and looked at again whenever
    a new major release of Odoo is recorded: what standard does by now is retired.
    """

    _name = "dist.customization"
    _description = "Customization Dossier"
    _inherit = ["dist.decision.mixin", "dist.raid.mixin"]
    _order = "program_id, name, id"
    _protected_fields = frozenset(
        {"state", "line_count", "counted_on", "reviewed_release_id"}
    )

    requirement_id = fields.Many2one(
        "dist.requirement",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('program_id', '=', program_id), "
        "('classification', '=', 'customize'), ('state', '!=', 'draft')]",
    )
    business_case = fields.Text(help="What it brings, in figures where there are any.")
    test_plan = fields.Text(string="Tests", help="How it is tested at every change.")
    rollback = fields.Text(help="How the operation goes on when it has to be removed.")
    support = fields.Text(help="Who supports it, and how they are reached.")
    upgrade_impact = fields.Text(help="What it costs at an upgrade of Odoo.")
    retirement_review_on = fields.Date(
        string="Retirement Review", help="Day on which its end is discussed anyway."
    )
    module_name = fields.Char(
        string="Module", help="Technical name of the module that implements it."
    )
    module_state = fields.Selection(
        [
            ("unknown", "Not Found"),
            ("uninstalled", "Not Installed"),
            ("installed", "Installed"),
        ],
        compute="_compute_module_state",
    )
    line_count = fields.Integer(
        string="Lines of Code",
        readonly=True,
        copy=False,
        help="Lines of Python, JavaScript, XML and style sheets, as Odoo counts them.",
    )
    counted_on = fields.Date(readonly=True, copy=False)
    reviewed_release_id = fields.Many2one(
        "dist.odoo.release",
        string="Reviewed For",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("live", "Live"),
            ("retired", "Retired"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    @api.depends("module_name")
    def _compute_module_state(self):
        # sudo: whether a module is installed is no secret; the list of modules is
        # for administrators
        modules = self.env["ir.module.module"].sudo()
        states = {
            module.name: module.state
            for module in modules.search(
                [("name", "in", [name for name in self.mapped("module_name") if name])]
            )
        }
        for dossier in self:
            state = states.get(dossier.module_name)
            dossier.module_state = (
                False
                if not dossier.module_name
                else "unknown"
                if state is None
                else "installed"
                if state in ("installed", "to upgrade")
                else "uninstalled"
            )

    @api.model
    def _overdue_domain(self):
        return fields.Domain("state", "in", ("approved", "live")) & fields.Domain(
            "retirement_review_on", "<", fields.Date.today()
        )

    @api.model
    def _overdue_fields(self):
        return ("state", "retirement_review_on")

    @api.constrains("requirement_id", "program_id")
    def _check_requirement(self):
        for dossier in self:
            dossier._check_program_of(dossier.requirement_id)
            if dossier.requirement_id.classification != "customize":
                raise ValidationError(
                    self.env._(
                        "%(requirement)s is not classified as a customization.",
                        requirement=dossier.requirement_id.name,
                    )
                )

    @api.constrains("module_name")
    def _check_module_name(self):
        for dossier in self:
            if dossier.module_name and not re.fullmatch(
                r"[a-z][a-z0-9_]{1,62}", dossier.module_name
            ):
                raise ValidationError(
                    self.env._(
                        "%(name)s is no technical name: small letters, digits and "
                        "underscores.",
                        name=dossier.module_name,
                    )
                )

    def write(self, vals):
        if not self.env.su and vals.keys() & {*SECTIONS, "requirement_id"}:
            for dossier in self.filtered(
                lambda d: d.state not in ("draft", "rejected")
            ):
                raise UserError(
                    self.env._(
                        "%(name)s is approved. Set it back to draft to change what "
                        "was decided on.",
                        name=dossier.name,
                    )
                )
        return super().write(vals)

    # -- decision -----------------------------------------------------------------

    def _decision_activity(self):
        return "customization"

    def _decision_obstacles(self):
        env = self.env
        obstacles = []
        if self.state not in ("draft", "rejected"):
            obstacles.append(env._("%(name)s is approved already.", name=self.name))
        if not self.owner_id:
            obstacles.append(env._("Name the owner."))
        obstacles += [
            env._(
                "Fill in: %(section)s.",
                section=self._fields[name]._description_string(env),
            )
            for name in SECTIONS
            if not self[name]
        ]
        if not self.retirement_review_on:
            obstacles.append(env._("Set the day of the retirement review."))
        return obstacles

    def _decision_content(self):
        return {
            "name": self.name,
            "requirement": self.requirement_id.name,
            "owner": self.owner_id.login,
            "module": self.module_name or "",
            "retirement_review": str(self.retirement_review_on or ""),
            **{name: self[name] or "" for name in SECTIONS},
        }

    def _decision_proposal(self):
        return self.business_case

    def _after_decision(self, decision):
        states = {"approved": "approved", "rejected": "rejected"}
        self.state = states.get(decision.state, "draft")

    # -- steps --------------------------------------------------------------------

    def _go_live_obstacles(self):
        obstacles = []
        if self.state != "approved" or not self.decision_in_force:
            obstacles.append(self.env._("It has to be approved first."))
        if self.module_state != "installed":
            obstacles.append(
                self.env._(
                    "Its module %(name)s is not installed.", name=self.module_name
                )
            )
        return obstacles

    def action_go_live(self):
        """Record that the customizations are in use."""
        self._take_step("go_live", {"state": "live"})

    def _reset_obstacles(self):
        if self.state == "draft":
            return [self.env._("It is a draft.")]
        if self.decision_state == "proposed":
            return [self.env._("It is being decided. Withdraw the decision before.")]
        return []

    def action_reset(self):
        """Set the dossiers back to draft, so that they can be changed."""
        self._take_step("reset", {"state": "draft"})

    def _retire_obstacles(self):
        obstacles = []
        if self.state not in ("approved", "live"):
            obstacles.append(self.env._("It is not in use."))
        if self.module_state == "installed":
            obstacles.append(
                self.env._(
                    "Uninstall its module %(name)s first.", name=self.module_name
                )
            )
        return obstacles

    def action_retire(self):
        """Record that the customizations are gone."""
        self._take_step("retire", {"state": "retired"})

    def action_count_lines(self):
        """Count the lines of code of the module."""
        self.check_access("write")
        for dossier in self:
            path = dossier.module_name and get_module_path(
                dossier.module_name, display_warning=False
            )
            if not path:
                raise UserError(
                    self.env._(
                        "The files of %(module)s are not on this server.",
                        module=dossier.module_name or dossier.name,
                    )
                )
            counter = Cloc()
            counter.count_path(path)
            # sudo: the figure is protected; it is counted here and nowhere else
            dossier.sudo().write(
                {
                    "line_count": sum(counter.code.values()),
                    "counted_on": fields.Date.context_today(self),
                }
            )

    @api.model
    def _cron_review(self):
        """Ask for the retirement review of what is older than the newest release.

        Each customization is asked about once a release.
        """
        Cron = self.env["ir.cron"]
        release = self.env["dist.odoo.release"]._newest()
        if not release:
            return
        due = self.search([("state", "in", ("approved", "live"))]).filtered(
            lambda dossier: dossier.reviewed_release_id.major < release.major
        )
        Cron._commit_progress(remaining=len(due))
        for dossier in due:
            dossier._tell_responsible(
                self.env._("Retirement review"),
                self.env._(
                    "Odoo %(release)s is out. Does standard do what %(name)s does? If "
                    "so, plan its end; if not, plan its upgrade.",
                    release=release.name,
                    name=dossier.name,
                ),
            )
            dossier.reviewed_release_id = release
            if not Cron._commit_progress(1):
                return
