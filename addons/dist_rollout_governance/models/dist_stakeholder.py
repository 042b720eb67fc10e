from odoo import api, fields, models

QUADRANTS = [
    ("manage_closely", "Manage Closely"),
    ("keep_satisfied", "Keep Satisfied"),
    ("keep_informed", "Keep Informed"),
    ("monitor", "Monitor"),
]
ATTITUDES = [
    ("1", "Opposed"),
    ("2", "Sceptical"),
    ("3", "Neutral"),
    ("4", "Supportive"),
    ("5", "Leading"),
]
# From this value on influence and interest count as high.
HIGH = 4


class DistStakeholder(models.Model):
    """A person the program has to take along: influence, interest and attitude."""

    _name = "dist.stakeholder"
    _description = "Stakeholder"
    _inherit = "dist.owned.mixin"
    _order = "influence desc, interest desc, id"
    _rec_name = "partner_id"
    _rec_names_search = ["partner_id.name", "role"]

    partner_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="restrict", index=True
    )
    role = fields.Char(help="Role in the program or in the business.")
    site_ids = fields.Many2many(
        "dist.site",
        "dist_stakeholder_site_rel",
        string="Concerned Sites",
        domain="[('program_id', '=', program_id)]",
        help="Empty: all sites of the program.",
    )
    is_sponsor = fields.Boolean(
        string="Sponsor", tracking=True, help="Stands up for the program in public."
    )
    influence = fields.Integer(
        default=3, required=True, aggregator="avg", tracking=True, help="1 to 5."
    )
    interest = fields.Integer(
        default=3, required=True, aggregator="avg", tracking=True, help="1 to 5."
    )
    quadrant = fields.Selection(
        QUADRANTS,
        string="Strategy",
        compute="_compute_quadrant",
        store=True,
        index=True,
        group_expand=True,
        help="From influence and interest; 4 and 5 count as high.",
    )
    strategy = fields.Char(compute="_compute_strategy", string="What To Do")
    attitude = fields.Selection(
        ATTITUDES, string="Attitude Now", default="3", required=True, tracking=True
    )
    attitude_target = fields.Selection(
        ATTITUDES, string="Attitude Wanted", default="4", required=True, tracking=True
    )
    attitude_gap = fields.Integer(
        compute="_compute_attitude_gap",
        store=True,
        aggregator="avg",
        help="Steps from the attitude now to the one wanted.",
    )
    concerns = fields.Text(help="What the person stands to lose or worries about.")
    engagement = fields.Text(help="How the person is taken along, and by whom.")
    action_ids = fields.One2many(
        "dist.action", "stakeholder_id", string="Engagement Actions"
    )
    communication_ids = fields.Many2many(
        "dist.communication", "dist_communication_stakeholder_rel", string="Receives"
    )

    _influence_range = models.Constraint(
        "CHECK (influence BETWEEN 1 AND 5)", "Influence goes from 1 to 5."
    )
    _interest_range = models.Constraint(
        "CHECK (interest BETWEEN 1 AND 5)", "Interest goes from 1 to 5."
    )
    _partner_uniq = models.UniqueIndex(
        "(program_id, COALESCE(site_id, 0), partner_id)",
        "This person is on the map of the program or site already.",
    )

    @api.depends("influence", "interest")
    def _compute_quadrant(self):
        for stakeholder in self:
            if stakeholder.influence >= HIGH:
                stakeholder.quadrant = (
                    "manage_closely"
                    if stakeholder.interest >= HIGH
                    else "keep_satisfied"
                )
            else:
                stakeholder.quadrant = (
                    "keep_informed" if stakeholder.interest >= HIGH else "monitor"
                )

    @api.depends("quadrant")
    def _compute_strategy(self):
        env = self.env
        texts = {
            "manage_closely": env._("Involve in decisions, meet in person regularly."),
            "keep_satisfied": env._("Ask early, keep messages short, avoid surprises."),
            "keep_informed": env._("Explain in detail, win as a champion at the site."),
            "monitor": env._("Inform with everybody, watch for changes."),
        }
        for stakeholder in self:
            stakeholder.strategy = texts.get(stakeholder.quadrant)

    @api.depends("attitude", "attitude_target")
    def _compute_attitude_gap(self):
        for stakeholder in self:
            stakeholder.attitude_gap = int(stakeholder.attitude_target or 0) - int(
                stakeholder.attitude or 0
            )

    @api.constrains("site_ids", "program_id")
    def _check_site_ids(self):
        for stakeholder in self:
            for site in stakeholder.site_ids:
                stakeholder._check_program_of(site)
