import ast

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain

from ..services.conformance import OPERATORS, VALUE_TYPES

OPERATOR_LABELS = [
    ("equals", "is"),
    ("differs", "is not"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
    ("is_set", "is set"),
    ("is_not_set", "is not set"),
    ("max_age", "is not older than (days)"),
    ("format", "has the format"),
]
MAX_FORMAT_LENGTH = 64


class DistConformanceDefinitionMixin(models.AbstractModel):
    """What a conformance rule looks at and expects; shared with the catalogue.

    The model says how its records belong to a site (see :meth:`_scopes`); the filter
    narrows them; then either a field of each record is compared with the expected
    value, or the records are counted. Everything is chosen from the model's own
    fields: there is no code to type.
    """

    _name = "dist.conformance.definition.mixin"
    _description = "Conformance Rule Definition"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="Unique in the blueprint; keeps its meaning from version to version.",
    )
    model_id = fields.Many2one(
        "ir.model",
        string="Records",
        required=True,
        ondelete="cascade",
        domain=lambda self: [("model", "in", list(self._scopes()))],
        help="The kind of record that holds the configuration.",
    )
    model_name = fields.Char(
        related="model_id.model", string="Model", export_string_translation=False
    )
    scope_text = fields.Char(
        string="Of a Site", compute="_compute_scope_text", compute_sudo=True
    )
    site_type = fields.Selection(
        selection=lambda self: self.env["dist.site"]._fields["type"].selection,
        string="Type of Site",
        help="Empty: the rule holds for sites of every type.",
    )
    filter_domain = fields.Char(
        string="Filter", default="[]", help="Which of these records the rule is about."
    )
    check_kind = fields.Selection(
        [("field", "Value of a field"), ("count", "Number of records")],
        string="Check",
        required=True,
        default="field",
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        string="Field",
        ondelete="cascade",
        domain=lambda self: [
            ("store", "=", True),
            ("ttype", "in", list(VALUE_TYPES)),
        ],
    )
    value_type = fields.Selection(
        [(name, name) for name in OPERATORS],
        compute="_compute_value_type",
        compute_sudo=True,
        export_string_translation=False,
    )
    operator = fields.Selection(OPERATOR_LABELS, required=True, default="equals")
    expected_selection_ids = fields.Many2many(
        "ir.model.fields.selection",
        string="Expected Options",
        help="One of them is fine.",
    )
    expected_boolean = fields.Selection(
        [("yes", "Yes"), ("no", "No")], string="Expected Answer"
    )
    expected_number = fields.Float(digits=(16, 2))
    expected_text = fields.Char(
        help="For a format: A is a capital letter, a a small one, 9 a digit, ? any "
        "character, * any text; put a backslash before one that is meant literally."
    )
    expected_record_id = fields.Many2oneReference(
        string="Expected Record", model_field="expected_model"
    )
    expected_model = fields.Char(
        compute="_compute_value_type",
        compute_sudo=True,
        export_string_translation=False,
    )
    rule_text = fields.Char(
        string="Rule",
        compute="_compute_rule_text",
        compute_sudo=True,
        help="The rule in words.",
    )

    @api.model
    def _scopes(self):
        """Return how records belong to a site: model → (kind, path).

        Kinds: ``site``, the path leads to the site; ``company``, it leads to the
        site's company, which the records must have; ``shared``, the same, and records
        without one belong to every company. Another addon extends the table.
        """
        return {
            "stock.warehouse": ("site", "dist_site_id"),
            "stock.location": ("site", "warehouse_id.dist_site_id"),
            "stock.picking.type": ("site", "warehouse_id.dist_site_id"),
            "stock.warehouse.orderpoint": ("site", "warehouse_id.dist_site_id"),
            "stock.rule": ("site", "warehouse_id.dist_site_id"),
            "stock.quant": ("site", "location_id.warehouse_id.dist_site_id"),
            "stock.route": ("shared", "company_id"),
            "stock.putaway.rule": ("company", "company_id"),
            "product.category": ("shared", False),
            "product.template": ("shared", "company_id"),
            "product.product": ("shared", "product_tmpl_id.company_id"),
            "product.pricelist": ("shared", "company_id"),
            "product.supplierinfo": ("shared", "company_id"),
            "uom.uom": ("shared", False),
            "account.fiscal.position": ("company", "company_id"),
            "account.journal": ("company", "company_id"),
            "account.tax": ("company", "company_id"),
            "account.payment.term": ("shared", "company_id"),
            "res.company": ("company", "id"),
            "res.users": ("company", "company_ids"),
        }

    @api.depends("model_id")
    def _compute_scope_text(self):
        env = self.env
        texts = {
            "site": env._("those of the site's warehouses"),
            "company": env._("those of the site's company"),
            "shared": env._("those the site's company uses, shared ones too"),
        }
        for rule in self:
            kind, _path = self._scopes().get(rule.model_id.model, (False, False))
            rule.scope_text = texts.get(kind, False)

    @api.depends("check_kind", "field_id")
    def _compute_value_type(self):
        for rule in self:
            rule.value_type = (
                "count"
                if rule.check_kind == "count"
                else VALUE_TYPES.get(rule.field_id.ttype, False)
            )
            rule.expected_model = (
                rule.field_id.relation if rule.value_type == "record" else False
            )

    @api.onchange("model_id", "check_kind")
    def _onchange_model_id(self):
        self.field_id = False
        self.operator = "equals"

    @api.onchange("model_id")
    def _onchange_model_filter(self):
        self.filter_domain = "[]"

    @api.onchange("field_id")
    def _onchange_field_id(self):
        self.expected_selection_ids = False
        self.expected_record_id = False
        if self.operator not in OPERATORS.get(self.value_type, ()):
            self.operator = OPERATORS.get(self.value_type, ("equals",))[0]

    # -- in words -----------------------------------------------------------------

    @api.depends(
        "model_id",
        "field_id",
        "check_kind",
        "operator",
        "expected_selection_ids",
        "expected_boolean",
        "expected_number",
        "expected_text",
        "expected_record_id",
        "filter_domain",
    )
    @api.depends_context("lang")
    def _compute_rule_text(self):
        operators = dict(self._fields["operator"]._description_selection(self.env))
        for rule in self:
            subject = (
                self.env._("number of records")
                if rule.check_kind == "count"
                else rule.field_id.field_description or ""
            )
            rule.rule_text = " ".join(
                filter(
                    None,
                    [
                        f"{rule.model_id.name or ''}:",
                        subject,
                        operators.get(rule.operator),
                        rule._expected_text(),
                    ],
                )
            )

    def _expected_text(self):
        """Return the expected value as a person reads it."""
        self.ensure_one()
        if self.operator in ("is_set", "is_not_set"):
            return ""
        if self.value_type == "selection":
            return ", ".join(self.expected_selection_ids.mapped("name"))
        if self.value_type == "boolean":
            labels = self._fields["expected_boolean"]._description_selection(self.env)
            return dict(labels).get(self.expected_boolean, "")
        if self.value_type == "record":
            return self._expected_record().display_name or ""
        if self.value_type == "text":
            return self.expected_text or ""
        return f"{self.expected_number:.2f}".rstrip("0").rstrip(".")

    def _expected_record(self):
        """Return the expected record, empty when there is none or it is gone."""
        model = self.expected_model or "res.partner"
        return self.env[model].browse(self.expected_record_id or ()).exists()

    # -- rights of the author -------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        definitions = super().create(vals_list)
        definitions._check_author_rights()
        return definitions

    def write(self, vals):
        result = super().write(vals)
        self._check_author_rights()
        return result

    def _check_author_rights(self):
        """Raise unless the user could search for what a rule finds.

        Rules are evaluated by the system and show what they find: nobody learns from
        one what they may not read.
        """
        if self.env.su:
            return
        for definition in self:
            # sudo: which model and field is meant is no secret
            model = definition.sudo().model_id
            field_name = definition.sudo().field_id.name
            Model = self.env[model.model]
            try:
                Model.check_access("read")
                Model._search(definition._domain())
                if field_name:
                    Model._check_field_access(Model._fields[field_name], "read")
            except AccessError as error:
                raise AccessError(
                    self.env._(
                        "A rule shows what it finds, so only those who may read the "
                        "records write it. Ask somebody with rights on %(model)s, or "
                        "take a rule of the catalogue.",
                        model=model.name,
                    )
                ) from error

    # -- validity -----------------------------------------------------------------

    def _domain(self):
        """Return the filter as a domain.

        :raises ValidationError: when it is anything but a literal domain
        """
        self.ensure_one()
        try:
            return Domain(ast.literal_eval(self.filter_domain or "[]"))
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._(
                    "The filter of %(rule)s can't be read. Choose fields and fixed "
                    "values; today's date or the user can't be part of it.",
                    rule=self.name,
                )
            ) from error

    @api.constrains(
        "model_id",
        "filter_domain",
        "check_kind",
        "field_id",
        "operator",
        "expected_selection_ids",
        "expected_boolean",
        "expected_number",
        "expected_text",
        "expected_record_id",
    )
    def _check_definition(self):
        for rule in self:
            obstacles = rule._definition_obstacles()
            if obstacles:
                raise ValidationError(
                    self.env._("%(rule)s is not complete:", rule=rule.name)
                    + "\n- "
                    + "\n- ".join(obstacles)
                )

    def _definition_obstacles(self):
        """Return a sentence for each thing that is missing or does not fit."""
        self.ensure_one()
        env = self.env
        if self.model_id.model not in self._scopes():
            return [env._("Choose a kind of record that belongs to sites.")]
        obstacles = self._filter_obstacles()
        if self.check_kind == "field" and (
            not self.field_id
            or self.field_id.model != self.model_id.model
            or not self.field_id.store
            or not self.value_type
        ):
            return [*obstacles, env._("Choose a stored field of these records.")]
        if self.operator not in OPERATORS[self.value_type]:
            return [*obstacles, env._("Choose a comparison that fits the field.")]
        return obstacles + self._expected_obstacles()

    def _filter_obstacles(self):
        """Return what is wrong with the filter."""
        Model = self.env[self.model_id.model]
        domain = self._domain()
        for condition in domain.iter_conditions():
            field = Model._fields.get(condition.field_expr.split(".")[0])
            if field is not None and field.company_dependent:
                return [
                    self.env._(
                        "%(field)s differs by company and can't be filtered on. "
                        "Compare it as the field of the rule.",
                        field=field._description_string(self.env),
                    )
                ]
        try:
            Model._search(domain)
        except (ValueError, KeyError):
            return [self.env._("The filter names a field the records do not have.")]
        return []

    def _expected_obstacles(self):
        env = self.env
        if self.operator in ("is_set", "is_not_set"):
            return []
        if self.value_type == "selection" and (
            not self.expected_selection_ids
            or self.expected_selection_ids.field_id != self.field_id
        ):
            return [env._("Choose the expected options of the field.")]
        if self.value_type == "boolean" and not self.expected_boolean:
            return [env._("Say whether Yes or No is expected.")]
        if self.value_type == "record" and not self._expected_record():
            return [env._("Choose the expected record.")]
        if self.value_type == "text" and not self.expected_text:
            return [env._("Enter the expected text.")]
        if self.operator == "format" and len(self.expected_text) > MAX_FORMAT_LENGTH:
            return [
                env._("A format has at most %(max)s places.", max=MAX_FORMAT_LENGTH)
            ]
        if self.value_type in ("count", "date") and self.expected_number < 0:
            return [env._("The expected number can't be negative.")]
        return []

    def _definition_vals(self):
        """Return the definition as values for another record that has it."""
        self.ensure_one()
        return {
            "name": self.name,
            "code": self.code,
            "model_id": self.model_id.id,
            "site_type": self.site_type,
            "filter_domain": self.filter_domain,
            "check_kind": self.check_kind,
            "field_id": self.field_id.id,
            "operator": self.operator,
            "expected_selection_ids": [
                fields.Command.set(self.expected_selection_ids.ids)
            ],
            "expected_boolean": self.expected_boolean,
            "expected_number": self.expected_number,
            "expected_text": self.expected_text,
            "expected_record_id": self.expected_record_id,
        }
