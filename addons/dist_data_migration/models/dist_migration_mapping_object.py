import yaml

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..services.mapping import as_list

COLUMN_SEPARATOR = " + "


class DistMigrationMappingObject(models.Model):
    """The file that feeds one object of a mapping."""

    _name = "dist.migration.mapping.object"
    _description = "Mapped Object"
    _order = "mapping_id, sequence, id"
    _rec_name = "object_id"

    mapping_id = fields.Many2one(
        "dist.migration.mapping", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="mapping_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    object_id = fields.Many2one(
        "dist.migration.object", required=True, ondelete="restrict", index=True
    )
    filename = fields.Char(string="File", required=True)
    encoding = fields.Char(help="For example utf-8 or cp1252; detected when empty.")
    delimiter = fields.Char(trim=False, help="Detected when empty.")
    sheet = fields.Char(help="Sheet of a workbook; the first when empty.")
    header_row = fields.Integer(
        help="Number of the row with the names of the columns, where a title or notes "
        "stand above it; the first row with content when zero."
    )
    column_names = fields.Char(
        string="Columns",
        help="Names of the columns in their order, separated by commas, for a file "
        "that doesn't name them.",
    )
    key_columns = fields.Char(
        string="Legacy Key",
        required=True,
        help="Column that identifies a row; several are joined by “ + ”.",
    )
    allow_numeric_keys = fields.Boolean(
        help="Workbooks only: the keys are plain numbers, nothing can be lost."
    )
    joins = fields.Text(
        help="Columns of other files, as YAML:\n"
        "- {file: Orders.csv, as: orders, match: {OrderID: OrderID}}"
    )
    filters = fields.Text(
        help="Rows that are taken, as YAML:\n- {column: ShippedDate, is: empty}"
    )
    line_ids = fields.One2many(
        "dist.migration.mapping.line", "mapping_object_id", string="Fields", copy=True
    )

    @api.constrains("joins", "filters")
    def _check_yaml(self):
        for record in self:
            record._yaml("joins")
            record._yaml("filters")

    def _yaml(self, name):
        """Return the list a YAML field holds, all scalars as text."""
        text = self[name]
        try:
            value = yaml.load(text or "", Loader=yaml.BaseLoader) or []
        except yaml.YAMLError as error:
            raise ValidationError(
                self.env._(
                    "%(field)s of %(object)s is no valid YAML: %(error)s",
                    field=self._fields[name]._description_string(self.env),
                    object=self.object_id.name,
                    error=str(error),
                )
            ) from error
        if not isinstance(value, list):
            raise ValidationError(
                self.env._(
                    "%(field)s of %(object)s must be a list.",
                    field=self._fields[name]._description_string(self.env),
                    object=self.object_id.name,
                )
            )
        return value

    def _column_names(self):
        names = (name.strip() for name in (self.column_names or "").split(","))
        return [name for name in names if name]

    def _document(self):
        """Return this part of the mapping document."""
        self.ensure_one()
        document = {
            "object": self.object_id.code or "",
            "file": self.filename or "",
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "header_row": str(self.header_row) if self.header_row else "",
            "columns": self._column_names(),
            "key": split_columns(self.key_columns),
            "allow_numeric_keys": "true" if self.allow_numeric_keys else "",
            "join": self._yaml("joins"),
            "where": self._yaml("filters"),
            "fields": {},
            "legacy": {},
        }
        for line in self.line_ids:
            part = "legacy" if line.is_legacy else "fields"
            document[part][line.field_name] = line._document()
        return {name: value for name, value in document.items() if value}

    @api.model
    def _vals_from_document(self, item):
        MappingLine = self.env["dist.migration.mapping.line"]
        lines = [
            Command.create(
                dict(
                    MappingLine._vals_from_document(name, options),
                    is_legacy=part == "legacy",
                    sequence=position,
                )
            )
            for part in ("fields", "legacy")
            for position, (name, options) in enumerate(
                (item.get(part) or {}).items(), start=1
            )
        ]
        key = item["key"]
        return {
            "object_id": self.env["dist.migration.object"]._get(item["object"]).id,
            "filename": item["file"],
            "encoding": item.get("encoding"),
            "delimiter": item.get("delimiter"),
            "sheet": item.get("sheet"),
            "header_row": int(item.get("header_row") or 0),
            "column_names": ", ".join(as_list(item.get("columns"))),
            "key_columns": COLUMN_SEPARATOR.join(
                [key] if isinstance(key, str) else key
            ),
            "allow_numeric_keys": item.get("allow_numeric_keys") == "true",
            "joins": dump_list(item.get("join")),
            "filters": dump_list(item.get("where")),
            "line_ids": lines,
        }


def split_columns(text):
    """Return the column names of a ``A + B`` expression."""
    return [part for part in (text or "").split(COLUMN_SEPARATOR) if part]


def dump_list(value):
    """Return a list as YAML text, one entry per line."""
    if not value:
        return False
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
