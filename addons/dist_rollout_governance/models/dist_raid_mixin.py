from odoo import api, fields, models


class DistRaidMixin(models.AbstractModel):
    """What risks, assumptions, issues and milestones share: a name and a day.

    A model says when its entries are overdue in ``_overdue_domain``.
    """

    _name = "dist.raid.mixin"
    _description = "RAID Entry"
    _inherit = "dist.owned.mixin"

    name = fields.Char(required=True, tracking=True)
    description = fields.Text()
    is_overdue = fields.Boolean(
        string="Overdue", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    @api.depends(lambda self: self._overdue_fields())
    def _compute_is_overdue(self):
        overdue = self.filtered_domain(self._overdue_domain())
        for entry in self:
            entry.is_overdue = entry in overdue

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._overdue_domain()

    @api.model
    def _overdue_domain(self):
        """Return the domain of the entries whose day has passed."""
        return fields.Domain.FALSE

    @api.model
    def _overdue_fields(self):
        """Return the names of the fields that ``_overdue_domain`` reads."""
        return ()
