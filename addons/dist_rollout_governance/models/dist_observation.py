from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class DistObservation(models.Model):
    """What somebody saw at a site during discovery: with a photo, from the floor.

    Site people write down observations of their own sites and may change their own
    until a consultant has reviewed them.
    """

    _name = "dist.observation"
    _description = "Discovery Observation"
    _inherit = "dist.owned.mixin"
    _order = "observed_on desc, id desc"
    _protected_fields = frozenset({"state", "requirement_id"})

    name = fields.Char(string="Finding", required=True, tracking=True)
    site_id = fields.Many2one(required=True)
    owner_id = fields.Many2one(string="Observed By")
    process_id = fields.Many2one(
        "dist.process", required=True, ondelete="restrict", index=True
    )
    method = fields.Selection(
        [
            ("walkthrough", "Walk-through"),
            ("interview", "Interview"),
            ("sampling", "Sampling"),
            ("data", "Data Analysis"),
        ],
        required=True,
        default="walkthrough",
    )
    observed_on = fields.Date(required=True, default=fields.Date.context_today)
    description = fields.Text(help="What happens, step by step, and who does it.")
    image = fields.Image("Photo", max_width=1920, max_height=1920)
    has_bypass = fields.Boolean(
        string="Bypass Found", help="Work that goes around the system."
    )
    bypass = fields.Text(help="What is done instead, where, and why.")
    volume_per_day = fields.Integer(help="Cases on a normal day.")
    sample_size = fields.Integer(help="Cases looked at.")
    exception_count = fields.Integer(string="Exceptions", help="Cases out of order.")
    severity = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")],
        required=True,
        default="medium",
        tracking=True,
    )
    requirement_id = fields.Many2one(
        "dist.requirement",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    state = fields.Selection(
        [("new", "New"), ("reviewed", "Reviewed")],
        default="new",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )

    @api.constrains("observed_on")
    def _check_observed_on(self):
        for entry in self:
            if entry.observed_on > fields.Date.context_today(entry):
                raise ValidationError(
                    self.env._(
                        "%(finding)s can't have been observed in the future.",
                        finding=entry.name,
                    )
                )

    @api.constrains("volume_per_day", "sample_size", "exception_count")
    def _check_counts(self):
        for entry in self:
            if min(entry.volume_per_day, entry.sample_size, entry.exception_count) < 0:
                raise ValidationError(self.env._("Counts can't be negative."))
            if entry.exception_count > entry.sample_size:
                raise ValidationError(
                    self.env._(
                        "There are more exceptions than cases in the sample. Enter "
                        "how many cases were looked at."
                    )
                )

    @api.constrains("has_bypass", "bypass")
    def _check_bypass(self):
        for entry in self:
            if entry.has_bypass and not entry.bypass:
                raise ValidationError(
                    self.env._("Describe the bypass: what is done instead, and why.")
                )

    def write(self, vals):
        if not self.env.su:
            self._check_editable()
        return super().write(vals)

    def _check_editable(self):
        """Site people change what they wrote themselves, until it is reviewed."""
        if self.env.user.has_group("dist_rollout_governance.group_consultant"):
            return
        for entry in self:
            if entry.create_uid != self.env.user:
                raise AccessError(
                    self.env._(
                        "%(finding)s was written by somebody else. Add your own "
                        "observation.",
                        finding=entry.name,
                    )
                )
            if entry.state != "new":
                raise UserError(
                    self.env._(
                        "%(finding)s was reviewed. Add a new observation.",
                        finding=entry.name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def _check_consultant(self):
        if not self.env.user.has_group("dist_rollout_governance.group_consultant"):
            raise AccessError(self.env._("Only consultants review observations."))

    def _review_obstacles(self):
        if self.state == "reviewed":
            return [self.env._("It is reviewed already.")]
        return []

    def action_review(self):
        """Take note of the observations: they are settled from now on."""
        self._check_consultant()
        self._take_step("review", {"state": "reviewed"})

    def action_create_requirement(self):
        """Put the observation into the fit-gap register and open the requirement."""
        self.ensure_one()
        self._check_consultant()
        self.check_access("write")
        if not self.requirement_id:
            # sudo: the link is protected; the rights are checked above
            self.sudo().write(
                {
                    "requirement_id": self.env["dist.requirement"]
                    .create(self._prepare_requirement_vals())
                    .id,
                    "state": "reviewed",
                }
            )
        return self.requirement_id._get_records_action()

    def _prepare_requirement_vals(self):
        return {
            "name": self.name,
            "program_id": self.program_id.id,
            "process_id": self.process_id.id,
            "description": self.description,
            "current_practice": self.bypass or self.description,
            "affected_site_ids": [fields.Command.set(self.site_id.ids)],
        }
