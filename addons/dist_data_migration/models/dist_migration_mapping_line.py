import yaml

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..services.loaders import LOADERS
from .dist_migration_mapping_object import COLUMN_SEPARATOR, split_columns

#: how the empty cell is written in a list of values
EMPTY_CELL = '""'


class DistMigrationMappingLine(models.Model):
    """How one field of an object is made from columns."""

    _name = "dist.migration.mapping.line"
    _description = "Mapped Field"
    _order = "mapping_object_id, is_legacy, sequence, id"
    _rec_name = "field_name"

    mapping_object_id = fields.Many2one(
        "dist.migration.mapping.object", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="mapping_object_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    is_legacy = fields.Boolean(
        string="Legacy Attribute",
        help="Kept beside the record as it is, not loaded into a field.",
    )
    field_name = fields.Char(string="Field", required=True)
    field_label = fields.Char(string="Meaning", compute="_compute_field_label")
    columns = fields.Char(
        string="Column", help="Column of the file; several are joined by “ + ”."
    )
    constant = fields.Char(help="The same value for every row.")
    default_value = fields.Char(string="If Empty")
    value_map = fields.Text(
        help="Legacy value and Odoo value, one pair per line as in “UK: GB”. A value "
        "that is not listed is reported; “*” stands for all others."
    )
    date_format = fields.Char(help="For example m/d/yyyy; yyyy-mm-dd when empty.")
    decimal_sign = fields.Char(help="“.” when empty.")
    thousands_sign = fields.Char(help="None when empty.")
    true_values = fields.Char(
        help='Values that mean yes, separated by commas; "" is the empty cell.'
    )
    false_values = fields.Char(
        help='Values that mean no, separated by commas; "" is the empty cell.'
    )
    unit = fields.Char(
        string="Unit Beside",
        help="Currency, percent sign or unit that is written beside the number and is "
        "taken off, several separated by commas.",
    )
    scale = fields.Char(string="Multiply By")
    sign = fields.Text(
        help="Column that says whether the number is negative, with its values, as "
        "YAML: {column: D/C, negative: C, positive: D}. A value in neither list is an "
        "error."
    )
    minus_columns = fields.Char(
        string="Less",
        help="Columns whose numbers are taken off, several joined by “ + ”: ordered "
        "less received is what is outstanding.",
    )
    lookup = fields.Text(
        help="Value from another file, as YAML: "
        "{file: Cities.csv, match: {CityID: ID}, value: Name}"
    )
    separator = fields.Char(trim=False, help="Between joined columns.")
    line_break = fields.Char(
        trim=False,
        help="Put between the lines of a cell, such as “, ” in an address. Without it "
        "a cell of several lines is an error, as a closing quote may be missing.",
    )
    kind = fields.Selection(
        [("pack_size", "Pack Size"), ("bin", "Bin")],
        help="Rules that look at this legacy attribute.",
    )
    allow_numbers = fields.Boolean(
        help="Workbooks only: the code is a plain number, nothing can be lost."
    )

    @api.depends("field_name", "mapping_object_id.object_id")
    def _compute_field_label(self):
        for line in self:
            loader = LOADERS.get(line.mapping_object_id.object_id.loader)
            target = loader and loader.targets.get(line.field_name)
            line.field_label = str(target.label) if target else False

    @api.constrains("value_map", "lookup", "sign")
    def _check_yaml(self):
        for line in self:
            line._yaml("value_map")
            line._yaml("lookup")
            line._yaml("sign")

    def _yaml(self, name):
        try:
            value = yaml.load(self[name] or "", Loader=yaml.BaseLoader) or {}
        except yaml.YAMLError:
            value = None
        if not isinstance(value, dict):
            raise ValidationError(
                self.env._(
                    "%(label)s of %(field)s must be pairs such as “UK: GB”.",
                    label=self._fields[name]._description_string(self.env),
                    field=self.field_name,
                )
            )
        return value

    def _document(self):
        """Return the options of this field in the mapping document."""
        self.ensure_one()
        columns = split_columns(self.columns)
        options = {
            "column": columns[0] if len(columns) == 1 else columns,
            "constant": self.constant,
            "default": self.default_value,
            "map": self._yaml("value_map"),
            "date_format": self.date_format,
            "decimal": self.decimal_sign,
            "thousands": self.thousands_sign,
            "true": split_values(self.true_values),
            "false": split_values(self.false_values),
            "unit": split_values(self.unit),
            "scale": self.scale,
            "sign": self._yaml("sign"),
            "minus": split_columns(self.minus_columns),
            "lookup": self._yaml("lookup"),
            "separator": self.separator,
            "line_break": self.line_break,
            "kind": self.kind,
            "allow_numbers": "true" if self.allow_numbers else "",
        }
        return {name: value for name, value in options.items() if value}

    @api.model
    def _vals_from_document(self, name, options):
        if not isinstance(options, dict):
            options = {"column": options}
        column = options.get("column") or []
        return {
            "field_name": name,
            "columns": COLUMN_SEPARATOR.join(
                [column] if isinstance(column, str) else column
            ),
            "constant": options.get("constant"),
            "default_value": options.get("default"),
            "value_map": dump_pairs(options.get("map")),
            "date_format": options.get("date_format"),
            "decimal_sign": options.get("decimal"),
            "thousands_sign": options.get("thousands"),
            "true_values": join_values(options.get("true")),
            "false_values": join_values(options.get("false")),
            "unit": join_values(options.get("unit")),
            "scale": options.get("scale"),
            "sign": dump_pairs(options.get("sign")),
            "minus_columns": COLUMN_SEPARATOR.join(
                [options["minus"]]
                if isinstance(options.get("minus"), str)
                else options.get("minus") or []
            ),
            "lookup": dump_pairs(options.get("lookup")),
            "separator": options.get("separator"),
            "line_break": options.get("line_break"),
            "kind": options.get("kind"),
            "allow_numbers": options.get("allow_numbers") == "true",
        }


def split_values(text):
    """Return the values of a comma-separated list; two quotes are the empty cell."""
    parts = [part.strip() for part in (text or "").split(",") if part.strip()]
    return ["" if part == EMPTY_CELL else part for part in parts]


def join_values(values):
    """Return values as a comma-separated list."""
    if not values:
        return False
    values = [values] if isinstance(values, str) else values
    return ", ".join(value or EMPTY_CELL for value in values)


def dump_pairs(value):
    """Return a dictionary as YAML text."""
    if not value:
        return False
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
