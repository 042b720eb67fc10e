from odoo import fields, models
from odoo.tools import SQL


class DistMeasureComponentMixin(models.AbstractModel):
    """A figure that is kept as numerator and denominator and never averaged."""

    _name = "dist.measure.component.mixin"
    _description = "Figure of Numerator and Denominator"

    kind = fields.Selection(
        [
            ("ratio", "Ratio"),
            ("sum", "Sum"),
            ("level", "Level (snapshot)"),
            ("duration", "Duration"),
            ("rate", "Rate"),
        ],
        readonly=True,
    )
    numerator = fields.Float(digits=(20, 6), readonly=True)
    denominator = fields.Float(digits=(20, 6), readonly=True)
    sample_size = fields.Integer(
        readonly=True, help="Number of records the value was computed from."
    )
    value = fields.Float(
        digits=(20, 4),
        readonly=True,
        aggregator="avg",
        help="Totals are computed from the numerators and denominators.",
    )

    def _read_group_select(self, aggregate_spec, query):
        """Aggregate ``value`` from its components: a mean of ratios is wrong."""
        if aggregate_spec != "value:avg":
            return super()._read_group_select(aggregate_spec, query)
        column = {
            name: self._field_to_sql(self._table, name, query)
            for name in ("kind", "numerator", "denominator", "value")
        }
        # Values of different kinds have no common total: then there is none.
        return SQL(
            """
            CASE WHEN MIN(%(kind)s) <> MAX(%(kind)s) THEN NULL
                 WHEN MIN(%(kind)s) = 'ratio'
                 THEN 100 * SUM(%(numerator)s) / NULLIF(SUM(%(denominator)s), 0)
                 WHEN MIN(%(kind)s) IN ('duration', 'rate')
                 THEN SUM(%(numerator)s) / NULLIF(SUM(%(denominator)s), 0)
                 WHEN MIN(%(kind)s) = 'sum' THEN SUM(%(numerator)s)
                 ELSE AVG(%(value)s) END
            """,
            **column,
        )
