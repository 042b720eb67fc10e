from odoo import api, fields, models

from ..services.text import normalize_code

AREAS = [
    ("naming", "Naming Rules"),
    ("structure", "Warehouse and Location Structure"),
    ("routes", "Routes"),
    ("replenishment", "Replenishment"),
    ("uom", "Units of Measure"),
    ("category", "Product Categories and Valuation"),
    ("approval", "Approval Thresholds"),
    ("pricing", "Pricing Governance"),
    ("credit", "Credit Control"),
    ("accounting", "Chart of Accounts and Taxes"),
    ("roles", "Security Roles"),
    ("kpi", "KPI Definitions"),
    ("integration", "Integration Standards"),
    ("sop", "Standard Operating Procedures"),
]


class DistBlueprintElement(models.Model):
    """One thing the blueprint settles: the standard in words, and rules that check it.

    Elements of a released blueprint are frozen. The code stands for the same element
    in every version, so that deviations and comparisons find it again.
    """

    _name = "dist.blueprint.element"
    _description = "Blueprint Element"
    _inherit = ["dist.import.template.mixin", "dist.blueprint.part.mixin"]
    _order = "blueprint_id, area, sequence, id"
    _rec_names_search = ["name", "code"]

    blueprint_id = fields.Many2one(
        "dist.blueprint", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    area = fields.Selection(AREAS, required=True, default="structure")
    code = fields.Char(required=True)
    name = fields.Char(required=True)
    process_id = fields.Many2one("dist.process", ondelete="restrict")
    standard = fields.Text(help="What every site does, in words a site understands.")
    is_mandatory = fields.Boolean(
        string="Without Exception",
        help="No deviation from it is accepted but a legal one.",
    )
    rule_ids = fields.One2many(
        "dist.conformance.rule", "element_id", string="Conformance Rules", copy=True
    )
    rule_count = fields.Integer(string="Rules", compute="_compute_rule_count")
    finding_ids = fields.One2many(
        "dist.conformance.finding", "element_id", string="Findings"
    )
    uncovered_count = fields.Integer(
        string="Uncovered", compute="_compute_uncovered_count"
    )

    _code_uniq = models.UniqueIndex(
        "(blueprint_id, code)", "The blueprint has an element with this code already."
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for element in self:
            element.display_name = f"[{element.code}] {element.name}"

    @api.depends("rule_ids")
    def _compute_rule_count(self):
        counts = dict(
            self.env["dist.conformance.rule"]._read_group(
                [("element_id", "in", self.ids)], ["element_id"], ["__count"]
            )
        )
        for element in self:
            element.rule_count = counts.get(element._origin, 0)

    @api.depends("finding_ids.status")
    @api.depends_context("uid")
    def _compute_uncovered_count(self):
        counts = dict(
            self.env["dist.conformance.finding"]._read_group(
                [("element_id", "in", self.ids), ("status", "=", "uncovered")],
                ["element_id"],
                ["__count"],
            )
        )
        for element in self:
            element.uncovered_count = counts.get(element._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "code" in vals:
                vals["code"] = normalize_code(vals["code"])
        return super().create(vals_list)

    def write(self, vals):
        if "code" in vals:
            vals = dict(vals, code=normalize_code(vals["code"]))
        return super().write(vals)

    def _content(self):
        """Return the element in the types of canonical JSON: what is voted on.

        In no language: two readers must see the same.
        """
        self.ensure_one()
        return {
            "name": self.name,
            "area": self.area,
            "process": self.process_id.code or "",
            "standard": self.standard or "",
            "without_exception": self.is_mandatory,
            "rules": {rule.code: rule._content() for rule in self.rule_ids},
        }

    def _wording(self):
        """Return the element as labels and texts in the reader's language."""
        self.ensure_one()
        env = self.env
        areas = dict(self._fields["area"]._description_selection(env))
        return {
            env._("Name"): self.name,
            env._("Area"): areas[self.area],
            env._("Process"): self.process_id.name or "",
            env._("Standard"): self.standard or "",
            env._("Without exception"): env._("Yes")
            if self.is_mandatory
            else env._("No"),
            **{
                env._("Rule %(code)s", code=rule.code): rule._wording()
                for rule in self.rule_ids.sorted("code")
            },
        }

    def action_open_findings(self):
        """Open what the rules of the element found."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_conformance_finding_action"
        )
        return dict(action, domain=[("element_id", "=", self.id)], context={})
