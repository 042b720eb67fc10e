from odoo import api, fields, models

from ..services.conformance import version_differences


class DistBlueprint(models.Model):
    """A version of a program's template: what every site has in common.

    It is released by decision and frozen from then on; releasing a version supersedes
    the one before. The sites are held against the released version.
    """

    _name = "dist.blueprint"
    _description = "Blueprint"
    _inherit = ["dist.decision.mixin", "dist.owned.mixin"]
    _order = "program_id, version desc"
    _protected_fields = frozenset({"state", "version", "previous_id", "released_at"})

    name = fields.Char(required=True, tracking=True)
    version = fields.Integer(readonly=True, copy=False)
    previous_id = fields.Many2one(
        "dist.blueprint",
        string="Previous Version",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
    )
    description = fields.Text(
        string="Purpose", help="What the template is for and what it leaves to sites."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("released", "Released"),
            ("superseded", "Superseded"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    released_at = fields.Datetime(string="Released", readonly=True, copy=False)
    element_ids = fields.One2many(
        "dist.blueprint.element", "blueprint_id", string="Elements", copy=True
    )
    element_count = fields.Integer(compute="_compute_counts")
    rule_count = fields.Integer(string="Rules", compute="_compute_counts")
    uncovered_count = fields.Integer(
        string="Uncovered", compute="_compute_uncovered_count"
    )

    _version_uniq = models.UniqueIndex(
        "(program_id, version)", "The program has this version of its blueprint."
    )
    _released_uniq = models.UniqueIndex(
        "(program_id) WHERE state = 'released'",
        "A program has one released blueprint.",
    )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for blueprint in self:
            blueprint.display_name = f"{blueprint.name} v{blueprint.version}"

    @api.depends("element_ids.rule_ids")
    def _compute_counts(self):
        elements, rules = (
            dict(
                self.env[model]._read_group(
                    [("blueprint_id", "in", self.ids)], ["blueprint_id"], ["__count"]
                )
            )
            for model in ("dist.blueprint.element", "dist.conformance.rule")
        )
        for blueprint in self:
            blueprint.element_count = elements.get(blueprint._origin, 0)
            blueprint.rule_count = rules.get(blueprint._origin, 0)

    @api.depends("element_ids.finding_ids.status")
    @api.depends_context("uid")
    def _compute_uncovered_count(self):
        counts = dict(
            self.env["dist.conformance.finding"]._read_group(
                [("blueprint_id", "in", self.ids), ("status", "=", "uncovered")],
                ["blueprint_id"],
                ["__count"],
            )
        )
        for blueprint in self:
            blueprint.uncovered_count = counts.get(blueprint._origin, 0)

    @api.model_create_multi
    def create(self, vals_list):
        blueprints = super().create(vals_list)
        for blueprint in blueprints.sudo():
            # sudo: the version is protected; it is counted here and nowhere else
            blueprint.version = blueprint._next_version()
        return blueprints

    def _next_version(self):
        """Return the number after the program's highest."""
        self.ensure_one()
        [(highest,)] = self.with_context(active_test=False)._read_group(
            [("program_id", "=", self.program_id.id), ("id", "!=", self.id)],
            [],
            ["version:max"],
        )
        return (highest or 0) + 1

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        self.filtered(lambda b: b.state != "draft").element_ids._check_blueprint_draft()

    # -- versions -----------------------------------------------------------------

    def action_new_version(self):
        """Create the next version as a draft with the same elements and open it."""
        self.ensure_one()
        self.check_access("write")
        draft = self.search(
            [("program_id", "=", self.program_id.id), ("state", "=", "draft")], limit=1
        )
        if not draft:
            draft = self.copy({"name": self.name})
            # sudo: the link to the version it comes from is protected
            draft.sudo().previous_id = self
        return draft._get_records_action()

    def _differences(self, other):
        """Return what this version changed against another one, in words.

        See ``services/conformance.py``; the other may be empty.
        """
        return version_differences(
            {element.code: element._wording() for element in other.element_ids},
            {element.code: element._wording() for element in self.element_ids},
        )

    def action_compare(self):
        """Open the difference to the previous version."""
        self.ensure_one()
        wizard = self.env["dist.blueprint.compare.wizard"].create(
            {
                "old_id": (self.previous_id or self._neighbour()).id,
                "new_id": self.id,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Versions"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _neighbour(self):
        """Return the version before this one, if there is one."""
        return self.search(
            [
                ("program_id", "=", self.program_id.id),
                ("version", "<", self.version),
            ],
            order="version desc",
            limit=1,
        )

    # -- release ------------------------------------------------------------------

    def _decision_activity(self):
        return "blueprint_release"

    def _decision_content(self):
        return {
            "name": self.name,
            "version": self.version,
            "elements": {e.code: e._content() for e in self.element_ids},
        }

    def _decision_proposal(self):
        return self.description

    def _decision_obstacles(self):
        env = self.env
        if self.state != "draft":
            return [env._("%(name)s is released already.", name=self.display_name)]
        if not self.element_ids:
            return [env._("%(name)s has no element yet.", name=self.display_name)]
        return [
            env._("%(element)s does not say what the standard is.", element=name)
            for name in self.element_ids.filtered(lambda e: not e.standard).mapped(
                "display_name"
            )
        ]

    def _after_decision(self, decision):
        if decision.state == "approved" and self.state == "draft":
            self._release()

    def _release(self):
        """Put the version in force in the place of the one before."""
        current = self.search(
            [("program_id", "=", self.program_id.id), ("state", "=", "released")]
        )
        changed = self._changed_codes(current)
        current.state = "superseded"
        # one released version a program: the index must see the other one go first
        current.flush_recordset()
        self.write({"state": "released", "released_at": fields.Datetime.now()})
        self.env["dist.deviation"]._after_release(self, changed)
        self.env.ref("dist_rollout_governance.ir_cron_conformance")._trigger()

    def _changed_codes(self, current):
        """Return the codes of the elements that are not what they were."""
        if not current:
            return []
        return [code for code, _kind, _changes in self._differences(current)]

    def action_evaluate(self):
        """Hold the sites against the released version now and show the findings."""
        self.ensure_one()
        self.check_access("write")
        self._check_obstacles("evaluate")
        # sudo: findings are nobody's to write; they follow from rules and records
        self.sudo()._evaluate()
        return self.action_open_findings()

    def _evaluate_obstacles(self):
        if self.state == "released":
            return []
        return [self.env._("Sites are held against the released version only.")]

    def _evaluate(self):
        """Evaluate every rule on every site; commits nothing."""
        for blueprint in self:
            sites = blueprint.program_id.site_ids
            for rule in blueprint.element_ids.rule_ids:
                rule._evaluate(sites)
            self.env["dist.conformance.finding"]._settle(blueprint.program_id)

    @api.model
    def _cron_evaluate(self):
        """Evaluate all released blueprints, a rule at a time.

        Killed at any point, the next run evaluates again with the same result.
        """
        Cron = self.env["ir.cron"]
        blueprints = self.search([("state", "=", "released")])
        remaining = len(blueprints.element_ids.rule_ids) + len(blueprints)
        Cron._commit_progress(remaining=remaining)
        for blueprint in blueprints:
            sites = blueprint.program_id.site_ids
            for rule in blueprint.element_ids.rule_ids:
                rule._evaluate(sites)
                remaining -= 1
                Cron._commit_progress(1, remaining=remaining)
            self.env["dist.conformance.finding"]._settle(blueprint.program_id)
            remaining -= 1
            if not Cron._commit_progress(1, remaining=remaining):
                return

    def action_open_findings(self):
        """Open what the rules found on the sites."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_conformance_finding_action"
        )
        return dict(
            action,
            domain=[("blueprint_id", "=", self.id)],
            context={"search_default_uncovered": 1},
        )

    def action_open_elements(self):
        """Open the elements of the version."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dist_rollout_governance.dist_blueprint_element_action"
        )
        return dict(
            action,
            domain=[("blueprint_id", "=", self.id)],
            context={"default_blueprint_id": self.id},
        )
