"""From a file to the table that reads it."""

import io
from contextlib import contextmanager

from odoo.tools.translate import LazyTranslate

from .audit import XmlTable
from .base import Limits, ReaderError
from .text import CsvTable
from .workbook import XlsxTable

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


@contextmanager
def open_table(
    stream,
    filename,
    encoding=None,
    delimiter=None,
    sheet=None,
    header_row=None,
    columns=None,
    limits=None,
):
    """Yield a table over a binary, seekable stream.

    :param encoding: Python codec name; detected when empty
    :param delimiter: one character; detected when empty
    :param sheet: name of the sheet of a workbook; the first when empty
    :param header_row: number of the row with the names of the columns, what stands
        above is left out; the first that is not empty when not given
    :param columns: names of the columns of a file that has none
    :raise ReaderError: with a plain sentence; nothing has been yielded by then for
        faults of the file as a whole, faults of a row surface when it is reached
    """
    limits = limits or Limits()
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    if not size:
        raise ReaderError(_lt("The file is empty."), "empty")
    if size > limits.file_size:
        raise ReaderError(
            _lt(
                "The file has %(size)s MB, more than the limit of %(limit)s MB.",
                size=size >> 20,
                limit=limits.file_size >> 20,
            ),
            "size",
        )
    if _is_workbook(stream, filename):
        table = XlsxTable(stream, sheet, limits, header_row, columns)
    elif _is_xml(stream):
        table = XmlTable(stream, sheet, limits)
    else:
        table = CsvTable(stream, encoding, delimiter, limits, header_row, columns)
    try:
        yield table
    finally:
        table.close()


def _is_workbook(stream, filename):
    """Decide by content, not by name; refuse what is neither text nor a workbook."""
    head = stream.read(8)
    stream.seek(0)
    wanted = filename.lower().endswith((".xlsx", ".xlsm"))
    if head.startswith(b"PK\x03\x04"):
        return True
    if head.startswith(b"%PDF"):
        raise ReaderError(
            _lt("This is a PDF file. Upload a CSV or XLSX file."), "format"
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReaderError(
            _lt("This is an old Excel file (xls). Save it as XLSX or CSV."), "format"
        )
    if head.startswith(b"PK"):
        raise ReaderError(
            _lt("The workbook is damaged or incomplete. Export it again."), "format"
        )
    if wanted:
        raise ReaderError(
            _lt("The file is named XLSX but is no workbook. Check what was exported."),
            "format",
        )
    if head.lstrip()[:1] in (b"{", b"["):
        raise ReaderError(
            _lt("This is a JSON file. Upload a CSV or XLSX file."), "format"
        )
    return False


def _is_xml(stream):
    head = stream.read(200)
    stream.seek(0)
    # the sign less-than in UTF-8 and UTF-16, behind a byte order mark or not
    head = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith((b"<?xml", b"<!", b"<AuditFile", b"<auditfile")) or (
        head.startswith(b"<") and b"AuditFile" in head
    )
