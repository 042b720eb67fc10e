from odoo import api, models


class DistMeasureProviderAdoption(models.AbstractModel):
    _inherit = "dist.measure.provider.adoption"

    @api.model
    def _transaction_topics(self):
        """Tickets are stated per transfer: they follow when a transfer is moved."""
        return [*super()._transaction_topics(), "ticket"]
