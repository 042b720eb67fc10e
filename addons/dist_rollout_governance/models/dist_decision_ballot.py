from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..services.canonical import canonical_json, sha256_text
from ..services.tally import outcome
from .dist_decision import MAX_TEXT_LENGTH

VOTE_ACTIVITY = "dist_rollout_governance.mail_activity_type_vote"


# one file per subject keeps them readable
# pylint: disable=consider-merging-classes-inherited
class DistDecision(models.Model):
    """How a decision is proposed, voted on and settled, and who is told."""

    _inherit = "dist.decision"

    # -- proposing ----------------------------------------------------------------

    def action_propose(self):
        """Bring a draft to its body."""
        for decision in self:
            decision.check_access("write")
            obstacles = decision._propose_obstacles()
            if obstacles:
                raise UserError("\n".join(obstacles))
            # sudo: state and content are protected, the checks above stand for them
            decision.sudo()._propose()

    def _propose_obstacles(self):
        """Return the sentences that say why the draft can't be proposed yet."""
        self.ensure_one()
        if self.state != "draft":
            return [
                self.env._(
                    "%(decision)s was proposed already.", decision=self.display_name
                )
            ]
        today = fields.Date.today()
        obstacles = []
        if not (self.proposal or "").strip():
            obstacles.append(self.env._("Write what is to be decided."))
        if self.activity_id:
            routed = self.activity_id._route(self.program_id)
            if self.body_id != routed:
                obstacles.append(
                    self.env._(
                        "“%(activity)s” is decided by %(body)s.",
                        activity=self.activity_id.name,
                        body=routed.name,
                    )
                )
        elif not self.body_id:
            obstacles.append(self.env._("Choose the body that decides."))
        if self.body_id and not self.body_id.active:
            obstacles.append(
                self.env._("%(body)s is archived.", body=self.body_id.name)
            )
        if self.valid_until and self.valid_until < today:
            obstacles.append(self.env._("The approval would have expired already."))
        if self.date_deadline and self.date_deadline < today:
            obstacles.append(self.env._("The due date lies in the past."))
        return obstacles

    def _propose(self):
        """Put the decision to the vote. Run as superuser, checks done."""
        self.ensure_one()
        now = fields.Datetime.now()
        content = canonical_json(self._live_content())
        self.write(
            {
                "state": "proposed",
                "requester_id": self.env.uid,
                "proposed_at": now,
                "level": 1,
                "level_since": now,
                "quorum": self.body_id.quorum,
                "date_deadline": self.date_deadline or self._default_deadline(),
                "content": content,
                "content_hash": sha256_text(content),
            }
        )
        self._ask_voters()

    def _default_deadline(self):
        days = self.activity_id.deadline_days if self.activity_id else 10
        return fields.Date.add(fields.Date.today(), days=days)

    def action_withdraw(self):
        """Take a proposal back; its requester or a program administrator may."""
        for decision in self:
            decision.check_access("read")
            if decision.state not in ("draft", "proposed"):
                raise UserError(
                    self.env._(
                        "%(decision)s is closed. There is nothing to withdraw.",
                        decision=decision.display_name,
                    )
                )
            if not decision.is_mine and not self.env.user.has_group(
                "dist_rollout_governance.group_program_admin"
            ):
                raise AccessError(
                    self.env._(
                        "Only %(requester)s or a program administrator can withdraw "
                        "this proposal.",
                        requester=decision.requester_id.name,
                    )
                )
            # sudo: the state is protected, the check above stands for it
            decision.sudo()._finish("withdrawn")

    # -- voting -------------------------------------------------------------------

    def action_open_vote(self):
        """Open the dialog in which a member votes."""
        self.ensure_one()
        self._check_may_vote()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Vote"),
            "res_model": "dist.vote.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_decision_id": self.id},
        }

    def _vote(self, choice, comment="", condition="", condition_due=False):
        """Cast the current user's vote and decide if it is the one that decides.

        :param choice: ``for``, ``against`` or ``abstain``
        :param condition: what has to be done for a vote in favor to hold
        :raises AccessError: the user has no vote here
        :raises UserError: the vote comes too late, or the content has changed
        """
        self.ensure_one()
        self.check_access("read")
        # Counting up the row first lets one vote wait for the other.
        self.env.cr.execute(
            SQL("UPDATE dist_decision SET ballot = ballot + 1 WHERE id = %s", self.id)
        )
        self.invalidate_recordset(["ballot"])
        seat = self._check_may_vote()
        if len(comment or "") > MAX_TEXT_LENGTH or len(condition or "") > (
            MAX_TEXT_LENGTH
        ):
            raise ValidationError(
                self.env._(
                    "Comment and condition have at most %(max)s characters each.",
                    max=MAX_TEXT_LENGTH,
                )
            )
        condition = (condition or "").strip() if choice == "for" else ""
        # sudo: nobody has the right to add votes; the checks above stand for it.
        decision = self.sudo()
        decision.env["dist.decision.vote"]._append(
            decision,
            seat,
            choice,
            (comment or "").strip(),
            condition,
            condition_due if condition else False,
        )
        decision.invalidate_recordset(["vote_ids"])
        decision.activity_unlink([VOTE_ACTIVITY], user_id=seat.user_id.id)
        decision._settle()

    def _check_may_vote(self):
        """Return the seat the user votes from, or raise the sentence why not."""
        # sudo: seats and votes of the body are compared with the current user
        decision = self.sudo()
        if decision.state != "proposed":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(decision)s is not open for votes. It is: %(state)s.",
                    decision=decision.display_name,
                    state=states[decision.state],
                )
            )
        if self.env.user == decision.requester_id:
            raise AccessError(
                self.env._("You proposed this decision. The other members decide it.")
            )
        if self.env.user in decision._counted_votes().user_id:
            raise UserError(self.env._("You have voted on this decision already."))
        seat = decision._my_seat()
        if not seat:
            raise self._no_seat_error(decision)
        if decision.content_changed:
            raise UserError(
                self.env._(
                    "%(record)s was changed after it was proposed. Ask "
                    "%(requester)s to propose it again; what changed:\n%(lines)s",
                    record=decision.res_name or decision.name,
                    requester=decision.requester_id.name,
                    lines=decision.content_difference,
                )
            )
        return seat

    def _no_seat_error(self, decision):
        own = decision._all_seats().filtered(lambda s: s.user_id == self.env.user)
        used = decision._counted_votes().filtered(lambda v: v.member_id in own)
        if used:
            return UserError(
                self.env._(
                    "%(deputy)s has voted in your name already.",
                    deputy=used[0].user_id.name,
                )
            )
        return AccessError(
            self.env._(
                "Only the voting members of %(body)s, or their deputies in their "
                "name, vote on its decisions.",
                body=decision.body_id.name,
            )
        )

    def _settle(self):
        """Close every open decision whose votes decide it. Run as superuser."""
        for decision in self.filtered(lambda d: d.state == "proposed"):
            votes = decision._counted_votes()
            state = outcome(
                [(vote.choice, vote.role) for vote in votes],
                decision.quorum,
                len(decision._open_seats()),
            )
            if state and not decision.content_changed:
                decision._finish(state)

    def _finish(self, state):
        """Give the decision its outcome and tell its record and its requester."""
        self.ensure_one()
        values = {"state": state}
        if state in ("approved", "rejected"):
            values["decided_at"] = fields.Datetime.now()
        was_draft = self.state == "draft"
        self.write(values)
        self.activity_unlink([VOTE_ACTIVITY])
        if state == "approved":
            self._create_conditions()
        subject = self._subject()
        if subject:
            subject._on_decision(self)
        if not was_draft:
            self._tell_requester()

    def _create_conditions(self):
        """Turn the conditions that members voted with into actions."""
        responsible = self.requester_id
        if not responsible.active:
            responsible = self.program_id.manager_id or responsible
        self.env["dist.action"].create(
            [
                {
                    "kind": "condition",
                    "decision_id": self.id,
                    "vote_id": vote.id,
                    "name": vote.condition,
                    "date_deadline": vote.condition_due,
                    "responsible_id": responsible.id,
                }
                for vote in self._counted_votes()
                if vote.choice == "for" and vote.condition
            ]
        )

    # -- telling people -------------------------------------------------------------

    def _ask_voters(self):
        """Put an activity and a mail before everybody who may vote now."""
        self.ensure_one()
        self.invalidate_recordset(["voter_ids", "open_seat_count", "obstacle"])
        quiet = self.with_context(mail_activity_quick_update=True)
        for user in self.voter_ids.filtered(self._is_readable_for):
            quiet.activity_schedule(
                VOTE_ACTIVITY,
                date_deadline=self.date_deadline,
                user_id=user.id,
                summary=self.env._("Vote: %(subject)s", subject=self.name),
            )
        if self.voter_ids:
            self._send("dist_rollout_governance.mail_template_decision_vote")

    def _is_readable_for(self, user):
        """Say whether a user may open the decision in any of their companies."""
        return (
            self.with_user(user)
            .with_context(allowed_company_ids=user.company_ids.ids)
            .has_access("read")
        )

    def _tell_requester(self):
        if self.requester_id.email:
            self._send("dist_rollout_governance.mail_template_decision_outcome")

    def _send(self, template):
        """Queue a mail; the decision never waits for it, nor for its recipients."""
        template = self.env.ref(template, raise_if_not_found=False)
        if template:
            # sudo: members may not read templates; who gets the mail is theirs to say
            template.sudo().send_mail(self.id)
