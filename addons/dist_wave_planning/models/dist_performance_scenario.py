from odoo import fields, models

OPERATORS = [("<=", "At most"), (">=", "At least")]
VALID_DAYS = 60


class DistPerformanceScenario(models.Model):
    """A kind of load that the system has to carry, and what is measured meanwhile."""

    _name = "dist.performance.scenario"
    _description = "Performance Scenario"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    is_standard = fields.Boolean(
        string="For Every Wave",
        default=True,
        help="New waves ask for it. What a wave asks for can be changed there.",
    )
    guidance = fields.Text(string="How to Test", translate=True)
    metric = fields.Char(
        required=True,
        translate=True,
        help="What is measured, e.g. time per order line.",
    )
    unit = fields.Char(required=True, translate=True, help="e.g. seconds")
    operator = fields.Selection(OPERATORS, required=True, default="<=")
    target = fields.Float(digits=(16, 2), required=True)
    load_users = fields.Integer(string="Users at Once")
    load_lines = fields.Integer(string="Lines per Hour")
    valid_days = fields.Integer(
        string="Valid For (Days)",
        default=VALID_DAYS,
        required=True,
        help="A passed test counts for so many days; 0 for ever.",
    )
    test_ids = fields.One2many("dist.performance.test", "scenario_id", string="Tests")

    _load_positive = models.Constraint(
        "CHECK (valid_days >= 0 AND load_users >= 0 AND load_lines >= 0)",
        "Load and days can't be negative.",
    )

    def action_open_tests(self):
        """Open the tests of the scenario."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_wave_planning.dist_performance_test_action"
        )
        return dict(
            action,
            domain=[("scenario_id", "=", self.id)],
            context={"default_scenario_id": self.id},
        )
