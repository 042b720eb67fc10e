from odoo import api, models
from odoo.fields import Domain


class DistMeasureValue(models.Model):
    _inherit = "dist.measure.value"

    @api.model
    def _mean_of(self, measure, sites, date_from, date_to):
        """Return a measure over sites and days, from its numerators and denominators.

        A measure of companies is taken over the companies of the sites. A sum is
        stated for a day, because windows of different lengths are compared.

        :param date_from: first day, or False for all days before
        :param date_to: last day
        :return: the figure, or None where there is no value
        """
        domain = Domain("measure_id", "=", measure.id) & Domain("day", "<=", date_to)
        if measure.grain == "company":
            domain &= Domain("site_id", "=", False)
            domain &= Domain("company_id", "in", sites.company_id.ids)
        else:
            domain &= Domain("site_id", "in", sites.ids)
        if date_from:
            domain &= Domain("day", ">=", date_from)
        # counted and not filtered: to a domain, a day of zero is a day without value
        ((count, days, value),) = self._read_group(
            domain, [], ["value:count", "day:count_distinct", "value:avg"]
        )
        if not count:
            return None
        return value / days if measure.kind == "sum" else value
