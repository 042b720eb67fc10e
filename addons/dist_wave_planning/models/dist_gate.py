from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.dist_rollout_governance.services.canonical import moment_text

from .dist_gate_template import SECOND_KEYS
from .dist_wave import GATE_STATES
from .dist_wave_rollback_threshold import WATCHED_STATES

# what a signature waits for: the wave is in preparation, or handed over undecided
SIGNING_STATES = ("preparing", "ready")


class DistGate(models.Model):
    """The readiness gate of one site in one wave, signed by its site manager."""

    _name = "dist.gate"
    _description = "Readiness Gate"
    _inherit = "dist.wave.site.mixin"
    _protected_fields = frozenset(
        {"state", "signed_at", "score", "is_passed", "second_key"}
    )

    planned_go_live = fields.Date(related="wave_id.planned_go_live", store=True)
    wave_state = fields.Selection(related="wave_id.state", string="Wave Status")
    line_ids = fields.One2many("dist.gate.line", "gate_id", string="Lines")
    second_key = fields.Selection(
        SECOND_KEYS,
        readonly=True,
        copy=False,
        help="Who signs beside the site manager; never the same person.",
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("not_ready", "Not Ready"),
            ("signed", "Signed"),
        ],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    signed_at = fields.Datetime(readonly=True, copy=False)
    is_passed = fields.Boolean(
        string="Passed",
        compute="_compute_score",
        store=True,
        help="Every mandatory line has passed or is waived by the steering committee.",
    )
    score = fields.Float(
        string="Readiness",
        digits=(5, 1),
        aggregator="avg",
        compute="_compute_score",
        store=True,
        help="Weight of the passed lines over the weight of all lines, in percent.",
    )
    line_count = fields.Integer(compute="_compute_line_counts")
    passed_count = fields.Integer(compute="_compute_line_counts")
    red_lines = fields.Text(
        string="Not Passed",
        compute="_compute_line_counts",
        help="The mandatory lines that have not passed, and why.",
    )
    can_sign = fields.Boolean(compute="_compute_can_sign")

    _wave_site_uniq = models.UniqueIndex(
        "(wave_id, site_id)", "The site has a gate in this wave already."
    )

    @api.depends(
        "line_ids.result",
        "line_ids.weight",
        "line_ids.is_mandatory",
        "line_ids.waiver_ids.decision_id.state",
    )
    def _compute_score(self):
        lines = self.line_ids
        # all at once: a wave has thousands of lines, the ORM would take them by 1000
        lines.fetch(["gate_id", "result", "weight", "is_mandatory"])
        lines._fields["is_waived"].compute_value(lines)
        for gate in self:
            passed = gate.line_ids.filtered(lambda line: line.result == "passed")
            total = sum(gate.line_ids.mapped("weight"))
            gate.score = 100 * sum(passed.mapped("weight")) / total if total else 0
            gate.is_passed = bool(gate.line_ids) and not gate._red_lines()

    @api.depends("line_ids.result")
    def _compute_line_counts(self):
        for gate in self:
            gate.line_count = len(gate.line_ids)
            gate.passed_count = len(
                gate.line_ids.filtered(lambda line: line.result == "passed")
            )
            gate.red_lines = "\n".join(
                line._result_sentence() for line in gate._red_lines()
            )

    @api.depends("site_id", "wave_id.state")
    @api.depends_context("uid")
    def _compute_can_sign(self):
        for gate in self:
            gate.can_sign = (
                gate.wave_id.state in SIGNING_STATES
                # sudo: only who holds a key of the gate is asked.
                and any(
                    gate.sudo()._holds_key(role, self.env.user)
                    for role in gate._signoff_roles()
                )
            )

    def _red_lines(self):
        """Return the mandatory lines that keep the site back: red and not waived."""
        return self.line_ids.filtered(
            lambda line: line.is_mandatory
            and line.result != "passed"
            and not line.is_waived
        )

    def _board_cell(self, workstream):
        """Return ``(passed, all, status)`` of the gate's lines in a workstream.

        ``status``: *none* (no lines), *passed*, *waived* (red, and the committee lets
        it), *open* (only optional lines are red) or *failed*.
        """
        lines = self.line_ids.filtered(lambda line: line.workstream == workstream)
        passed = lines.filtered(lambda line: line.result == "passed")
        if not lines:
            status = "none"
        elif lines & self._red_lines():
            status = "failed"
        elif any(lines.mapped("is_waived")):
            status = "waived"
        else:
            status = "passed" if lines == passed else "open"
        return len(passed), len(lines), status

    def _waivers_changed(self):
        """A waiver was decided or has expired: the stored figures follow."""
        self.line_ids.invalidate_recordset(["is_waived"])
        self.env.add_to_compute(self._fields["is_passed"], self)
        self.env.add_to_compute(self._fields["score"], self)

    def _tell_turned_red(self, lines):
        """Tell the signers and the wave lead, once for each line that turned red."""
        self.ensure_one()
        # sudo: who signed is a fact about the gate; activities are put before others
        gate = self.sudo()
        signers = gate.env["res.users"].union(
            *(row.signer_id for row in gate._live_signoffs().values())
        )
        for user in (signers | gate.wave_id.manager_id).filtered("active"):
            if not gate.with_user(user).sudo(False).has_access("read"):
                continue
            gate.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=self.env._("Red after the signature"),
                note=Markup("<br/>").join(
                    escape(line._result_sentence()) for line in lines
                ),
            )

    @api.model_create_multi
    def create(self, vals_list):
        gates = super().create(vals_list)
        # sudo: the key is protected; it comes from the template of the wave
        by_key = gates.sudo().grouped(lambda gate: gate.wave_id.template_id.second_key)
        for second_key, group in by_key.items():
            group.second_key = second_key
        gates._create_template_lines()
        return gates

    def _create_template_lines(self):
        """Give each gate the lines of its wave's template, once a line."""
        Line = self.env["dist.gate.line"]
        Line.check_access("create")
        for template, gates in self.grouped(lambda g: g.wave_id.template_id).items():
            Line._insert_from_template(template.line_ids, gates)

    # -- actions ---------------------------------------------------------------

    def action_evaluate(self):
        """Bring the results of the lines up to date now."""
        self.check_access("read")
        # sudo: results are protected outputs that follow from the measures alone.
        gate = self.sudo()
        gate.line_ids.measure_id._renew(gate.site_id)
        gate.line_ids._evaluate()

    def action_open_lines(self):
        """Open the lines as a list of their own."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_gate_line_action"
        )
        return dict(action, domain=[("gate_id", "=", self.id)], context={})

    @api.model
    def _cron_evaluate(self):
        """Evaluate the gates of the waves that are not closed, a wave at a time.

        The rollback thresholds of the waves that can still go back follow as well.
        """
        waves = self.env["dist.wave"].search(
            [
                "|",
                "&",
                ("state", "in", GATE_STATES),
                ("gate_ids", "!=", False),
                "&",
                ("state", "in", WATCHED_STATES),
                ("threshold_ids", "!=", False),
            ]
        )
        Cron = self.env["ir.cron"]
        Cron._commit_progress(remaining=len(waves))
        for wave in waves:
            if wave.state in GATE_STATES:
                wave._evaluate_gates()
            wave._evaluate_thresholds()
            if not Cron._commit_progress(1):
                break

    # -- sign-off --------------------------------------------------------------

    def _go_obstacles(self):
        """Return what keeps the wave from a go decision because of this gate."""
        self.ensure_one()
        site = self.site_id.display_name
        obstacles = [
            self.env._("%(site)s: %(line)s", site=site, line=line._result_sentence())
            for line in self._red_lines()
        ]
        if not self._is_fully_signed():
            field = self._fields["signoff_state"]
            states = dict(field._description_selection(self.env))
            obstacles.append(
                self.env._(
                    "%(site)s: a signature is missing or no longer holds (%(keys)s: "
                    "%(state)s).",
                    site=site,
                    keys=", ".join(self._signoff_roles().values()),
                    state=states[self._signoff_state_of(self._live_signoffs())],
                )
            )
        return obstacles

    def _signoff_roles(self):
        roles = {"site_manager": self.env._("Site Manager")}
        second = self.second_key
        if second and second != "none":
            roles[second] = dict(
                self._fields["second_key"]._description_selection(self.env)
            )[second]
        return roles

    def _holds_key(self, role, user):
        """Say whether the user may give this key. Runs as superuser."""
        if role == "site_manager":
            return user in self.site_id.member_ids
        if role == "finance_controller":
            return self.site_id.company_id in user.company_ids and user.has_group(
                "dist_rollout_governance.group_finance_controller"
            )
        if role == "regional_lead":
            return user == self.site_id.region_id.lead_id
        return user == self.wave_id.process_owner_id

    def _signoff_content(self):
        return {
            "wave": self.wave_id.name,
            "site": self.site_id.code,
            "planned_go_live": moment_text(self.planned_go_live),
            "lines": [
                {
                    "key": f"{line.id} {line.name}",
                    "workstream": line.workstream,
                    "mandatory": line.is_mandatory,
                    "weight": line.weight,
                    **line._criterion_content(),
                    # named only where there is one, so that older signatures hold
                    **({"waived": True} if line.is_waived else {}),
                }
                for line in self.line_ids
            ],
        }

    def _signoff_facts(self):
        return {
            "lines": [
                {"key": f"{line.id} {line.name}", **line._criterion_facts()}
                for line in self.line_ids
            ]
        }

    def _check_signoff_allowed(self, role, verdict):
        self.ensure_one()
        # sudo: only whether the user holds the key is asked.
        if not self.sudo()._holds_key(role, self.env.user):
            if role == "site_manager":
                raise AccessError(
                    self.env._(
                        "Only the site's manager and deputies sign for the site."
                    )
                )
            raise AccessError(
                self.env._(
                    "This key is given by: %(role)s.", role=self._signoff_roles()[role]
                )
            )
        if self.wave_id.state not in SIGNING_STATES:
            raise UserError(
                self.env._("A gate is signed while its wave is in preparation.")
            )
        if verdict == "sign":
            self.action_evaluate()
            self._check_may_pass()

    def _signoff_asks_identity(self, role, verdict):
        """A gate with no-go lines is not signed on a screen that was left open."""
        return verdict == "sign" and any(self.line_ids.mapped("is_mandatory"))

    def _check_may_pass(self):
        """Raise unless the lines allow a signature by the current user."""
        if self._red_lines() or not self.line_ids:
            raise UserError(
                self.env._(
                    "These lines have not passed yet. Solve them, or answer "
                    "“not ready” with the reason:"
                )
                + "\n- "
                + "\n- ".join(line._result_sentence() for line in self._red_lines())
            )
        prepared = self.line_ids.filtered(
            lambda line: line.attested_by_id == self.env.user
        )
        if prepared:
            raise UserError(
                self.env._(
                    "You attested “%(line)s” yourself. Another person of the site's "
                    "team has to sign.",
                    line=prepared[0].name,
                )
            )

    def _after_sign(self, signoff):
        states = {"sign": "open", "refuse": "not_ready", "revoke": "open"}
        state = "signed" if self._is_fully_signed() else states[signoff.verdict]
        # sudo: the state is protected and follows the signatures that are there.
        self.sudo().write(
            {
                "state": state,
                "signed_at": state == "signed" and signoff.signed_at,
            }
        )

    @api.model
    def _signoff_claims(self, program):
        return self.search([("program_id", "=", program.id), ("state", "=", "signed")])
