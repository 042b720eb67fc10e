"""CSV files, with any delimiter."""

import csv
import io
import re

from odoo.tools.translate import LazyTranslate

from .base import CHUNK, ReaderError, Table
from .encoding import _check_decodes, detect_encoding

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

DELIMITERS = (",", ";", "\t", "|")
SNIFF_RECORDS = 200
MAX_LISTED = 10


class CsvTable(Table):
    """Delimited text, any delimiter, any encoding Python knows."""

    def __init__(
        self, stream, encoding, delimiter, limits, header_row=None, columns=None
    ):
        self._limits = limits
        self._stream = stream
        self.encoding = encoding
        if encoding:
            _check_decodes(stream, encoding)
        else:
            self.encoding, self.confidence = detect_encoding(stream)
        self._check_text()
        if delimiter and len(delimiter) > 1:
            raise ReaderError(_lt("The delimiter must be one character."), "delimiter")
        self.delimiter = delimiter or self._detect_delimiter(header_row or 1)
        self._text = self._open_text()
        self._reader = csv.reader(self._text, delimiter=self.delimiter, strict=True)
        self.header = self._read_header(self._records(), header_row, columns)

    def rows(self):
        """Yield ``(line, cells)``; blank lines are not rows.

        :raise ReaderError: for ragged rows (all of the file's, up to a few listed),
            quotes never closed, and files without any row
        """
        width, count, ragged = len(self.header), 0, []
        for line, cells in self._records():
            if not any(cells) and len(cells) <= 1:
                continue
            count += 1
            if count > self._limits.csv_rows:
                raise ReaderError(
                    _lt(
                        "The file has more than %(limit)s rows.",
                        limit=self._limits.csv_rows,
                    ),
                    "rows",
                )
            if len(cells) > width and not any(cells[width:]):
                # trailing delimiters carry no data
                cells = cells[:width]
            if len(cells) != width:
                ragged.append((line, len(cells)))
                if len(ragged) >= MAX_LISTED:
                    break
            if any(len(cell) > self._limits.cell for cell in cells):
                raise self._cell_error(line)
            if not ragged:
                yield line, cells
        if ragged:
            raise self._ragged_error(ragged)
        if not count:
            raise ReaderError(_lt("No data rows."), "no_rows")

    def _ragged_error(self, ragged):
        """:param ragged: ``[(line, number of cells)]``"""
        width = len(self.header)
        found = {
            "width": width,
            "rows": ", ".join(f"{line} ({cells})" for line, cells in ragged),
        }
        if all(cells > width for _line, cells in ragged):
            message = _lt(
                "These rows have more than the %(width)s cells of the header: "
                "%(rows)s. If the names of the columns stand further down, give their "
                "row in the mapping.",
                **found,
            )
        else:
            message = _lt(
                "These rows don't have the %(width)s cells of the header: %(rows)s.",
                **found,
            )
        return ReaderError(message, "ragged")

    def close(self):
        # the stream belongs to the caller: closing the wrapper would close it
        if hasattr(self, "_text"):
            self._text.detach()

    def _open_text(self):
        self._stream.seek(0)
        # newline="" keeps line ends inside quotes and still splits at lone CRs
        return io.TextIOWrapper(
            self._stream, encoding=self.encoding, errors="strict", newline=""
        )

    def _records(self):
        while True:
            start = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._quote_error(start, error) from error
            yield start, cells

    def _quote_error(self, line, error):
        if "field larger" in str(error):
            return self._cell_error(line)
        return ReaderError(
            _lt(
                "The quotes of row %(line)s don't match: a quote is opened and "
                "not closed, or stands inside a quoted cell.",
                line=line,
            ),
            "quote",
        )

    def _cell_error(self, line):
        return ReaderError(
            _lt(
                "Row %(line)s has a cell of more than %(limit)s characters.",
                line=line,
                limit=self._limits.cell,
            ),
            "cell",
        )

    def _check_text(self):
        """A NUL or another control character means this is not a text file."""
        text = self._open_text()
        line = 1
        try:
            while block := text.read(CHUNK):
                found = re.search(r"[\x00-\x08\x0e-\x1f]", block)
                if found:
                    line += block.count("\n", 0, found.start())
                    raise ReaderError(
                        _lt(
                            "This is not a text file: row %(line)s holds the control "
                            "character %(code)s. Upload a CSV or XLSX file.",
                            line=line,
                            code=f"0x{ord(found[0]):02X}",
                        ),
                        "binary",
                    )
                line += block.count("\n")
        finally:
            text.detach()

    def _detect_delimiter(self, first_line):
        best, best_score = ",", (0, 0)
        for candidate in DELIMITERS:
            widths = self._sample_widths(candidate, first_line)
            if not widths or widths[0] < 2:
                continue
            alike = sum(width == widths[0] for width in widths) / len(widths)
            if (alike, widths[0]) > best_score:
                best, best_score = candidate, (alike, widths[0])
        return best

    def _sample_widths(self, delimiter, first_line):
        text, widths = self._open_text(), []
        try:
            records = csv.reader(text, delimiter=delimiter)
            for cells in records:
                if cells and records.line_num >= first_line:
                    widths.append(len(cells))
                if len(widths) >= SNIFF_RECORDS:
                    break
        except csv.Error:
            # the strict reader will say which row; here it only ends the sample
            return widths
        finally:
            text.detach()
        return widths
