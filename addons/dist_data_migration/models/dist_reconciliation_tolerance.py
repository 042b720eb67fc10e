from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..services.comparisons import CONTROLS

KINDS = [("zero", "Zero"), ("absolute", "Absolute"), ("relative", "Percent of Legacy")]


class DistReconciliationTolerance(models.Model):
    """How much a control of a program may differ.

    A limit per line judges each key, a limit in total the sum of absolute differences.
    Without a tolerance a control must agree. The finance controller sets them; a run
    pins what was valid, so a later change needs another run. Differences within a
    tolerance stay listed.
    """

    _name = "dist.reconciliation.tolerance"
    _description = "Reconciliation Tolerance"
    _inherit = ["dist.protected.mixin"]
    _order = "program_id, control"
    _rec_name = "control"
    _immutable_fields = frozenset({"program_id", "control"})
    _protected_fields = frozenset({"version"})

    program_id = fields.Many2one(
        "dist.program", required=True, ondelete="cascade", index=True
    )
    control = fields.Selection(selection="_selection_control", required=True)
    line_kind = fields.Selection(KINDS, string="Each Line")
    line_value = fields.Float(string="Line Limit", digits=(16, 6))
    total_kind = fields.Selection(KINDS, string="In Total")
    total_value = fields.Float(string="Total Limit", digits=(16, 6))
    version = fields.Integer(default=1, readonly=True)
    note = fields.Char(string="Reason")

    _control_uniq = models.Constraint(
        "UNIQUE(program_id, control)", "The program has a tolerance for this control."
    )

    @api.model
    def _selection_control(self):
        return [(control.code, str(control.name)) for control in CONTROLS]

    @api.constrains("control", "line_kind", "line_value", "total_kind", "total_value")
    def _check_limits(self):
        for tolerance in self:
            if not tolerance.line_kind and not tolerance.total_kind:
                raise ValidationError(
                    self.env._("Set a limit for each line, in total, or both.")
                )
            if min(tolerance.line_value, tolerance.total_value) < 0:
                raise ValidationError(self.env._("A tolerance is never negative."))
            for kind, value in (
                (tolerance.line_kind, tolerance.line_value),
                (tolerance.total_kind, tolerance.total_value),
            ):
                if kind == "relative" and value > 100:
                    raise ValidationError(
                        self.env._("A tolerance is at most 100 percent.")
                    )

    def write(self, vals):
        limits = {"line_kind", "line_value", "total_kind", "total_value"}
        result = super().write(vals)
        if limits & vals.keys():
            for tolerance in self:
                # sudo: the protected number counts up with each change of a limit
                tolerance.sudo().version += 1
        return result

    @api.model
    def _pinned(self, program):
        """Return ``{control: limits}`` of a program, as a run keeps them."""
        # sudo: whoever runs the controls, the same tolerances hold
        return {
            tolerance.control: {
                "version": tolerance.version,
                "line_kind": tolerance.line_kind or "",
                "line_value": tolerance.line_value,
                "total_kind": tolerance.total_kind or "",
                "total_value": tolerance.total_value,
                "text": tolerance._text(),
            }
            for tolerance in self.sudo().search([("program_id", "=", program.id)])
        }

    def _text(self):
        """Return the limits in signs that need no translation: a run keeps them."""
        self.ensure_one()
        parts = []
        for sign, kind, value in (
            ("|Δ|", self.line_kind, self.line_value),
            ("Σ|Δ|", self.total_kind, self.total_value),
        ):
            if kind:
                limit = 0.0 if kind == "zero" else value
                percent = " %" if kind == "relative" else ""
                parts.append(f"{sign} ≤ {limit:g}{percent}")
        return ", ".join(parts)

    @api.model
    def _limit(self, pinned, scope, legacy):
        """SQL of the largest absolute difference.

        :param pinned: limits of one control, may be empty
        :param scope: line or total
        :param legacy: SQL of the legacy figure
        """
        kind = pinned.get(f"{scope}_kind")
        value = pinned.get(f"{scope}_value") or 0.0
        if kind == "relative":
            return SQL("abs(%s) * %s::numeric / 100", legacy, value)
        return SQL("%s::numeric", value if kind == "absolute" else 0)
