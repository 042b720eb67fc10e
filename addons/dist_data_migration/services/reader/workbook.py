"""XLSX workbooks, guarded against bombs before they are parsed."""

import re
import zipfile

from odoo.tools.translate import LazyTranslate

from .base import CHUNK, ReaderError, Table

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CELL_REFERENCE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
LONGEST_REFERENCE = 512


class XlsxTable(Table):
    """One sheet of a workbook, read in openpyxl's streaming mode."""

    def __init__(self, stream, sheet, limits, header_row=None, columns=None):
        self._limits = limits
        self._check_archive(stream)
        self._values, self._formulas = self._load(stream, True), None
        sheet_name = self._sheet_name(self._values, sheet)
        stream.seek(0)
        self._formulas = self._load(stream, False)
        self._pair = (self._values[sheet_name], self._formulas[sheet_name])
        self._rows = self._cells()
        self.header = self._read_header(self._rows, header_row, columns)

    def rows(self):
        """Yield ``(row number, cells)``; empty rows are not rows."""
        width, count = len(self.header), 0
        for line, cells in self._rows:
            extra = [cell for cell in cells[width:] if cell is not None]
            if extra:
                raise ReaderError(
                    _lt(
                        "Row %(line)s has cells beyond the last column of the header. "
                        "If the names of the columns stand further down, give their "
                        "row in the mapping.",
                        line=line,
                    ),
                    "ragged",
                )
            count += 1
            cells = list(cells[:width]) + [None] * (width - len(cells))
            yield line, ["" if cell is None else cell for cell in cells]
        if not count:
            raise ReaderError(_lt("No data rows."), "no_rows")

    def close(self):
        for book in (self._values, self._formulas):
            if book is not None:
                book.close()

    @staticmethod
    def _load(stream, data_only):
        import openpyxl

        try:
            return openpyxl.load_workbook(
                stream, read_only=True, data_only=data_only, keep_links=False
            )
        # openpyxl raises whatever the damaged part makes it stumble over
        except Exception as error:
            raise ReaderError(
                _lt("The workbook is damaged or incomplete. Export it again."),
                "format",
            ) from error

    @staticmethod
    def _sheet_name(book, sheet):
        if not sheet:
            return book.sheetnames[0]
        if sheet not in book.sheetnames:
            raise ReaderError(
                _lt(
                    "There is no sheet %(sheet)s; the workbook has %(names)s.",
                    sheet=sheet,
                    names=", ".join(book.sheetnames),
                ),
                "sheet",
            )
        return sheet

    def _check_archive(self, stream):
        """Refuse bombs from the directory alone, before any part is parsed."""
        try:
            archive = zipfile.ZipFile(stream)
        except zipfile.BadZipFile as error:
            raise ReaderError(
                _lt("The workbook is damaged or incomplete. Export it again."),
                "format",
            ) from error
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise ReaderError(
                _lt("The file is an archive but no XLSX workbook."), "format"
            )
        total = sum(part.file_size for part in parts)
        packed = sum(part.compress_size for part in parts) or 1
        if total > self._limits.zip_size:
            raise ReaderError(
                _lt(
                    "The workbook unpacks to %(size)s MB, more than the limit of "
                    "%(limit)s MB. Use CSV for large files.",
                    size=total >> 20,
                    limit=self._limits.zip_size >> 20,
                ),
                "zip",
            )
        if total > (1 << 20) and total / packed > self._limits.zip_ratio:
            raise ReaderError(
                _lt(
                    "The workbook is compressed %(ratio)s times, more than the "
                    "limit of %(limit)s. Use CSV for large files.",
                    ratio=int(total / packed),
                    limit=self._limits.zip_ratio,
                ),
                "zip",
            )
        for part in parts:
            if part.filename.startswith("xl/worksheets/") and part.file_size:
                self._check_extent(archive, part)
        stream.seek(0)

    def _check_extent(self, archive, part):
        """A single far-away cell makes parsers build every cell before it."""
        rest = b""
        try:
            with archive.open(part) as source:
                while block := source.read(CHUNK):
                    block = rest + block
                    for column, row in CELL_REFERENCE.findall(block):
                        self._check_cell(column, int(row))
                    rest = block[-LONGEST_REFERENCE:]
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise ReaderError(
                _lt("The workbook is damaged or incomplete. Export it again."),
                "format",
            ) from error

    def _check_cell(self, column, row):
        number = 0
        for letter in column:
            number = number * 26 + letter - 64
        if number > self._limits.columns or row > self._limits.xlsx_rows + 1:
            raise ReaderError(
                _lt(
                    "The sheet reaches to cell %(cell)s; the limit is %(rows)s rows "
                    "and %(columns)s columns. Delete stray cells, or use CSV.",
                    cell=f"{column.decode()}{row}",
                    rows=self._limits.xlsx_rows,
                    columns=self._limits.columns,
                ),
                "extent",
            )

    def _cells(self):
        bounds = {
            "max_row": self._limits.xlsx_rows + 2,
            "max_col": self._limits.columns + 1,
        }
        values, formulas = self._pair
        pairs = zip(
            values.iter_rows(**bounds), formulas.iter_rows(**bounds), strict=False
        )
        for line, (shown, typed) in enumerate(pairs, start=1):
            cells = [
                self._cell_value(value, formula)
                for value, formula in zip(shown, typed, strict=False)
            ]
            if any(cell not in (None, "") for cell in cells):
                yield line, cells

    @staticmethod
    def _cell_value(value, formula):
        if value.data_type == "e" or formula.data_type == "e":
            raise ReaderError(
                _lt(
                    "Cell %(cell)s holds the error %(error)s.",
                    cell=value.coordinate,
                    error=str(value.value),
                ),
                "error_cell",
            )
        if formula.data_type == "f" and value.value is None:
            raise ReaderError(
                _lt(
                    "Cell %(cell)s holds a formula without a value. Paste the values.",
                    cell=value.coordinate,
                ),
                "formula",
            )
        return value.value
