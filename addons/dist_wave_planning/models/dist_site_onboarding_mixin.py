from odoo import fields, models
from odoo.exceptions import UserError

from .dist_wave import OPEN_STATES


class DistSiteOnboardingMixin(models.AbstractModel):
    """What a site is given when it joins a rollout wave."""

    _name = "dist.site.onboarding.mixin"
    _description = "Onboarding of a Site"

    blueprint_id = fields.Many2one(
        "dist.blueprint",
        string="Onboarded With",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The released version of the blueprint when the site was added.",
    )

    def _onboard(self, wave):
        """Put the site into a wave and give it everything a site starts with.

        What is there already stays as it is: a second call creates nothing. Called by
        the dialog *Add a Site* with the rights of its user.

        :return: list of ``(label, existing, created)``; the last two are recordsets of
            one model
        """
        self.ensure_one()
        self._join_wave(wave)
        return [(label, *step(wave)) for label, step in self._onboarding_steps()]

    def _onboarding_steps(self):
        """Return ``(label, method)`` of each step, in order.

        A method takes the wave and returns ``(existing, created)``: what the site had
        and what it was given, recordsets of one model. It creates what is missing for
        this site only, and nothing twice. Another addon adds its own step.
        """
        env = self.env
        return [
            (env._("Gate Lines"), self._onboard_gate),
            (env._("Tasks"), self._onboard_tasks),
            (env._("Milestones"), self._onboard_milestones),
            (env._("Messages"), self._onboard_communications),
            (env._("Risks"), self._onboard_risks),
            (env._("Device Checks"), self._onboard_device_checks),
        ]

    def _join_wave(self, wave):
        """Make the site one of the wave's, or raise why it can't be."""
        # sudo: sites of every company count for a wave
        if self in wave.sudo().site_ids:
            return
        if wave.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "%(wave)s is decided: %(site)s can't join it any more. Plan the "
                    "site in another wave.",
                    wave=wave.name,
                    site=self.display_name,
                )
            )
        wave.site_ids = [fields.Command.link(self.id)]

    def _onboard_gate(self, wave):
        Line = self.env["dist.gate.line"]
        domain = [("wave_id", "=", wave.id), ("site_id", "=", self.id)]
        gate = self.env["dist.gate"].search(domain)
        if gate:
            return gate.line_ids, Line
        # sudo: as for Open Gates, other sites of the wave may be out of sight
        obstacles = wave.sudo()._prepare_obstacles()
        if obstacles:
            raise UserError("\n".join(obstacles))
        gate = gate.create({"wave_id": wave.id, "site_id": self.id})
        # sudo: results are protected outputs that follow from the measures
        gate.sudo().line_ids._evaluate()
        return Line, gate.line_ids

    def _onboard_device_checks(self, wave):
        existing = self.env["dist.device.check"].search([("site_id", "=", self.id)])
        return existing, self._create_device_checks()

    def _onboard_tasks(self, wave):
        # sudo: a rollout consultant plans tasks without rights on Project
        Task = self.env["project.task"].sudo()
        existing, missing = self._missing_plan_lines(
            Task, "task", wave, "dist_site_id", "dist_plan_line_id"
        )
        if not missing:
            return existing, Task
        # people find the tasks in their lists; they don't get a mail for each
        program = self.program_id.with_context(mail_auto_subscribe_no_notify=True)
        return existing, program._create_workplan_tasks(
            [line._task_vals(self, wave) for line in missing]
        )

    def _onboard_milestones(self, wave):
        Milestone = self.env["dist.milestone"]
        existing, missing = self._missing_plan_lines(Milestone, "milestone", wave)
        return existing, Milestone.create(
            [line._milestone_vals(self, wave) for line in missing]
        )

    def _onboard_communications(self, wave):
        Message = self.env["dist.communication"]
        existing, missing = self._missing_plan_lines(Message, "communication", wave)
        return existing, Message.create(
            [line._communication_vals(self, wave) for line in missing]
        )

    def _onboard_risks(self, wave):
        Risk = self.env["dist.risk"]
        lines = wave.template_id.plan_line_ids.filtered(
            lambda line: line.kind == "risk"
        )
        existing = Risk.with_context(active_test=False).search(
            [
                ("site_id", "=", self.id),
                ("template_id", "in", lines.risk_template_id.ids),
            ]
        )
        vals_list = {
            line.risk_template_id: line._risk_vals(self, wave)
            for line in lines
            if line.risk_template_id not in existing.template_id
        }
        return existing, Risk.create(list(vals_list.values()))

    def _missing_plan_lines(
        self, model, kind, wave, site_field="site_id", line_field="plan_line_id"
    ):
        """Return what a model has of the site's plan, and the lines still missing."""
        lines = wave.template_id.plan_line_ids.filtered_domain([("kind", "=", kind)])
        existing = model.with_context(active_test=False).search(
            [(site_field, "=", self.id), (line_field, "in", lines.ids)]
        )
        return existing, lines - existing[line_field]
