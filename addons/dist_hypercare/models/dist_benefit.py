from odoo import api, fields, models
from odoo.exceptions import ValidationError

WINDOW_DAYS = 28


class DistBenefit(models.Model):
    """A line of the ROI tracker: what a measure was before go-live, and is now.

    *Baseline*: the value over the days up to the cutover of each site, or the figure
    somebody entered because the legacy system knew it. *Now*: the value over the last
    28 days. The yearly benefit is the change in the good direction times what one unit
    of the measure is worth in a year.
    """

    _name = "dist.benefit"
    _description = "Benefit"
    _inherit = "dist.register.mixin"
    _order = "program_id, driver, id"

    driver = fields.Selection(
        [
            ("carrying_cost", "Carrying Cost"),
            ("reconciliation", "Manual Reconciliation"),
            ("cycle_time", "Cycle Time"),
            ("fill_rate", "Fill Rate"),
            ("stock_outs", "Stock-outs"),
            ("pricing", "Pricing Discipline"),
            ("close", "Close Cycle"),
        ],
        required=True,
        default="fill_rate",
    )
    measure_id = fields.Many2one(
        "dist.measure", required=True, ondelete="restrict", index=True
    )
    unit = fields.Selection(related="measure_id.unit")
    is_entered = fields.Boolean(
        string="Baseline Entered",
        help="The legacy system knew the baseline; else it is computed.",
    )
    baseline_entered = fields.Float(string="Entered Baseline", digits=(16, 2))
    baseline = fields.Float(digits=(16, 2), compute="_compute_figures")
    current = fields.Float(string="Now", digits=(16, 2), compute="_compute_figures")
    is_known = fields.Boolean(
        compute="_compute_figures", help="Both baseline and present value are there."
    )
    improvement = fields.Float(
        digits=(16, 2),
        compute="_compute_figures",
        help="Change in the good direction; negative: it has become worse.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete="restrict",
    )
    unit_value = fields.Monetary(
        string="Value of One Unit",
        help="What one unit of the measure is worth in a year.",
    )
    annual_benefit = fields.Monetary(compute="_compute_figures")

    @api.depends("measure_id.name", "site_id.display_name")
    def _compute_display_name(self):
        for benefit in self:
            benefit.display_name = ", ".join(
                filter(None, [benefit.measure_id.name, benefit.site_id.display_name])
            )

    @api.depends(
        "measure_id", "site_id", "is_entered", "baseline_entered", "unit_value"
    )
    def _compute_figures(self):
        today = fields.Date.today()
        for benefit in self:
            # sudo: a program-wide figure is the same for all who may read the line
            sites = benefit.sudo().site_id or benefit.sudo().program_id.site_ids
            before = (
                benefit.baseline_entered
                if benefit.is_entered
                else benefit._baseline_of(sites)
            )
            now = (
                # sudo: see above
                self.env["dist.measure.value"]
                .sudo()
                ._mean_of(
                    benefit.measure_id,
                    sites,
                    fields.Date.subtract(today, days=WINDOW_DAYS),
                    today,
                )
            )
            known = before is not None and now is not None
            change = now - before if known else 0
            if benefit.measure_id.direction == "lower":
                change = -change
            benefit.is_known = known
            benefit.baseline = before or 0
            benefit.current = now or 0
            benefit.improvement = change
            benefit.annual_benefit = change * benefit.unit_value

    def _baseline_of(self, sites):
        """Return the measure up to the first cutover of the sites, or None."""
        moments = [(site.cutover_at, site) for site in sites if site.cutover_at]
        if not moments:
            return None
        cutover, site = min(moments, key=lambda pair: pair[0])
        # sudo: see _compute_figures
        return (
            self.env["dist.measure.value"]
            .sudo()
            ._mean_of(
                self.measure_id,
                sites,
                False,
                fields.Date.subtract(site._local_day(cutover), days=1),
            )
        )

    @api.constrains("unit_value")
    def _check_unit_value(self):
        if self.filtered(lambda benefit: benefit.unit_value < 0):
            raise ValidationError(
                self.env._(
                    "The value of a unit is positive; whether more or less is better "
                    "is the measure's own."
                )
            )
