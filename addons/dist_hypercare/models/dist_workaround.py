from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.dist_rollout_governance.models.dist_risk import LEVELS

# Workarounds whose time is up that are marked in one transaction.
BATCH_SIZE = 100
# What the authorization was given for.
AUTHORIZED_FIELDS = frozenset(
    {"name", "reason", "risk_level", "risk", "date_expiry", "wave_id"}
)


class DistWorkaround(models.Model):
    """An emergency workaround: allowed by somebody, until a moment, and then removed.

    Whoever works at a site may propose one. It is authorized by another person, who
    belongs to the command center or to a governing body of the program; what was
    authorized can't be changed afterwards. Once it has expired without being removed,
    an issue is raised for it, once.
    """

    _name = "dist.workaround"
    _description = "Workaround"
    _inherit = "dist.owned.mixin"
    _order = "date_expiry, id"
    _immutable_fields = frozenset({"program_id", "site_id"})
    _protected_fields = frozenset(
        {
            "state",
            "authorized_by_id",
            "authorized_at",
            "issue_id",
            "removed_at",
            "removal_action_id",
            # always the person who writes it down
            "proposed_by_id",
        }
    )

    name = fields.Char(string="Workaround", required=True, tracking=True)
    reason = fields.Text(required=True, help="What does not work, and since when.")
    wave_id = fields.Many2one(
        "dist.wave",
        string="Rollout Wave",
        domain="[('program_id', '=', program_id)]",
        ondelete="restrict",
        index="btree_not_null",
    )
    risk_level = fields.Selection(
        LEVELS, required=True, default="medium", tracking=True
    )
    risk = fields.Text(required=True, help="What can go wrong while it is in use.")
    removal = fields.Text(
        required=True, help="What has to be done to work by the book."
    )
    proposed_by_id = fields.Many2one(
        "res.users",
        string="Proposed By",
        required=True,
        default=lambda self: self.env.user,
        readonly=True,
        ondelete="restrict",
        index=True,
    )
    authorized_by_id = fields.Many2one(
        "res.users",
        string="Authorized By",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
    )
    authorized_at = fields.Datetime(string="Authorized", readonly=True, copy=False)
    date_expiry = fields.Datetime(
        string="Expires",
        required=True,
        tracking=True,
        help="The moment from which it may not be used any more.",
    )
    removal_action_id = fields.Many2one(
        "dist.action",
        string="Removal Action",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    issue_id = fields.Many2one(
        "dist.issue",
        string="Raised Issue",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    removed_at = fields.Datetime(string="Removed", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("proposed", "Proposed"),
            ("authorized", "Authorized"),
            ("expired", "Expired"),
            ("removed", "Removed"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        copy=False,
        tracking=True,
        index=True,
        group_expand=True,
    )
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    @api.depends("state", "date_expiry")
    def _compute_is_overdue(self):
        overdue = self.filtered_domain(self._overdue_domain())
        for workaround in self:
            workaround.is_overdue = workaround in overdue

    @api.model
    def _search_is_overdue(self, operator, value):
        return self._overdue_domain() if operator == "in" else NotImplemented

    @api.model
    def _overdue_domain(self):
        """Return the domain of what is still in use after its time."""
        return [
            ("state", "in", ("authorized", "expired")),
            ("date_expiry", "<=", fields.Datetime.now()),
        ]

    @api.constrains("wave_id", "program_id")
    def _check_wave_id(self):
        self._check_same_program("wave_id")

    def write(self, vals):
        if not self.env.su and not vals.keys().isdisjoint(AUTHORIZED_FIELDS):
            for workaround in self:
                if workaround.state in ("authorized", "removed"):
                    raise UserError(
                        self.env._(
                            "%(workaround)s was authorized as it is. Propose another "
                            "one.",
                            workaround=workaround.name,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_authorized(self):
        for workaround in self:
            if workaround.state != "proposed":
                raise UserError(
                    self.env._(
                        "%(workaround)s was authorized and stays in the register. "
                        "Archive it instead.",
                        workaround=workaround.name,
                    )
                )

    # -- steps --------------------------------------------------------------------

    def action_authorize(self):
        """Allow the workarounds until they expire, by somebody who has the right."""
        self.check_access("read")
        self._check_authorizer()
        self._check_obstacles("authorize")
        # sudo: the outcome is protected, and who may authorize need not be allowed to
        # edit; the checks above stand for it.
        for workaround in self.sudo():
            workaround.write(
                {
                    "state": "authorized",
                    "authorized_by_id": self.env.uid,
                    "authorized_at": fields.Datetime.now(),
                    "removal_action_id": workaround._removal_action().id,
                }
            )

    def _check_authorizer(self):
        """Raise unless the user holds the right and proposed none of them."""
        for workaround in self:
            if workaround.proposed_by_id == self.env.user:
                raise AccessError(
                    self.env._(
                        "You proposed %(workaround)s yourself. Another person has to "
                        "authorize it.",
                        workaround=workaround.name,
                    )
                )
            if not workaround._may_authorize():
                raise AccessError(
                    self.env._(
                        "A workaround is authorized by the command center or by a "
                        "member of a governing body of the program."
                    )
                )

    def _may_authorize(self):
        self.ensure_one()
        if self.env.user.has_group("dist_rollout_governance.group_command_center"):
            return True
        # sudo: who sits in the program's bodies is a fact, whoever may read it
        seats = (
            self.env["dist.body.member"]
            .sudo()
            .search(
                [
                    ("program_id", "=", self.program_id.id),
                    ("user_id", "=", self.env.uid),
                    ("body_id.active", "=", True),
                ]
            )
        )
        return any(seats.mapped("is_current"))

    def _authorize_obstacles(self):
        obstacles = []
        if self.state not in ("proposed", "expired"):
            obstacles.append(self.env._("It is authorized or removed already."))
        if self.date_expiry <= fields.Datetime.now():
            obstacles.append(self.env._("It expires in the past: set a later moment."))
        if not self.owner_id:
            obstacles.append(self.env._("Name the owner, who removes it."))
        return obstacles

    def _removal_action(self):
        """Return the governance action to remove it; it is created once."""
        return self.removal_action_id or self.env["dist.action"].create(
            {
                "name": self.env._("Remove the workaround: %(name)s", name=self.name)[
                    :128
                ],
                "program_id": self.program_id.id,
                "site_id": self.site_id.id,
                "responsible_id": self.owner_id.id,
                "date_deadline": self.date_expiry.date(),
                "note": self.removal,
            }
        )

    def _remove_obstacles(self):
        if self.state not in ("authorized", "expired"):
            return [self.env._("Only what was authorized can be removed.")]
        return []

    def action_remove(self):
        """Record that the work goes by the book again."""
        self._take_step(
            "remove", {"state": "removed", "removed_at": fields.Datetime.now()}
        )
        # sudo: the removal action belongs to its owner
        self.sudo().removal_action_id.action_done()

    # -- expiry -------------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """Mark what has expired and raise an issue for each, some at a time.

        Killed at any point, the next run goes on: what was committed is no longer
        authorized and is not found again.
        """
        Cron = self.env["ir.cron"]
        ids = self.search(
            [("state", "=", "authorized"), *self._overdue_domain()], order="id"
        ).ids
        Cron._commit_progress(remaining=len(ids))
        for offset in range(0, len(ids), BATCH_SIZE):
            batch = self.browse(ids[offset : offset + BATCH_SIZE]).exists()
            batch._expire()
            if not Cron._commit_progress(len(batch)):
                break

    def _expire(self):
        """Mark the workarounds as expired and tell those who answer for them."""
        for workaround in self:
            workaround.write(
                {"state": "expired", "issue_id": workaround._raise_issue().id}
            )
        self._tell_responsible(
            self.env._("The workaround has expired: remove it or ask again")
        )
        self._after_expire()

    def _raise_issue(self):
        """Return the issue about the expired workaround; it is raised once."""
        return self.issue_id or self.env["dist.issue"].create(
            {
                "name": self.env._(
                    "Expired workaround still in use: %(name)s", name=self.name
                ),
                "program_id": self.program_id.id,
                "site_id": self.site_id.id,
                "severity": self.risk_level,
                "owner_id": self.owner_id.filtered("active").id,
                "description": f"{self.reason}\n{self.risk}",
                "workaround": self.name,
            }
        )

    def _after_expire(self):
        """Hook: these workarounds have just expired. A ticket system extends it."""
