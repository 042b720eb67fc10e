"""The reconciliation certificate as a workbook."""

import io

import xlsxwriter

#: what a spreadsheet would read as a formula, a link or a number stays text
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(sections):
    """Return the bytes of an XLSX file with a sheet per section.

    :param sections: list of ``(title, header, rows)``, all cells text
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        bold = book.add_format({"bold": True})
        for title, header, rows in sections:
            sheet = book.add_worksheet(title[:31])
            sheet.set_column(0, len(header) - 1, 28)
            for column, cell in enumerate(header):
                sheet.write_string(0, column, cell, bold)
            for line, row in enumerate(rows, start=1):
                for column, cell in enumerate(row):
                    sheet.write_string(line, column, str(cell or ""))
    return stream.getvalue()
