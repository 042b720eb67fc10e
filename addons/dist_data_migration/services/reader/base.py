"""What all kinds of files share: limits, errors, the header."""

import hashlib
from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CHUNK = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What is refused before or while parsing. Sizes in bytes."""

    file_size: int = 256 << 20
    csv_rows: int = 5_000_000
    xlsx_rows: int = 20_000
    columns: int = 100
    cell: int = 100_000
    zip_size: int = 50 << 20
    zip_ratio: int = 100


class ReaderError(ValueError):
    """The file can't be read safely; the message says where and what to do."""

    def __init__(self, message, code):
        super().__init__(message)
        self.message = message
        self.code = code

    def __str__(self):
        return str(self.message)


class EncodingUnsureError(ReaderError):
    """The encoding must be chosen by a person; ``guess`` may be offered."""

    def __init__(self, message, guess):
        super().__init__(message, "encoding")
        self.guess = guess


def sha256(stream):
    """Return ``(hex digest, size)`` of a binary stream, in constant memory."""
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while block := stream.read(CHUNK):
        digest.update(block)
        size += len(block)
    stream.seek(0)
    return digest.hexdigest(), size


class Table:
    """A header and a stream of ``(line, cells)``."""

    encoding = ""
    #: how sure the encoding is, in percent
    confidence = 100
    delimiter = ""

    def _read_header(self, rows, header_row, columns):
        """Return the names of the columns.

        :param rows: iterator of ``(line, cells)``; it goes on at the first data row
        :param header_row: number of the row with the names; None for the first one
        :param columns: names to use instead; without a header row the file has none
        """
        if columns and not header_row:
            return self._check_header(columns, self._limits)
        _line, cells = self._header_cells(rows, header_row)
        return self._check_header(columns or cells, self._limits)

    def _header_cells(self, rows, number):
        """Return ``(line, cells)`` of the row that holds the names of the columns.

        :param rows: iterator of ``(line, cells)``; it goes on behind the header
        :param number: of that row, or None for the first that is not empty
        """
        for line, cells in rows:
            is_empty = not any(str(_filled(cell)).strip() for cell in cells)
            if number is None and not is_empty:
                return line, cells
            if number is None or line < number:
                continue
            if line > number or is_empty:
                break
            return line, cells
        if number is None:
            raise ReaderError(_lt("The file is empty."), "empty")
        raise ReaderError(
            _lt(
                "Row %(number)s is empty or not there; the names of the columns are "
                "expected in it.",
                number=number,
            ),
            "header",
        )

    def _check_header(self, cells, limits):
        header = [_clean_header(cell) for cell in cells]
        while header and not header[-1]:
            header.pop()
        if not header:
            raise ReaderError(_lt("The file is empty."), "empty")
        if len(header) > limits.columns:
            raise ReaderError(
                _lt(
                    "The file has %(count)s columns, more than the limit of %(limit)s.",
                    count=len(header),
                    limit=limits.columns,
                ),
                "columns",
            )
        for position, name in enumerate(header, start=1):
            if not name:
                raise ReaderError(
                    _lt("Column %(number)s has no name.", number=position), "header"
                )
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise ReaderError(
                _lt("Columns appear twice: %(names)s.", names=", ".join(twice)),
                "header",
            )
        return header

    def close(self):
        """Release what the table holds open."""


def _filled(cell):
    return "" if cell is None else cell


def _clean_header(cell):
    return " ".join(str(_filled(cell)).split()).strip("\ufeff")
