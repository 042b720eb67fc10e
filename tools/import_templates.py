"""Write the import templates of the registers, or compare them.

Run on a database by ``tools/lint.py``, see ``in_odoo.py``. What they contain says
``services/import_templates.py`` of the addon; labels, options and notes come from the
models. Workbooks are compared by their cells, as no two files have the same bytes.
"""

import io
from datetime import datetime

import openpyxl
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from odoo.addons.dist_rollout_governance.services.import_templates import (
    FOLDER,
    HINTS,
    LINK_NOTES,
    MAX_OPTIONS,
    TEMPLATES,
)

from toolbox import ADDONS, ROOT

ADDON = "dist_rollout_governance"
TEXT, NUMBER, DATE = "@", "General", "yyyy-mm-dd"
TITLES = ("Column", "Required", "Note", "Allowed values")
LINKS = ("many2one", "many2many")


class Template:
    """The workbook of one register."""

    def __init__(self, model, columns):
        self.model = model
        self.columns = columns

    def content(self):
        """The sheets as ``{title: rows}``, a cell being (value, number format)."""
        return {
            "Import": [
                [(self.header(column.name), TEXT) for column in self.columns],
                [self.cell(column) for column in self.columns],
            ],
            "Allowed values": [
                *([(hint, TEXT)] for hint in HINTS),
                [],
                [(title, TEXT) for title in TITLES],
                *(
                    [(text, TEXT) for text in self.explanation(column)]
                    for column in self.columns
                ),
            ],
        }

    def header(self, name):
        """The label of a field, or its name where another field could be meant."""
        if name == "id":
            return name
        label = self.model._fields[name].string
        others = self.model.fields_get(attributes=["string"])
        others.pop(name)
        taken = {other.casefold() for other in others}
        taken |= {values["string"].casefold() for values in others.values()}
        return name if label.casefold() in taken or "/" in label else label

    def cell(self, column):
        """The example as it is typed: options by label, answers in words."""
        value, form = column.example, TEXT
        field = self.model._fields[column.name]
        if column.name == "id":
            # an external ID, which is text though the field is a number
            pass
        elif field.type == "date":
            form = DATE
        elif field.type in ("integer", "float", "monetary"):
            form = NUMBER
        elif field.type == "boolean":
            value = "Yes" if value else "No"
        elif field.type == "selection" and value:
            value = dict(field._description_selection(self.model.env))[value]
        return value, form

    def explanation(self, column):
        """Title, whether required, note and the allowed values, one a cell."""
        field = self.model._fields[column.name]
        required = "Yes" if field.required and column.name != "id" else ""
        return [
            self.header(column.name),
            required,
            self.note(column, field),
            *self.options(field),
        ]

    def note(self, column, field):
        parts = [column.note or field.help or ""]
        if field.type in LINKS:
            parts.append(LINK_NOTES[field.comodel_name])
        if field.type == "many2many":
            parts.append("Several are separated by commas.")
        if field.type == "date":
            parts.append("A date, or text in the form 2027-03-31.")
        return " ".join(" ".join(part.split()) for part in parts if part)

    def options(self, field):
        """The labels of a selection that come with the addon, as others may lack."""
        if field.type == "boolean":
            return ["Yes", "No"]
        if field.type != "selection":
            return []
        modules = field._selection_modules(self.model)
        options = field._description_selection(self.model.env)
        if len(options) > MAX_OPTIONS:
            return []
        return [label for key, label in options if not modules or ADDON in modules[key]]

    def file(self):
        """The workbook as bytes."""
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in self.content().items():
            sheet = book.create_sheet(title)
            for row, cells in enumerate(rows, 1):
                for column, (value, form) in enumerate(cells, 1):
                    cell = sheet.cell(row, column, value)
                    cell.number_format = form
        self.lay_out(*book.worksheets)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    def lay_out(self, entries, values):
        """Titles in bold, and rows that are typed below the example like it."""
        bold = Font(bold=True)
        for number, cell in enumerate(entries[2], 1):
            head = entries.cell(1, number)
            head.font = bold
            column = entries.column_dimensions[get_column_letter(number)]
            column.number_format = cell.number_format
            column.width = max(12, min(40, 4 + len(str(head.value))))
        entries.freeze_panes = "B2"
        titles = len(HINTS) + 2
        for cell in values[titles]:
            cell.font = bold
        for row in values.iter_rows(min_row=titles + 1, min_col=3, max_col=3):
            row[0].alignment = Alignment(wrap_text=True, vertical="top")
        for letter, width in zip("ABC", (28, 10, 80), strict=True):
            values.column_dimensions[letter].width = width


def cells(content):
    """What is compared of a workbook, given as bytes: each cell and its format."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {
        sheet.title: [
            [(plain(cell.value), cell.number_format) for cell in row]
            for row in sheet.iter_rows()
        ]
        for sheet in book
    }


def plain(value):
    """A date as a date: a workbook knows moments only."""
    return value.date() if isinstance(value, datetime) else value


def main(env, arguments):
    """Write the templates that have changed; with ``--check`` name them."""
    folder = ADDONS / ADDON / FOLDER
    wanted = {
        folder / f"{name.replace('.', '_')}.xlsx": Template(env[name], columns).file()
        for name, columns in TEMPLATES.items()
    }
    present = {path: path.read_bytes() for path in folder.glob("*")}
    stale = [
        path
        for path, content in wanted.items()
        if path not in present or cells(present[path]) != cells(content)
    ]
    left = sorted(present.keys() - wanted.keys())
    if "--check" in arguments:
        for path in (*stale, *left):
            print(f"{path.relative_to(ROOT)} is not up to date: run make fix")
        return bool(stale or left)
    folder.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_bytes(wanted[path])
    for path in left:
        path.unlink()
    return 0
