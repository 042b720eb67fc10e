import io

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..services import corrections, mapping, reader
from .common import FILES, MAPPING, MigrationCommon
from .test_reader import archive, xlsx

LATIN = "code,name\nA,Königlich\nB,Müller\n"
#: number: files that are refused, as (content, file name, sentence)
REFUSED = {
    1: [(b"", "f.csv", "The file is empty")],
    2: [(b"code,name\n", "f.csv", "No data rows")],
    3: [(b" \n \t\n", "f.csv", "The file is empty")],
    6: [(LATIN.encode("cp1252"), "f.csv", "Choose the encoding")],
    9: [
        (
            "code,name\nA,é\nB,ü\n".encode() + b"C,\xff\xfe\n",
            "f.csv",
            "Row 4 .*not valid UTF-8",
        )
    ],
    10: [(b"code,name\nA,\x01\x02\n", "f.csv", "row 2.*control")],
    11: [(b"code,name\nA,b\x00c\n", "f.csv", "row 2.*NUL")],
    13: [(b"code,name\nA,b\nC\n", "f.csv", r"header: 3 \(1\)")],
    14: [(b"code,name\nA,b,c\n", "f.csv", r"header: 2 \(3\)")],
    15: [(b'a,b\n"abc\nB2,def\nB3,x', "f.csv", "quotes of row 2")],
    23: [(b"a,b\nx," + b"y" * 200_000, "f.csv", "Row 2 has a cell")],
    37: [(xlsx([["code"], ["=1+1"]]), "f.xlsx", "A2 holds a formula")],
    39: [
        (xlsx([["code"], ["#REF!"]], A2="#REF!"), "f.xlsx", "A2 holds the error"),
        (xlsx([["a"], ["b"]])[:200], "f.xlsx", "damaged"),
        (b"a,b\n1,2\n", "f.xlsx", "is no workbook"),
        (b"%PDF-1.7", "f.csv", "PDF"),
        (b'{"a": 1}', "f.csv", "JSON"),
    ],
    40: [
        (xlsx([["a"]], XFD1048576="x"), "f.xlsx", "XFD1048576"),
        (xlsx([["a"]], A20005="x"), "f.xlsx", "A20005"),
        (
            archive({"xl/workbook.xml": "<x/>", "xl/media/a": b"0" * (8 << 20)}),
            "f.xlsx",
            "compressed .* times",
        ),
    ],
}
#: number: files that are read, as (content, rows)
READ = {
    4: [("a,b\n1,é\n".encode("utf-8-sig"), [["1", "é"]])],
    5: [("a,b\n1,é\n".encode("utf-16"), [["1", "é"]])],
    12: [(b"a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]])],
}
#: number: encodings that are read once they are chosen
CHOSEN = {6: "cp1252", 7: "shift_jis", 8: "gbk"}
#: number: cells, as (type, options, value, what it becomes or the sentence)
KEPT = {
    20: [("char", {}, "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0")],
    21: [("char", {}, "<script>alert(1)</script>", "<script>alert(1)</script>")],
    22: [("code", {}, "A\u202e1\u200b", "A1")],
    34: [
        ("number", {"decimal": ",", "thousands": "."}, "1.234,56", "1234.56"),
        ("number", {}, "(100)", "-100"),
    ],
    36: [("number", {"decimal": ","}, "1,234", "1.234")],
}
WRONG = {
    15: [("char", {}, "abc\nB2", "several lines")],
    23: [("char", {}, "x" * 129, "129 characters")],
    26: [("selection", {}, "blue", "allowed are red, green")],
    27: [("date", {"date_format": "dd/mm/yyyy"}, "31/02/2026", "no date")],
    28: [("date", {}, "03/04/2026", "no date of the form yyyy-mm-dd")],
    29: [
        ("date", {}, "20226-01-01", "no date"),
        ("date", {}, "2222-01-01", "not plausible"),
    ],
    34: [("number", {}, "1.234,56", "is no number")],
    35: [
        ("number", {}, text, "is no number")
        for text in ("NaN", "inf", "1e400", "12%", "0x10", "1_000")
    ],
    36: [
        ("number", {}, "1,234", "is no number"),
        ("number", {"decimal": ",", "thousands": "."}, "1.23", "is no number"),
    ],
    38: [("code", {}, 7, "leading zeros"), ("code", {}, "3.27E+12", "spreadsheet")],
}
#: number: key of a product and its line, rule that finds it
STAGED = {
    16: ("P1", "P1,Twice,,1,,0,\n", "duplicate_key"),
    18: (" p1 ", " p1 ,Twice,,1,,0,\n", "duplicate_key"),
    19: ("P5", "P5,,,1,,0,\n", "required"),
    22: ("P5", "P5,Fi\u202eg,,1,,0,\n", "invisible"),
    24: ("P5", "P5,Fig,,1,Nobody,0,\n", "reference"),
}
#: number: fields that no mapping can load
FIELDS = {30: "progress", 31: "external_id", 32: ".id", 33: "state"}
#: what needs records: tested one by one below
RECORDS = {17, 25}


@tagged("post_install", "-at_install")
class TestBadInputs(MigrationCommon):
    """The forty bad inputs by their number; each is refused or read right."""

    def _read(self, content, name="f.csv", **options):
        with reader.open_table(io.BytesIO(content), name, **options) as table:
            return [cells for _line, cells in table.rows()]

    def _convert(self, kind, options, value):
        target = mapping.Target("Field", kind, choices=("red", "green"))
        return mapping.Converter(target, options).convert(value)[0]

    def test_every_number_has_a_case(self):
        tables = (REFUSED, READ, CHOSEN, KEPT, WRONG, STAGED, FIELDS)
        numbers = {number for table in tables for number in table} | RECORDS
        self.assertEqual(numbers, set(range(1, 41)))

    def test_refused_files(self):
        for number, cases in REFUSED.items():
            for content, name, message in cases:
                with (
                    self.subTest(number=number, message=message),
                    self.assertRaisesRegex(reader.ReaderError, message),
                ):
                    self._read(content, name)

    def test_read_files(self):
        for number, cases in READ.items():
            for content, rows in cases:
                with self.subTest(number=number):
                    self.assertEqual(self._read(content), rows)

    def test_chosen_encodings(self):
        for number, encoding in CHOSEN.items():
            samples = {"cp1252": "Königlich", "shift_jis": "東京", "gbk": "北京"}
            text = samples[encoding]
            content = f"a,b\n1,{text}\n".encode(encoding)
            with self.subTest(number=number):
                self.assertEqual(self._read(content, encoding=encoding), [["1", text]])
                # undetected it is read right or asked for, never garbled
                try:
                    rows = self._read(content)
                except reader.EncodingUnsureError as error:
                    self.assertEqual(error.code, "encoding")
                else:
                    self.assertEqual(rows, [["1", text]])

    def test_confidence_is_shown(self):
        cycle = self._create_cycle()
        text = "code,name,country\nV1,日本語の会社名です,JP\n"
        text += "V2,東京都渋谷区の株式会社,JP\n"
        proved = cycle._add_file("suppliers.csv", text.encode())
        self.assertEqual((proved.encoding, proved.encoding_confidence), ("utf-8", 100))
        chosen = cycle._add_file("suppliers.csv", text.encode("gb18030"), "gb18030")
        self.assertEqual(chosen.encoding_confidence, 100)
        guessed = cycle._add_file("customers.csv", (text * 5).encode("euc_jp"))
        self.assertGreaterEqual(guessed.encoding_confidence, 85)
        self.assertLess(guessed.encoding_confidence, 101)

    def test_cells_that_are_kept(self):
        for number, cases in KEPT.items():
            for kind, options, value, expected in cases:
                with self.subTest(number=number, value=value):
                    self.assertEqual(self._convert(kind, options, value), expected)

    def test_formulas_are_escaped_on_export(self):
        """Number 20, the other half."""
        for sign in "=+-@\t\r":
            with self.subTest(sign):
                self.assertEqual(corrections.escape(f"{sign}x"), f"'{sign}x")

    def test_wrong_cells(self):
        for number, cases in WRONG.items():
            for kind, options, value, message in cases:
                with (
                    self.subTest(number=number, value=value),
                    self.assertRaisesRegex(mapping.ConversionError, message),
                ):
                    self._convert(kind, options, value)

    def test_staged_rows(self):
        for number, (key, line, rule) in STAGED.items():
            with self.subTest(number=number):
                cycle = self._create_staged_cycle(
                    {"products": FILES["products.csv"] + line}
                )
                cycle.action_validate()
                found = self._findings(cycle, rule)
                self.assertTrue(
                    any(
                        mapping.normalize_key(key) in finding.legacy_key
                        for finding in found
                    )
                )
                self.assertTrue(all(found.mapped("message")))

    def test_fields_that_cannot_be_loaded(self):
        for number, name in FIELDS.items():
            text = MAPPING.replace("list_price: price", f'"{name}": price')
            with (
                self.subTest(number=number),
                self.assertRaisesRegex(ValidationError, "can't be loaded"),
            ):
                self._create_mapping(text)

    def test_17_existing_key_is_updated(self):
        cycle = self._create_loaded_cycle()
        product = self._loaded(cycle, "product", "P1")
        cycle._load_now()
        self.assertEqual(self._loaded(cycle, "product", "P1"), product)

    def test_25_ambiguous_name_is_named(self):
        for parent in ("Upper", "Lower"):
            root = self.env["product.category"].create({"name": parent})
            self.env["product.category"].create(
                {"name": "Twofold", "parent_id": root.id}
            )
        text = MAPPING.replace(
            "list_price: price", "list_price: price\n      category: pack"
        )
        cycle = self._create_cycle(mapping_id=self._create_mapping(text).id)
        self._upload(
            cycle,
            products=FILES["products.csv"].split("\n")[0] + "\nP1,A,,1,,0,Twofold\n",
            stock="product,location,qty\nP1,R1,1\n",
            lines="order,product,qty,price,discount\n1001,P1,1,1,0\n1003,P1,1,1,0\n",
        )
        cycle.action_stage()
        cycle.action_validate()
        cycle._load_now()
        row = self._rows(cycle, "product")
        self.assertEqual(row.state, "failed")
        self.assertIn("ambiguous", row.error)
