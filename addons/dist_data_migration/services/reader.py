"""Reading legacy extracts: guarded, streaming, and without the ORM.

A legacy extract is hostile input until proven otherwise: truncated, exported in an
unknown code page, padded, damaged by a spreadsheet, or a decompression bomb. The
reader either yields every row exactly as the file says, or raises
:class:`ReaderError` with a sentence a data steward can act on, before anything is
written. It never repairs and never guesses: where two readings are possible, it asks.

How to use::

    with open_table(stream, "Products.csv") as table:
        table.header                      # ["ProductID", "ProductName", …]
        for line, cells in table.rows():  # line = line number people see
            ...

CSV cells are ``str``; XLSX cells keep the type of the workbook (``str``, ``int``,
``float``, ``bool``, ``datetime``), because a number in a code column has already lost
its leading zeros and the mapping must be able to say so.

How it works: one pass over the bytes decides on the encoding, one over the first
records on the delimiter; rows are then streamed, so memory does not grow with the
file.
"""

import codecs
import csv
import hashlib
import io
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass

import chardet

from odoo.tools.translate import LazyTranslate

from .audit_file import AuditFile, AuditFileError

# plain Python has no env at hand; messages are translated when shown
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__, default_lang="en_US")

CHUNK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
#: below this the encoding detector is guessing, and the steward is asked
MIN_CONFIDENCE = 0.85
SNIFF_RECORDS = 200
MAX_LISTED = 10
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CELL_REFERENCE = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
LONGEST_REFERENCE = 512


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


@contextmanager
def open_table(
    stream, filename, encoding=None, delimiter=None, sheet=None, limits=None
):
    """Yield a table over a binary, seekable stream.

    :param encoding: Python codec name; detected when empty
    :param delimiter: one character; detected when empty
    :param sheet: name of the sheet of a workbook; the first when empty
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
        table = XlsxTable(stream, sheet, limits)
    elif _is_xml(stream):
        table = XmlTable(stream, sheet, limits)
    else:
        table = CsvTable(stream, encoding, delimiter, limits)
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


class _Table:
    """A header and a stream of ``(line, cells)``."""

    encoding = ""
    #: how sure the encoding is, in percent
    confidence = 100
    delimiter = ""

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


def _clean_header(cell):
    return " ".join(str(cell if cell is not None else "").split()).strip("\ufeff")


class CsvTable(_Table):
    """Delimited text, any delimiter, any encoding Python knows."""

    def __init__(self, stream, encoding, delimiter, limits):
        self._limits = limits
        self._stream = stream
        self.encoding = encoding
        if encoding:
            _check_decodes(stream, encoding)
        else:
            self.encoding, self.confidence = detect_encoding(stream)
        self._check_text()
        self.delimiter = delimiter or self._detect_delimiter()
        self._text = self._open_text()
        self._reader = csv.reader(self._text, delimiter=self.delimiter, strict=True)
        self.header = self._check_header(self._first_record(), limits)

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
            raise ReaderError(
                _lt(
                    "These rows don't have the %(width)s cells of the header: "
                    "%(rows)s.",
                    width=width,
                    rows=", ".join(f"{line} ({cells})" for line, cells in ragged),
                ),
                "ragged",
            )
        if not count:
            raise ReaderError(_lt("No data rows."), "no_rows")

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

    def _first_record(self):
        for _line, cells in self._records():
            if any(cell.strip() for cell in cells):
                return cells
        raise ReaderError(_lt("The file is empty."), "empty")

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

    def _detect_delimiter(self):
        best, best_score = ",", (0, 0)
        for candidate in DELIMITERS:
            widths = self._sample_widths(candidate)
            if not widths or widths[0] < 2:
                continue
            alike = sum(width == widths[0] for width in widths) / len(widths)
            if (alike, widths[0]) > best_score:
                best, best_score = candidate, (alike, widths[0])
        return best

    def _sample_widths(self, delimiter):
        text, widths = self._open_text(), []
        try:
            for cells in csv.reader(text, delimiter=delimiter):
                if cells:
                    widths.append(len(cells))
                if len(widths) >= SNIFF_RECORDS:
                    break
        except csv.Error:
            # the strict reader will say which row; here it only ends the sample
            return widths
        finally:
            text.detach()
        return widths


class XmlTable(_Table):
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


class XlsxTable(_Table):
    """One sheet of a workbook, read in openpyxl's streaming mode."""

    def __init__(self, stream, sheet, limits):
        self._limits = limits
        self._check_archive(stream)
        self._values, self._formulas = self._load(stream, True), None
        sheet_name = self._sheet_name(self._values, sheet)
        stream.seek(0)
        self._formulas = self._load(stream, False)
        self._pair = (self._values[sheet_name], self._formulas[sheet_name])
        rows = self._cells()
        self._first_line, first = next(rows, (1, []))
        self.header = self._check_header(first, limits)
        self._rows = rows

    def rows(self):
        """Yield ``(row number, cells)``; empty rows are not rows."""
        width, count = len(self.header), 0
        for line, cells in self._rows:
            extra = [cell for cell in cells[width:] if cell is not None]
            if extra:
                raise ReaderError(
                    _lt(
                        "Row %(line)s has cells beyond the last column of the header.",
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


def detect_encoding(stream):
    """Return a codec that decodes the whole stream and the confidence, or ask.

    UTF-8 is recognised by structure. Text that is mostly valid UTF-8 with some invalid
    bytes is damaged, not "another encoding": it is refused with the row, as decoding it
    anyway would store mojibake. Anything else is left to the detector, and to the
    steward when that is unsure.

    :raise ReaderError: damaged or binary; :class:`EncodingUnsureError` when unsure
    """
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    for bom, name in BOMS:
        if head.startswith(bom):
            _check_decodes(stream, name)
            return name, 100
    suspects, valid, invalid, first_bad = [], 0, 0, 0
    for line, content in enumerate(stream, start=1):
        if b"\x00" in content:
            stream.seek(0)
            raise ReaderError(
                _lt(
                    "This is not a text file: row %(line)s holds a NUL byte. Upload "
                    "a CSV or XLSX file.",
                    line=line,
                ),
                "binary",
            )
        if content.isascii():
            continue
        try:
            content.decode("utf-8")
            valid += 1
        except UnicodeDecodeError:
            invalid += 1
            first_bad = first_bad or line
        if len(suspects) < 2000:
            suspects.append(content)
    stream.seek(0)
    if not first_bad:
        return "utf-8", 100
    if valid >= invalid:
        raise ReaderError(
            _lt("Row %(line)s holds bytes that are not valid UTF-8.", line=first_bad),
            "bytes",
        )
    return _guess_encoding(stream, b"".join(suspects), first_bad)


def _guess_encoding(stream, sample, line):
    found = chardet.detect(sample)
    guess, confidence = found["encoding"] or "", found["confidence"] or 0
    if guess and confidence >= MIN_CONFIDENCE:
        try:
            _check_decodes(stream, guess)
            return guess, int(confidence * 100)
        except ReaderError:
            confidence = 0
    raise EncodingUnsureError(
        _lt(
            "Row %(line)s holds bytes that are not valid UTF-8, and the encoding "
            "can't be told with certainty (best guess: %(guess)s, %(percent)s %%). "
            "Choose the encoding.",
            line=line,
            guess=guess or "-",
            percent=int(confidence * 100),
        ),
        guess,
    )


def _check_decodes(stream, encoding):
    """Decode the whole stream strictly, naming the first row that does not."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    except LookupError as error:
        raise ReaderError(
            _lt("The encoding %(name)s is unknown.", name=encoding), "encoding"
        ) from error
    stream.seek(0)
    line = 1
    try:
        while block := stream.read(CHUNK):
            line += decoder.decode(block).count("\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += bytes(error.object[: error.start]).count(b"\n")
        raise ReaderError(
            _lt(
                "Row %(line)s holds bytes that are not valid %(name)s.",
                line=line,
                name=encoding,
            ),
            "bytes",
        ) from error
    finally:
        stream.seek(0)
