import io
import zipfile

import openpyxl

from odoo.tests import BaseCase, tagged

from ..services import reader


def xlsx(rows, **cells):
    """Return a workbook as bytes; ``cells`` are set by coordinate."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for coordinate, value in cells.items():
        book.active[coordinate] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(parts):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestReader(BaseCase):
    def _read(self, content, name="file.csv", **options):
        with reader.open_table(io.BytesIO(content), name, **options) as table:
            return table.header, [cells for _line, cells in table.rows()]

    def test_bad_files_are_refused_with_a_plain_sentence(self):
        """The numbers are those of the list of bad inputs we have to withstand."""
        book = xlsx([["code", "name"], ["A", "x"]])
        latin = "code,name\nA,Königlich\nB,Müller\n".encode("cp1252")
        cases = (
            ("1 empty", b"", "f.csv", "The file is empty."),
            ("2 header only", b"code,name\n", "f.csv", "No data rows."),
            ("3 whitespace", b" \n \t\n", "f.csv", "The file is empty."),
            ("6 unsure encoding", latin, "f.csv", "Choose the encoding"),
            (
                "9 invalid UTF-8",
                "code,name\nA,é\nB,ü\n".encode() + b"C,\xff\xfe\n",
                "f.csv",
                "Row 4 .*not valid UTF-8",
            ),
            ("10 binary", b"code,name\nA,\x01\x02\x03\n", "f.csv", "row 2.*control"),
            ("11 NUL", b"code,name\nA,b\x00c\n", "f.csv", "row 2.*NUL"),
            ("13 short row", b"code,name\nA,b\nC\n", "f.csv", r"header: 3 \(1\)"),
            ("14 long row", b"code,name\nA,b,c\n", "f.csv", r"header: 2 \(3\)"),
            ("15 open quote", b'a,b\n"abc\nB2,def\nB3,x', "f.csv", "quotes of row 2"),
            ("23 huge cell", b"a,b\nx," + b"y" * 200_000, "f.csv", "Row 2 has a cell"),
            ("39 PDF", b"%PDF-1.7 junk", "f.csv", "PDF"),
            ("39 JSON", b'{"a": 1}', "f.csv", "JSON"),
            ("39 wrong extension", b"a,b\n1,2\n", "f.xlsx", "is no workbook"),
            ("39 truncated zip", book[: len(book) // 2], "f.xlsx", "damaged"),
            ("39 other archive", archive({"a.txt": "a"}), "f.xlsx", "no XLSX"),
            ("39 old Excel", b"\xd0\xcf\x11\xe0\xa1\xb1", "f.xls", "old Excel"),
            (
                "37 formula",
                xlsx([["code", "name"], ["A", "=1+1"]]),
                "f.xlsx",
                "Cell B2 holds a formula",
            ),
            (
                "40 far-away cell",
                xlsx([["a", "b"]], XFD1048576="x"),
                "f.xlsx",
                "reaches to cell XFD1048576",
            ),
            (
                "40 zip bomb",
                archive(
                    {"xl/workbook.xml": "<x/>", "xl/media/a.bin": b"0" * (8 << 20)}
                ),
                "f.xlsx",
                "compressed .* times",
            ),
            (
                "40 unpacks to too much",
                archive(
                    {"xl/workbook.xml": "<x/>", "xl/media/a.bin": b"0" * (60 << 20)}
                ),
                "f.xlsx",
                "unpacks to 60 MB",
            ),
            ("duplicate column", b"a,a\n1,2\n", "f.csv", "Columns appear twice: a"),
            ("column without name", b"a,,c\n1,2,3\n", "f.csv", "Column 2 has no name"),
            (
                "too many columns",
                b",".join(b"c%d" % number for number in range(101)) + b"\n",
                "f.csv",
                "101 columns",
            ),
        )
        for label, content, name, message in cases:
            with (
                self.subTest(label),
                self.assertRaisesRegex(reader.ReaderError, message),
            ):
                self._read(content, name)

    def test_encodings_and_line_ends_are_read(self):
        text = "code;name\nA;Königlich\nB;São Paulo\n"
        expected = (["code", "name"], [["A", "Königlich"], ["B", "São Paulo"]])
        cases = (
            ("UTF-8", text.encode()),
            ("4 UTF-8 BOM", text.encode("utf-8-sig")),
            ("5 UTF-16 LE", text.encode("utf-16")),
            ("12 CR only", text.replace("\n", "\r").encode()),
            ("CR LF", text.replace("\n", "\r\n").encode()),
            ("tab", text.replace(";", "\t").encode()),
            ("blank lines", text.replace("\n", "\n\n").encode()),
        )
        for label, content in cases:
            with self.subTest(label):
                self.assertEqual(self._read(content), expected)
        self.assertEqual(self._read(text.encode("cp1252"), encoding="cp1252"), expected)

    def test_east_asian_encodings_are_read_or_asked_for_never_garbled(self):
        """Bad inputs 7 and 8."""
        texts = {
            "shift_jis": "コード,名前\n" + "A1,東京都港区の株式会社です\n" * 20,
            "gbk": "编号,名称\n" + "A1,北京市朝阳区有限公司\n" * 20,
        }
        for encoding, text in texts.items():
            with self.subTest(encoding):
                try:
                    header, rows = self._read(text.encode(encoding))
                except reader.EncodingUnsureError:
                    header, rows = self._read(text.encode(encoding), encoding=encoding)
                self.assertEqual(header, text.split("\n")[0].split(","))
                self.assertEqual(rows[0], text.split("\n")[1].split(","))

    def test_a_chosen_encoding_must_fit(self):
        with self.assertRaisesRegex(reader.ReaderError, "Row 2 .*not valid utf-8"):
            self._read("a,b\n1,ü\n".encode("cp1252"), encoding="utf-8")
        with self.assertRaisesRegex(reader.ReaderError, "unknown"):
            self._read(b"a,b\n1,2\n", encoding="klingon")

    def test_workbook_keeps_types_and_empty_cells(self):
        content = xlsx([["code", "name", "qty"], ["007", None, 1.5], [7, "x", 2]])
        self.assertEqual(
            self._read(content, "f.xlsx"),
            (["code", "name", "qty"], [["007", "", 1.5], [7, "x", 2]]),
        )

    def test_workbook_error_cell_is_named(self):
        content = xlsx([["code", "name"], ["A", "#REF!"]], B2="#REF!")
        with self.assertRaisesRegex(reader.ReaderError, "Cell B2 holds the error"):
            self._read(content, "f.xlsx")

    def test_sheet_is_chosen_by_name(self):
        book = openpyxl.Workbook()
        book.active.append(["x"])
        book.create_sheet("Items").append(["code"])
        book["Items"].append(["A"])
        stream = io.BytesIO()
        book.save(stream)
        self.assertEqual(
            self._read(stream.getvalue(), "f.xlsx", sheet="Items"), (["code"], [["A"]])
        )
        with self.assertRaisesRegex(reader.ReaderError, "no sheet Nope"):
            self._read(stream.getvalue(), "f.xlsx", sheet="Nope")

    def test_names_of_columns_below_a_title(self):
        title = [
            ["Items; as of May, 2026"],
            [],
            ["code", "name"],
            ["A", "x"],
            ["B", "y"],
        ]
        text = "Items; as of May, 2026\n\ncode,name\nA,x\nB,y\n"
        for name, content in (
            ("f.xlsx", xlsx(title)),
            ("f.csv", text.encode()),
            ("f.csv", text.replace(",", ";").encode("utf-16")),
        ):
            with self.subTest(name=name):
                with reader.open_table(
                    io.BytesIO(content), name, header_row=3
                ) as table:
                    self.assertEqual(table.header, ["code", "name"])
                    # rows keep their number in the file
                    self.assertEqual(
                        list(table.rows()), [(4, ["A", "x"]), (5, ["B", "y"])]
                    )
                for row in (2, 9):
                    with self.assertRaisesRegex(
                        reader.ReaderError, f"Row {row} is empty or not there"
                    ):
                        self._read(content, name, header_row=row)
        with self.assertRaisesRegex(reader.ReaderError, "give their row"):
            self._read(xlsx(title), "f.xlsx")
        with self.assertRaisesRegex(reader.ReaderError, "give their row"):
            self._read(b"Items\n\ncode,name\nA,x\n", delimiter=",")

    def test_delimiter_is_one_character(self):
        with self.assertRaisesRegex(reader.ReaderError, "must be one character"):
            self._read(b"a+|b\n1+|2\n", delimiter="+|")

    def test_files_without_names_of_columns(self):
        rows = [["A", "x"], ["B", "y"]]
        for name, content in (("f.xlsx", xlsx(rows)), ("f.csv", b"A,x\nB,y\n")):
            with self.subTest(name):
                columns = ["code", "name"]
                self.assertEqual(
                    self._read(content, name, columns=columns), (columns, rows)
                )
                # names of our own in place of those of the file
                self.assertEqual(
                    self._read(content, name, columns=columns, header_row=1),
                    (columns, rows[1:]),
                )
                with self.assertRaisesRegex(reader.ReaderError, "header"):
                    self._read(content, name, columns=["code"])
                with self.assertRaisesRegex(reader.ReaderError, "appear twice: code"):
                    self._read(content, name, columns=["code", "code"])

    def test_row_limit_of_workbooks(self):
        content = xlsx([["a"], *([number] for number in range(30))])
        with self.assertRaisesRegex(reader.ReaderError, "reaches to cell"):
            self._read(content, "f.xlsx", limits=reader.Limits(xlsx_rows=20))

    def test_row_and_size_limits_of_text(self):
        content = b"a,b\n" + b"1,2\n" * 30
        with self.assertRaisesRegex(reader.ReaderError, "more than 20 rows"):
            self._read(content, limits=reader.Limits(csv_rows=20))
        with self.assertRaisesRegex(reader.ReaderError, "limit of 0 MB"):
            self._read(content, limits=reader.Limits(file_size=10))

    def test_line_numbers_are_those_of_the_file(self):
        content = b'a,b\n1,"two\nlines"\n\n3,4\n'
        with reader.open_table(io.BytesIO(content), "f.csv") as table:
            self.assertEqual(
                list(table.rows()), [(2, ["1", "two\nlines"]), (5, ["3", "4"])]
            )
