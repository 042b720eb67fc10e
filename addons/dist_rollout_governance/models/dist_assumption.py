from odoo import api, fields, models


class DistAssumption(models.Model):
    """Something the plan relies on that nobody has proved yet."""

    _name = "dist.assumption"
    _description = "Assumption"
    _inherit = "dist.raid.mixin"
    _order = "date_deadline, id"
    _protected_fields = frozenset(
        {"state", "settled_at", "settled_by_id", "risk_id", "issue_id"}
    )

    consequence = fields.Text(
        string="If It Is False", help="What follows for scope, cost or dates."
    )
    date_deadline = fields.Date(string="Validate By", tracking=True)
    evidence = fields.Text(help="What proves it, or proves it false.")
    state = fields.Selection(
        [("open", "Open"), ("validated", "Validated"), ("false", "Proved False")],
        default="open",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        group_expand=True,
    )
    settled_at = fields.Datetime(string="Settled On", readonly=True, copy=False)
    settled_by_id = fields.Many2one(
        "res.users", string="Settled By", readonly=True, copy=False
    )
    risk_id = fields.Many2one(
        "dist.risk", readonly=True, copy=False, index="btree_not_null"
    )
    issue_id = fields.Many2one(
        "dist.issue", readonly=True, copy=False, index="btree_not_null"
    )

    @api.model
    def _overdue_domain(self):
        return [
            ("state", "=", "open"),
            ("date_deadline", "<", fields.Date.context_today(self)),
        ]

    @api.model
    def _overdue_fields(self):
        return ("state", "date_deadline")

    def _settle_obstacles(self):
        obstacles = []
        if self.state != "open":
            obstacles.append(self.env._("It is settled already."))
        if not self.evidence:
            obstacles.append(self.env._("Write down the evidence."))
        return obstacles

    def _settle(self, state):
        self._take_step(
            "settle",
            {
                "state": state,
                "settled_at": fields.Datetime.now(),
                "settled_by_id": self.env.uid,
            },
        )

    def action_validate(self):
        """Confirm the assumptions."""
        self._settle("validated")

    def action_refute(self):
        """Record that the assumptions are false."""
        self._settle("false")

    def _reopen_obstacles(self):
        if self.state == "open":
            return [self.env._("It is open.")]
        return []

    def action_reopen(self):
        """Put settled assumptions in doubt again."""
        self._take_step(
            "reopen", {"state": "open", "settled_at": False, "settled_by_id": False}
        )

    def action_create_risk(self):
        """Enter the risk that the assumption is false, or open the one there is."""
        self.ensure_one()
        if not self.risk_id:
            self.check_access("write")
            risk = self.env["dist.risk"].create(
                {**self._successor_vals(), "consequence": self.consequence}
            )
            # sudo: the link is protected; the right to write is checked above.
            self.sudo().risk_id = risk
        return self._open_one(self.risk_id)

    def _issue_obstacles(self):
        if self.state != "false":
            return [self.env._("An issue comes from an assumption proved false.")]
        return []

    def action_create_issue(self):
        """Raise the issue that the assumption was false, or open the one there is."""
        self.ensure_one()
        if not self.issue_id:
            self.check_access("write")
            self._check_obstacles("issue")
            issue = self.env["dist.issue"].create(
                {**self._successor_vals(), "description": self.consequence}
            )
            # sudo: see action_create_risk
            self.sudo().issue_id = issue
        return self._open_one(self.issue_id)

    def _successor_vals(self):
        """Return what a risk or an issue takes over."""
        return {
            "name": self.name,
            "description": self.description,
            "program_id": self.program_id.id,
            "site_id": self.site_id.id,
            "owner_id": self.owner_id.filtered("active").id,
        }
