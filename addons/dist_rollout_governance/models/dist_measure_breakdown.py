from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, OrderedSet

# Ids count the parts of a value from this many times its id on: no value has as many.
MOST_PARTS = 1_000_000


class DistMeasureBreakdown(models.Model):
    """A value of a measure by warehouse, category, channel or another dimension.

    The parts of one dimension add up to the value of the day. Not stored: they are
    kept in the value's own row and unfolded when somebody looks at them. As rows of a
    table they would be thirty times as many as the values.
    """

    _name = "dist.measure.breakdown"
    _inherit = "dist.measure.component.mixin"
    _description = "Measure Breakdown"
    _auto = False
    _order = "day desc, measure_id, dimension, label"
    _rec_name = "label"

    value_id = fields.Many2one(
        "dist.measure.value", string="Value of the Day", readonly=True
    )
    measure_id = fields.Many2one("dist.measure", readonly=True)
    unit = fields.Selection(related="measure_id.unit")
    site_id = fields.Many2one("dist.site", readonly=True)
    program_id = fields.Many2one("dist.program", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    day = fields.Date(readonly=True)
    dimension = fields.Selection(
        [
            ("warehouse", "Warehouse"),
            ("category", "Product Category"),
            ("channel", "Sales Channel"),
            ("role", "User Role"),
            ("user", "User"),
            ("partner", "Partner"),
            ("reason", "Reason"),
            ("age", "Age"),
            ("spread", "Spread of the Durations"),
        ],
        readonly=True,
    )
    label = fields.Char(readonly=True, help="Empty: the records name none.")

    @property
    def _table_query(self):
        self.env["dist.measure.value"].flush_model()
        return SQL(
            """
            SELECT v.id::bigint * %s + part.place AS id, v.id AS value_id,
                   v.measure_id, v.kind, v.site_id, v.program_id, v.company_id, v.day,
                   part.entry ->> 0 AS dimension, part.entry ->> 1 AS label,
                   (part.entry ->> 2)::numeric AS numerator,
                   (part.entry ->> 3)::numeric AS denominator,
                   (part.entry ->> 4)::int AS sample_size,
                   (part.entry ->> 5)::numeric AS value
              FROM dist_measure_value v
             CROSS JOIN LATERAL jsonb_array_elements(v.parts) WITH ORDINALITY
                   AS part (entry, place)
            """,
            MOST_PARTS,
        )

    @api.model
    def _search(self, domain, *args, **kwargs):
        domain = Domain(domain).map_conditions(self._within_values)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _within_values(self, condition):
        """Let a part be looked for in its value only, not in all of them."""
        if condition.field_expr != "id" or condition.operator not in ("in", "="):
            return condition
        ids = condition.value
        if isinstance(ids, int):
            ids = [ids]
        if not isinstance(ids, (list, tuple, set, frozenset, OrderedSet)):
            return condition
        values = {id_ // MOST_PARTS for id_ in ids if id_}
        return condition & Domain("value_id", "in", values)

    def action_open_records(self):
        """Open exactly the records this part counted."""
        self.ensure_one()
        return self.measure_id._action_open_records(
            self.site_id or self.company_id,
            self.day,
            self.day,
            (self.dimension, self.label),
        )
