import base64
import io
import re

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..services import corrections, reader
from .common import FILES, MigrationCommon

STOCK = FILES["stock.csv"] + "P1,R,-1\nP2,R,1.x\n"
CUSTOMERS = FILES["customers.csv"] + "C3,,=1+1\n"


@tagged("post_install", "-at_install")
class TestCorrections(MigrationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cycle = cls._create_staged_cycle({"stock": STOCK, "customers": CUSTOMERS})
        cls.cycle.action_validate()

    def _object(self, code):
        return self.env["dist.migration.object"]._get(code)

    def _wizard(self, code, kind="csv", **values):
        return (
            self.env["dist.migration.correction"]
            .with_user(self.user_steward)
            .create(
                {
                    "cycle_id": self.cycle.id,
                    "object_id": self._object(code).id,
                    "format": kind,
                    **values,
                }
            )
        )

    def _download(self, code, kind):
        url = self._wizard(code, kind).action_download()["url"]
        number = int(url.split("/")[-1].split("?")[0])
        return self.env["ir.attachment"].browse(number).raw

    def _upload_text(self, code, text):
        content = base64.b64encode(text.encode())
        self._wizard(code, file=content, filename=f"{code}.csv").action_upload()

    def test_only_wrong_rows_go_out_with_what_was_found(self):
        content = self._download("stock", "csv")
        with reader.open_table(io.BytesIO(content), "x.csv") as table:
            rows = [
                dict(zip(table.header, cells, strict=True))
                for _n, cells in table.rows()
            ]
        self.assertEqual([row["legacy_key"] for row in rows], ["P3|", "P1|R", "P2|R"])
        self.assertEqual(rows[1]["rule"], "negative_quantity")
        self.assertEqual(rows[1]["field"], "quantity")
        self.assertEqual(rows[1]["quantity"], "'-1")
        self.assertEqual(rows[2]["rule"], "format")

    def test_formulas_are_escaped_on_the_way_out(self):
        content = self._download("customer", "csv").decode("utf-8-sig")
        self.assertIn(",'=1+1,", content)
        book = openpyxl.load_workbook(io.BytesIO(self._download("customer", "xlsx")))
        cells = {cell.value: cell.data_type for row in book.active for cell in row}
        self.assertEqual(cells["=1+1"], "s")
        for text in ("=1", "+1", "-1", "@x", "\tx", "'=1", "Bolt", "'s"):
            with self.subTest(text):
                self.assertEqual(corrections.unescape(corrections.escape(text)), text)

    def test_corrected_rows_come_in_by_their_key(self):
        for kind in ("csv", "xlsx"):
            with self.subTest(kind):
                content = self._download("stock", kind)
                name = f"stock.{kind}"
                wizard = self._wizard(
                    "stock", kind, file=base64.b64encode(content), filename=name
                )
                wizard.action_upload()
                # unchanged, so the same is found again
                self.cycle.action_validate()
                self.assertEqual(self.cycle.invalid_count, 3)
        self._upload_text(
            "stock", "legacy_key,product,location,quantity\nP1|R,P1,R,1\nP2|R,P2,R,4\n"
        )
        self.assertEqual(self.cycle.state, "staged")
        self.cycle.action_validate()
        rows = self._rows(self.cycle, "stock").sorted("line")
        self.assertEqual(
            [row.data.get("quantity") for row in rows], ["10", "20", "5", "7", "1", "4"]
        )
        self.assertEqual(self.cycle.invalid_count, 1)

    def test_corrections_survive_another_staging(self):
        self._upload_text("stock", "legacy_key,quantity\nP1|R,1\n")
        self._upload_text("stock", "legacy_key,quantity\nP2|R,2\n")
        self.cycle.action_stage()
        self.cycle.action_validate()
        rows = self._rows(self.cycle, "stock").sorted("line")
        self.assertEqual(rows[-2].data["quantity"], "1")
        self.assertEqual(rows[-1].data["quantity"], "2")
        kept = self.cycle.source_ids.filtered("correction_object_id")
        self.assertEqual(len(kept), 2)
        self.assertEqual(set(kept.mapped("is_staged")), {True})

    def test_what_is_still_wrong_is_found_again(self):
        self._upload_text("stock", "legacy_key,product,quantity\nP1|R,,2x\n")
        self.cycle.action_validate()
        row = self._rows(self.cycle, "stock").filtered(lambda r: r.legacy_key == "P1|R")
        findings = self.cycle.finding_ids.filtered(lambda f: f.row_id == row)
        self.assertEqual(set(findings.mapped("rule")), {"required", "format"})

    def test_wrong_files_change_nothing(self):
        for text, message in (
            ("legacy_key,quantity\nP9|R,1\n", "no staged row has the key P9|R"),
            ("legacy_key,colour\nP1|R,1\n", "unknown are: colour"),
            ("quantity,product\n1,P1\n", "has the column legacy_key"),
            ("legacy_key,quantity\nP1|R,1\nP1|R,2\n", "stands twice"),
            ("legacy_key,quantity\n", "No data rows"),
        ):
            with (
                self.subTest(text),
                self.assertRaisesRegex(UserError, re.escape(message)),
                self.env.cr.savepoint(),
            ):
                self._upload_text("stock", text)
        self.assertFalse(self.cycle.source_ids.filtered("correction_object_id"))
        self.assertEqual(self.cycle.state, "validated")
        with self.assertRaisesRegex(UserError, "nothing to correct"):
            self._download("supplier", "csv")
        with self.assertRaisesRegex(UserError, "Choose the corrected file"):
            self._wizard("stock").action_upload()

    def test_only_stewards(self):
        for user in (self.user_viewer, self.user_finance):
            cycle = self.cycle.with_user(user)
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    cycle.action_correct()
                with self.assertRaises(AccessError):
                    cycle._add_corrections(
                        self._object("stock"), "x.csv", b"a,b\n1,2\n"
                    )
                with self.assertRaises(AccessError):
                    cycle.action_note_archive()

    # -- the archive ------------------------------------------------------------------

    def _tamper(self, source, path, content):
        """Change a kept file behind the back of the server."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s, db_datas = %s WHERE id = %s",
            (path, content, source.sudo().attachment_id.id),
        )
        self.env.invalidate_all()

    def _warnings(self):
        return self.cycle.message_ids.filtered(
            lambda message: "no longer has" in (message.body or "")
        )

    def test_changed_file_is_flagged(self):
        source = self.cycle.source_ids[0].with_user(self.user_viewer)
        source.action_verify()
        self.assertEqual(source.integrity, "intact")
        self._tamper(source, None, b"changed")
        answer = source.action_verify()
        self.assertEqual(source.integrity, "mismatch")
        self.assertIn(source.name, answer["params"]["message"])
        self.assertEqual(len(self._warnings()), 1)
        source.action_verify()
        self.assertEqual(len(self._warnings()), 1)

    def test_missing_file_is_flagged_by_the_scheduled_action(self):
        source = self.cycle.source_ids[0]
        self._tamper(source, "00/gone", None)
        with self.enter_registry_test_mode():
            self.env.ref("dist_data_migration.ir_cron_verify").method_direct_trigger()
        self.assertEqual(source.integrity, "mismatch")
        others = self.cycle.source_ids - source
        self.assertEqual(set(others.mapped("integrity")), {"intact"})
        self.assertTrue(all(others.mapped("verified_at")))

    def test_location_and_retention_of_the_archive(self):
        action = self.cycle.action_note_archive()
        self.assertEqual(action["context"], {"default_cycle_id": self.cycle.id})
        self.env["dist.migration.archive"].with_user(self.user_steward).create(
            {
                "cycle_id": self.cycle.id,
                "archive_location": "Tape 7, vault B",
                "retention_until": "2036-12-31",
            }
        ).action_confirm()
        self.assertEqual(
            set(self.cycle.source_ids.mapped("archive_location")), {"Tape 7, vault B"}
        )
