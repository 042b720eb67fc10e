from rapidfuzz import process

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..services import mapping as engine
from ..services.loaders import LOADERS
from ..services.rules.references import ACCOUNT_FIELDS, TAX_FIELDS
from .dist_migration_mapping_line import dump_pairs

SIMILAR = 5


class DistMigrationValue(models.Model):
    """A value of the extract that has no target yet: a unit, an account, a country…

    It is a task for the steward, never a guess. A confirmed target becomes part of the
    mapping's value map and is used again by the next cycles.
    """

    _name = "dist.migration.value"
    _description = "Unmapped Value"
    _inherit = ["dist.protected.mixin"]
    _order = "state desc, object_id, field_name, value, id"
    _rec_name = "value"
    _protected_fields = frozenset(
        {
            "mapping_id",
            "object_id",
            "cycle_id",
            "field_name",
            "value",
            "row_count",
            "samples",
            "state",
            "needs_staging",
            "decided_by_id",
            "decided_at",
        }
    )

    mapping_id = fields.Many2one(
        "dist.migration.mapping", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="mapping_id.company_id", store=True, index=True
    )
    cycle_id = fields.Many2one(
        "dist.migration.cycle",
        string="Last Found In",
        ondelete="set null",
        index="btree_not_null",
    )
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict"
    )
    field_name = fields.Char(string="Field", required=True)
    value = fields.Char(string="Legacy Value", required=True)
    target = fields.Char(string="Odoo Value", help="What it is in Odoo.")
    similar = fields.Char(
        compute="_compute_similar",
        help="Values of Odoo that look alike; the choice is yours.",
    )
    row_count = fields.Integer(string="Rows", help="Of the last staging.")
    samples = fields.Char(string="For Example", help="Legacy keys of some rows.")
    state = fields.Selection(
        [
            ("open", "To Confirm"),
            ("confirmed", "Confirmed"),
            ("refused", "Left an Error"),
        ],
        required=True,
        default="open",
    )
    needs_staging = fields.Boolean(
        help="Confirmed after the last staging: stage the files again."
    )
    decided_by_id = fields.Many2one("res.users", string="Decided By")
    decided_at = fields.Datetime(string="Decided")

    _value_uniq = models.UniqueIndex(
        "(mapping_id, object_id, field_name, upper(value))",
        "A value is listed once per field.",
    )

    @api.depends("value", "field_name", "object_id")
    def _compute_similar(self):
        for task in self:
            known = task._known_targets() or {}
            found = process.extract(
                (task.value or "").casefold(), list(known), limit=SIMILAR
            )
            names = dict.fromkeys(known[name] for name, _score, _index in found)
            task.similar = ", ".join(names)

    def action_confirm(self):
        """Put the targets into the value maps of the mapping."""
        for task in self:
            task._check_decision()
            task._check_target()
            task._write_map()
            task._decide("confirmed", needs_staging=True)
        return True

    def action_refuse(self):
        """Leave the rows with an error; the value does not block the validation."""
        for task in self:
            task._check_decision()
            task._decide("refused", needs_staging=False)
        return True

    def _check_decision(self):
        self.ensure_one()
        self.check_access("write")
        if self.cycle_id:
            self.cycle_id._check_action("stage")

    def _decide(self, state, needs_staging):
        # sudo: protected fields; the callers have checked the step
        self.sudo().write(
            {
                "state": state,
                "needs_staging": needs_staging,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    def _target_field(self):
        loader = LOADERS.get(self.object_id.loader)
        return loader and loader.targets.get(self.field_name)

    def _check_target(self):
        """Raise unless Odoo knows the target."""
        field = self._target_field()
        target = (self.target or "").strip()
        if not target or field is None:
            raise UserError(
                self.env._(
                    "Choose the Odoo value of %(value)s first.", value=self.value
                )
            )
        try:
            engine.Converter(field, {}).convert(target)
        except engine.ConversionError as error:
            raise UserError(str(error)) from error
        known = self._known_targets()
        if known is not None and target.casefold() not in known:
            raise UserError(
                self.env._(
                    "%(target)s is unknown in Odoo for %(field)s. Alike: %(similar)s.",
                    target=target,
                    field=str(field.label),
                    similar=self.similar or "-",
                )
            )

    def _known_targets(self):
        """Return ``{lower-case name: name}`` of what Odoo knows, None for any value."""
        self.ensure_one()
        # sudo: names of units, accounts and taxes only, which a steward has to choose
        env = self.sudo().env
        company = self.cycle_id.sudo().company_id or self.company_id or env.company
        field = self._target_field()
        if self.field_name == "uom":
            units = env["uom.uom"].with_context(lang="en_US")
            names = units.search([("active", "=", True)]).mapped("name")
        elif self.field_name == "country":
            countries = env["res.country"].with_context(lang="en_US")
            countries = countries.search([("code", "!=", False)])
            names = countries.mapped("name") + countries.mapped("code")
        elif self.field_name == "currency":
            currencies = env["res.currency"].search([("active", "=", True)])
            names = currencies.mapped("name")
        elif self.field_name in ACCOUNT_FIELDS:
            accounts = env["account.account"].with_company(company)
            names = accounts.search(
                [("company_ids", "parent_of", company.root_id.id)]
            ).mapped("code")
        elif self.field_name in TAX_FIELDS:
            names = (
                env["account.tax"]
                .with_company(company)
                .search(
                    [
                        ("company_id", "in", company.parent_ids.ids),
                        ("type_tax_use", "=", TAX_FIELDS[self.field_name]),
                    ]
                )
                .mapped("name")
            )
        elif field and field.choices:
            names = field.choices
        elif field and field.reference and self.cycle_id:
            names = self._known_keys(field.reference)
        else:
            return None
        return {name.casefold(): name for name in names if name}

    def _known_keys(self, code):
        cycle = self.cycle_id.sudo()
        return [
            key
            for (key,) in self.env.execute_query(
                SQL(
                    """
                    SELECT legacy_key FROM dist_migration_row
                     WHERE cycle_id = %s AND object_id = %s
                     UNION
                    SELECT k.legacy_key FROM dist_legacy_key k WHERE %s
                     LIMIT 5000
                    """,
                    cycle.id,
                    self.env["dist.migration.object"]._get(code).id or 0,
                    cycle._sql_legacy_scope("k", code),
                )
            )
        ]

    def _write_map(self):
        """Add the pair, or correct the pairs that lead to the unknown value."""
        line = self.mapping_id.object_ids.filtered(
            lambda item: item.object_id == self.object_id
        ).line_ids.filtered(
            lambda line: not line.is_legacy and line.field_name == self.field_name
        )[:1]
        if not line:
            raise UserError(
                self.env._(
                    "The mapping no longer fills %(field)s.", field=self.field_name
                )
            )
        target = self.target.strip()
        # without a map all other values went through as they are, and still do
        pairs = line._yaml("value_map") or {"*": ""}
        wrong = [
            key
            for key, value in pairs.items()
            if value.casefold() == self.value.casefold()
        ]
        for key in wrong or [self.value]:
            pairs[key] = target
        line.value_map = dump_pairs(pairs)
