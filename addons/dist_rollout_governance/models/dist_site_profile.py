from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services import complexity

MAX_COUNT = 10_000_000


class DistSite(models.Model):
    """The operating profile of a site, and the complexity that follows from it."""

    _inherit = "dist.site"

    region_id = fields.Many2one(
        "dist.region", ondelete="restrict", index="btree_not_null"
    )
    super_user_ids = fields.Many2many(
        "res.users",
        "dist_site_super_user_rel",
        string="Super Users",
        help="They see the site and help its users. They neither attest nor sign.",
    )
    people_ids = fields.Many2many(
        "res.users",
        "dist_site_people_rel",
        string="Site People",
        compute="_compute_people_ids",
        store=True,
        help="Site manager, deputies and super users: who may see the site.",
    )
    order_lines_per_day = fields.Integer(
        help="Sales order lines shipped on a normal day."
    )
    receipt_lines_per_day = fields.Integer(help="Receipt lines on a normal day.")
    sku_count = fields.Integer(
        string="Active Products", help="Products the site keeps or sells."
    )
    user_count = fields.Integer(string="System Users")
    shift_count = fields.Integer(string="Shifts", default=1)
    integration_count = fields.Integer(
        string="Integrations",
        help="Interfaces of the site: carriers, EDI, automation, 3PL, bank.",
    )
    order_profile = fields.Selection(
        [
            ("pallet", "Full Pallets"),
            ("case", "Cases"),
            ("each", "Single Pieces"),
            ("mixed", "Mixed"),
        ],
    )
    traceability = fields.Selection(
        [
            ("none", "None"),
            ("lot", "Lots"),
            ("serial", "Serial Numbers"),
            ("expiry", "Lots with Expiry"),
        ],
        required=True,
        default="none",
    )
    has_quality_hold = fields.Boolean(string="Quality Hold")
    has_export_documents = fields.Boolean(string="Export Documents")
    storage_tag_ids = fields.Many2many(
        "dist.site.tag",
        "dist_site_storage_rel",
        string="Storage Methods",
        domain=[("kind", "=", "storage")],
    )
    requirement_tag_ids = fields.Many2many(
        "dist.site.tag",
        "dist_site_requirement_rel",
        string="Customer and Regulatory Requirements",
        domain=[("kind", "=", "requirement")],
    )
    legacy_tag_ids = fields.Many2many(
        "dist.site.tag",
        "dist_site_legacy_rel",
        string="Legacy Systems",
        domain=[("kind", "=", "legacy")],
    )
    carrier_tag_ids = fields.Many2many(
        "dist.site.tag",
        "dist_site_carrier_rel",
        string="Carriers",
        domain=[("kind", "=", "carrier")],
    )
    lang_ids = fields.Many2many(
        "res.lang", "dist_site_lang_rel", string="Languages on the Floor"
    )
    volume_class = fields.Selection(
        [
            ("low", "Low (below 100 lines)"),
            ("medium", "Medium (below 500 lines)"),
            ("high", "High (below 2,000 lines)"),
            ("very_high", "Very High"),
        ],
        compute="_compute_complexity",
        store=True,
        help="By the order and receipt lines of a normal day.",
    )
    complexity_score = fields.Float(
        string="Complexity",
        digits=(5, 1),
        aggregator="avg",
        compute="_compute_complexity",
        store=True,
        help="From 0 to 100, computed from the operating profile.",
    )
    complexity_class = fields.Selection(
        [("low", "Simple"), ("medium", "Medium"), ("high", "Complex")],
        compute="_compute_complexity",
        store=True,
    )
    complexity_detail = fields.Text(
        string="Points by Factor", compute="_compute_complexity_detail"
    )

    observation_ids = fields.One2many("dist.observation", "site_id")
    observation_count = fields.Integer(compute="_compute_register_counts")
    uncovered_count = fields.Integer(
        string="Uncovered Drift", compute="_compute_register_counts"
    )

    triggered_risk_count = fields.Integer(
        string="Triggered Risks", compute="_compute_register_counts"
    )
    rollout_status = fields.Char(compute="_compute_rollout_status")
    rollout_progress = fields.Float(
        compute="_compute_rollout_status",
        help="How far the site has come in its present step, in percent.",
    )

    @api.depends("cutover_at")
    @api.depends_context("uid")
    def _compute_rollout_status(self):
        """Say where the site stands; addons that know more extend it."""
        now = fields.Datetime.now()
        for site in self:
            is_live = bool(site.cutover_at and site.cutover_at <= now)
            site.rollout_status = (
                self.env._("Live") if is_live else self.env._("Before Cutover")
            )
            site.rollout_progress = 100 if is_live else 0

    @api.depends("observation_ids")
    @api.depends_context("uid")
    def _compute_register_counts(self):
        observations, findings, risks = (
            dict(
                self.env[model]._read_group(
                    [("site_id", "in", self.ids), *domain], ["site_id"], ["__count"]
                )
            )
            for model, domain in (
                ("dist.observation", []),
                ("dist.conformance.finding", [("status", "=", "uncovered")]),
                ("dist.risk", [("state", "=", "triggered")]),
            )
        )
        for site in self:
            site.observation_count = observations.get(site._origin, 0)
            site.uncovered_count = findings.get(site._origin, 0)
            site.triggered_risk_count = risks.get(site._origin, 0)

    @api.depends("member_ids", "super_user_ids")
    def _compute_people_ids(self):
        for site in self:
            site.people_ids = site.member_ids | site.super_user_ids

    @api.depends(
        "order_lines_per_day",
        "receipt_lines_per_day",
        "sku_count",
        "shift_count",
        "integration_count",
        "traceability",
        "has_quality_hold",
        "has_export_documents",
        "storage_tag_ids",
        "requirement_tag_ids",
        "legacy_tag_ids",
        "lang_ids",
    )
    def _compute_complexity(self):
        for site in self:
            site.volume_class = complexity.volume_class(
                site.order_lines_per_day + site.receipt_lines_per_day
            )
            site.complexity_score = sum(site._complexity_points().values())
            site.complexity_class = complexity.complexity_class(site.complexity_score)

    @api.depends("complexity_score")
    def _compute_complexity_detail(self):
        labels = self._complexity_labels()
        for site in self:
            points = site._complexity_points()
            site.complexity_detail = "\n".join(
                self.env._(
                    "%(factor)s: %(points)s of %(weight)s",
                    factor=labels[name],
                    points=points[name],
                    weight=weight,
                )
                for name, weight in complexity.WEIGHTS.items()
            )

    def _complexity_points(self):
        """Return the points of each factor, see ``services/complexity.py``."""
        self.ensure_one()
        return complexity.contributions(
            volume=complexity.volume_class(
                self.order_lines_per_day + self.receipt_lines_per_day
            ),
            sku_count=self.sku_count,
            traceability=self.traceability or "none",
            storage_methods=len(self.storage_tag_ids),
            integrations=self.integration_count,
            requirements=len(self.requirement_tag_ids)
            + self.has_quality_hold
            + self.has_export_documents,
            legacy_systems=len(self.legacy_tag_ids),
            shifts=self.shift_count,
            languages=max(len(self.lang_ids), 1),
        )

    @api.model
    def _complexity_labels(self):
        env = self.env
        return {
            "volume": env._("Order and receipt lines"),
            "assortment": env._("Assortment"),
            "traceability": env._("Traceability"),
            "storage": env._("Storage methods"),
            "integrations": env._("Integrations"),
            "requirements": env._("Requirements"),
            "legacy": env._("Legacy systems"),
            "people": env._("Shifts and languages"),
        }

    @api.constrains(
        "order_lines_per_day",
        "receipt_lines_per_day",
        "sku_count",
        "user_count",
        "shift_count",
        "integration_count",
    )
    def _check_profile(self):
        names = [
            "order_lines_per_day",
            "receipt_lines_per_day",
            "sku_count",
            "user_count",
            "shift_count",
            "integration_count",
        ]
        for site in self:
            for name in names:
                if not 0 <= site[name] <= MAX_COUNT:
                    raise ValidationError(
                        self.env._(
                            "%(field)s of %(site)s must lie between 0 and %(max)s.",
                            field=self._fields[name]._description_string(self.env),
                            site=site.display_name,
                            max=MAX_COUNT,
                        )
                    )
            if not 1 <= site.shift_count <= 7:
                raise ValidationError(
                    self.env._(
                        "%(site)s works in one to seven shifts.",
                        site=site.display_name,
                    )
                )

    @api.constrains(
        "storage_tag_ids", "requirement_tag_ids", "legacy_tag_ids", "carrier_tag_ids"
    )
    def _check_tag_kinds(self):
        kinds = {
            "storage_tag_ids": "storage",
            "requirement_tag_ids": "requirement",
            "legacy_tag_ids": "legacy",
            "carrier_tag_ids": "carrier",
        }
        for site in self:
            for name, kind in kinds.items():
                wrong = site[name].filtered(lambda tag, kind=kind: tag.kind != kind)
                if wrong:
                    raise ValidationError(
                        self.env._(
                            "%(tag)s is not a tag for %(field)s.",
                            tag=wrong[0].name,
                            field=self._fields[name]._description_string(self.env),
                        )
                    )

    def action_open_observations(self):
        """Open what was observed at the site."""
        return self._open_register("dist_observation_action")

    def action_open_conformance(self):
        """Open the drift of the site."""
        return self._open_register(
            "dist_conformance_finding_action", search_default_uncovered=1
        )

    def _open_register(self, xml_id, **context):
        """Return a register's action, for the entries of the site."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"dist_rollout_governance.{xml_id}"
        )
        return dict(
            action,
            domain=[("site_id", "=", self.id)],
            context={
                "default_program_id": self.program_id.id,
                "default_site_id": self.id,
                **context,
            },
        )

    def action_open_risks(self):
        """Open the risks of the site."""
        return self._open_register("dist_risk_action")

    # -- home ---------------------------------------------------------------------

    @api.model
    def get_home_tiles(self):
        """Return the tiles of the home screen: what waits, counted for the user.

        :return: list of dicts ``label``, ``count``, ``icon``, ``tone`` and ``action``,
            the window action that shows exactly what was counted
        """
        return [
            self._home_tile(*definition)
            for definition in self._home_tiles()
            if self.env[definition[1]].has_access("read")
        ]

    @api.model
    def _home_tiles(self):
        """Return (label, model, domain, icon, tone, action) of each tile.

        Another addon adds its own.
        """
        env = self.env
        return [
            (
                env._("My Decisions to Take"),
                "dist.decision",
                [("can_vote", "=", True)],
                "fa-gavel",
                "info",
                "dist_rollout_governance.dist_decision_action",
            ),
            (
                env._("Uncovered Drift"),
                "dist.conformance.finding",
                [("status", "=", "uncovered")],
                "fa-crosshairs",
                "danger",
                "dist_rollout_governance.dist_conformance_finding_action",
            ),
            (
                env._("Triggered Risks"),
                "dist.risk",
                [("state", "=", "triggered")],
                "fa-bolt",
                "danger",
                "dist_rollout_governance.dist_risk_action",
            ),
            (
                env._("Milestones at Risk"),
                "dist.milestone",
                [("state", "=", "at_risk")],
                "fa-flag-checkered",
                "warning",
                "dist_rollout_governance.dist_milestone_action",
            ),
            (
                env._("Observations to Review"),
                "dist.observation",
                [("state", "=", "new")],
                "fa-eye",
                "info",
                "dist_rollout_governance.dist_observation_action",
            ),
        ]

    @api.model
    def _home_tile(self, label, model, domain, icon, tone, xml_id):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return {
            "label": label,
            "count": self.env[model].search_count(domain),
            "icon": icon,
            "tone": tone,
            "action": dict(
                action,
                display_name=label,
                domain=domain,
                context={},
                views=[(False, mode) for mode in action["view_mode"].split(",")],
            ),
        }
