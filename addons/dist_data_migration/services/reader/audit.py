"""Sections of an audit file as tables, see :mod:`..audit_file`."""

from odoo.tools.translate import LazyTranslate

from ..audit_file import AuditFile, AuditFileError
from .base import ReaderError, Table

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")


class XmlTable(Table):
    """One list of an audit file, see :mod:`audit_file`."""

    def __init__(self, stream, section, limits):
        try:
            self._file = AuditFile(stream, section, limits)
        except AuditFileError as error:
            raise ReaderError(str(error), error.code) from error
        self.header = self._file.header

    def rows(self):
        """Yield ``(number of the record, cells)``."""
        count = 0
        try:
            for count, cells in self._file.rows():
                yield count, cells
        except AuditFileError as error:
            raise ReaderError(str(error), error.code) from error
        if not count:
            raise ReaderError(_lt("No data rows."), "no_rows")
