from odoo.fields import Command

from .common import RolloutCommon


class DecisionCommon(RolloutCommon):
    """The standard bodies of ``program``, each with ``member_1`` … ``member_5``.

    The members are governance members of the two companies and hold no other role.
    ``member_1`` is the chair; the quorum is 3 everywhere.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.members = cls.env["res.users"]
        for number in range(1, 6):
            member = cls._create_user("governance", f"member_{number}")
            member.company_ids = [Command.link(cls.company_c.id)]
            setattr(cls, f"member_{number}", member)
            cls.members |= member
        cls.bodies = cls.program._create_standard_bodies()
        cls.bodies.quorum = 3
        for body in cls.bodies:
            cls._appoint(body)

    @classmethod
    def _appoint(cls, body, members=None):
        """Give a body its seats; the first member is the chair."""
        body.member_ids = [
            Command.create({"user_id": user.id, "role": "member" if rank else "chair"})
            for rank, user in enumerate(members or cls.members)
        ]

    @classmethod
    def _body(cls, body_type):
        """Return the program's body of a type."""
        return cls.bodies.filtered(lambda body: body.type == body_type)

    @classmethod
    def _create_decision(cls, user=None, **values):
        """Return the draft of a decision that stands for itself."""
        return (
            cls.env["dist.decision"]
            .with_user(user or cls.user_consultant)
            .create(
                {
                    "name": "Two carriers",
                    "proposal": "Ship with two carriers from the first day.",
                    "program_id": cls.program.id,
                    "body_id": cls._body("steering").id,
                    **values,
                }
            )
        )

    @classmethod
    def _request(cls, record, user=None):
        """Put a record to the decision as a user and return the decision."""
        record.with_user(user or cls.user_consultant).action_request_decision()
        return record.sudo().decision_id

    @classmethod
    def _vote(cls, decision, user, choice="for", **values):
        """Vote through the dialog, as the web client does."""
        wizard = (
            cls.env["dist.vote.wizard"]
            .with_user(user)
            .create({"decision_id": decision.id, "choice": choice, **values})
        )
        return wizard.action_confirm()

    @classmethod
    def _decide(cls, record_or_decision, approve=True):
        """Have the members of the body vote until it has decided."""
        decision = record_or_decision
        if decision._name != "dist.decision":
            decision = decision.sudo().decision_id
        decision = decision.sudo()
        for user in decision.voter_ids.sorted("id"):
            if decision.state == "proposed":
                cls._vote(decision, user, "for" if approve else "against")
        return decision
