from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.dist_rollout_governance.services.canonical import moment_text

SIGNOFF_GROUPS = {
    "support_lead": "dist_rollout_governance.group_command_center",
    "steering": "dist_rollout_governance.group_governance_member",
}


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistHypercare(models.Model):
    """The exit of a site: what stands in its way, who signs, who decides."""

    _inherit = "dist.hypercare"

    def _exit_obstacles(self):
        """Return a sentence for each thing the exit still misses."""
        self.ensure_one()
        if self.state == "exited":
            return []
        obstacles = []
        missing = self.required_clean_days - self.clean_days
        if missing > 0:
            obstacles.append(
                self.env._(
                    "%(missing)s more clean days are needed: %(clean)s of "
                    "%(required)s so far.",
                    missing=missing,
                    clean=self.clean_days,
                    required=self.required_clean_days,
                )
            )
        if not self.criterion_ids:
            obstacles.append(self.env._("There is no exit criterion."))
        obstacles += [
            criterion._obstacle()
            for criterion in self.criterion_ids
            if criterion.result != "passed"
        ]
        return obstacles + self._handover_obstacles()

    def _handover_obstacles(self):
        """Return why the handover does not carry the exit yet."""
        handover = self.handover_ids
        if handover and handover._is_fully_signed():
            return []
        return [self.env._("The handover to run is not signed by the support lead.")]

    def _check_exit(self):
        """Raise one error that lists everything the exit still misses."""
        self.ensure_one()
        if self.state == "exited":
            raise UserError(
                self.env._(
                    "%(hypercare)s has been exited already.",
                    hypercare=self.display_name,
                )
            )
        obstacles = self._exit_obstacles()
        if obstacles:
            raise UserError(
                self.env._(
                    "%(hypercare)s can't be exited yet:", hypercare=self.display_name
                )
                + "\n- "
                + "\n- ".join(obstacles)
            )

    # -- sign-off -----------------------------------------------------------------

    def _signoff_roles(self):
        roles = {"support_lead": self.env._("Support Lead")}
        if not self._is_decided():
            roles["steering"] = self.env._("Steering Committee")
        return roles

    def _signoff_content(self):
        """A red day or another demand makes a signature stale, a figure does not."""
        return {
            "wave": self.wave_id.name,
            "site": self.site_id.code,
            "required_clean_days": self.required_clean_days,
            "last_red_day": moment_text(self.last_red_day),
            "criteria": [
                {
                    "key": f"{criterion.id} {criterion.name}",
                    **criterion._criterion_content(),
                }
                for criterion in self.criterion_ids
            ],
        }

    def _signoff_facts(self):
        return {
            "clean_days": self.clean_days,
            "last_clean_day": moment_text(self.last_clean_day),
            "criteria": [
                {
                    "key": f"{criterion.id} {criterion.name}",
                    **criterion._criterion_facts(),
                }
                for criterion in self.criterion_ids
            ],
        }

    def _check_signoff_allowed(self, role, verdict):
        self.ensure_one()
        label = self._signoff_roles().get(role)
        if not label or not self.env.user.has_group(SIGNOFF_GROUPS[role]):
            raise AccessError(
                self.env._(
                    "The exit from hypercare is signed by: %(roles)s.",
                    roles=", ".join(self._signoff_roles().values()),
                )
            )
        if verdict == "revoke":
            if self.state == "exited":
                raise UserError(
                    self.env._("The site has left hypercare: the exit stands.")
                )
        elif verdict == "refuse":
            raise UserError(
                self.env._("Hypercare goes on until it is exited: nothing to refuse.")
            )
        else:
            self.action_evaluate()
            self._check_exit()
            self._check_not_attested_by_signer()

    def _check_not_attested_by_signer(self):
        """Nobody signs what they prepared."""
        own = self.criterion_ids.filtered(
            lambda criterion: criterion.attested_by_id == self.env.user
        )
        if own:
            raise UserError(
                self.env._(
                    "You attested “%(criterion)s” yourself. Another person has to "
                    "sign.",
                    criterion=own[0].name,
                )
            )

    def _after_sign(self, signoff):
        if signoff.verdict == "sign" and self._is_fully_signed():
            # sudo: the state is protected and follows the second key.
            self.sudo().write({"state": "exited", "exited_at": signoff.signed_at})

    # -- decision -------------------------------------------------------------------

    def _is_decided(self):
        """Say whether the steering committee has decided the exit as it stands."""
        # sudo: that the exit is decided is a fact, whoever may read the decision
        decision = self.sudo().decision_id
        return decision.in_force and not decision.content_changed

    def _decision_activity(self):
        return "hypercare_exit"

    def _decision_content(self):
        return self._signoff_content()

    def _decision_obstacles(self):
        # sudo: see action_evaluate
        self.sudo()._evaluate()
        return self._exit_obstacles()

    def _decision_proposal(self):
        return self.env._(
            "The site has %(days)s clean days in a row and meets each exit criterion. "
            "It leaves hypercare and is handed over to run.",
            days=self.clean_days,
        )

    def _check_decision_request(self):
        """The support lead proposes the exit as well as who edits the hypercare."""
        self.check_access("read")
        if not (
            self.env.user.has_group("dist_rollout_governance.group_command_center")
            or self.has_access("write")
        ):
            raise AccessError(self.env._("The exit is proposed by the command center."))

    def _after_decision(self, decision):
        """Exit when the support lead has signed already and nothing has changed."""
        if decision.state != "approved" or self.state == "exited":
            return
        self._evaluate()
        if not self._exit_obstacles() and self._is_fully_signed():
            self.write({"state": "exited", "exited_at": fields.Datetime.now()})

    # -- handover -------------------------------------------------------------------

    def action_open_handover(self):
        """Open the handover to run; it is created when there is none."""
        self.ensure_one()
        self.check_access("read")
        handover = self.handover_ids
        if not handover:
            handover = self.env["dist.hypercare.handover"].create(
                {"hypercare_id": self.id}
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover to Run"),
            "res_model": handover._name,
            "res_id": handover.id,
            "view_mode": "form",
        }

    @api.model
    def _signoff_claims(self, program):
        return self.search([("program_id", "=", program.id), ("state", "=", "exited")])
