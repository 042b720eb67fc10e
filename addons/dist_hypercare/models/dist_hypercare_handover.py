from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.dist_rollout_governance.services.canonical import moment_text


class DistHypercareHandover(models.Model):
    """The handover of a site from hypercare to run, signed by the support lead.

    It says who runs the site from now on and how, where the knowledge lies, and which
    open items the run owner has accepted. The exit from hypercare needs it signed,
    with its content unchanged.
    """

    _name = "dist.hypercare.handover"
    _description = "Handover to Run"
    _inherit = [
        "dist.protected.mixin",
        "dist.signoff.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "hypercare_id"
    _mail_post_access = "read"
    _immutable_fields = frozenset({"hypercare_id"})

    hypercare_id = fields.Many2one(
        "dist.hypercare", required=True, ondelete="restrict", index=True
    )
    wave_id = fields.Many2one(
        related="hypercare_id.wave_id", string="Rollout Wave", store=True, index=True
    )
    site_id = fields.Many2one(related="hypercare_id.site_id", store=True, index=True)
    program_id = fields.Many2one(
        related="hypercare_id.program_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="hypercare_id.company_id", store=True, index=True
    )
    run_owner_id = fields.Many2one(
        "res.users",
        string="Run Owner",
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index="btree_not_null",
        tracking=True,
        help="Who answers for the site after hypercare and accepts the open items.",
    )
    support_model = fields.Text(
        tracking=True,
        help="Who helps the users from now on: levels, hours, channels, escalation.",
    )
    document_ids = fields.Many2many(
        "dist.document",
        "dist_hypercare_handover_document_rel",
        string="Knowledge",
        domain="[('program_id', '=', program_id)]",
        help="Procedures and articles the support works with.",
    )
    knowledge = fields.Text(
        string="Other Knowledge", help="Links to what is kept elsewhere."
    )
    item_ids = fields.One2many(
        "dist.hypercare.handover.item", "handover_id", string="Open Items"
    )
    obstacles = fields.Text(
        string="Before the Signature",
        compute="_compute_obstacles",
        help="What the handover still misses.",
    )

    _hypercare_uniq = models.UniqueIndex(
        "(hypercare_id)", "The hypercare has a handover already."
    )

    @api.depends("site_id.display_name")
    def _compute_display_name(self):
        for handover in self:
            handover.display_name = self.env._(
                "Handover of %(site)s", site=handover.site_id.display_name
            )

    @api.depends(
        "run_owner_id",
        "support_model",
        "document_ids",
        "knowledge",
        "item_ids.accepted_at",
    )
    def _compute_obstacles(self):
        for handover in self:
            handover.obstacles = "\n".join(handover._obstacles())

    def _obstacles(self):
        """Return a sentence for each thing the handover still misses."""
        self.ensure_one()
        obstacles = []
        if not (self.support_model or "").strip():
            obstacles.append(self.env._("Describe the support model."))
        if not self.run_owner_id:
            obstacles.append(self.env._("Name the run owner."))
        if not self.document_ids and not (self.knowledge or "").strip():
            obstacles.append(self.env._("Say where the knowledge lies."))
        return obstacles + [
            self.env._("“%(item)s” is not accepted by the run owner.", item=item.name)
            for item in self.item_ids
            if not item.accepted_at
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        for handover in self:
            if handover.signoff_ids:
                raise UserError(
                    self.env._(
                        "%(handover)s has sign-offs and can't be deleted.",
                        handover=handover.display_name,
                    )
                )

    def action_collect_items(self):
        """List what is open at the site; what is listed stays as it is."""
        for handover in self:
            handover.check_access("write")
            # sudo: the list is whole, whoever collects it
            handover.sudo()._collect_items()

    def _collect_items(self):
        self.ensure_one()
        there = {(item.res_model, item.res_id) for item in self.item_ids}
        self.env["dist.hypercare.handover.item"].create(
            [
                {
                    "handover_id": self.id,
                    "name": record.display_name,
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for records in self._open_records()
                for record in records
                if (record._name, record.id) not in there
            ]
        )

    def _open_records(self):
        """Return the recordsets of what is open at the site; a hook for addons."""
        site = [("site_id", "=", self.site_id.id)]
        return [
            self.env["dist.issue"].search(
                [*site, ("state", "in", ("open", "in_progress"))]
            ),
            self.env["dist.workaround"].search(
                [*site, ("state", "in", ("authorized", "expired"))]
            ),
            self.env["dist.action"].search([*site, ("state", "=", "open")]),
        ]

    # -- sign-off -----------------------------------------------------------------

    def _signoff_program(self):
        return self.program_id

    def _signoff_site(self):
        return self.site_id

    def _signoff_roles(self):
        return {"support_lead": self.env._("Support Lead")}

    def _signoff_content(self):
        return {
            "wave": self.wave_id.name,
            "site": self.site_id.code,
            "run_owner": self.run_owner_id.login,
            "support_model": self.support_model or "",
            "documents": sorted(self.document_ids.mapped("code")),
            "knowledge": self.knowledge or "",
            "items": [
                {
                    "key": f"{item.id} {item.name}",
                    "accepted_at": moment_text(item.accepted_at),
                }
                for item in self.item_ids.sorted("id")
            ],
        }

    def _check_signoff_allowed(self, role, verdict):
        self.ensure_one()
        if role not in self._signoff_roles() or not self.env.user.has_group(
            "dist_rollout_governance.group_command_center"
        ):
            raise AccessError(self.env._("The handover is signed by the support lead."))
        if verdict == "revoke" and self.hypercare_id.state == "exited":
            raise UserError(
                self.env._("The site has left hypercare: the handover stands.")
            )
        if verdict == "sign":
            self._check_complete()

    def _check_complete(self):
        """Raise one error that lists everything the handover still misses."""
        obstacles = self._obstacles()
        if self.run_owner_id == self.env.user:
            obstacles.append(
                self.env._(
                    "You are the run owner yourself. Another person has to hand over."
                )
            )
        if obstacles:
            raise UserError(
                self.env._(
                    "%(handover)s can't be signed yet:", handover=self.display_name
                )
                + "\n- "
                + "\n- ".join(obstacles)
            )
