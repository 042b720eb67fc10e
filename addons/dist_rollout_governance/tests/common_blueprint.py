from odoo.fields import Command

from .common_decision import DecisionCommon


class BlueprintCommon(DecisionCommon):
    """A program with warehouses at two of its sites, and blueprints to hold them to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse_a = cls._create_warehouse("WHA", cls.site_a)
        cls.warehouse_b = cls._create_warehouse("WHB", cls.site_b)
        (cls.warehouse_a | cls.warehouse_b).delivery_steps = "pick_ship"

    @classmethod
    def _create_blueprint(cls, **values):
        return (
            cls.env["dist.blueprint"]
            .with_user(cls.user_consultant)
            .create({"name": "Template", "program_id": cls.program.id, **values})
        )

    @classmethod
    def _create_element(cls, blueprint, code="DELIVERY", **values):
        return (
            cls.env["dist.blueprint.element"]
            .with_user(cls.user_consultant)
            .create(
                {
                    "blueprint_id": blueprint.id,
                    "code": code,
                    "name": code.title(),
                    "standard": f"The standard of {code}.",
                    **values,
                }
            )
        )

    @classmethod
    def _create_rule(cls, element, model="stock.warehouse", field=None, **values):
        """Return a rule; as superuser: it is the system that evaluates."""
        vals = {
            "element_id": element.id,
            "name": values.get("code", "Rule"),
            "code": f"RULE-{element.code}",
            "model_id": cls.env["ir.model"]._get_id(model),
            **values,
        }
        if field:
            vals["field_id"] = cls.env["ir.model.fields"]._get(model, field).id
        else:
            vals["check_kind"] = "count"
        if options := vals.pop("options", None):
            field_record = cls.env["ir.model.fields"].browse(vals["field_id"])
            vals["expected_selection_ids"] = [
                Command.set(
                    field_record.selection_ids.filtered(
                        lambda option: option.value in options
                    ).ids
                )
            ]
        return cls.env["dist.conformance.rule"].create(vals)

    @classmethod
    def _create_delivery_blueprint(cls):
        """Return a draft with one rule: deliveries are picked, then shipped."""
        blueprint = cls._create_blueprint()
        cls._create_rule(
            cls._create_element(blueprint),
            field="delivery_steps",
            options=["pick_ship"],
        )
        return blueprint

    @classmethod
    def _release(cls, blueprint):
        """Have the design authority release a version and evaluate the sites."""
        cls._request(blueprint)
        cls._decide(blueprint)
        blueprint.sudo()._evaluate()
        return blueprint

    @classmethod
    def _finding(cls, site, rule=None):
        domain = [("site_id", "=", site.id)]
        if rule:
            domain.append(("rule_id", "=", rule.id))
        return cls.env["dist.conformance.finding"].search(domain)
