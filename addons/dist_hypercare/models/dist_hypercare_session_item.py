from odoo import api, fields, models
from odoo.exceptions import UserError


class DistHypercareSessionItem(models.Model):
    """One item of a daily session: what it is about and what was decided on it."""

    _name = "dist.hypercare.session.item"
    _description = "Item of a Daily Session"
    _inherit = "dist.protected.mixin"
    _order = "session_id desc, severity, id"
    _immutable_fields = frozenset({"session_id", "site_id", "res_model", "res_id"})
    _protected_fields = frozenset({"action_id"})

    session_id = fields.Many2one(
        "dist.hypercare.session", required=True, ondelete="cascade", index=True
    )
    state = fields.Selection(related="session_id.state", string="Session Status")
    wave_id = fields.Many2one(
        related="session_id.wave_id", store=True, index=True, precompute=True
    )
    program_id = fields.Many2one(related="session_id.program_id")
    site_id = fields.Many2one(
        "dist.site",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('program_id', '=', program_id)]",
        help="Empty: the item concerns the whole wave.",
    )
    company_id = fields.Many2one(
        related="site_id.company_id", store=True, index="btree_not_null"
    )
    kind = fields.Selection(
        [
            ("incident", "Major Incident"),
            ("criterion", "Red Criterion"),
            ("workaround", "Workaround"),
            ("issue", "Issue"),
            ("gate_line", "Gate Line"),
            ("decision", "Decision"),
            ("action", "Follow-up"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    reason = fields.Selection(
        [
            ("new", "New"),
            ("reopened", "Reopened"),
            ("aged", "Still Open"),
            ("breached", "Breached"),
            ("due", "Due"),
        ],
        required=True,
        default="new",
        help="Why it stands on the agenda.",
    )
    severity = fields.Selection(
        [
            ("1", "S1 Critical"),
            ("2", "S2 High"),
            ("3", "S3 Medium"),
            ("4", "S4 Low"),
        ],
        required=True,
        default="3",
        index=True,
    )
    name = fields.Char(string="Subject", required=True)
    res_model = fields.Char(
        string="Model", readonly=True, export_string_translation=False
    )
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", readonly=True
    )
    decision = fields.Text(help="What is done about it.")
    is_decided = fields.Boolean(
        string="Decided", compute="_compute_is_decided", store=True
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Owner",
        domain="[('share', '=', False)]",
        ondelete="restrict",
        index="btree_not_null",
        help="Who does it. With an owner the decision becomes a governance action "
        "when the session is closed.",
    )
    date_deadline = fields.Date(string="Due")
    action_id = fields.Many2one(
        "dist.action",
        string="Follow-up",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )

    _record_uniq = models.UniqueIndex(
        "(session_id, res_model, res_id) WHERE res_id IS NOT NULL",
        "The record stands on the agenda already.",
    )

    @api.depends("decision")
    def _compute_is_decided(self):
        for item in self:
            item.is_decided = bool((item.decision or "").strip())

    @api.constrains("site_id", "session_id")
    def _check_site_in_wave(self):
        # sudo: the wave's sites may belong to companies the user does not see
        for item in self.sudo():
            if item.site_id and item.site_id not in item.wave_id.site_ids:
                raise UserError(
                    self.env._(
                        "%(site)s is not a site of %(wave)s.",
                        site=item.site_id.display_name,
                        wave=item.wave_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        if not self.env.su:
            items.session_id._check_not_closed()
        return items

    def write(self, vals):
        if not self.env.su:
            self.session_id._check_not_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self.session_id._check_not_closed()

    def _create_follow_ups(self):
        """Create a governance action for each decision that somebody owns, once.

        Runs as superuser, from the session that is closed.
        """
        for item in self:
            if item.is_decided and item.owner_id and not item.action_id:
                item.action_id = self.env["dist.action"].create(
                    item._prepare_action_vals()
                )

    def _prepare_action_vals(self):
        self.ensure_one()
        return {
            "name": self.decision.strip().splitlines()[0][:128],
            "program_id": self.program_id.id,
            "site_id": self.site_id.id,
            "responsible_id": self.owner_id.id,
            "date_deadline": self.date_deadline,
            "note": f"{self.name}\n{self.decision}",
        }

    def action_open_record(self):
        """Open the record the item is about, with the user's own rights."""
        self.ensure_one()
        # an addon whose records were on the agenda may have gone since
        if not self.res_id or self.res_model not in self.env:
            raise UserError(self.env._("“%(item)s” stands for itself.", item=self.name))
        record = self.env[self.res_model].browse(self.res_id).exists()
        if not record:
            raise UserError(self.env._("The record was deleted in the meantime."))
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
        }
