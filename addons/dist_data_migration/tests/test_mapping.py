import datetime

from odoo.tests import BaseCase, tagged

from ..services import mapping
from ..services.mapping import Target

CATALOGUE = {
    "thing": {
        "name": Target("Name", required=True),
        "code": Target("Code", "code"),
        "note": Target("Note", "text"),
        "qty": Target("Quantity", "number"),
        "day": Target("Day", "date"),
        "active": Target("Active", "boolean"),
        "type": Target("Type", "selection", choices=("big", "small")),
        "other": Target("Other", "reference", reference="thing"),
        "barcode": Target("Barcode", "barcode"),
    }
}


def convert(field, value, **options):
    """Return ``(value, rules of warnings)`` of a conversion."""
    target = CATALOGUE["thing"][field]
    result, warnings = mapping.Converter(target, options).convert(value)
    return result, [rule for rule, _message in warnings]


@tagged("post_install", "-at_install")
class TestMapping(BaseCase):
    def test_conversions(self):
        cases = (
            ("name", "  Königlich ", {}, "Königlich"),
            ("name", "=cmd|' /C calc'!A0", {}, "=cmd|' /C calc'!A0"),
            ("name", "<script>alert(1)</script>", {}, "<script>alert(1)</script>"),
            ("name", "NULL", {}, ""),
            ("name", "", {"default": "unknown"}, "unknown"),
            ("code", "AB\u200b-\u202e1 ", {}, "AB-1"),
            ("code", "'007", {}, "007"),
            ("code", "0012", {}, "0012"),
            ("code", 12, {"allow_numbers": "true"}, "12"),
            ("qty", "1234.50", {}, "1234.5"),
            ("qty", "1.234,56", {"decimal": ",", "thousands": "."}, "1234.56"),
            ("qty", "(100)", {}, "-100"),
            ("qty", "-3", {}, "-3"),
            ("qty", "1,234", {"thousands": ","}, "1234"),
            ("qty", "12.50-", {}, "-12.5"),
            ("qty", "1.234,5-", {"decimal": ",", "thousands": "."}, "-1234.5"),
            ("qty", "\u221212.50", {}, "-12.5"),
            ("qty", "1\u202f234,5", {"decimal": ",", "thousands": " "}, "1234.5"),
            ("qty", "1 234,5", {"decimal": ",", "thousands": "\u202f"}, "1234.5"),
            (
                "qty",
                "1 234,50 €",
                {"decimal": ",", "thousands": " ", "unit": "€"},
                "1234.5",
            ),
            ("qty", "12.50 EUR", {"unit": ["€", "EUR"]}, "12.5"),
            ("qty", "-$12.50", {"unit": "$"}, "-12.5"),
            ("qty", "$-12.50", {"unit": "$"}, "-12.5"),
            ("qty", "($12.50)", {"unit": "$"}, "-12.5"),
            ("qty", "12,50- €", {"decimal": ",", "unit": "€"}, "-12.5"),
            ("qty", "15 %", {"unit": "%", "scale": "0.01"}, "0.15"),
            (
                "name",
                "1 High St\r\n 2nd floor",
                {"line_break": ", "},
                "1 High St, 2nd floor",
            ),
            ("name", "a\n\nb\n", {"line_break": " "}, "a b"),
            ("note", "a\nb", {}, "a\nb"),
            ("qty", "0.15", {"scale": "100"}, "15"),
            ("qty", "4.9999999999999999E-2", {"scale": "100"}, "4.9999999999999999"),
            ("qty", 0.1, {}, "0.1"),
            ("qty", "", {}, None),
            ("day", "2026-02-28", {}, "2026-02-28"),
            ("day", "2022-04-15 00:00:00.000", {}, "2022-04-15"),
            ("day", "4/8/1998", {"date_format": "m/d/yyyy"}, "1998-04-08"),
            ("day", "08.04.98", {"date_format": "dd.mm.yy"}, "1998-04-08"),
            ("day", "08-APR-1998", {"date_format": "dd-mmm-yyyy"}, "1998-04-08"),
            ("day", "19980408", {"date_format": "yyyymmdd"}, "1998-04-08"),
            ("day", datetime.datetime(2026, 1, 2), {}, "2026-01-02"),
            ("active", "0", {"true": ["0"], "false": ["1"]}, True),
            ("active", "N", {}, False),
            ("active", "ja", {"true": "ja", "false": "nein"}, True),
            ("type", "big", {}, "big"),
            ("type", "L", {"map": {"L": "big"}}, "big"),
            ("type", "small", {"map": {"L": "big", "*": ""}}, "small"),
            ("other", " p1 | x ", {}, "P1|X"),
            ("barcode", "4006381333931", {}, "4006381333931"),
        )
        for field, value, options, expected in cases:
            with self.subTest(field=field, value=value):
                self.assertEqual(convert(field, value, **options), (expected, []))

    def test_refused_values(self):
        """The numbers are those of the list of bad inputs we have to withstand."""
        cases = (
            ("15 newline in a name", "name", "abc\nB2,def", {}, "several lines"),
            ("23 long name", "name", "x" * 129, {}, "129 characters"),
            ("23 long note", "note", "x" * 10_001, {}, "at most 10000"),
            (
                "24 not in the value map",
                "type",
                "M",
                {"map": {"L": "big"}},
                "value map",
            ),
            ("26 bad selection", "type", "huge", {}, "allowed are big, small"),
            ("27 no such day", "day", "2026-02-31", {}, "is no date"),
            ("28 ambiguous date", "day", "03/04/2026", {}, "form yyyy-mm-dd"),
            ("29 far year", "day", "20226-01-01", {}, "is no date"),
            ("29 implausible year", "day", "2226-01-01", {}, "not plausible"),
            ("34 other sign", "qty", "1.234,56", {}, "is no number"),
            ("35 NaN", "qty", "NaN", {}, "is no number"),
            ("35 infinite", "qty", "inf", {}, "is no number"),
            ("35 overflow", "qty", "1e400", {}, "is no number"),
            ("35 percent", "qty", "12%", {}, "is no number"),
            ("another unit", "qty", "12 $", {"unit": "€"}, "is no number"),
            ("a unit twice", "qty", "€12€€", {"unit": "€"}, "is no number"),
            ("a unit alone", "qty", "€", {"unit": "€"}, "is no number"),
            ("36 comma", "qty", "1,234", {}, "is no number"),
            (
                "no month",
                "day",
                "08-AAA-98",
                {"date_format": "dd-mmm-yy"},
                "is no date",
            ),
            ("no day", "day", "00000000", {"date_format": "yyyymmdd"}, "is no date"),
            ("two signs", "qty", "-12.50-", {}, "is no number"),
            ("a sign alone", "qty", "-", {}, "is no number"),
            ("36 wrong group", "qty", "1,23", {"thousands": ","}, "is no number"),
            ("too large", "qty", "9" * 16, {}, "is no number"),
            ("38 number as code", "code", 7, {}, "leading zeros"),
            ("damaged code", "code", "3.27E+12", {}, "spreadsheet"),
            ("boolean", "active", "maybe", {}, "neither yes nor no"),
        )
        for label, field, value, options, message in cases:
            with (
                self.subTest(label),
                self.assertRaisesRegex(mapping.ConversionError, message),
            ):
                convert(field, value, **options)

    def test_warnings(self):
        self.assertEqual(convert("name", "a\u202eb")[1], ["invisible"])
        self.assertEqual(convert("barcode", "4006381333932")[1], ["barcode"])

    def test_document_scalars_stay_text(self):
        document = mapping.load_document("map: {Norway: NO, a: 007, b: yes, 1: 2.50}")
        self.assertEqual(
            document["map"], {"Norway": "NO", "a": "007", "b": "yes", "1": "2.50"}
        )
        self.assertEqual(
            mapping.load_document(mapping.dump_document(document)), document
        )

    def test_bad_documents_list_every_problem(self):
        cases = (
            ("a: [", "neither YAML nor JSON"),
            ("- a", "The mapping is empty"),
            ("source_system: x", "no objects"),
            ("a: &a [1]\nb: *a", "aliases"),
            ("a: " + "x" * 1_000_001, "larger than 1 MB"),
            (
                "source_system: x\nobjects: [{object: thing, file: [a], key: id,"
                " fields: [name], where: {column: a}, legacy: {a: {kind: b}}}]",
                "(?s)fields must be pairs.*where must be a list.*file must be text",
            ),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id,"
                " fields: {name: n}, legacy: {a: {kind: b}}}]",
                "legacy attribute a: one of column",
            ),
            ("source_system: x\nobjects: [{object: nope}]", "unknown object"),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id, fields:"
                " {name: {column: n, sign: {column: d, negative: a, positive: b}},"
                " qty: {column: q, sign: {column: d, negative: a}}}}]",
                "(?s)name is no number, it has no sign.*sign needs a column",
            ),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id,"
                " header_row: two, delimiter: '+|', fields:"
                " {name: {column: n, unit: m}, qty: {column: q, line_break: a}}}]",
                "(?s)delimiter is one.*header_row must be",
            ),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id, fields:"
                " {name: {column: n, unit: m}, qty: {column: q, line_break: a}}}]",
                "(?s)name is no number.*qty has no line breaks",
            ),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id,"
                " columns: ['a,b'], fields: {name: n}}]",
                "list of names without commas",
            ),
            (
                "objects: [{object: thing, file: a.csv, key: id,"
                " fields: {name: n, state: s, '.id': i, create_uid: u}}]",
                "(?s)needs a source_system.*state can't be loaded.*.id can't be",
            ),
            (
                "source_system: x\nobjects: [{object: thing, key: id, fields: {}}]",
                "(?s)file is missing.*name is required",
            ),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id, fields:"
                " {name: {column: n, evil: 1}, day: {column: d, date_format: xx}}}]",
                "(?s)unknown options evil.*date format",
            ),
            (
                "source_system: x\nobjects: [{object: thing, file: a, key: id,"
                " where: [{is: empty}], join: [{file: b}], fields: {name: n}}]",
                "(?s)where needs a column.*join needs",
            ),
        )
        for text, message in cases:
            with (
                self.subTest(text),
                self.assertRaisesRegex(mapping.MappingError, message),
            ):
                mapping.MappingSpec.parse(mapping.load_document(text), CATALOGUE)

    def _mapper(self, header, lookups=None, **entries):
        item = {"object": "thing", "file": "a.csv", "key": "id", **entries}
        item.setdefault("fields", {"name": "n"})
        spec = mapping.ObjectSpec(item, CATALOGUE)
        return mapping.RowMapper(spec, header, lookups)

    def test_missing_columns_are_named(self):
        with self.assertRaisesRegex(mapping.MappingError, "no column id, n; it has x"):
            self._mapper(["x"])

    def test_missing_columns_of_other_files_are_named(self):
        head = mapping.LookupTable(["no", "x"], [(2, ["A", ""])], ("no",))
        with self.assertRaisesRegex(mapping.MappingError, "h.gone, h.csv: nope"):
            self._mapper(
                ["id", "n"],
                {("h.csv", ("no",)): head},
                join=[{"file": "h.csv", "as": "h", "match": {"id": "no"}}],
                where=[{"column": "h.gone", "is": "empty"}],
                fields={
                    "name": {
                        "lookup": {
                            "file": "h.csv",
                            "match": {"id": "no"},
                            "value": "nope",
                        }
                    }
                },
            )

    def test_keys_are_normalised_and_composite(self):
        mapper = self._mapper(["id", "no", "n"], key=["id", "no"])
        self.assertEqual(mapper.map(2, [" s000\u200b ", "1", "x"]).key, "S000|1")
        self.assertEqual(mapper.map(3, ["s000", "", "x"]).key, "S000|")
        row = mapper.map(4, [" ", "", "x"])
        self.assertEqual([issue.rule for issue in row.issues], ["required"])

    def test_numeric_keys_are_refused_unless_allowed(self):
        row = self._mapper(["id", "n"]).map(2, [7, "x"])
        self.assertEqual([issue.rule for issue in row.issues], ["damaged_code"])
        mapper = self._mapper(["id", "n"], allow_numeric_keys="true")
        row = mapper.map(2, [7.0, "x"])
        self.assertEqual((row.key, row.issues), ("7", []))

    def test_required_values(self):
        row = self._mapper(["id", "n"]).map(2, ["1", " "])
        self.assertEqual([issue.message for issue in row.issues], ["Name is missing."])

    def test_filters_joins_and_lookups(self):
        head = mapping.LookupTable(
            ["no", "shipped"], [(2, ["A", ""]), (3, ["B", "yes"])], ("no",)
        )
        mapper = self._mapper(
            ["id", "n", "kind"],
            {("h.csv", ("no",)): head},
            join=[{"file": "h.csv", "as": "h", "match": {"id": "no"}}],
            where=[
                {"column": "h.shipped", "is": "empty"},
                {"column": "kind", "not_in": ["x"]},
            ],
            fields={
                "name": {
                    "lookup": {
                        "file": "h.csv",
                        "match": {"id": "no"},
                        "value": "no",
                    }
                }
            },
        )
        self.assertEqual(mapper.map(2, ["a", "n", ""]).values, {"name": "A"})
        self.assertIsNone(mapper.map(3, ["B", "n", ""]))
        self.assertIsNone(mapper.map(4, ["A", "n", "x"]))
        # no head row: taken, so that the missing reference is reported, not lost
        self.assertEqual(mapper.map(5, ["C", "n", ""]).key, "C")

    def test_another_column_makes_a_number_negative(self):
        sign = {"column": "dc", "negative": ["C", "CR"], "positive": ["D", ""]}
        mapper = self._mapper(
            ["id", "n", "q", "dc"],
            fields={"name": "n", "qty": {"column": "q", "sign": sign}},
        )
        for amount, letter, expected in (
            ("12.50", "C", "-12.5"),
            ("12.50", " CR ", "-12.5"),
            ("12.50", "D", "12.5"),
            ("12.50", "", "12.5"),
            ("12.50", "NULL", "12.5"),
            # a reversal
            ("-3", "C", "3"),
            ("0", "C", "0"),
        ):
            with self.subTest(amount=amount, letter=letter):
                row = mapper.map(2, ["1", "x", amount, letter])
                self.assertEqual((row.values["qty"], row.issues), (expected, []))
        self.assertNotIn("qty", mapper.map(2, ["1", "x", "", "C"]).values)
        row = mapper.map(2, ["1", "x", "5", "K"])
        self.assertNotIn("qty", row.values)
        self.assertIn("dc holds “K”", row.issues[0].message)
        with self.assertRaisesRegex(mapping.MappingError, "no column dc"):
            self._mapper(["id", "n", "q"], fields=dict(mapper.spec.fields))

    def test_legacy_attributes_are_kept_as_they_are(self):
        mapper = self._mapper(
            ["id", "n", "pack"], legacy={"pack_size": {"column": "pack"}}
        )
        row = mapper.map(2, ["1", "x", "24 - 12 oz bottles"])
        self.assertEqual(row.legacy, {"pack_size": "24 - 12 oz bottles"})
