"""Files of wrong rows that people correct and bring back.

A file of corrections has the legacy key, the mapped fields, and what was found; all
cells are text. In CSV, a cell a spreadsheet would run as a formula gets an apostrophe
in front, which is taken off again when the file comes back.
"""

import csv
import io

import xlsxwriter

KEY = "legacy_key"
#: columns that tell, and are not read back
NOTES = ("line", "rule", "field", "message")
RISKY = ("=", "+", "-", "@", "\t", "\r", "'")


def escape(text):
    """Return a cell that no spreadsheet runs.

    >>> escape("=1+1"), escape("Bolt"), unescape(escape("'=1"))
    ("'=1+1", 'Bolt', "'=1")
    """
    return f"'{text}" if text.startswith(RISKY) else text


def unescape(text):
    """Take back what :func:`escape` has added."""
    if text.startswith("'") and text[1:].startswith(RISKY):
        return text[1:]
    return text


def cell_text(value):
    """Return a mapped value as it stands in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def write_csv(header, rows):
    """Return the bytes of a CSV file; with BOM, so that spreadsheets read UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for row in rows:
        writer.writerow([escape(cell) for cell in row])
    return buffer.getvalue().encode("utf-8-sig")


def write_xlsx(header, rows):
    """Return the bytes of a workbook whose cells are all text."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet("Corrections")
        text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(header) - 1, 18, text)
        for number, row in enumerate([header, *rows]):
            for position, cell in enumerate(row):
                sheet.write_string(number, position, cell, text)
    return buffer.getvalue()


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
