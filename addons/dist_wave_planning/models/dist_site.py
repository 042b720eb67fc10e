from odoo import api, fields, models

from .dist_wave import ENDED_STATES


class DistSite(models.Model):
    """Where a site stands in its rollout wave."""

    _name = "dist.site"
    _inherit = [
        "dist.site",
        "dist.site.onboarding.mixin",
        "dist.site.registers.mixin",
    ]

    wave_ids = fields.Many2many(
        "dist.wave",
        "dist_wave_site_rel",
        "dist_site_id",
        "dist_wave_id",
        string="Rollout Waves",
    )
    gate_ids = fields.One2many("dist.gate", "site_id", string="Readiness Gates")
    support_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Support Hours",
        ondelete="restrict",
        help="Hours of the week in which somebody has to support the site after its "
        "go-live, in its timezone. Empty: those of its wave.",
    )
    support_shift_count = fields.Integer(
        string="Support Shifts", compute="_compute_support_shift_count"
    )
    transaction_count = fields.Integer(
        string="Open Transactions", compute="_compute_transaction_counts"
    )
    undecided_count = fields.Integer(
        string="Without Disposition", compute="_compute_transaction_counts"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_transaction_counts(self):
        Transaction = self.env["dist.open.transaction"]
        # site people who are no managers see the site, and no list
        may_read = Transaction.has_access("read")
        counts = Transaction._count_by("site_id", self) if may_read else {}
        for site in self:
            site.transaction_count, site.undecided_count = counts.get(
                site._origin.id, (0, 0)
            )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_support_shift_count(self):
        Shift = self.env["dist.support.shift"]
        # see _compute_transaction_counts
        counts = (
            dict(
                Shift._read_group(
                    [("site_id", "in", self.ids)], ["site_id"], ["__count"]
                )
            )
            if Shift.has_access("read")
            else {}
        )
        for site in self:
            site.support_shift_count = counts.get(site._origin, 0)

    @api.depends("gate_ids.score", "gate_ids.wave_id.state")
    def _compute_rollout_status(self):
        result = super()._compute_rollout_status()
        gates = self.env["dist.gate"].search([("site_id", "in", self.ids)])
        for site, site_gates in gates.grouped("site_id").items():
            site._show_wave(site_gates[-1])
        return result

    def _show_wave(self, gate):
        """Say how far the site is in its latest wave."""
        self.rollout_status = self.env._(
            "%(wave)s: %(state)s",
            wave=gate.wave_id.name,
            state=dict(gate._fields["wave_state"]._description_selection(self.env))[
                gate.wave_state
            ],
        )
        self.rollout_progress = (
            gate.score if gate.wave_state in ("preparing", "ready") else 100
        )

    def action_open_transactions(self):
        """Open the open transactions of the site."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_open_transaction_action"
        )
        return dict(action, domain=[("site_id", "=", self.id)], context={})

    def action_open_shifts(self):
        """Open the support shifts of the site, those for all its wave included."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_support_shift_action"
        )
        return dict(
            action,
            domain=[
                "|",
                ("site_id", "=", self.id),
                "&",
                ("site_id", "=", False),
                ("wave_id.site_ids", "in", self.ids),
            ],
            context={
                "default_site_id": self.id,
                "default_wave_id": self.wave_ids.filtered(
                    lambda wave: wave.state not in ENDED_STATES
                )[:1].id,
            },
        )
