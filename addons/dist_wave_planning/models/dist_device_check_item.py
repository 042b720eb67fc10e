from odoo import fields, models

from .dist_device_check import KINDS, VALID_DAYS


class DistDeviceCheckItem(models.Model):
    """A standard item of the checklist that every site gets."""

    _name = "dist.device.check.item"
    _description = "Standard Device Check"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True)
    program_id = fields.Many2one(
        "dist.program",
        ondelete="restrict",
        index="btree_not_null",
        help="Empty: the sites of all programs get the item.",
    )
    site_type = fields.Selection(
        lambda self: self.env["dist.site"]._fields["type"].selection,
        help="Empty: sites of every type get the item.",
    )
    valid_days = fields.Integer(
        string="Valid For (Days)",
        default=VALID_DAYS,
        required=True,
        help="A passed test counts for so many days; 0 for ever.",
    )
    guidance = fields.Text(
        string="How to Test", translate=True, help="What to do, and what has to happen."
    )

    _valid_days_positive = models.Constraint(
        "CHECK (valid_days >= 0)", "A test is valid for no negative number of days."
    )

    def _applies_to(self, site):
        """Say whether a site gets the item."""
        self.ensure_one()
        return (not self.program_id or self.program_id == site.program_id) and (
            not self.site_type or self.site_type == site.type
        )

    def _prepare_check_vals(self, site):
        """Return the values of the check that the item becomes at a site."""
        self.ensure_one()
        return {
            "item_id": self.id,
            "name": self.name,
            "sequence": self.sequence,
            "kind": self.kind,
            "valid_days": self.valid_days,
            "program_id": site.program_id.id,
            "site_id": site.id,
            "owner_id": site.manager_id.filtered("active").id,
        }
