from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class DistAction(models.Model):
    """Something to be done because a body decided or met.

    A *condition* is part of an approval: it comes from the draft or from a vote and
    can't be changed afterwards. A *follow-up* may be noted at any time. Whoever is
    responsible reports it as done, also without the right to change anything else.
    """

    _name = "dist.action"
    _description = "Governance Action"
    _inherit = "dist.register.mixin"
    _order = "state desc, date_deadline, id"
    _protected_fields = frozenset({"state", "done_at", "done_by_id", "vote_id"})
    _immutable_fields = frozenset(
        {
            "program_id",
            "site_id",
            "decision_id",
            "meeting_id",
            "kind",
            "stakeholder_id",
        }
    )

    name = fields.Char(string="Action", required=True)
    kind = fields.Selection(
        [("condition", "Condition"), ("follow_up", "Follow-up")],
        required=True,
        default="follow_up",
        help="A condition is part of the approval; a follow-up is not.",
    )
    decision_id = fields.Many2one("dist.decision", ondelete="restrict", index=True)
    meeting_id = fields.Many2one(
        "dist.meeting", ondelete="restrict", index="btree_not_null"
    )
    vote_id = fields.Many2one(
        "dist.decision.vote",
        string="Condition of Vote",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    responsible_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
        index=True,
        tracking=True,
    )
    date_deadline = fields.Date(string="Due", tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        tracking=True,
    )
    done_at = fields.Datetime(string="Done On", readonly=True, copy=False)
    done_by_id = fields.Many2one(
        "res.users", string="Done By", readonly=True, copy=False, ondelete="restrict"
    )
    stakeholder_id = fields.Many2one(
        "dist.stakeholder",
        ondelete="restrict",
        index="btree_not_null",
        groups="dist_rollout_governance.group_viewer",
        help="Whom the action takes along.",
    )
    note = fields.Text(string="Remarks")
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    @api.depends("state", "date_deadline")
    def _compute_is_overdue(self):
        today = fields.Date.today()
        for action in self:
            action.is_overdue = bool(
                action.state == "open"
                and action.date_deadline
                and action.date_deadline < today
            )

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "=", "open"), ("date_deadline", "<", fields.Date.today())]

    @api.constrains("responsible_id")
    def _check_responsible_id(self):
        # what a decision brings about does not fail on a person who has left since
        for action in self if not self.env.su else self.browse():
            if action.state == "open" and not action.responsible_id.sudo().active:
                raise ValidationError(
                    self.env._(
                        "%(person)s is archived and can't be responsible.",
                        person=action.responsible_id.sudo().name,
                    )
                )

    @api.constrains("kind", "decision_id")
    def _check_condition_has_decision(self):
        if self.filtered(lambda a: a.kind == "condition" and not a.decision_id):
            raise ValidationError(
                self.env._("A condition belongs to a decision. Choose which.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        actions = super().create([self._with_origin(vals) for vals in vals_list])
        if not self.env.su:
            actions._check_condition_open()
        return actions

    def _with_origin(self, vals):
        """Take program and site from where the action comes from."""
        for name in self._origin_fields():
            origin_id = vals.get(name) or self.env.context.get(f"default_{name}")
            if origin_id:
                # sudo: the links of the origin, which the rules check on the action
                origin = self.env[self._fields[name].comodel_name].sudo()
                origin = origin.browse(origin_id)
                vals = dict(
                    vals,
                    program_id=origin.program_id.id,
                    site_id="site_id" in origin._fields and origin.site_id.id,
                )
                break
        return vals

    @api.model
    def _origin_fields(self):
        return ["decision_id", "meeting_id", "stakeholder_id"]

    def write(self, vals):
        if not self.env.su and not vals.keys().isdisjoint(self._condition_fields()):
            self._check_condition_open()
        return super().write(vals)

    @api.model
    def _condition_fields(self):
        """Return what of a condition was voted on."""
        return {"name", "date_deadline", "active"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_condition(self):
        self._check_condition_open()

    def _check_condition_open(self):
        """Refuse to touch the conditions of what is proposed or decided."""
        for action in self:
            # sudo: the state of the decision, whoever may read it
            decision = action.sudo().decision_id
            if action.kind == "condition" and decision.state != "draft":
                raise UserError(
                    self.env._(
                        "The conditions of %(decision)s were voted on and stay as they "
                        "are. Note what has to be done besides as a follow-up.",
                        decision=decision.display_name,
                    )
                )

    def action_done(self):
        """Report the actions as done: the responsible person, or a consultant."""
        for action in self:
            action.check_access("read")
            if action.responsible_id != self.env.user and not action.has_access(
                "write"
            ):
                raise AccessError(
                    self.env._(
                        "Only %(person)s or a consultant can report “%(action)s” as "
                        "done.",
                        person=action.responsible_id.name,
                        action=action.name,
                    )
                )
        # sudo: the state is protected, the check above stands for it
        self.sudo().filtered(lambda a: a.state == "open").write(
            {
                "state": "done",
                "done_at": fields.Datetime.now(),
                "done_by_id": self.env.uid,
            }
        )

    def action_reopen(self):
        """Open actions again that turned out not to be done."""
        self.check_access("write")
        # sudo: the state is protected, the check above stands for it
        self.sudo().filtered(lambda a: a.state == "done").write(
            {"state": "open", "done_at": False, "done_by_id": False}
        )
