from odoo import api, models


class DistMeasureValue(models.Model):
    _inherit = "dist.measure.value"

    @api.model
    def _mean_of(self, measure, sites, date_from, date_to):
        """Return a measure over sites and days, from its numerators and denominators.

        :param date_from: first day, or False for all days before
        :param date_to: last day
        :return: the figure, or None where no site has a value
        """
        domain = [
            ("measure_id", "=", measure.id),
            ("site_id", "in", sites.ids),
            ("value", "!=", False),
            ("day", "<=", date_to),
        ]
        if date_from:
            domain.append(("day", ">=", date_from))
        ((count, value),) = self._read_group(domain, [], ["__count", "value:avg"])
        return value if count else None
