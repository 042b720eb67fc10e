from odoo import fields, models


class DistMeasureBreakdown(models.Model):
    """A value of a measure by warehouse, category, channel or another dimension.

    The parts of one dimension add up to the value of the day. Written by the engine
    only, together with the value.
    """

    _name = "dist.measure.breakdown"
    _inherit = "dist.measure.component.mixin"
    _description = "Measure Breakdown"
    _order = "day desc, measure_id, dimension, label"
    _rec_name = "label"
    _log_access = False

    measure_id = fields.Many2one(
        "dist.measure", required=True, readonly=True, ondelete="cascade"
    )
    unit = fields.Selection(related="measure_id.unit")
    site_id = fields.Many2one("dist.site", readonly=True, ondelete="cascade")
    program_id = fields.Many2one("dist.program", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    day = fields.Date(required=True, readonly=True)
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
        required=True,
        readonly=True,
    )
    label = fields.Char(readonly=True, help="Empty: the records name none.")

    _part_idx = models.Index("(measure_id, site_id, day, dimension)")
    _company_part_idx = models.Index(
        "(measure_id, company_id, day) WHERE site_id IS NULL"
    )

    def action_open_records(self):
        """Open exactly the records this part counted."""
        self.ensure_one()
        return self.measure_id._action_open_records(
            self.site_id or self.company_id,
            self.day,
            self.day,
            (self.dimension, self.label),
        )
