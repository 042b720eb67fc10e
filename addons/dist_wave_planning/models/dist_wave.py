from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.dist_rollout_governance.services.canonical import moment_text

STATES = [
    ("draft", "Draft"),
    ("planned", "Planned"),
    ("preparing", "Preparing"),
    ("ready", "Ready"),
    ("go", "Go Decided"),
    ("cutover", "Cutover"),
    ("hypercare", "Hypercare"),
    ("stabilized", "Stabilized"),
    ("closed", "Closed"),
    ("rolled_back", "Rolled Back"),
]
# Gates are worked on and evaluated, the content of the wave may still change.
OPEN_STATES = ("draft", "planned", "preparing")
GATE_STATES = ("preparing", "ready", "go", "cutover")
ENDED_STATES = ("closed", "rolled_back")
# step: the states it starts from, and the one it leads to
STEPS = {
    "plan": (("draft",), "planned"),
    "prepare": (("planned", "preparing"), "preparing"),
    "declare_ready": (("preparing",), "ready"),
    "reopen": (("ready",), "preparing"),
    "go": (("ready",), "go"),
    "start_cutover": (("go",), "cutover"),
    "start_hypercare": (("cutover",), "hypercare"),
    "stabilize": (("hypercare",), "stabilized"),
    "close": (("stabilized",), "closed"),
    "roll_back": (("cutover", "hypercare"), "rolled_back"),
    "replan": (("rolled_back",), "planned"),
}
# what a no of the steering committee leads to: no-go, or the fallback
NO_GO = {
    "preparing": "preparing",
    "ready": "preparing",
    "cutover": "rolled_back",
    "hypercare": "rolled_back",
}
# the step that a person looking at the form thinks of next
NEXT_STEP = {
    "draft": "plan",
    "planned": "prepare",
    "preparing": "declare_ready",
    "ready": "go",
    "go": "start_cutover",
    "cutover": "start_hypercare",
    "hypercare": "stabilize",
    "stabilized": "close",
    "rolled_back": "replan",
}


class DistWave(models.Model):
    """A group of sites that goes live together.

    A wave moves through its states by ``action_*`` methods only, along ``STEPS``. Each
    asks ``_obstacles``: the sentences it returns are shown on the form, raised by the
    method, and empty when the way is free. Another addon adds a condition by extending
    ``_<step>_obstacles``.
    """

    _name = "dist.wave"
    _description = "Rollout Wave"
    _inherit = [
        "dist.protected.mixin",
        "dist.signoff.mixin",
        "dist.wave.board.mixin",
        "dist.wave.support.mixin",
        "dist.wave.transactions.mixin",
        "dist.wave.registers.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "program_id, sequence, planned_go_live, id"
    _mail_post_access = "read"
    _protected_fields = frozenset({"state", "decided_at"})
    _immutable_fields = frozenset({"program_id"})

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="restrict", index=True
    )
    manager_id = fields.Many2one(
        "res.users", string="Wave Lead", default=lambda self: self.env.user
    )
    strategy = fields.Selection(
        [
            ("pilot", "Pilot"),
            ("region", "By Region"),
            ("warehouse", "By Warehouse"),
            ("business_unit", "By Business Unit"),
            ("big_bang", "Big Bang"),
        ],
        required=True,
        default="region",
        tracking=True,
        help="How the sites of the wave were chosen. No other wave goes live before "
        "the pilot is stabilized.",
    )
    process_owner_id = fields.Many2one(
        "res.users",
        string="Process Owner",
        tracking=True,
        help="Gives the second key of the gates where the template asks for it.",
    )
    planned_go_live = fields.Date(
        string="Planned Go-live", tracking=True, help="Day the sites go live."
    )
    cutover_start = fields.Datetime(
        string="Cutover From", tracking=True, help="The cutover starts no earlier."
    )
    cutover_end = fields.Datetime(
        string="Cutover Until",
        tracking=True,
        help="By then the sites are live, or the fallback is decided.",
    )
    entry_criteria = fields.Text(
        help="What must be true before the preparation starts, in words."
    )
    support_staffing = fields.Text(
        help="Who supports the sites in the first weeks, on site and from afar."
    )
    fallback = fields.Text(
        string="Fallback Decision",
        help="When the wave is rolled back, who decides it, and how the sites go on.",
    )
    lesson_ids = fields.One2many("dist.wave.lesson", "wave_id", string="Lessons")
    template_id = fields.Many2one(
        "dist.gate.template",
        string="Gate Template",
        ondelete="restrict",
        help="The lines of every site's readiness gate.",
    )
    site_ids = fields.Many2many(
        "dist.site",
        "dist_wave_site_rel",
        string="Sites",
        domain="[('program_id', '=', program_id)]",
    )
    company_ids = fields.Many2many(
        "res.company",
        "dist_wave_company_rel",
        string="Companies",
        compute="_compute_company_ids",
        store=True,
        help="Companies of the sites: who may see the wave.",
    )
    state = fields.Selection(
        STATES,
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    decided_at = fields.Datetime(string="Go Decided At", readonly=True, copy=False)
    gate_ids = fields.One2many("dist.gate", "wave_id", string="Gates")
    gate_count = fields.Integer(compute="_compute_readiness")
    gate_signed_count = fields.Integer(
        string="Signed Gates", compute="_compute_readiness"
    )
    readiness = fields.Float(
        compute="_compute_readiness",
        help="Mean readiness score of the sites, in percent.",
    )
    obstacles = fields.Text(
        string="Before the Next Step",
        compute="_compute_obstacles",
        help="What is missing for the next step of the wave.",
    )

    _name_uniq = models.UniqueIndex(
        "(program_id, name)", "The program has a wave with this name already."
    )

    @api.depends("site_ids.company_id")
    def _compute_company_ids(self):
        for wave in self:
            wave.company_ids = wave.site_ids.company_id

    @api.depends("gate_ids.score", "gate_ids.state")
    def _compute_readiness(self):
        figures = {
            wave: (count, score, states)
            for wave, count, score, states in self.env["dist.gate"]._read_group(
                [("wave_id", "in", self.ids)],
                ["wave_id"],
                ["__count", "score:avg", "state:array_agg"],
            )
        }
        for wave in self:
            count, score, states = figures.get(wave._origin, (0, 0.0, []))
            wave.gate_count = count
            wave.readiness = score
            wave.gate_signed_count = states.count("signed")

    def _compute_obstacles(self):
        for wave in self:
            step = NEXT_STEP.get(wave.state)
            wave.obstacles = step and "\n".join(wave._obstacles(step))

    @api.constrains("cutover_start", "cutover_end")
    def _check_cutover_window(self):
        for wave in self:
            if (
                wave.cutover_start
                and wave.cutover_end
                and wave.cutover_start >= wave.cutover_end
            ):
                raise ValidationError(
                    self.env._("The cutover window ends before it starts.")
                )

    @api.constrains("site_ids", "program_id")
    def _check_sites(self):
        # sudo: the checks look at sites and waves of every company.
        for wave in self.sudo():
            foreign = wave.site_ids.filtered(
                lambda site, program=wave.program_id: site.program_id != program
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "Site %(site)s is not part of program %(program)s.",
                        site=foreign[0].display_name,
                        program=wave.program_id.name,
                    )
                )
            late = wave.site_ids - wave.gate_ids.site_id
            if late and wave.state not in OPEN_STATES:
                raise ValidationError(
                    self.env._(
                        "%(wave)s is decided: %(site)s can't join it any more. Plan "
                        "the site in another wave.",
                        wave=wave.name,
                        site=late[0].display_name,
                    )
                )
            gone = wave.gate_ids.site_id - wave.site_ids
            if gone:
                raise ValidationError(
                    self.env._(
                        "%(site)s has a readiness gate in %(wave)s and can't leave "
                        "it. Archive the wave and plan the site in another one.",
                        site=gone[0].display_name,
                        wave=wave.name,
                    )
                )

    @api.constrains("site_ids", "state", "active")
    def _check_one_open_wave(self):
        """A site goes live once: it stands in one wave that has not ended."""
        # sudo: see _check_sites
        for wave in self.sudo().filtered(
            lambda wave: wave.active and wave.state not in ENDED_STATES
        ):
            other = wave.search(
                [
                    ("id", "!=", wave.id),
                    ("state", "not in", ENDED_STATES),
                    ("site_ids", "in", wave.site_ids.ids),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "Site %(site)s is planned in wave %(wave)s already.",
                        site=(other.site_ids & wave.site_ids)[0].display_name,
                        wave=other.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        for wave in self:
            if wave.gate_ids:
                raise UserError(
                    self.env._(
                        "%(wave)s has readiness gates. Archive it instead.",
                        wave=wave.name,
                    )
                )

    def write(self, vals):
        before = {wave: wave.state for wave in self}
        result = super().write(vals)
        if "state" in vals:
            for wave in self.filtered(lambda wave: wave.state != before[wave]):
                wave._communicate_state()
        return result

    # -- sign-off: the go decision ----------------------------------------------------

    def _signoff_program(self):
        return self.program_id

    def _signoff_roles(self):
        return {"steering": self.env._("Steering Committee")}

    def _signoff_content(self):
        return {
            "wave": self.name,
            "program": self.program_id.code,
            "planned_go_live": moment_text(self.planned_go_live),
            "gates": [
                {
                    "key": gate.site_id.code,
                    "state": gate.state,
                    "signoffs": [
                        {"key": role, "hash": row.hash}
                        for role, row in sorted(gate._live_signoffs().items())
                    ],
                }
                for gate in self.gate_ids.sorted(lambda gate: gate.site_id.code)
            ],
            **self._waivers_content(),
        }

    def _waivers_content(self):
        """Return the red lines the wave goes live with, if there are any."""
        waived = [
            f"{line.site_id.code} {line.name}"
            for line in self.gate_ids.line_ids.filtered("is_waived")
        ]
        return {"waived": sorted(waived)} if waived else {}

    def _signoff_facts(self):
        return {
            "lines": [
                {
                    "site": line.site_id.code,
                    "line": line.name,
                    "result": line.result,
                    "mandatory": line.is_mandatory,
                    **line._criterion_facts(),
                }
                for line in self.gate_ids.line_ids
            ]
        }

    def _check_signoff_allowed(self, role, verdict):
        self.ensure_one()
        self._check_role(
            "dist_rollout_governance.group_governance_member",
            self.env._("Governance Members"),
        )
        if verdict == "revoke":
            if self.state != "go":
                raise UserError(
                    self.env._("The go decision is taken back before the cutover.")
                )
        elif verdict == "refuse":
            if self.state not in NO_GO:
                raise UserError(
                    self.env._(
                        "No-go is decided before the cutover, and the fallback until "
                        "the wave is stabilized."
                    )
                )
        else:
            # sudo: the figures are counted for every site of the wave
            wave = self.sudo()
            wave.gate_ids.line_ids.measure_id._renew(wave.site_ids)
            self._evaluate_gates()
            self._check_step("go")

    def _after_sign(self, signoff):
        states = {"sign": "go", "refuse": NO_GO.get(self.state), "revoke": "preparing"}
        # sudo: the state is protected and follows the decision just signed.
        self.sudo().write(
            {
                "state": states[signoff.verdict],
                "decided_at": signoff.verdict == "sign" and signoff.signed_at,
            }
        )

    @api.model
    def _signoff_claims(self, program):
        return self.with_context(active_test=False).search(
            [
                ("program_id", "=", program.id),
                (
                    "state",
                    "in",
                    ("go", "cutover", "hypercare", "stabilized", "closed"),
                ),
            ]
        )
