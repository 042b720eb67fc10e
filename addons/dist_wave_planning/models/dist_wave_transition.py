from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .dist_wave import ENDED_STATES, STEPS


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistWave(models.Model):
    """The steps of a wave: what stands in their way, who takes them, what follows."""

    _inherit = "dist.wave"

    def _obstacles(self, step):
        """Return a sentence for each condition that a step still misses.

        :param step: a key of ``STEPS``
        """
        self.ensure_one()
        # sudo: a wave's sites may belong to companies the user does not see; they
        # count all the same.
        wave = self.sudo()
        return wave._state_obstacles(step) or getattr(wave, f"_{step}_obstacles")()

    def _state_obstacles(self, step):
        sources, _target = STEPS[step]
        if self.state in sources:
            return []
        labels = dict(self._fields["state"]._description_selection(self.env))
        return [
            self.env._(
                "The wave is %(state)s; this step is taken when it is %(sources)s.",
                state=labels[self.state],
                sources=self.env._(" or ").join(labels[state] for state in sources),
            )
        ]

    def _plan_obstacles(self):
        env = self.env
        obstacles = []
        if not self.site_ids:
            obstacles.append(env._("Add the sites of the wave."))
        if not self.planned_go_live:
            obstacles.append(env._("Set the planned go-live."))
        if not self.fallback:
            obstacles.append(
                env._("Write down the fallback decision: nobody invents it at night.")
            )
        return obstacles + self._calendar_obstacles()

    def _prepare_obstacles(self):
        env = self.env
        obstacles = []
        if not self.site_ids:
            obstacles.append(env._("Add the sites of the wave."))
        if not self.template_id.line_ids:
            obstacles.append(env._("Choose a gate template that has lines."))
        if self.template_id.second_key == "process_owner" and not self.process_owner_id:
            obstacles.append(env._("Name the process owner who gives the second key."))
        if self.template_id.second_key == "regional_lead":
            obstacles += [
                env._("%(site)s has no regional lead.", site=site.display_name)
                for site in self.site_ids
                if not site.region_id.lead_id
            ]
        return obstacles

    def _declare_ready_obstacles(self):
        env = self.env
        obstacles = [
            env._("%(site)s has no readiness gate.", site=site.display_name)
            for site in self.site_ids - self.gate_ids.site_id
        ]
        if not self.support_staffing:
            obstacles.append(env._("Say who supports the sites after go-live."))
        for gate in self.gate_ids:
            obstacles += gate._go_obstacles()
        return obstacles

    def _reopen_obstacles(self):
        return []

    def _go_obstacles(self):
        return [
            *self._declare_ready_obstacles(),
            *self._pilot_obstacles(),
            *self._calendar_obstacles(),
        ]

    def _pilot_obstacles(self):
        """Say why the pilot of the program keeps the other waves back."""
        if self.strategy == "pilot":
            return []
        open_pilots = self.search(
            [
                ("program_id", "=", self.program_id.id),
                ("strategy", "=", "pilot"),
                ("state", "not in", ("stabilized", *ENDED_STATES)),
                ("id", "!=", self.id),
            ]
        )
        sentences = []
        for pilot in open_pilots:
            sentences.append(
                self.env._(
                    "The pilot %(pilot)s is not stabilized yet.", pilot=pilot.name
                )
            )
            if pilot.state == "hypercare":
                sentences += pilot._stabilize_obstacles()
        return sentences

    def _start_cutover_obstacles(self):
        env = self.env
        obstacles = []
        if not self._is_fully_signed():
            obstacles.append(
                env._("The go decision no longer holds: something has changed since.")
            )
        for gate in self.gate_ids:
            obstacles += gate._go_obstacles()
        if self.cutover_start and self.cutover_start > fields.Datetime.now():
            obstacles.append(
                env._(
                    "The cutover window opens at %(time)s (UTC).",
                    time=fields.Datetime.to_string(self.cutover_start),
                )
            )
        return obstacles

    def _start_hypercare_obstacles(self):
        now = fields.Datetime.now()
        return [
            self.env._(
                "%(site)s has not gone live: set its cutover, or wait for it.",
                site=site.display_name,
            )
            for site in self.site_ids
            if not site.cutover_at or site.cutover_at > now
        ]

    def _stabilize_obstacles(self):
        """Hook: an addon that watches the sites after go-live says what is missing."""
        return []

    def _close_obstacles(self):
        missing = self._missing_lessons()
        if not missing:
            return []
        return [
            self.env._(
                "Write down what was learned about: %(headings)s.",
                headings=", ".join(missing),
            )
        ]

    def _missing_lessons(self):
        """Return the labels of the headings under which nothing was learned yet."""
        headings = self.env["dist.wave.lesson"]._fields["heading"]
        written = set(self.lesson_ids.mapped("heading"))
        return [
            label
            for heading, label in headings._description_selection(self.env)
            if heading not in written
        ]

    def _roll_back_obstacles(self):
        return []

    def _replan_obstacles(self):
        if self.planned_go_live and self.planned_go_live > fields.Date.today():
            return self._calendar_obstacles()
        return [self.env._("Set a planned go-live that is still ahead.")]

    def _check_step(self, step):
        """Raise one error that lists everything the step misses."""
        for wave in self:
            obstacles = wave._obstacles(step)
            if obstacles:
                raise UserError(
                    self.env._("%(wave)s can't take this step yet:", wave=wave.name)
                    + "\n- "
                    + "\n- ".join(obstacles)
                )

    def _check_role(self, group, who):
        if not self.env.user.has_group(group):
            raise AccessError(self.env._("This step is taken by: %(who)s.", who=who))

    def _take_step(self, step):
        """Check role, rights and conditions of a consultant's step, then take it."""
        self._check_role(
            "dist_rollout_governance.group_consultant", self.env._("Consultants")
        )
        self.check_access("write")
        self._check_step(step)
        # sudo: the state is protected; role and conditions are checked above.
        self.sudo().state = STEPS[step][1]

    def action_plan(self):
        """Fix the plan of draft waves: sites, day and fallback are known."""
        self._take_step("plan")

    def action_open_gates(self):
        """Open a readiness gate for each site that has none yet."""
        self._take_step("prepare")
        # sudo: a wave may have sites of companies the consultant does not see; role
        # and conditions are checked by the step.
        self.sudo()._create_gates()
        self._evaluate_gates()

    def _create_gates(self):
        """Create the gates that are missing; the chatter of the wave tells of it."""
        return (
            self.env["dist.gate"]
            .with_context(mail_create_nolog=True)
            .create(
                [
                    {"wave_id": wave.id, "site_id": site.id}
                    for wave in self
                    for site in wave.site_ids - wave.gate_ids.site_id
                ]
            )
        )

    def action_declare_ready(self):
        """Hand waves whose gates are passed and signed to the steering committee."""
        self._evaluate_gates()
        self._take_step("declare_ready")

    def action_reopen(self):
        """Take waves back into preparation before the decision."""
        self._take_step("reopen")

    def action_decide_go(self):
        """Open the signature dialog of the go decision."""
        self.ensure_one()
        self._evaluate_gates()
        self._check_step("go")
        return self._signoff_wizard_action("sign")

    def action_decide_no_go(self):
        """Open the dialog that records a no-go with its reason."""
        self.ensure_one()
        return self._signoff_wizard_action("refuse")

    def action_start_cutover(self):
        """Start the cutover of waves whose go decision still holds."""
        self._take_step("start_cutover")
        self._evaluate_thresholds()

    def action_start_hypercare(self):
        """Start hypercare of the sites that went live."""
        self._take_step("start_hypercare")

    def action_stabilize(self):
        """End hypercare of waves whose sites run by themselves."""
        self._take_step("stabilize")

    def action_close(self):
        """Close waves whose lessons are written down."""
        self._take_step("close")

    def action_roll_back(self):
        """Open the dialog in which the steering committee decides the fallback."""
        self.ensure_one()
        self._check_step("roll_back")
        return self._signoff_wizard_action("refuse")

    def action_replan(self):
        """Plan rolled-back waves anew; their sites sign again for the new day."""
        self._take_step("replan")

    def _communicate_state(self):
        """Send what is planned for the state the wave has come to, once for each."""
        self.ensure_one()
        event = f"wave_{self.state}"
        events = (
            self.env["dist.communication"]._fields["event_code"].get_values(self.env)
        )
        if event in events:
            self.program_id._communicate(
                event,
                f"{self._name}/{self.id}/{event}",
                sites=self.sudo().site_ids,
                values={
                    "wave": self.name,
                    "subject_of_event": self.name,
                    "date": fields.Date.to_string(self.planned_go_live),
                },
            )

    def action_open_gate_list(self):
        """Open the wave's readiness gates."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_gate_action"
        )
        return dict(action, domain=[("wave_id", "=", self.id)], context={})

    def _evaluate_gates(self):
        """Bring the lines up to date before they decide something."""
        # sudo: results are protected outputs that follow from the measures.
        self.sudo().gate_ids.line_ids._evaluate()
