import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged, users

from ..models.dist_migration_mapping import engine
from .common import FILES, MAPPING, MigrationCommon


@tagged("post_install", "-at_install")
class TestStage(MigrationCommon):
    def _counts(self, cycle):
        groups = self.env["dist.migration.row"]._read_group(
            [("cycle_id", "=", cycle.id)], ["object_id"], ["__count"]
        )
        return {record.code: count for record, count in groups}

    def test_stage_takes_the_rows_the_mapping_names(self):
        cycle = self._create_staged_cycle()
        self.assertEqual(cycle.state, "staged")
        self.assertEqual(
            self._counts(cycle),
            {
                "location": 2,
                "supplier": 2,
                "customer": 2,
                "product": 4,
                "stock": 4,
                "sale_order": 2,
                "sale_order_line": 3,
            },
        )
        row = self._rows(cycle, "sale_order").filtered(
            lambda row: row.legacy_key == "1001"
        )
        self.assertEqual(
            row.data, {"number": "1001", "customer": "C1", "date": "2026-04-08"}
        )
        self.assertIn("customer: C1", row.data_text)
        pear = self._rows(cycle, "product")[1]
        self.assertEqual(pear.legacy, {"pack_size": "12 x 1 kg"})
        self.assertEqual(cycle.participant_ids, self.user_steward)

    def test_stage_again_keeps_the_rows(self):
        cycle = self._create_staged_cycle()
        before = cycle.row_ids.ids
        cycle.action_stage()
        cycle.invalidate_recordset()
        self.assertEqual(cycle.row_ids.ids, before)

    def test_corrected_file_updates_rows_and_drops_gone_ones(self):
        cycle = self._create_staged_cycle()
        products = self._rows(cycle, "product")
        text = "\n".join(FILES["products.csv"].split("\n")[:3]).replace(
            "Apple", "Äpfel"
        )
        cycle._add_file("products.csv", text.encode())
        cycle.action_stage()
        after = self._rows(cycle, "product")
        self.assertEqual(after, products[:2])
        self.assertEqual(after[0].data["name"], "Äpfel")
        old = cycle.with_context(active_test=False).source_ids.filtered(
            lambda source: source.name == "products.csv"
        )
        self.assertEqual(sorted(old.mapped("active")), [False, True])

    def test_files_are_kept_with_checksum_and_never_change(self):
        cycle = self._create_staged_cycle()
        source = cycle.source_ids.filtered(lambda file: file.name == "products.csv")
        self.assertRecordValues(
            source,
            [
                {
                    "row_count": 4,
                    "delimiter": ",",
                    "encoding": "utf-8",
                    "uploaded_by_id": self.user_steward.id,
                }
            ],
        )
        self.assertEqual(len(source.checksum), 64)
        self.assertEqual(source, cycle._add_file(source.name, source.attachment_id.raw))
        with self.assertRaises(AccessError):
            source.write({"checksum": "x"})
        with self.assertRaises(AccessError):
            source.sudo().write({"checksum": "x"})
        with self.assertRaises(UserError):
            source.sudo().unlink()

    def test_duplicate_keys_are_all_listed(self):
        """Bad inputs 16 and 18: also where only case and space differ."""
        text = "code,name,city\nC1,One,\n c1 ,Two,\nC2,Three,\nC1,Four,\n,Five,\n"
        cycle = self._create_staged_cycle({"customers": text})
        cycle.action_validate()
        self.assertEqual(
            self._rows(cycle, "customer").sorted("line").mapped("legacy_key"),
            ["C1", "C1 (line 3)", "C2", "C1 (line 5)", "(line 6)"],
        )
        findings = self._findings(cycle, "duplicate_key")
        self.assertEqual(
            findings.mapped("message"), ["The key C1 stands on the lines 2, 3, 5."] * 3
        )
        self.assertEqual(
            self._rows(cycle, "customer").sorted("line").mapped("state"),
            ["invalid", "invalid", "valid", "invalid", "invalid"],
        )

    def test_bad_files_leave_nothing(self):
        cycle = self._create_cycle()
        for content in (b"", b"a,b\n", b"a,b\n1\n", b"\x00\x01", b"%PDF-"):
            with (
                self.subTest(content),
                self.assertRaisesRegex(UserError, "products.csv"),
            ):
                cycle._add_file("products.csv", content)
        self.assertFalse(cycle.source_ids)
        self.assertEqual(cycle.state, "draft")

    def test_missing_files_and_columns_leave_nothing(self):
        cycle = self._create_cycle()
        with self.assertRaisesRegex(UserError, "missing: locations.csv, suppliers.csv"):
            cycle.action_stage()
        self._upload(cycle, lines="order,qty\n1001,1\n")
        with (
            self.assertRaisesRegex(UserError, "lines.csv has no column product"),
            self.env.cr.savepoint(),
        ):
            cycle.action_stage()
        self.assertFalse(cycle.row_ids)
        self.assertEqual(cycle.state, "draft")

    def test_mapping_goes_to_a_file_and_back(self):
        mapping = self._create_mapping()
        text = engine.dump_document(mapping._document())
        again = self._create_mapping(text)
        self.assertEqual(again._document(), mapping._document())
        self.assertEqual(again.content_hash, mapping.content_hash)
        again._update_from_text(mapping._json())
        self.assertEqual(again._document(), mapping._document())
        self.assertEqual(
            mapping.file_names,
            "locations.csv, suppliers.csv, customers.csv, products.csv, stock.csv, "
            "orders.csv, lines.csv",
        )

    def test_mapping_refuses_fields_that_are_no_targets(self):
        """Bad inputs 30 to 33: computed, id and protected columns."""
        for name in ("progress", "id", ".id", "parent_id", "create_uid"):
            text = MAPPING.replace(
                "fields: {name: name, code: code, city: city}",
                f"fields: {{name: name, '{name}': city}}",
            )
            with (
                self.subTest(name),
                self.assertRaisesRegex(ValidationError, "can't be loaded"),
            ):
                self._create_mapping(text)

    def test_mapping_refuses_the_state_of_a_record(self):
        with self.assertRaisesRegex(ValidationError, "state can't be loaded"):
            self._create_mapping(
                MAPPING.replace("      number: number", "      state: number")
            )

    def test_mapping_import_wizard(self):
        wizard = (
            self.env["dist.migration.mapping.import"]
            .with_user(self.user_steward)
            .create({"file": base64.b64encode(MAPPING.encode())})
        )
        action = wizard.action_confirm()
        mapping = self.env["dist.migration.mapping"].browse(action["res_id"])
        self.assertEqual(mapping.source_system, "TEST")
        self.assertEqual(mapping.action_check()["params"]["type"], "success")
        self.assertIn("/web/content/", mapping.action_export()["url"])

    @users("rollout_steward")
    def test_upload_wizard(self):
        cycle = self._create_cycle()
        attachments = self.env["ir.attachment"].create(
            [{"name": name, "raw": text.encode()} for name, text in FILES.items()]
        )
        wizard = self.env["dist.migration.upload"].create(
            {"cycle_id": cycle.id, "file_ids": attachments.ids}
        )
        wizard.action_confirm()
        self.assertEqual(len(cycle.source_ids), len(FILES))
        self.assertFalse(cycle.missing_files)
        # the file of a source is readable through the source
        self.assertTrue(cycle.source_ids[0].attachment_id.raw)

    def test_encoding_delimiter_and_sheet_of_the_mapping_are_used(self):
        book = openpyxl.Workbook()
        book.active.append(["A cover sheet"])
        sheet = book.create_sheet("Data")
        for row in (
            ["code", "name", "city"],
            ["C1", "Küche", "Köln"],
            ["007", "B", "x"],
        ):
            sheet.append(row)
        stream = io.BytesIO()
        book.save(stream)
        text = MAPPING.replace(
            "file: customers.csv", "file: customers.xlsx\n    sheet: Data"
        )
        text = text.replace(
            "file: suppliers.csv",
            "file: suppliers.csv\n    encoding: cp1252\n    delimiter: '|'",
        )
        cycle = self._create_cycle(mapping_id=self._create_mapping(text).id)
        self._upload(cycle)
        cycle._add_file("customers.xlsx", stream.getvalue())
        cycle._add_file(
            "suppliers.csv", "code|name|country\nV1|Würth|DE\n".encode("cp1252")
        )
        cycle.action_stage()
        self.assertEqual(
            self._rows(cycle, "customer").sorted("line").mapped("legacy_key"),
            ["C1", "007"],
        )
        self.assertEqual(self._rows(cycle, "supplier").data["name"], "Würth")

    def test_title_and_notes_above_the_names_of_the_columns(self):
        text = MAPPING.replace(
            "file: orders.csv\n", "file: orders.csv\n    header_row: 4\n"
        )
        mapping = self._create_mapping(text)
        item = mapping.object_ids.filtered(lambda item: item.filename == "orders.csv")
        self.assertEqual(item.header_row, 4)
        self.assertEqual(
            self._create_mapping(mapping._json())._document(), mapping._document()
        )
        cycle = self._create_cycle(mapping_id=mapping.id)
        self._upload(cycle, orders="Orders, open ones\n1 May\n\n" + FILES["orders.csv"])
        cycle.action_stage()
        # order lines look the orders up in the same file
        for code, keys in (
            ("sale_order", ["1001", "1003"]),
            ("sale_order_line", ["1001|P1", "1001|P3", "1003|P2"]),
        ):
            rows = self._rows(cycle, code).sorted("line")
            self.assertEqual(rows.mapped("legacy_key"), keys)
        # numbers are those of the file
        self.assertEqual(self._rows(cycle, "sale_order").mapped("line"), [5, 7])
        # a title where none is expected
        item.header_row = 0
        with self.assertRaisesRegex(UserError, "orders.csv: .*give their row"):
            self._upload(cycle, orders="Orders\n" + FILES["orders.csv"] + "\n")

    def test_file_without_names_of_columns(self):
        header, body = FILES["customers.csv"].split("\n", 1)
        mapping = self._create_mapping(
            MAPPING.replace(
                "file: customers.csv",
                f"file: customers.csv\n    columns: [{header}]",
            )
        )
        item = mapping.object_ids.filtered("column_names")
        self.assertEqual(item.column_names, "code, name, city")
        again = self._create_mapping(mapping._json())
        self.assertEqual(again._document(), mapping._document())
        cycle = self._upload(self._create_cycle(mapping_id=mapping.id), customers=body)
        cycle.action_stage()
        rows = self._rows(cycle, "customer").sorted("line")
        self.assertEqual(rows.mapped("legacy_key"), ["C1", "C2"])
        self.assertEqual(rows.mapped("line"), [1, 2])

    def test_options_of_fields_go_to_the_screen_and_back(self):
        mapping = self._create_mapping(
            MAPPING.replace("city: city}", "city: {column: city, line_break: ', '}}")
            .replace("list_price: price", "list_price: {column: price, unit: [€, EUR]}")
            .replace(
                'scale: "100"',
                "scale: '100', sign: {column: qty, negative: ['', C], positive: D}",
            )
            .replace(
                "name: name, code: code, country",
                "name: {column: [code, name],"
                " separator: ' - '}, code: {column: code, allow_numbers: true},"
                " country",
            )
        )
        lines = {
            (line.mapping_object_id.object_id.code, line.field_name): line
            for line in mapping.object_ids.line_ids
        }
        self.assertEqual(lines["customer", "city"].line_break, ", ")
        self.assertEqual(lines["product", "list_price"].unit, "€, EUR")
        self.assertEqual(lines["supplier", "name"].separator, " - ")
        self.assertIn("negative:", lines["sale_order_line", "discount"].sign)
        self.assertTrue(lines["supplier", "code"].allow_numbers)
        again = self._create_mapping(engine.dump_document(mapping._document()))
        self.assertEqual(again._document(), mapping._document())

    def test_workbook_numbers_in_code_columns_are_errors(self):
        """Bad input 38."""
        book = openpyxl.Workbook()
        for row in (["code", "name", "city"], [7, "Küche", "Köln"]):
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        text = MAPPING.replace("file: customers.csv", "file: customers.xlsx")
        cycle = self._create_cycle(mapping_id=self._create_mapping(text).id)
        self._upload(cycle)
        cycle._add_file("customers.xlsx", stream.getvalue())
        cycle.action_stage()
        cycle.action_validate()
        self.assertEqual(self._rows(cycle, "customer").state, "invalid")
        self.assertTrue(self._findings(cycle, "damaged_code"))

    def test_unsure_encoding_is_asked_for(self):
        cycle = self._create_cycle()
        content = "code,name,city\nC1,Königlich,x\n".encode("cp1252")
        with self.assertRaisesRegex(UserError, "Choose the encoding"):
            cycle._add_file("customers.csv", content)
        source = cycle._add_file("customers.csv", content, "cp1252")
        self.assertEqual(source.encoding, "cp1252")
        self._upload(cycle)
        cycle._add_file("customers.csv", content, "cp1252")
        cycle.action_stage()
        self.assertEqual(self._rows(cycle, "customer").data["name"], "Königlich")

    def test_started_cycle_keeps_its_frame(self):
        cycle = self._create_staged_cycle()
        with self.assertRaises(UserError):
            cycle.write({"cutover_at": "2020-01-01 00:00:00"})
        with self.assertRaises(UserError):
            cycle.write({"site_ids": [(5,)]})
        with self.assertRaises(AccessError):
            cycle.write({"company_id": self.company_c.id})
        cycle.write({"name": "Renamed"})
