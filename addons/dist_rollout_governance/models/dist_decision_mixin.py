from odoo import api, fields, models
from odoo.exceptions import UserError


class DistDecisionMixin(models.AbstractModel):
    """Records that a governing body decides on.

    A model that inherits this next to ``dist.register.mixin`` says what is decided
    (``_decision_activity``), what the members vote on (``_decision_content``), why it
    can't be proposed yet (``_decision_obstacles``) and what follows
    (``_after_decision``). There is no other workflow of approval.

    ``decision_in_force`` goes by the date: an approval whose last day has passed
    holds no more, whether or not the job has marked it.
    """

    _name = "dist.decision.mixin"
    _description = "Decided Record"
    _inherit = "dist.protected.mixin"

    decision_id = fields.Many2one(
        "dist.decision",
        string="Latest Decision",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    decision_state = fields.Selection(
        related="decision_id.state", string="Decision Status"
    )
    decision_in_force = fields.Boolean(
        string="Approval in Force",
        compute="_compute_decision_in_force",
        search="_search_decision_in_force",
        compute_sudo=True,
    )

    # -- to implement -------------------------------------------------------------

    def _decision_activity(self):
        """Return the code of the decision activity, which routes to the body."""
        raise NotImplementedError

    def _decision_content(self):
        """Return what the members vote on, in the types of canonical JSON."""
        raise NotImplementedError

    def _decision_obstacles(self):
        """Return the sentences that say why it can't be proposed yet."""
        return []

    def _decision_valid_until(self):
        """Return the last day on which an approval holds, or False."""
        return False

    def _after_decision(self, decision):
        """Hook, run once as superuser for each outcome of a decision.

        ``decision.state`` is ``approved``, ``rejected``, ``expired`` or
        ``withdrawn``.
        """

    def _decision_program(self):
        return self.program_id

    def _decision_site(self):
        return self.site_id

    def _decision_body(self):
        """Return the body that decides; empty: the decision rights say which."""
        return self.env["dist.body"]

    def _decision_proposal(self):
        """Return the text of the proposal; the content stands beside it."""
        return False

    def _check_decision_request(self):
        """Raise unless the user may put the record to a decision."""
        self.check_access("write")

    # -- given --------------------------------------------------------------------

    @api.depends("decision_id.state", "decision_id.valid_until")
    def _compute_decision_in_force(self):
        for record in self:
            record.decision_in_force = record.decision_id.in_force

    @api.model
    def _search_decision_in_force(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: whether the record is approved is a fact about the record
        decisions = (
            self.env["dist.decision"]
            .sudo()
            ._search([*self.env["dist.decision"]._in_force_domain()])
        )
        return [("decision_id", "in", decisions)]

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            # Protected whatever the model lists in _protected_fields: set to nothing
            # here, so that no default from elsewhere takes its place.
            self._refuse_fields(
                "decision_id" for vals in vals_list if vals.get("decision_id")
            )
            vals_list = [dict(vals, decision_id=False) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if "decision_id" in vals and not self.env.su:
            self._refuse_fields(["decision_id"])
        return super().write(vals)

    def action_request_decision(self):
        """Put the record to the body that decides on it and open the decision."""
        self.ensure_one()
        self._check_decision_request()
        self._supersede_decision()
        obstacles = self._decision_obstacles()
        if obstacles:
            raise UserError("\n".join(obstacles))
        # sudo: nobody may write a decision of a record; the checks stand for it
        decision = (
            self.env["dist.decision"]
            .sudo()
            .create(self.sudo()._prepare_decision_vals())
        )
        self.sudo().decision_id = decision
        decision._propose()
        return decision.sudo(False)._get_records_action()

    def _supersede_decision(self):
        """Refuse a second request for the same; withdraw one that is outdated."""
        # sudo: see action_request_decision
        decision = self.sudo().decision_id
        if decision.content_changed and decision.state == "proposed":
            decision._finish("withdrawn")
        elif decision.state == "proposed":
            raise UserError(
                self.env._(
                    "%(record)s is with %(body)s already: %(decision)s.",
                    record=self.display_name,
                    body=decision.body_id.name,
                    decision=decision.display_name,
                )
            )
        elif decision.in_force and not decision.content_changed:
            raise UserError(
                self.env._(
                    "%(record)s is approved already: %(decision)s. There is nothing "
                    "new to decide.",
                    record=self.display_name,
                    decision=decision.display_name,
                )
            )

    def _prepare_decision_vals(self):
        """Return the values of the decision that is proposed for the record."""
        program = self._decision_program()
        activity = self.env["dist.decision.activity"]._of_code(
            self._decision_activity()
        )
        body = self._decision_body() or activity._route(program)
        return {
            "program_id": program.id,
            "site_id": self._decision_site().id,
            "activity_id": activity.id,
            "body_id": body.id,
            "name": self._decision_title(activity),
            "proposal": self._decision_proposal(),
            "valid_until": self._decision_valid_until(),
            "res_model": self._name,
            "res_id": self.id,
            "res_name": self.display_name,
        }

    def _decision_title(self, activity):
        return self.env._(
            "%(activity)s: %(record)s",
            activity=activity.name,
            record=self.display_name,
        )[:256]

    def _on_decision(self, decision):
        """Take note of an outcome; called by the decision, as superuser, once."""
        self.ensure_one()
        if decision == self.decision_id:
            self._after_decision(decision)
        if hasattr(self, "_message_log"):
            states = dict(decision._fields["state"]._description_selection(self.env))
            self._message_log(
                body=self.env._(
                    "%(decision)s, %(body)s: %(state)s",
                    decision=decision.display_name,
                    body=decision.body_id.name,
                    state=states[decision.state],
                )
            )

    def action_open_decision(self):
        """Open the latest decision on the record."""
        self.ensure_one()
        if not self.decision_id:
            raise UserError(
                self.env._(
                    "%(record)s was not put to a decision yet.",
                    record=self.display_name,
                )
            )
        return self.decision_id._get_records_action()

    def _check_decided(self):
        """Raise unless an approval of each record is in force."""
        for record in self.filtered(lambda r: not r.decision_in_force):
            raise UserError(
                self.env._(
                    "%(record)s has no approval in force. Request the decision, or "
                    "wait for it.",
                    record=record.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for record in self.filtered("decision_id"):
            raise UserError(
                self.env._(
                    "%(record)s was put to a decision and stays with it. Archive it "
                    "instead.",
                    record=record.display_name,
                )
            )
