from odoo import fields, models
from odoo.exceptions import UserError

MAX_DAYS = 31


class DistSupportShiftCopyWizard(models.TransientModel):
    """Dialog that copies support shifts for the days that follow."""

    _name = "dist.support.shift.copy.wizard"
    _description = "Copy Shifts"

    shift_ids = fields.Many2many(
        "dist.support.shift",
        "dist_support_shift_copy_rel",
        string="Shifts",
        readonly=True,
    )
    days = fields.Integer(
        string="Number of Days",
        required=True,
        default=2,
        help="The shifts are repeated on so many days after their own, at the same "
        "local hours.",
    )

    def action_confirm(self):
        """Copy the shifts; what is there already is left out."""
        self.ensure_one()
        if not 1 <= self.days <= MAX_DAYS:
            raise UserError(
                self.env._("Copy for 1 to %(days)s days at once.", days=MAX_DAYS)
            )
        self.shift_ids._copy_days(self.days)
        return {"type": "ir.actions.act_window_close"}
